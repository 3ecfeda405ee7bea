//! The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2). A request without a session reads and writes nothing.

mod flow;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use domain::Slug;
use domain::key_ring::Purpose;
use http::HeaderMap;
use runtime::{Clients, Clock, Incident, Needs, Platform, Random, Signing, Tenants};
use web::{Language, responders};

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing], signing: Signing::None };

/// What its role may do: read tenants, clients and a person's session and consent; touch the session; seal.
#[derive(Clone)]
pub struct Deps {
    tenants: Arc<Tenants>,
    clients: Arc<Clients>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self {
            tenants: Arc::new(Tenants::new(platform, NEEDS)),
            clients: Arc::new(Clients::default()),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
        }
    }
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    Router::new()
        .route("/authorize", get(authorize).fallback(async || responders::method_not_allowed("GET, HEAD")))
        .fallback(async || responders::not_found())
        .with_state(deps)
}

async fn authorize(
    State(deps): State<Deps>,
    (Extension(slug), Extension(incident)): (Extension<Slug>, Extension<Incident>),
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match flow::authorize(&deps, &slug, query.as_deref().unwrap_or_default(), &headers).await {
        Ok(response) => response,
        Err(refused) => refused.page(Language::negotiate(None, &headers), &incident.0),
    }
}
