//! The logout endpoint (OpenID Connect RP-Initiated Logout 1.0 §2): ends the browser's session, asks first where nobody proves to speak for it.

mod asked;
mod confirmed;
mod ending;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use domain::Timestamp;
use domain::key_ring::Purpose;
use runtime::interaction::{Asked, Browser, Came};
use runtime::{Clients, Clock, Needs, Platform, Random, Signing, TenantContext, Tenants};
use web::{ErrorReason, read_form, responders};

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing, Purpose::People], signing: Signing::Verifies };

/// What its role may do: read tenants, clients, public signing keys and a person's session; end the session with its event; seal.
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
        .route("/logout", get(logout).post(logout_posted).fallback(async || responders::method_not_allowed("GET, HEAD, POST")))
        .fallback(async || responders::not_found())
        .with_state(deps)
}

/// A browser at a tenant that is known.
pub(crate) struct Visitor<'a> {
    pub(crate) tenant: &'a TenantContext,
    pub(crate) browser: &'a Browser,
    pub(crate) came: &'a Came,
    pub(crate) now: Timestamp,
}

async fn logout(State(deps): State<Deps>, asked: Asked, RawQuery(query): RawQuery) -> Response {
    let came = Came::of(asked);
    came.answer(asked::logout(&deps, &came, query.as_deref().unwrap_or_default()).await)
}

async fn logout_posted(State(deps): State<Deps>, asked: Asked, body: Bytes) -> Response {
    let came = Came::of(asked);
    let answer = match read_form(&came.headers, &body) {
        Ok(form) if form.get(confirmed::FIELD).is_some() => confirmed::logout(&deps, &came, &form).await,
        Ok(form) => asked::posted(&deps, &came, &form).await,
        Err(error) => Err(ErrorReason::from(&error).into()),
    };
    came.answer(answer)
}
