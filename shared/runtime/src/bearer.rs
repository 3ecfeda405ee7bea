//! Access tokens that are presented at the platform's own endpoints: read with the tenant's keys, and what is answered without a good one.

use axum::response::{IntoResponse, Response};
use crypto::artefact::Kind;
use crypto::jws;
use domain::api::Audience;
use domain::{Secret, Timestamp};
use http::{HeaderValue, StatusCode, header};
use oauth::access_token::{self, AccessToken, Reference};
use oauth::bearer::{Reason, Refusal};
use web::responders;

use crate::failure::Failure;
use crate::front::Incident;
use crate::tenant_context::TenantContext;

/// A token whose signature, claims and sealed reference hold. Whether it still counts is for the store to tell.
pub fn read(tenant: &TenantContext, token: &Secret<String>, now: Timestamp) -> Result<Result<(AccessToken, Reference), Refusal>, Failure> {
    let token = match verified(tenant, token, now) {
        Ok(token) => token,
        Err(reason) => return Ok(Err(reason.into())),
    };
    let opened = tenant.open::<Reference>(Kind::AccessReference, Some(token.client_id()), token.reference().unwrap_or_default(), now)?;
    Ok(opened.map(|reference| (token, reference)).map_err(|_| Reason::Reference.into()))
}

/// The same of a token for an API of the platform's own: about a person, or what an app got for itself, which refers to nobody.
pub fn read_for(
    tenant: &TenantContext,
    api: &Audience,
    token: &Secret<String>,
    now: Timestamp,
) -> Result<Result<(AccessToken, Option<Reference>), Refusal>, Failure> {
    let claims = jws::verify_with_set(tenant.verifying_keys(), access_token::TYP, token.expose()).map_err(|_| Reason::Signature);
    let token = match claims.and_then(|claims| access_token::check_for(claims, tenant.record(), api, now)) {
        Ok(token) => token,
        Err(reason) => return Ok(Err(reason.into())),
    };
    let Some(sealed) = token.reference() else { return Ok(Ok((token, None))) };
    let opened = tenant.open::<Reference>(Kind::AccessReference, Some(token.client_id()), sealed, now)?;
    Ok(opened.map(|reference| (token, Some(reference))).map_err(|_| Reason::Reference.into()))
}

fn verified(tenant: &TenantContext, token: &Secret<String>, now: Timestamp) -> Result<AccessToken, Reason> {
    let claims = jws::verify_with_set(tenant.verifying_keys(), access_token::TYP, token.expose()).map_err(|_| Reason::Signature)?;
    access_token::check(claims, tenant.record(), now)
}

/// The answer to a request without a good token (RFC 6750 §3). Its reason goes to the log, once, here.
pub fn refused(tenant: &TenantContext, refusal: Refusal, incident: &Incident) -> Response {
    tracing::info!(incident = incident.0, ?refusal, "a bearer token was refused");
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let mut response = refusal.code().map_or_else(|| status.into_response(), |code| responders::oauth_json(status, &code.body()));
    web::headers::not_stored(response.headers_mut());
    if let Ok(challenge) = HeaderValue::try_from(refusal.challenge(tenant.record().issuer())) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
