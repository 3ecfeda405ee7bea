//! The introspection endpoint (RFC 7662): one read, and a token that doesn't count is inactive without a reason.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::post;
use domain::family::Evidence;
use domain::key_ring::Purpose;
use http::StatusCode;
use oauth::introspection::{self, INACTIVE};
use runtime::{ClientAuthentication, ClientRequest, Needs, OwnToken, Platform, RefusedRequest, Signing};
use web::responders;

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing], signing: Signing::Verifies };

/// What its role may do: read tenants, apps, public signing keys, and a person's record, session and family.
#[derive(Clone)]
pub struct Deps {
    clients: ClientAuthentication,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self { clients: ClientAuthentication::new(platform, NEEDS) }
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
        .route("/introspect", post(introspect).fallback(async || responders::method_not_allowed("POST")))
        .fallback(async || responders::not_found())
        .with_state(deps)
}

async fn introspect(State(_): State<Deps>, mut request: ClientRequest) -> Response {
    match answer(&mut request).await {
        Ok(response) => response,
        Err(refused) => request.refuse(&refused),
    }
}

async fn answer(request: &mut ClientRequest) -> Result<Response, RefusedRequest> {
    let (tenant, now) = (request.tenant.clone(), request.now);
    let parameters = request.parameters();
    let text = introspection::token(request.client(), &parameters).map_err(|reason| RefusedRequest::Code(reason.code(), reason.to_string()))?;
    let token = OwnToken::read(&tenant, &request.client().id, text, now)?;
    drop(parameters);
    let Some(token) = token else {
        request.settle().await?;
        return Ok(responders::oauth_json(StatusCode::OK, &INACTIVE));
    };
    let (client, person) = request.beside(tenant.home(now)?.read_person(&token.keys())).await?;
    let evidence = Evidence {
        tenant: tenant.record(),
        client: Some(client.client()),
        user: person.user.as_ref(),
        session: person.session.as_ref(),
        family: person.family.as_ref(),
    };
    let introspection = match &token {
        OwnToken::Access(token, _) => introspection::access(token, &evidence, now),
        OwnToken::Refresh(token) => introspection::refresh(token, &evidence, tenant.placement().epoch, now),
    };
    Ok(responders::oauth_json(StatusCode::OK, &introspection))
}
