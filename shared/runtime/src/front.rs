//! What stands in front of every function that answers HTTP: the tenant by host or path, a bounded body, an incident id, one log line.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::policy;
use futures_util::FutureExt;
use http::{StatusCode, Uri, header};
use tower::ServiceExt;
use web::{ErrorReason, Language};

use crate::platform::Platform;
use crate::random::Random;
use crate::routing::TenantRouting;

/// Names one request in the log and on an error page, so that a person can tell us which one went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident(pub String);

/// Whose requests a function answers.
#[derive(Clone, Copy)]
enum At {
    /// A tenant's, named by host or path.
    Tenant,
    /// Those to the admin API's own origin.
    Administration,
}

#[derive(Clone)]
struct Front {
    at: At,
    routing: TenantRouting,
    random: Arc<dyn Random>,
    function: Router,
}

/// Puts the front before a function's routes. The result takes requests as API Gateway hands them over, prefix and all.
pub fn front(function: Router, platform: &Platform) -> Router {
    fronted(function, platform, At::Tenant)
}

/// The same before the admin API, which is no tenant's: its routes are whole paths, at its own origin alone.
pub fn admin_front(function: Router, platform: &Platform) -> Router {
    fronted(function, platform, At::Administration)
}

fn fronted(function: Router, platform: &Platform, at: At) -> Router {
    let front = Front { at, routing: platform.routing.clone(), random: platform.random.clone(), function };
    Router::new().fallback(pass_on).with_state(front.clone()).layer(from_fn_with_state(front, watch))
}

async fn pass_on(State(front): State<Front>, mut request: Request) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if matches!(front.at, At::Administration) {
        return if front.routing.administers(host, request.uri().path()) {
            front.function.oneshot(buffered(request, policy::ADMIN_BODY_MAX).await).await.into_response()
        } else {
            error_page(&request, ErrorReason::NotFound)
        };
    }
    let Some(located) = front.routing.locate(host, request.uri().path()) else {
        return error_page(&request, ErrorReason::NotFound);
    };
    let Some(uri) = with_path(request.uri(), &located.path) else { return error_page(&request, ErrorReason::NotFound) };
    *request.uri_mut() = uri;
    request.extensions_mut().insert(located.name);
    let most = body_max(&located.path);
    front.function.oneshot(buffered(request, most).await).await.into_response()
}

// The body is read here once, so that no handler can forget the limit. In place of one that is too long stands one that is a byte too long:
// whoever reads it refuses it in its own form, a page or JSON.
async fn buffered(request: Request, most: usize) -> Request {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, most).await;
    Request::from_parts(parts, bytes.map_or_else(|_| Body::from(vec![0; most + 1]), Body::from))
}

// A photo is larger than any form.
fn body_max(path: &str) -> usize {
    if matches!(path, "/account/photo" | "/account/v1/photo") { policy::UPLOAD_MAX } else { policy::BODY_MAX }
}

async fn watch(State(front): State<Front>, mut request: Request, next: Next) -> Response {
    let incident = Incident(crypto::base64url::encode(front.random.bytes::<9>()));
    request.extensions_mut().insert(incident.clone());
    // SECURITY: the query is left out: it holds state, codes and hints.
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let bare = Request::builder().extension(incident.clone()).body(Body::empty());
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let response = answer.unwrap_or_else(|_| {
        tracing::error!(incident = incident.0, "a handler panicked");
        bare.map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), |request| error_page(&request, ErrorReason::Internal))
    });
    tracing::info!(incident = incident.0, %method, path, status = response.status().as_u16(), "answered");
    response
}

fn error_page(request: &Request, reason: ErrorReason) -> Response {
    let incident = request.extensions().get::<Incident>().map_or("", |incident| incident.0.as_str());
    let language = Language::negotiate(None, request.headers());
    crate::pages::error(language, None, reason, incident)
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let path_and_query = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    path_and_query.parse().ok()
}
