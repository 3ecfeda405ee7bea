//! The pushed authorization request endpoint (RFC 9126 §2). A request is checked, sealed and handed back: nothing is read for it or written.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::post;
use domain::key_ring::Purpose;
use http::StatusCode;
use oauth::authorization_request::{AuthorizationRequest, Pushed, ReturnAddress};
use oauth::pushed_request::{self as decision, Reason};
use oauth::resource;
use runtime::interaction::requests;
use runtime::{Apis, ClientAuthentication, ClientRequest, Needs, Platform, Random, RefusedRequest, Signing};
use web::responders;

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing], signing: Signing::Verifies };

/// What its role may do: read tenants, public signing keys, clients and APIs; seal.
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
    Router::new()
        .route("/par", post(par).fallback(async || responders::method_not_allowed("POST")))
        .fallback(async || responders::not_found())
        .with_state(deps)
}

async fn par(State(deps): State<Deps>, mut request: ClientRequest) -> Response {
    match answer(&deps, &mut request).await {
        Ok(response) => response,
        Err(refused) => request.refuse(&refused),
    }
}

async fn answer(deps: &Deps, request: &mut ClientRequest) -> Result<Response, RefusedRequest> {
    let wanted = resource::wanted(&request.parameters(), request.tenant.record().issuer());
    let api = request.find_api_if(&deps.apis, wanted.as_ref()).await?;
    let client = request.settle().await?;
    let parameters = request.parameters();
    let (tenant, now) = (&request.tenant, request.now);
    decision::check(&parameters, &client.client().id).map_err(refused)?; // RFC 9126 §2.1
    // RFC 9126 §2.1: the rest of it as at the authorization endpoint. There is no browser to send anywhere, so an error is JSON.
    let address = ReturnAddress::check(&parameters, client.client(), tenant.record().issuer()).map_err(|_| refused(Reason::RedirectUri))?;
    let asked = requests::check(tenant, &parameters, (client.client(), api.as_deref()), &address, now);
    let asked = asked.map_err(|reason| RefusedRequest::Code(reason.code(), reason.to_string()))?;
    let pushed = AuthorizationRequest { pushed: Some(Pushed::new(deps.random.bytes(), now)), ..asked };
    let request_uri = requests::request_uri(tenant, &pushed, (&*deps.random, now))?;
    Ok(responders::oauth_json(StatusCode::CREATED, &decision::Response::new(&request_uri))) // RFC 9126 §2.2
}

fn refused(reason: Reason) -> RefusedRequest {
    RefusedRequest::Code(reason.code(), reason.to_string())
}
