//! A relying party: signs a person in by the authorization code flow (OpenID Connect Core 1.0 §3.1), shows what it learned, refreshes its tokens and
//! signs the person out.

mod cookies;
mod failure;
mod id_token;
mod pages;
mod relying_party;
mod sessions;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::relying_party::{Answer, RelyingParty, SignedIn};
use crate::sessions::Sessions;

/// What a relying party is told when it's registered.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The issuer whose discovery document is read at each sign-in; `http`, since the app has no TLS of its own.
    pub issuer: String,
    /// The app's identifier at the issuer.
    pub client_id: String,
    /// Sent by HTTP Basic; none for a public client.
    pub client_secret: Option<String>,
    /// Registered at the issuer; this app answers it at the path `/callback`.
    pub redirect_uri: String,
}

/// A configuration that names no absolute URL where one is needed.
#[derive(Debug, thiserror::Error)]
#[error("the demo app's {what} {url:?} is no absolute URL")]
pub struct InvalidConfiguration {
    what: &'static str,
    url: String,
}

/// Serves the app until the task is dropped.
pub async fn serve(listener: TcpListener, configuration: Configuration) -> std::io::Result<()> {
    let router = router(configuration).map_err(std::io::Error::other)?;
    axum::serve(listener, router).await
}

/// The app without a server.
pub fn router(configuration: Configuration) -> Result<Router, InvalidConfiguration> {
    let app = Arc::new(App { relying_party: RelyingParty::new(configuration)?, sessions: Sessions::default() });
    Ok(Router::new()
        .route("/", get(start))
        .route("/sign-in", get(sign_in))
        .route("/callback", get(callback))
        .route("/refresh", post(refresh))
        .route("/sign-out", post(sign_out))
        .route("/start-over", post(start_over))
        .route("/style.css", get(style))
        .fallback(async || Failure::NoSuchPage)
        .layer(axum::middleware::map_response_with_state(Arc::clone(&app), with_security_headers))
        .with_state(app))
}

struct App {
    relying_party: RelyingParty,
    sessions: Sessions,
}

impl App {
    /// The browser's session, if it has one.
    fn session(&self, headers: &HeaderMap) -> Option<(String, Arc<SignedIn>)> {
        let id = cookies::find(headers, cookies::SESSION)?;
        Some((id.to_owned(), self.sessions.find(id)?))
    }
}

async fn start(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match app.session(&headers) {
        Some((_, signed_in)) => Html(pages::signed_in(&signed_in)).into_response(),
        None => Html(pages::start(&app.relying_party)).into_response(),
    }
}

async fn sign_in(State(app): State<Arc<App>>) -> Result<Response, Failure> {
    let (authorize, attempt) = app.relying_party.begin().await?;
    let cookie = cookies::set_attempt(&attempt);
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(authorize.as_str())).into_response())
}

async fn callback(State(app): State<Arc<App>>, headers: HeaderMap, answer: Result<Query<Answer>, QueryRejection>) -> Result<Response, Failure> {
    let Query(answer) = answer.map_err(|rejection| Failure::Unreadable(rejection.body_text()))?;
    let attempt = cookies::find_attempt(&headers, answer.state.as_deref()).ok_or(Failure::NotOurs)?;
    let forget_attempt = (header::SET_COOKIE, cookies::forget_attempt(&attempt));
    let signed_in = match app.relying_party.complete(answer, attempt).await {
        Ok(signed_in) => signed_in,
        Err(failure) => return Ok((AppendHeaders([forget_attempt]), failure).into_response()),
    };
    // A page of its own, so that reloading it doesn't redeem the code again.
    let session = (header::SET_COOKIE, cookies::set_session(&app.sessions.add(signed_in)));
    Ok((AppendHeaders([forget_attempt, session]), Redirect::to("/")).into_response())
}

/// Asks for new tokens, and shows what they say.
async fn refresh(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Failure> {
    if let Some((id, signed_in)) = app.session(&headers) {
        app.sessions.replace(&id, app.relying_party.refresh(&signed_in).await?);
    }
    Ok(Redirect::to("/").into_response())
}

/// Signs the person out here and at the provider.
async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Failure> {
    let Some((id, signed_in)) = app.session(&headers) else { return Ok(Redirect::to("/").into_response()) };
    let provider = app.relying_party.end_session(&signed_in).await?;
    app.sessions.remove(&id);
    Ok((AppendHeaders([(header::SET_COOKIE, cookies::forget_session())]), Redirect::to(provider.as_str())).into_response())
}

async fn start_over(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if let Some(id) = cookies::find(&headers, cookies::SESSION) {
        app.sessions.remove(id);
    }
    (AppendHeaders([(header::SET_COOKIE, cookies::forget_session())]), Redirect::to("/")).into_response()
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../templates/style.css"))
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status(), Html(pages::failure(&self))).into_response()
    }
}

async fn with_security_headers(State(app): State<Arc<App>>, mut response: Response) -> Response {
    const HEADERS: [(HeaderName, HeaderValue); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    // Signing out is a form that ends at the provider.
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        app.relying_party.provider_origin()
    );
    let policy = HeaderValue::try_from(policy).expect("an origin is ASCII");
    response.headers_mut().extend(HEADERS.into_iter().chain([(header::CONTENT_SECURITY_POLICY, policy)]));
    response
}
