//! The token endpoint (RFC 6749 §3.2): its client authenticated, then one file per grant.

mod grants;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::post;
use domain::key_ring::Purpose;
use oauth::grants::TokenRequest;
use runtime::cors::for_registered_origins;
use runtime::{Apis, ClientAuthentication, ClientRequest, Needs, Platform, Random, RefusedRequest, Signing};
use web::responders;

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing, Purpose::Signing], signing: Signing::Signs };

/// What its role may do: read tenants, clients, APIs and a person; write families and their events; seal and sign.
#[derive(Clone)]
pub struct Deps {
    clients: ClientAuthentication,
    apis: Arc<Apis>,
    random: Arc<dyn Random>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self { clients: ClientAuthentication::new(platform, NEEDS), apis: Arc::new(Apis::default()), random: platform.random.clone() }
    }
}

impl FromRef<Deps> for ClientAuthentication {
    fn from_ref(deps: &Deps) -> Self {
        deps.clients.clone()
    }
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    let cors = deps.clients.cors("POST");
    let routes = Router::new()
        .route("/token", post(token).fallback(async || responders::method_not_allowed("POST")))
        .fallback(async || responders::not_found())
        .with_state(deps);
    for_registered_origins(routes, cors)
}

async fn token(State(deps): State<Deps>, mut request: ClientRequest) -> Response {
    match answer(&deps, &mut request).await {
        Ok(response) => response,
        Err(refused) => request.refuse(&refused),
    }
}

async fn answer(deps: &Deps, request: &mut ClientRequest) -> Result<Response, RefusedRequest> {
    let wanted = TokenRequest::parse(&request.parameters()).and_then(|wanted| wanted.permitted(request.client()));
    match wanted.map_err(|reason| RefusedRequest::Code(reason.code(), reason.to_string()))? {
        TokenRequest::AuthorizationCode(grant) => grants::authorization_code::redeem(deps, request, &grant).await,
        TokenRequest::RefreshToken(grant) => grants::refresh_token::refresh(deps, request, &grant).await,
        TokenRequest::ClientCredentials(grant) => grants::client_credentials::issue(deps, request, &grant).await,
    }
}
