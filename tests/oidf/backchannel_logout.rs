//! Back-Channel Logout OP.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::StatusCode;
use serde_json::{Value, json};
use testkit::form::{Form, encoded};
use testkit::jwt::Shown;
use tokio::net::TcpListener;

use super::returned::ResponseMode;
use super::suite::{POST_LOGOUT_REDIRECT_URI, Suite};

#[tokio::test]
async fn oidcc_backchannel_logout_discovery_endpoint_verification() {
    let suite = Suite::start(ResponseMode::Query).await;
    assert_eq!(suite.metadata["backchannel_logout_supported"], true);
    assert_eq!(suite.metadata["backchannel_logout_session_supported"], true);
}

#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let told = Told::listen().await;
    let mut suite = Suite::told_at(ResponseMode::Query, Some(&told.url)).await;
    let tokens = suite.tokens(&[]).await;
    let sid = tokens.claims["sid"].as_str().expect("a session's id in the ID token").to_owned();
    let request: Form<'_> = vec![("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", POST_LOGOUT_REDIRECT_URI)];
    let url = format!("{}?{}", suite.endpoint("end_session_endpoint"), encoded(&request));
    assert_eq!(suite.browser.open(&url).await.header("location"), POST_LOGOUT_REDIRECT_URI);
    suite.platform.pump().await;
    let logout_token = told.the_only_one();
    let claims = suite.verified(&suite.app, &logout_token).await;
    assert_eq!(Shown::read(&logout_token).expect("a token").header["typ"], "logout+jwt");
    assert_eq!((claims["sub"].clone(), claims["sid"].clone()), (tokens.claims["sub"].clone(), Value::from(sid)));
    assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    assert!(claims["jti"].is_string() && claims.get("nonce").is_none(), "{claims}");
    assert!(claims["exp"].as_u64() <= claims["iat"].as_u64().map(|at| at + 120), "{claims}");
}

/// The address where an app is told of logouts, on this machine.
struct Told {
    url: String,
    tokens: Arc<Mutex<Vec<String>>>,
}

impl Told {
    async fn listen() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://127.0.0.1:{}/logout", listener.local_addr().expect("an address").port());
        let tokens = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new().route("/logout", post(told)).with_state(Arc::clone(&tokens));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, tokens }
    }

    #[track_caller]
    fn the_only_one(&self) -> String {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(tokens.len(), 1, "told once");
        tokens[0].clone()
    }
}

async fn told(State(tokens): State<Arc<Mutex<Vec<String>>>>, body: String) -> StatusCode {
    let token = form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "logout_token").map(|(_, value)| value.into_owned());
    tokens.lock().unwrap_or_else(PoisonError::into_inner).extend(token);
    StatusCode::OK
}
