//! Authorization requests as they come and as they go on: checked with the tenant's keys, sealed for the way to a page.

use crypto::artefact::Kind;
use crypto::jws;
use domain::api::Api;
use domain::client::Client;
use domain::{ClientId, Timestamp, policy};
use oauth::authorization_request::{self, AuthorizationRequest, Circumstances, Reason, ReturnAddress, reference};
use oauth::{RequestParameters, id_token};
use url::form_urlencoded::Serializer;

use crate::failure::Failure;
use crate::random::Random;
use crate::tenant_context::TenantContext;

/// Runs the list of checks for an app and the API that it names, if there is such an API; a hint is read with the keys that the tenant publishes.
pub fn check(
    tenant: &TenantContext,
    parameters: &RequestParameters<'_>,
    (client, api): (&Client, Option<&Api>),
    address: &ReturnAddress,
    now: Timestamp,
) -> Result<AuthorizationRequest, Reason> {
    let verify_id_token = |token: &str| jws::verify_with_set(tenant.verifying_keys(), id_token::TYP, token).ok();
    authorization_request::check(parameters, &Circumstances { tenant: tenant.record(), client, api, address, verify_id_token: &verify_id_token, now })
}

/// The `request_uri` of a request, good for a few minutes and for its client alone.
pub fn request_uri(tenant: &TenantContext, request: &AuthorizationRequest, (random, now): (&dyn Random, Timestamp)) -> Result<String, Failure> {
    let expires_at = now.plus(policy::REQUEST_URI);
    let sealed = tenant.seal(Kind::AuthorizationRequest, Some(&request.client_id), expires_at, random.bytes(), request)?;
    Ok(reference::request_uri(&sealed))
}

/// The URL at which a request goes on.
pub fn authorize_url(tenant: &TenantContext, request: &AuthorizationRequest, drawn: (&dyn Random, Timestamp)) -> Result<String, Failure> {
    let request_uri = request_uri(tenant, request, drawn)?;
    let client_id = Serializer::new(String::new()).append_pair("client_id", request.client_id.as_str()).finish();
    // A URN with base64url stands in a query as it is (RFC 3986 §3.4).
    Ok(format!("{}?{client_id}&request_uri={request_uri}", tenant.record().issuer().endpoint("/authorize")))
}

/// The request that was sealed for `client_id`; `None` when it isn't one, or has expired.
pub fn open(tenant: &TenantContext, client_id: &ClientId, sealed: &str, now: Timestamp) -> Result<Option<AuthorizationRequest>, Failure> {
    Ok(tenant.open(Kind::AuthorizationRequest, Some(client_id), sealed, now)?.ok())
}
