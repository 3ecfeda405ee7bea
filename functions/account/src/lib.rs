//! Accounts that people make and keep themselves: sign-up, the link that proves an address, invitations, the link for a forgotten password, and the one
//! that says "this wasn't me"; and the pages on which people keep what they have.

mod api;
mod filled;
mod hashing;
mod invitation;
mod mine;
mod new_password;
mod not_me;
mod outlived;
mod photos;
mod reset;
mod sign_up;
mod verify;
mod visitor;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::response::Response;
use axum::routing::{any, get, post};
use cloud::objects::Objects;
use crypto::password::Workspace;
use domain::key_ring::Purpose;
use http::{Method, Uri};
use runtime::cors::{Cors, for_registered_origins};
use runtime::interaction::{Asked, Came};
use runtime::{Clients, Clock, Needs, Platform, Random, Signing, Tenants, Turns};
use web::responders;

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing, Purpose::Credentials, Purpose::People], signing: Signing::Verifies };

/// What its role may do: read tenants, clients, people, their passwords, invitations and who has an identifier; write attempts, sign-ups, the people
/// that they and invitations become, new passwords, locks and codes, what people change of their own account, each with its event; list what is theirs; seal.
#[derive(Clone)]
pub struct Deps {
    tenants: Arc<Tenants>,
    clients: Arc<Clients>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    // Argon2's 19 MiB, allocated once and reused; one password is hashed at a time.
    workspace: Arc<Mutex<Workspace>>,
    turns: Turns,
    objects: Arc<dyn Objects>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self {
            tenants: Arc::new(Tenants::new(platform, NEEDS)),
            clients: Arc::new(Clients::default()),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
            workspace: Arc::new(Mutex::new(Workspace::new())),
            turns: Turns::default(),
            objects: platform.objects.clone(),
        }
    }
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    let others = async || responders::method_not_allowed("GET, HEAD, POST");
    Router::new()
        .route("/sign-up", get(sign_up).post(sign_up_posted).fallback(others))
        .route("/new-password", post(outlived_posted).fallback(async || responders::method_not_allowed("POST")))
        .route("/not-me", get(not_me).post(not_me_posted).fallback(others))
        .route("/invitation", get(invitation).post(invitation_posted).fallback(others))
        .route("/reset", get(reset).post(reset_posted).fallback(others))
        .route("/verify", get(verify).post(verify_posted).fallback(others))
        .route("/account", get(mine).post(mine_posted).fallback(others))
        .route("/account/{section}", get(mine).post(mine_posted).fallback(others))
        .merge(account_api_routes(&deps))
        .route("/photos/{id}", get(photo).fallback(async || responders::method_not_allowed("GET, HEAD")))
        .fallback(async || responders::not_found())
        // The front bounds every body, and knows which is a photo.
        .layer(DefaultBodyLimit::disable())
        .with_state(deps)
}

// Scripts of a tenant's apps may read the API; no page.
fn account_api_routes(deps: &Deps) -> Router<Deps> {
    let cors = Cors { tenants: deps.tenants.clone(), clock: deps.clock.clone(), methods: "GET, POST, PUT, PATCH, DELETE" };
    let routes = Router::new()
        .route("/account/v1/{resource}", any(account_api))
        .route("/account/v1/{resource}/{item}", any(account_api))
        .with_state(deps.clone());
    for_registered_origins(routes, cors).with_state(())
}

async fn account_api(State(deps): State<Deps>, asked: Asked, method: Method, uri: Uri, body: Bytes) -> Response {
    let came = Came::of(asked);
    let path = uri.path().strip_prefix("/account/v1/").unwrap_or_default();
    let asked = api::Asked { method: &method, path, query: uri.query().unwrap_or_default(), body: &body };
    api::answer(&deps, &came, asked).await
}

async fn mine(State(deps): State<Deps>, asked: Asked, uri: Uri) -> Response {
    let came = Came::of(asked);
    came.answer(mine::show(&deps, &came, uri.path(), uri.query().unwrap_or_default()).await)
}

async fn mine_posted(State(deps): State<Deps>, asked: Asked, uri: Uri, body: Bytes) -> Response {
    let came = Came::of(asked);
    let answer = mine::posted(&deps, &came, uri.path(), &body);
    came.answer(if mine::hashes(uri.path()) { deps.turns.take(answer).await } else { answer.await })
}

async fn photo(State(deps): State<Deps>, Path(id): Path<String>, asked: Asked) -> Response {
    let came = Came::of(asked);
    came.answer(photos::show(&deps, &came, &id).await)
}

async fn sign_up(State(deps): State<Deps>, asked: Asked, RawQuery(query): RawQuery) -> Response {
    let came = Came::of(asked);
    came.answer(sign_up::show(&deps, &came, query.as_deref().unwrap_or_default()).await)
}

async fn sign_up_posted(State(deps): State<Deps>, asked: Asked, body: Bytes) -> Response {
    let came = Came::of(asked);
    came.answer(deps.turns.take(sign_up::posted(&deps, &came, &body)).await)
}

async fn invitation(State(deps): State<Deps>, asked: Asked, RawQuery(query): RawQuery) -> Response {
    let came = Came::of(asked);
    came.answer(invitation::show(&deps, &came, query.as_deref().unwrap_or_default()).await)
}

async fn invitation_posted(State(deps): State<Deps>, asked: Asked, body: Bytes) -> Response {
    let came = Came::of(asked);
    came.answer(deps.turns.take(invitation::posted(&deps, &came, &body)).await)
}

async fn reset(State(deps): State<Deps>, asked: Asked, RawQuery(query): RawQuery) -> Response {
    let came = Came::of(asked);
    came.answer(reset::show(&deps, &came, query.as_deref().unwrap_or_default()).await)
}

async fn reset_posted(State(deps): State<Deps>, asked: Asked, body: Bytes) -> Response {
    let came = Came::of(asked);
    came.answer(deps.turns.take(reset::posted(&deps, &came, &body)).await)
}

async fn outlived_posted(State(deps): State<Deps>, asked: Asked, body: Bytes) -> Response {
    let came = Came::of(asked);
    came.answer(deps.turns.take(outlived::posted(&deps, &came, &body)).await)
}

async fn not_me(State(deps): State<Deps>, asked: Asked, RawQuery(query): RawQuery) -> Response {
    let came = Came::of(asked);
    came.answer(not_me::show(&deps, &came, query.as_deref().unwrap_or_default()).await)
}

async fn not_me_posted(State(deps): State<Deps>, asked: Asked, body: Bytes) -> Response {
    let came = Came::of(asked);
    came.answer(not_me::posted(&deps, &came, &body).await)
}

async fn verify(State(deps): State<Deps>, asked: Asked, RawQuery(query): RawQuery) -> Response {
    let came = Came::of(asked);
    came.answer(verify::show(&deps, &came, query.as_deref().unwrap_or_default()).await)
}

async fn verify_posted(State(deps): State<Deps>, asked: Asked, body: Bytes) -> Response {
    let came = Came::of(asked);
    came.answer(deps.turns.take(verify::posted(&deps, &came, &body)).await)
}
