//! OpenID Connect Discovery 1.0 §4, RFC 8414 §3 and the JWKS (RFC 7517 §5). Never asks KMS, reads nothing when warm.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use http::HeaderMap;
use runtime::cors::{Cors, for_registered_origins};
use runtime::tenants::Name;
use runtime::{Clock, Failure, Incident, Needs, Platform, Signing, TenantContext, Tenants};
use serde::Serialize;
use web::{ErrorReason, Language, responders};

const NEEDS: Needs = Needs { purposes: &[], signing: Signing::Verifies };

/// What its role may do: read tenants and the public halves of their signing keys.
#[derive(Clone)]
pub struct Deps {
    tenants: Arc<Tenants>,
    clock: Arc<dyn Clock>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self { tenants: Arc::new(Tenants::new(platform, NEEDS)), clock: platform.clock.clone() }
    }
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    let cors = Cors { tenants: deps.tenants.clone(), clock: deps.clock.clone(), methods: "GET, HEAD" };
    let routes = Router::new()
        .route("/.well-known/openid-configuration", only_get(get(metadata)))
        .route("/.well-known/oauth-authorization-server", only_get(get(metadata)))
        .route("/jwks", only_get(get(jwks)))
        .fallback(async || responders::not_found())
        .with_state(deps);
    for_registered_origins(routes, cors)
}

fn only_get(route: MethodRouter<Deps>) -> MethodRouter<Deps> {
    route.fallback(async || responders::method_not_allowed("GET, HEAD"))
}

/// RFC 7517 §5, of keys as they are kept: nothing is copied for an answer.
#[derive(Serialize)]
struct JwkSet<'a> {
    keys: Vec<&'a serde_json::Value>,
}

type Asked = (Extension<Name>, Extension<Incident>, HeaderMap);

async fn metadata(State(deps): State<Deps>, asked: Asked) -> Response {
    let tags = Language::ALL.map(Language::tag);
    deps.answer(asked, |tenant| responders::public_json(&oauth::metadata::document(tenant.record().issuer(), &tags))).await
}

async fn jwks(State(deps): State<Deps>, asked: Asked) -> Response {
    deps.answer(asked, |tenant| responders::public_json(&JwkSet { keys: tenant.published_jwks() })).await
}

impl Deps {
    async fn answer(&self, (Extension(name), Extension(incident), headers): Asked, document: impl FnOnce(&TenantContext) -> Response) -> Response {
        let language = Language::negotiate(None, &headers);
        match self.tenant(&name).await {
            Ok(Some(tenant)) => document(&tenant),
            Ok(None) => runtime::pages::error(language, None, ErrorReason::NotFound, &incident.0),
            Err(failure) => runtime::pages::failure(language, None, &failure, &incident.0),
        }
    }

    async fn tenant(&self, name: &Name) -> Result<Option<Arc<TenantContext>>, Failure> {
        let visit = self.tenants.find_standing(name, self.clock.now()).await?;
        let Some(mut visit) = visit else { return Ok(None) };
        visit.settle().await;
        Ok(Some(visit.tenant))
    }
}
