//! The tokens of an answer, signed and sealed; and the end of a family whose tokens were misused.

use axum::response::Response;
use crypto::artefact::Kind;
use crypto::{derive, jws};
use domain::client::Client;
use domain::event::{Event, EventKind, Lookups, Personal, RecordedEvent, Subject};
use domain::family::{Family, RevocationReason};
use domain::refresh::{Generation, Offline};
use domain::{Secret, Timestamp};
use http::StatusCode;
use oauth::grants::client_credentials::OwnIssuance;
use oauth::grants::issuance::Issuance;
use oauth::refresh_token::RefreshToken;
use oauth::token_response::TokenResponse;
use oauth::{access_token, id_token};
use runtime::{Failure, TenantContext};
use store::Revocation;
use web::responders;

use crate::Deps;

/// Signed tokens that wait for the write that they speak of.
pub(crate) struct Tokens {
    access: Secret<String>,
    id: Option<Secret<String>>,
}

/// Signs the tokens of `issuance` for `client`.
pub(crate) fn sign(deps: &Deps, tenant: &TenantContext, client: &Client, issuance: &Issuance<'_>, now: Timestamp) -> Result<Tokens, Failure> {
    let issuer = tenant.record().issuer();
    let reference = access_token::reference(issuance);
    let expires_at = access_token::expires_at(client, issuance.api, now);
    let reference = tenant.seal(Kind::AccessReference, Some(&client.id), expires_at, deps.random.bytes(), &reference)?;
    let claims = access_token::claims(issuer, issuance, deps.random.bytes(), &reference, now);
    let access = Secret::new(tenant.sign(access_token::algorithm(issuance.api), access_token::TYP, &claims)?);
    let at_hash = jws::at_hash(access.expose());
    let id = id_token::claims(issuer, issuance, &at_hash, derive::sha256, now)
        .map(|claims| tenant.sign(client.id_token_signed_response_alg, id_token::TYP, &claims).map(Secret::new))
        .transpose()?;
    Ok(Tokens { access, id })
}

impl Tokens {
    /// The answer with these tokens and this refresh token.
    pub(crate) fn answer(&self, issuance: &Issuance<'_>, refresh: Option<&Secret<String>>) -> Response {
        let access = (&self.access, access_token::lifetime(issuance.client, issuance.api));
        responders::oauth_json(StatusCode::OK, &TokenResponse::new(&issuance.access_scopes(), access, refresh, self.id.as_ref()))
    }
}

/// Signs and answers the token that an app gets for itself (RFC 6749 §4.4.3): nothing beside it.
pub(crate) fn own(deps: &Deps, tenant: &TenantContext, issuance: &OwnIssuance<'_>, now: Timestamp) -> Result<Response, Failure> {
    let api = Some(issuance.api);
    let claims = access_token::own_claims(tenant.record().issuer(), issuance, deps.random.bytes(), now);
    let access = Secret::new(tenant.sign(access_token::algorithm(api), access_token::TYP, &claims)?);
    let response = TokenResponse::new(&issuance.scopes, (&access, access_token::lifetime(issuance.client, api)), None, None);
    Ok(responders::oauth_json(StatusCode::OK, &response))
}

/// Seals the refresh token `generation` of a family with offline access.
pub(crate) fn refresh_token(
    deps: &Deps,
    tenant: &TenantContext,
    (family, offline): (&Family, &Offline),
    generation: Generation,
) -> Result<Secret<String>, Failure> {
    let token = RefreshToken::of(family, generation);
    tenant.seal(Kind::RefreshToken, Some(&family.client_id), offline.ends_at, deps.random.bytes(), &token).map(Secret::new)
}

/// An event about a family. The app's server asks, not the person: nothing about this call is personal.
pub(crate) fn event(deps: &Deps, tenant: &TenantContext, family: &Family, kind: EventKind, now: Timestamp) -> RecordedEvent {
    let subject = Subject::User(family.user_id.clone());
    let event = Event { id: deps.random.event_id(now), tenant: tenant.record().id.clone(), subject, kind, personal: Personal::default() };
    event.record(None, Lookups::default())
}

/// Ends a family. Whether this call or another one ended it is the same to who asked.
pub(crate) async fn revoke(
    deps: &Deps,
    tenant: &TenantContext,
    family: &Family,
    reason: RevocationReason,
    now: Timestamp,
) -> Result<Revocation, Failure> {
    let kind = EventKind::GrantRevoked { client_id: family.client_id.clone(), family_id: family.id.clone(), reason };
    let event = event(deps, tenant, family, kind, now);
    Ok(tenant.home(now)?.revoke_family(&family.user_id, &family.id, reason, now, &event).await?)
}
