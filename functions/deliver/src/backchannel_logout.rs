//! Tells apps that a session is over (OpenID Connect Back-Channel Logout §2.3): first who is to be told, one delivery per app, then each apart.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloud::egress::{EgressError, Outgoing, Targets};
use crypto::derive;
use domain::delivery::{Channel, Delivery, DeliveryId, DeliveryState, Try};
use domain::event::{EventKind, Subject};
use domain::family::Family;
use domain::tenant::Issuer;
use domain::{ClientId, SessionId, Timestamp, UserId};
use oauth::logout_token::{self, Ending, Reply};
use runtime::{Failure, TenantContext};
use store::PersonKeys;

use crate::Deps;

/// A session that was ended.
struct Ended {
    tenant: Arc<TenantContext>,
    user_id: UserId,
    session_id: SessionId,
}

/// Writes one delivery for each app that took part in the session and wants to be told.
pub(crate) async fn fan_out(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Try, Failure> {
    let Some(ended) = read(deps, delivery, now).await? else { return Ok(Try::FailedForGood) };
    let home = ended.tenant.home(now)?;
    let mut written = Vec::new();
    for client_id in apps_of(&ended, now).await? {
        if home.find_client(&client_id).await?.is_none_or(|client| client.backchannel_logout.is_none()) {
            continue;
        }
        let id = DeliveryId { channel: Channel::LogoutToken(client_id), ..delivery.id.clone() };
        let due = Delivery { id: id.clone(), attempts: 0, state: DeliveryState::Due { due_at: now }, ..delivery.clone() };
        // Seen before is fine: this is the second try of a fan-out that was cut off.
        deps.work.write_delivery(&due).await?;
        written.push(id);
    }
    // A nudge that is lost heals: the due rows stand, and webhook-retry sweeps them.
    if !written.is_empty()
        && let Err(error) = deps.nudges.nudge(&written).await
    {
        tracing::warn!(%error, "nudges were lost");
    }
    Ok(Try::Sent)
}

/// Sends one app its logout token.
pub(crate) async fn tell(deps: &Deps, delivery: &Delivery, client_id: &ClientId, now: Timestamp) -> Result<Try, Failure> {
    let Some(ended) = read(deps, delivery, now).await? else { return Ok(Try::FailedForGood) };
    let home = ended.tenant.home(now)?;
    let Some(client) = home.find_client(client_id).await? else { return Ok(Try::FailedForGood) };
    let Some(registered) = &client.backchannel_logout else { return Ok(Try::FailedForGood) };
    let user = home.read_person(&PersonKeys::of(ended.user_id.clone())).await?.user;
    let ending = Ending { event: &delivery.id.event, session: &ended.session_id, sub: user.as_ref().map(|user| user.sub.as_str()) };
    let issuer = &issuer_of(&ended, client_id, now).await?;
    let claims = logout_token::claims(issuer, &client, ending, derive::sha256, now);
    let token = ended.tenant.sign(client.id_token_signed_response_alg, logout_token::TYP, &claims)?;
    // A JWS in compact form has no letter that a form would have to encode.
    let outgoing = Outgoing { url: registered.uri.as_str().to_owned(), targets: Targets::of(issuer), form: format!("logout_token={token}") };
    Ok(judge(deps.egress.post(&outgoing).await, delivery))
}

fn judge(answer: Result<u16, EgressError>, delivery: &Delivery) -> Try {
    match answer.map(|status| (status, logout_token::reply(status))) {
        Ok((_, Reply::Taken)) => Try::Sent,
        Ok((_, Reply::Refused)) => {
            tracing::warn!("an app refused its logout token");
            Try::FailedForGood
        }
        Err(EgressError::NotATarget(reason)) => {
            tracing::warn!(%reason, "an app's logout address isn't called");
            Try::FailedForGood
        }
        Ok((status, Reply::NotNow)) => {
            tracing::warn!(status, attempts = delivery.attempts, "a logout token was not taken for now");
            Try::FailedForNow
        }
        Err(error) => {
            tracing::warn!(%error, attempts = delivery.attempts, "a logout token was not taken for now");
            Try::FailedForNow
        }
    }
}

async fn read(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Option<Ended>, Failure> {
    let Some(tenant) = deps.tenant(delivery, now).await? else { return Ok(None) };
    let event = tenant.home(now)?.find_event(delivery.event_at, delivery.event_shard, &delivery.id.event).await?;
    Ok(event.and_then(|event| match (event.subject, event.kind) {
        (Subject::User(user_id), EventKind::SessionEnded { session_id, .. }) => Some(Ended { tenant, user_id, session_id }),
        _ => None,
    }))
}

// A family that was revoked names an app that knows the session all the same.
async fn apps_of(ended: &Ended, now: Timestamp) -> Result<BTreeSet<ClientId>, Failure> {
    Ok(families_of(ended, now).await?.into_iter().map(|family| family.client_id).collect())
}

// An app compares the `iss` of a logout token with that of its ID tokens (Back-Channel Logout §2.6). A tenant that never had a domain has one issuer.
async fn issuer_of(ended: &Ended, client_id: &ClientId, now: Timestamp) -> Result<Issuer, Failure> {
    let tenant = ended.tenant.record();
    if tenant.domains.is_untouched() {
        return Ok(tenant.first_issuer.clone());
    }
    let known = families_of(ended, now).await?.into_iter().find(|family| family.client_id == *client_id);
    Ok(known.map_or_else(|| tenant.first_issuer.clone(), |family| family.issuer(tenant)))
}

async fn families_of(ended: &Ended, now: Timestamp) -> Result<Vec<Family>, Failure> {
    let home = ended.tenant.home(now)?;
    let mut families = Vec::new();
    let mut after = None;
    loop {
        let page = home.list_families(&ended.user_id, &ended.session_id, after.as_ref()).await?;
        families.extend(page.families);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(families),
        }
    }
}
