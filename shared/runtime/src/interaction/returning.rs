//! Back to the app: a code is sealed, not stored, so issuing it costs no write.

use axum::response::Response;
use crypto::artefact::Kind;
use crypto::derive;
use domain::session::Session;
use domain::{Timestamp, policy};
use oauth::authorization_request::{AuthorizationRequest, ReturnAddress};
use oauth::code::{AuthorizationCode, CodeId};
use web::responders;

use crate::failure::Failure;
use crate::random::Random;
use crate::tenant_context::TenantContext;

/// Sends the browser back with a code for the person of `session`.
pub fn with_code(
    tenant: &TenantContext,
    request: &AuthorizationRequest,
    address: &ReturnAddress,
    session: &Session,
    (random, now): (&dyn Random, Timestamp),
) -> Result<Response, Failure> {
    let code = AuthorizationCode::issue(CodeId::from_random(random.bytes()), request, session, derive::sha256);
    let expires_at = now.plus(policy::AUTHORIZATION_CODE);
    let sealed = tenant.seal(Kind::AuthorizationCode, Some(&request.client_id), expires_at, random.bytes(), &code)?;
    Ok(responders::see_other(&address.success(&sealed)))
}
