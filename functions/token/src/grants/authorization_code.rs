//! Redeems an authorization code (RFC 6749 §4.1.3): making its family is what redeems it, so one of many tries wins.

use axum::response::Response;
use crypto::artefact::Kind;
use crypto::derive;
use domain::event::EventKind;
use domain::family::{Family, RevocationReason};
use domain::{FamilyId, Timestamp, policy};
use oauth::client_authentication::AuthenticatedClient;
use oauth::code::AuthorizationCode;
use oauth::grants::CodeGrant;
use oauth::grants::authorization_code::{self as decision, Attempt, Found, NewFamily, Outcome, Reason, Redemption};
use oauth::resource;
use runtime::{ArtefactRefusal, ClientRequest, Failure, RefusedRequest, TenantContext};
use store::{AttemptId, PersonKeys};

use crate::{Deps, tokens};

/// Redeems a code for its tokens, once.
pub(crate) async fn redeem(deps: &Deps, request: &mut ClientRequest, grant: &CodeGrant) -> Result<Response, RefusedRequest> {
    let (tenant, now) = (request.tenant.clone(), request.now);
    let opened = tenant.open_dated::<AuthorizationCode>(Kind::AuthorizationCode, Some(&request.client().id), grant.code.expose(), now)?;
    let (code, ends_at) = opened.map_err(unopened)?;
    let id = FamilyId::from_random(tenant.derived_id("family", code.id.as_bytes())?);
    let keys =
        PersonKeys::of(code.user_id.clone()).with_session(code.session_id.clone()).with_consent(request.client().id.clone()).with_family(id.clone());
    let audience = resource::narrowed(code.audience.as_ref(), grant.resource.as_ref(), tenant.record().issuer()).ok().flatten();
    let api = request.find_api_if(&deps.apis, audience).await?;
    let (client, person) = request.beside(tenant.home(now)?.read_person(&keys)).await?;
    let found = Found {
        tenant: tenant.record(),
        user: person.user.as_ref(),
        session: person.session.as_ref(),
        consent: person.consent.as_ref(),
        api: api.as_deref(),
        family: person.family.as_ref(),
    };
    let new_family = NewFamily { id, epoch: tenant.placement().epoch };
    match decision::redeem(
        &Attempt { client: &client, grant, code: &code, issued_at: ends_at.minus(policy::AUTHORIZATION_CODE) },
        &found,
        new_family,
        derive::sha256,
        now,
    ) {
        Outcome::Refused(reason) => Err(refused(reason)),
        Outcome::Replayed => {
            let replayed = person.family.as_ref().ok_or_else(|| Failure::Broken("a replay without a family".to_owned()))?;
            revoke(deps, &tenant, replayed, now).await
        }
        Outcome::Redeemed(redemption) => commit(deps, &tenant, (&client, redemption.as_ref()), now).await,
    }
}

// Tokens are signed before the family is made: a platform that can't sign must not consume the code.
async fn commit(
    deps: &Deps,
    tenant: &TenantContext,
    (client, redemption): (&AuthenticatedClient, &Redemption<'_>),
    now: Timestamp,
) -> Result<Response, RefusedRequest> {
    let (family, issuance) = (&redemption.family, redemption.issuance());
    let tokens = tokens::sign(deps, tenant, client.client(), &issuance, now)?;
    let offline = family.offline.as_ref();
    let refresh_token = offline.map(|offline| tokens::refresh_token(deps, tenant, (family, offline), offline.newest)).transpose()?;
    let kind = EventKind::GrantIssued { client_id: family.client_id.clone(), family_id: family.id.clone() };
    let event = tokens::event(deps, tenant, family, kind, now);
    match tenant.home(now)?.redeem_code(family, AttemptId(deps.random.bytes()), &event).await? {
        store::Redemption::Redeemed => Ok(tokens.answer(&issuance, refresh_token.as_ref())),
        store::Redemption::Replay(standing) => revoke(deps, tenant, &standing, now).await,
    }
}

// RFC 6749 §4.1.2: a replay ends what the first redemption started.
async fn revoke(deps: &Deps, tenant: &TenantContext, family: &Family, now: Timestamp) -> Result<Response, RefusedRequest> {
    tokens::revoke(deps, tenant, family, RevocationReason::CodeReplayed, now).await?;
    Err(refused(Reason::Replayed))
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
