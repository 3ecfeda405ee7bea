//! Redeems an authorization code (RFC 6749 §4.1.3): making its family is what redeems it, so one of many tries wins.

use axum::response::Response;
use crypto::artefact::Kind;
use crypto::{derive, jws};
use domain::event::{Event, EventKind, Lookups, Personal, RecordedEvent, Subject};
use domain::family::{Family, RevocationReason};
use domain::{FamilyId, Secret, Timestamp};
use http::StatusCode;
use oauth::client_authentication::AuthenticatedClient;
use oauth::code::AuthorizationCode;
use oauth::grants::CodeGrant;
use oauth::grants::authorization_code::{self as decision, Attempt, Found, NewFamily, Outcome, Reason, Redemption};
use oauth::token_response::TokenResponse;
use oauth::{access_token, id_token};
use runtime::{ArtefactRefusal, ClientRequest, Failure, RefusedRequest, TenantContext};
use store::{AttemptId, PersonKeys};
use web::responders;

use crate::Deps;

/// Redeems a code for its tokens, once.
pub(crate) async fn redeem(deps: &Deps, request: &mut ClientRequest, grant: &CodeGrant) -> Result<Response, RefusedRequest> {
    let (tenant, now) = (request.tenant.clone(), request.now);
    let code: AuthorizationCode = tenant.open(Kind::AuthorizationCode, Some(&request.client().id), grant.code.expose(), now)?.map_err(unopened)?;
    let id = FamilyId::from_random(tenant.derived_id("family", code.id.as_bytes())?);
    let keys =
        PersonKeys::of(code.user_id.clone()).with_session(code.session_id.clone()).with_consent(request.client().id.clone()).with_family(id.clone());
    let (client, person) = request.beside(tenant.home(now)?.read_person(&keys)).await?;
    let found =
        Found { user: person.user.as_ref(), session: person.session.as_ref(), consent: person.consent.as_ref(), family: person.family.as_ref() };
    let new_family = NewFamily { id, epoch: tenant.placement().epoch };
    match decision::redeem(&Attempt { client: &client, grant, code: &code }, &found, new_family, derive::sha256, now) {
        Outcome::Refused(reason) => Err(refused(reason)),
        Outcome::Replayed => {
            let replayed = person.family.as_ref().ok_or_else(|| Failure::Broken("a replay without a family".to_owned()))?;
            Err(revoke(deps, &tenant, replayed, now).await)
        }
        Outcome::Redeemed(redemption) => commit(deps, &tenant, (&client, &redemption), now).await,
    }
}

// Tokens are signed before the family is made: a platform that can't sign must not consume the code.
async fn commit(
    deps: &Deps,
    tenant: &TenantContext,
    (client, redemption): (&AuthenticatedClient, &Redemption<'_>),
    now: Timestamp,
) -> Result<Response, RefusedRequest> {
    let body = tokens(deps, tenant, (client, redemption), now)?;
    let family = &redemption.family;
    let kind = EventKind::GrantIssued { client_id: family.client_id.clone(), family_id: family.id.clone() };
    let event = event(deps, tenant, family, kind, now);
    match tenant.home(now)?.redeem_code(family, AttemptId(deps.random.bytes()), &event).await? {
        store::Redemption::Redeemed => Ok(body),
        store::Redemption::Replay(standing) => Err(revoke(deps, tenant, &standing, now).await),
    }
}

fn tokens(
    deps: &Deps,
    tenant: &TenantContext,
    (client, redemption): (&AuthenticatedClient, &Redemption<'_>),
    now: Timestamp,
) -> Result<Response, Failure> {
    let issuer = &tenant.record().issuer;
    let reference = access_token::reference(redemption);
    let expires_at = access_token::expires_at(now);
    let reference = tenant.seal(Kind::AccessReference, Some(&client.client().id), expires_at, deps.random.bytes(), &reference)?;
    let claims = access_token::claims(issuer, redemption, deps.random.bytes(), &reference, now);
    let access_token = Secret::new(tenant.sign(access_token::ALGORITHM, access_token::TYP, &claims)?);
    let at_hash = jws::at_hash(access_token.expose());
    let id_token = id_token::claims(issuer, redemption, &at_hash, derive::sha256, now)
        .map(|claims| tenant.sign(client.client().id_token_signed_response_alg, id_token::TYP, &claims).map(Secret::new))
        .transpose()?;
    let body = TokenResponse::new(&redemption.family.scopes, &access_token, id_token.as_ref());
    Ok(responders::oauth_json(StatusCode::OK, &body))
}

// RFC 6749 §4.1.2: a replay ends what the first redemption started. The answer is the same whether this call or another one ended it.
async fn revoke(deps: &Deps, tenant: &TenantContext, family: &Family, now: Timestamp) -> RefusedRequest {
    let reason = RevocationReason::CodeReplayed;
    let kind = EventKind::GrantRevoked { client_id: family.client_id.clone(), family_id: family.id.clone(), reason };
    let event = event(deps, tenant, family, kind, now);
    let revoking = async {
        let home = tenant.home(now)?;
        Ok::<_, Failure>(home.revoke_family(&family.user_id, &family.id, reason, now, &event).await?)
    };
    match revoking.await {
        Ok(_) => refused(Reason::Replayed),
        Err(failure) => RefusedRequest::Failure(failure),
    }
}

fn event(deps: &Deps, tenant: &TenantContext, family: &Family, kind: EventKind, now: Timestamp) -> RecordedEvent {
    let subject = Subject::User(family.user_id.clone());
    let event = Event { id: deps.random.event_id(now), tenant: tenant.record().id.clone(), subject, kind, personal: Personal::default() };
    // The app's server asks, not the person: nothing about this call is personal.
    event.record(None, Lookups::default())
}

fn unopened(refusal: ArtefactRefusal) -> RefusedRequest {
    match refusal {
        ArtefactRefusal::Sealed(_) => refused(Reason::Unopened),
        ArtefactRefusal::EarlierEpoch => refused(Reason::EpochMoved),
    }
}

fn refused(reason: Reason) -> RefusedRequest {
    RefusedRequest::Code(reason.code(), reason.to_string())
}
