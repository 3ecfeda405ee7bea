//! Endpoints whose answers scripts of registered origins may read: one layer, put around a function's routes.
//!
//! The origins stand on the tenant's record, so that a request that names no app, as every preflight, costs no read when warm.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use domain::client::WebOrigin;
use http::{HeaderMap, header};
use web::cors;

use crate::clock::Clock;
use crate::tenants::{Name, Tenants};

/// What the layer needs to know.
#[derive(Clone)]
pub struct Cors {
    /// The tenants that this process has met, the same as the function's own.
    pub tenants: Arc<Tenants>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The methods that are served, as a preflight is told.
    pub methods: &'static str,
}

/// `router`, whose answers scripts of registered origins may read.
pub fn for_registered_origins(router: Router, cors: Cors) -> Router {
    router.layer(from_fn_with_state(cors, answer))
}

async fn answer(State(cors): State<Cors>, Extension(name): Extension<Name>, request: Request, next: Next) -> Response {
    let allowed = cors.allowed(&name, request.headers()).await;
    if cors::is_preflight(request.method(), request.headers()) {
        return cors::preflight(allowed.as_ref(), cors.methods);
    }
    let mut response = next.run(request).await;
    cors::let_read(response.headers_mut(), allowed.as_ref());
    response
}

impl Cors {
    // A tenant that can't be read has no origins: the function behind answers why, to whoever may read it.
    async fn allowed(&self, name: &Name, headers: &HeaderMap) -> Option<WebOrigin> {
        if !headers.contains_key(header::ORIGIN) {
            return None;
        }
        let visit = self.tenants.find(name, self.clock.now()).await.ok()??;
        cors::allowed(&visit.tenant.record().origins, headers).cloned()
    }
}
