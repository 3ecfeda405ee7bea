//! A token that an app asks for as itself (RFC 6749 §4.4): decided from memory, signed, written nowhere.

use axum::response::Response;
use oauth::grants::ClientCredentialsGrant;
use oauth::grants::client_credentials::{self as decision, Reason};
use runtime::{ClientRequest, RefusedRequest};

use crate::{Deps, tokens};

/// Issues a token to the app for itself.
pub(crate) async fn issue(deps: &Deps, request: &mut ClientRequest, grant: &ClientCredentialsGrant) -> Result<Response, RefusedRequest> {
    let audience = decision::target(request.client(), grant).map_err(refused)?;
    let api = request.find_api(&deps.apis, audience).await?;
    let client = request.settle().await?;
    let issuance = decision::issue(&client, grant, api.as_deref()).map_err(refused)?;
    // Nothing is written, so this line is what tells of it.
    tracing::info!(client_id = %issuance.client.id, api = %issuance.api.audience, "an app got a token for itself");
    Ok(tokens::own(deps, &request.tenant, &issuance, request.now)?)
}

fn refused(reason: Reason) -> RefusedRequest {
    RefusedRequest::Code(reason.code(), reason.to_string())
}
