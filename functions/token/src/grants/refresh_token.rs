//! Refreshes (RFC 6749 §6): one read, one conditional write. Of many at once one makes the successor, and all of them answer it.

use axum::response::Response;
use crypto::artefact::Kind;
use domain::family::{Evidence, Family};
use domain::refresh::{Generation, Offline, Rotation};
use domain::{Secret, Timestamp};
use oauth::grants::RefreshGrant;
use oauth::grants::refresh_token::{self as decision, Attempt, Found, Outcome, Reason, Refresh};
use oauth::refresh_token::RefreshToken;
use oauth::resource;
use runtime::{ClientRequest, Failure, RefusedRequest, TenantContext};
use store::{PersonKeys, Refreshing};

use crate::{Deps, tokens};

/// A rival changes a family between read and write; what stands then is a retry or a reuse, unless a rival's token isn't rotated.
const TRIES: usize = 3;

/// Answers a refresh token with new tokens.
pub(crate) async fn refresh(deps: &Deps, request: &mut ClientRequest, grant: &RefreshGrant) -> Result<Response, RefusedRequest> {
    let (tenant, now) = (request.tenant.clone(), request.now);
    let opened = tenant.open::<RefreshToken>(Kind::RefreshToken, Some(&request.client().id), grant.refresh_token.expose(), now)?;
    let token = opened.map_err(|_| refused(Reason::Unopened))?;
    let keys = PersonKeys::of(token.user_id.clone()).with_consent(request.client().id.clone()).with_family(token.family_id.clone());
    let (client, mut person) = request.beside(tenant.home(now)?.read_person(&keys)).await?;
    // Whom the token is for stands in its family. Whatever a process meanwhile learned anew of an API is read at once.
    let granted = person.family.as_ref().and_then(|family| family.audience.as_ref());
    let audience = resource::narrowed(granted, grant.resource.as_ref(), tenant.record().issuer()).ok().flatten();
    let api = request.find_api_if(&deps.apis, audience).await?;
    if api.is_some() {
        request.settle().await?;
    }
    for _ in 0..TRIES {
        let attempt = Attempt { client: &client, grant, token: &token };
        let evidence = Evidence {
            tenant: tenant.record(),
            client: Some(client.client()),
            user: person.user.as_ref(),
            session: None,
            family: person.family.as_ref(),
        };
        let found = Found { evidence, consent: person.consent.as_ref(), api: api.as_deref() };
        let answer = match decision::refresh(&attempt, &found, tenant.placement().epoch, now) {
            Outcome::Refused(reason) => return Err(refused(reason)),
            Outcome::Reused(why, reason) => {
                let reused = person.family.as_ref().ok_or_else(|| Failure::Broken("a reuse without a family".to_owned()))?;
                tokens::revoke(deps, &tenant, reused, why, now).await?;
                return Err(refused(reason));
            }
            Outcome::Repeated(refresh, successor) => {
                let successor = tenant.open_at_rest(&context(refresh.issuance.family, refresh.offline.newest), successor)?;
                let tokens = tokens::sign(deps, &tenant, client.client(), &refresh.issuance, now)?;
                return Ok(tokens.answer(&refresh.issuance, Some(&successor)));
            }
            Outcome::Refreshed(refresh) => commit(deps, &tenant, (&attempt, &refresh), now).await?,
        };
        match answer {
            Committed::Answered(response) => return Ok(response),
            Committed::Stale(family) => person.family = family,
        }
    }
    Err(Failure::Unavailable("rivals kept refreshing".to_owned()).into())
}

enum Committed {
    Answered(Response),
    Stale(Option<Family>),
}

// Tokens are signed before the write: a platform that can't sign must not replace the token.
async fn commit(
    deps: &Deps,
    tenant: &TenantContext,
    (attempt, refresh): (&Attempt<'_>, &Refresh<'_>),
    now: Timestamp,
) -> Result<Committed, RefusedRequest> {
    let (family, used) = (refresh.issuance.family, attempt.token.generation);
    let tokens = tokens::sign(deps, tenant, attempt.client.client(), &refresh.issuance, now)?;
    let (next, successor) = match refresh.rotation {
        Rotation::None => (refresh.offline.used(used, now), None),
        Rotation::Required => {
            let (next, successor) = rotate(deps, tenant, (family, refresh.offline), used, now)?;
            (next, Some(successor))
        }
    };
    match tenant.home(now)?.refresh_family(family, &next, now).await? {
        // RFC 6749 §6: without rotation the client keeps the token that it has, and is told so.
        Refreshing::Done => Ok(Committed::Answered(tokens.answer(&refresh.issuance, successor.as_ref().or(Some(&attempt.grant.refresh_token))))),
        Refreshing::Stale(standing) => Ok(Committed::Stale(Some(*standing))),
        Refreshing::Unknown => Ok(Committed::Stale(None)),
    }
}

fn rotate(
    deps: &Deps,
    tenant: &TenantContext,
    (family, offline): (&Family, &Offline),
    used: Generation,
    now: Timestamp,
) -> Result<(Offline, Secret<String>), Failure> {
    let epoch = tenant.placement().epoch;
    let newest = used.next(epoch);
    let successor = tokens::refresh_token(deps, tenant, (family, offline), newest)?;
    // SECURITY: a row never holds a bearer in clear.
    let sealed = tenant.seal_at_rest(&context(family, newest), deps.random.bytes(), &successor)?;
    Ok((offline.rotated(used, sealed, epoch, now), successor))
}

/// The one place in which a sealed successor opens.
fn context(family: &Family, generation: Generation) -> String {
    format!("refresh token|{}|{}|{}|{}", family.user_id, family.id, generation.number, generation.epoch.0)
}

fn refused(reason: Reason) -> RefusedRequest {
    RefusedRequest::Code(reason.code(), reason.to_string())
}
