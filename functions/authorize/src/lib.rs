//! The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2). A request without a session reads and writes nothing.

mod flow;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use domain::key_ring::Purpose;
use http::HeaderMap;
use runtime::tenants::Name;
use runtime::{Apis, Clients, Clock, Incident, Needs, Platform, Random, Refused, Signing, Tenants};
use web::{Language, responders};

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing], signing: Signing::Verifies };

/// What its role may do: read tenants, public signing keys, clients, APIs and a person's session and consent; touch the session; seal; claim that a pushed request is answered.
#[derive(Clone)]
pub struct Deps {
    tenants: Arc<Tenants>,
    clients: Arc<Clients>,
    apis: Arc<Apis>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self {
            tenants: Arc::new(Tenants::new(platform, NEEDS)),
            clients: Arc::new(Clients::default()),
            apis: Arc::new(Apis::default()),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
        }
    }
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    Router::new()
        .route("/authorize", get(authorize).post(authorize_posted).fallback(async || responders::method_not_allowed("GET, HEAD, POST")))
        .fallback(async || responders::not_found())
        .with_state(deps)
}

type Asked = (Extension<Name>, Extension<Incident>);

async fn authorize(State(deps): State<Deps>, asked: Asked, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let (Extension(name), Extension(incident)) = asked;
    let answer = flow::authorize(&deps, &name, query.as_deref().unwrap_or_default(), &headers).await;
    page(answer, &headers, &incident)
}

async fn authorize_posted(State(deps): State<Deps>, asked: Asked, headers: HeaderMap, body: Bytes) -> Response {
    let (Extension(name), Extension(incident)) = asked;
    page(flow::authorize_posted(&deps, &name, &headers, &body).await, &headers, &incident)
}

fn page(answer: Result<Response, Refused>, headers: &HeaderMap, incident: &Incident) -> Response {
    answer.unwrap_or_else(|refused| refused.page(Language::negotiate(None, headers), &incident.0))
}
