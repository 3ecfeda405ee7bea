//! The introspection endpoint (RFC 7662): one read where a person is concerned, and a token that doesn't count is inactive without a reason.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::post;
use domain::api::{Api, Audience};
use domain::family::Evidence;
use domain::key_ring::Purpose;
use http::StatusCode;
use oauth::access_token::AccessToken;
use oauth::introspection::{self, INACTIVE, OwnEvidence};
use runtime::own_tokens::FamilyToken;
use runtime::{Apis, ClientAuthentication, ClientRequest, Needs, OwnToken, Platform, RefusedRequest, Signing};
use web::responders;

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing], signing: Signing::Verifies };

/// What its role may do: read tenants, apps, APIs, public signing keys, and a person's record, session and family.
#[derive(Clone)]
pub struct Deps {
    clients: ClientAuthentication,
    apis: Arc<Apis>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self { clients: ClientAuthentication::new(platform, NEEDS), apis: Arc::new(Apis::default()) }
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

async fn introspect(State(deps): State<Deps>, mut request: ClientRequest) -> Response {
    match answer(&deps, &mut request).await {
        Ok(response) => response,
        Err(refused) => request.refuse(&refused),
    }
}

async fn answer(deps: &Deps, request: &mut ClientRequest) -> Result<Response, RefusedRequest> {
    let (tenant, now) = (request.tenant.clone(), request.now);
    let parameters = request.parameters();
    let text = introspection::token(request.client(), &parameters).map_err(|reason| RefusedRequest::Code(reason.code(), reason.to_string()))?;
    let token = OwnToken::read(&tenant, &request.client().id, text, now)?;
    drop(parameters);
    match token {
        Some(OwnToken::Family(token)) => about_a_person(deps, request, &token).await,
        Some(OwnToken::Client(token)) => about_the_client(deps, request, &token).await,
        None => {
            request.settle().await?;
            Ok(responders::oauth_json(StatusCode::OK, &INACTIVE))
        }
    }
}

async fn about_the_client(deps: &Deps, request: &mut ClientRequest, token: &AccessToken) -> Result<Response, RefusedRequest> {
    let api = api_of(deps, request, token).await?;
    let client = request.settle().await?;
    let evidence = OwnEvidence { tenant: request.tenant.record(), client: client.client(), api: api.as_deref() };
    Ok(responders::oauth_json(StatusCode::OK, &introspection::own(token, &evidence)))
}

async fn about_a_person(deps: &Deps, request: &mut ClientRequest, token: &FamilyToken) -> Result<Response, RefusedRequest> {
    let (tenant, now) = (request.tenant.clone(), request.now);
    let api = match token {
        FamilyToken::Access(token, _) => api_of(deps, request, token).await?,
        FamilyToken::Refresh(_) => None,
    };
    let (client, person) = request.beside(tenant.home(now)?.read_person(&token.keys())).await?;
    let evidence = Evidence {
        tenant: tenant.record(),
        client: Some(client.client()),
        user: person.user.as_ref(),
        session: person.session.as_ref(),
        family: person.family.as_ref(),
    };
    let introspection = match token {
        FamilyToken::Access(token, _) => introspection::access(token, &evidence, api.as_deref(), now),
        FamilyToken::Refresh(token) => introspection::refresh(token, &evidence, tenant.placement().epoch, now),
    };
    Ok(responders::oauth_json(StatusCode::OK, &introspection))
}

// A token for the platform's own endpoints is for no API.
async fn api_of(deps: &Deps, request: &mut ClientRequest, token: &AccessToken) -> Result<Option<Arc<Api>>, RefusedRequest> {
    let audience = Audience::parse(token.audience()).ok().filter(|audience| !request.tenant.record().is_issuer(audience.as_str()));
    Ok(request.find_api_if(&deps.apis, audience.as_ref()).await?)
}
