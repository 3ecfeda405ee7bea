//! Sign-in by password, what an account lacks, and consent. The pages that stand between an authorization request and its code.

mod account;
mod complete;
mod consent;
mod migration;
mod password;
mod posted;
mod refusal;
mod sign_in;
mod throttle;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use cloud::egress::Egress;
use crypto::password::Workspace;
use domain::Timestamp;
use domain::key_ring::Purpose;
use oauth::authorization_request::AuthorizationRequest;
use runtime::interaction::{Asked, Came, requests};
use runtime::{Clients, Clock, Needs, Platform, Random, Refused, Signing, TenantContext, Tenants, Turns};
use web::responders;

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing, Purpose::Credentials, Purpose::People], signing: Signing::None };

/// What its role may do: read tenants, clients, people and their credentials; write attempts, sessions, consents, what people
/// say of themselves, and the events of these; claim that a pushed request is answered; ask a tenant's hook, and make accounts of what it says.
#[derive(Clone)]
pub struct Deps {
    tenants: Arc<Tenants>,
    clients: Arc<Clients>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    // Argon2's 19 MiB, allocated once and reused; one password is hashed at a time.
    workspace: Arc<Mutex<Workspace>>,
    turns: Turns,
    reported: Arc<throttle::Reported>,
    egress: Arc<dyn Egress>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform, egress: Arc<dyn Egress>) -> Self {
        Self {
            tenants: Arc::new(Tenants::new(platform, NEEDS)),
            clients: Arc::new(Clients::default()),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
            workspace: Arc::new(Mutex::new(Workspace::new())),
            turns: Turns::default(),
            reported: Arc::default(),
            egress,
        }
    }
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    let only_post = async || responders::method_not_allowed("POST");
    Router::new()
        .route("/sign-in", post(sign_in).fallback(only_post))
        .route("/complete", post(complete).fallback(only_post))
        .route("/consent", post(consent).fallback(only_post))
        .fallback(async || responders::not_found())
        .with_state(deps)
}

async fn sign_in(State(deps): State<Deps>, asked: Asked, body: Bytes) -> Response {
    let came = Came::of(asked);
    came.answer(deps.turns.take(sign_in::sign_in(&deps, &came, &body)).await)
}

async fn complete(State(deps): State<Deps>, asked: Asked, body: Bytes) -> Response {
    let came = Came::of(asked);
    came.answer(complete::complete(&deps, &came, &body).await)
}

async fn consent(State(deps): State<Deps>, asked: Asked, body: Bytes) -> Response {
    let came = Came::of(asked);
    came.answer(consent::consent(&deps, &came, &body).await)
}

/// Sends the browser to the authorization endpoint with the request that it came from, sealed as it was checked.
pub(crate) fn back_to_authorize(deps: &Deps, tenant: &TenantContext, request: &AuthorizationRequest, now: Timestamp) -> Result<Response, Refused> {
    Ok(responders::see_other(&requests::authorize_url(tenant, request, (&*deps.random, now))?))
}
