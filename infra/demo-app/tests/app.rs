//! The app without a provider behind it: what it asks for, and what it says when the answer is wrong.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use demo_app::Configuration;
use http_body_util::BodyExt;
use serde_json::json;
use tokio::net::TcpListener;
use tower::ServiceExt;
use url::Url;

/// An app whose provider has metadata and keys, and nothing else.
async fn app_with_metadata_alone() -> (Router, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    });
    let provider = Router::new()
        .route("/.well-known/openid-configuration", axum::routing::get(async || axum::Json(metadata)))
        .route("/jwks", axum::routing::get(async || axum::Json(json!({"keys": []}))));
    tokio::spawn(async { axum::serve(listener, provider).await });
    (app_of(&issuer), issuer)
}

fn app_of(issuer: &str) -> Router {
    let redirect_uri = "http://localhost:9/callback".to_owned();
    demo_app::router(Configuration { issuer: issuer.to_owned(), client_id: "demo".to_owned(), client_secret: None, redirect_uri }).unwrap()
}

async fn get(app: &Router, path: &str, cookies: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path).header(header::COOKIE, cookies).body(Body::empty()).unwrap();
    let (parts, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    (parts.status, parts.headers, String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

/// Begins a sign-in; answers the authorization request and the cookie it left.
async fn begin(app: &Router) -> (Url, String) {
    let (status, headers, page) = get(app, "/sign-in", "").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let cookie = headers[header::SET_COOKIE].to_str().unwrap();
    (Url::parse(headers[header::LOCATION].to_str().unwrap()).unwrap(), cookie.split(';').next().unwrap().to_owned())
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap()
}

#[tokio::test]
async fn the_request_has_pkce_state_and_nonce_and_the_cookie_is_http_only() {
    let (app, _) = app_with_metadata_alone().await;
    let (_, headers, _) = get(&app, "/sign-in", "").await;
    let cookie = headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("demo-app-attempt-") && cookie.ends_with("; Path=/callback; Max-Age=600; HttpOnly; SameSite=Lax"), "{cookie}");
    let (authorize, _) = begin(&app).await;
    assert_eq!(parameter(&authorize, "response_type"), "code");
    assert_eq!(parameter(&authorize, "scope"), "openid profile email offline_access");
    assert_eq!(parameter(&authorize, "code_challenge_method"), "S256");
    assert_eq!(parameter(&authorize, "code_challenge").len(), 43);
    assert!(parameter(&authorize, "state").len() >= 22 && parameter(&authorize, "nonce").len() >= 22);
}

#[tokio::test]
async fn a_provider_that_is_down_has_a_page_of_its_own() {
    let (status, _, page) = get(&app_of("http://127.0.0.1:1/t/demo"), "/sign-in", "").await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(page.contains("Countersign can’t be reached") && page.contains("make run"), "{page}");
}

#[tokio::test]
async fn an_answer_with_another_state_is_dropped() {
    let (app, issuer) = app_with_metadata_alone().await;
    let (authorize, cookie) = begin(&app).await;
    for state in ["", "state=other&"] {
        let (status, _, page) = get(&app, &format!("/callback?{state}code=c&iss={issuer}"), &cookie).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(page.contains("This sign-in didn’t begin here"), "{page}");
    }
    // The twin: the right state gets as far as the token endpoint, which this provider doesn't have.
    let (_, _, page) = get(&app, &format!("/callback?state={}&code=c&iss={issuer}", parameter(&authorize, "state")), &cookie).await;
    assert!(page.contains("Countersign gave no usable answer"), "{page}");
}

#[tokio::test]
async fn an_answer_without_iss_or_with_another_is_dropped_even_when_it_is_an_error() {
    let (app, issuer) = app_with_metadata_alone().await;
    let (authorize, cookie) = begin(&app).await;
    let state = parameter(&authorize, "state");
    for answer in ["code=c", "code=c&iss=http://evil.test", "error=access_denied&iss=http://evil.test"] {
        let (status, _, page) = get(&app, &format!("/callback?state={state}&{answer}"), &cookie).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(page.contains("The answer came from somebody else"), "{page}");
    }
    let (status, headers, page) = get(&app, &format!("/callback?state={state}&error=access_denied&iss={issuer}"), &cookie).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("You chose not to share") && page.contains("access_denied"), "{page}");
    assert!(headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"), "the attempt is over");
}

#[tokio::test]
async fn an_answer_with_a_parameter_twice_is_dropped() {
    let (app, _) = app_with_metadata_alone().await;
    let (status, _, page) = get(&app, "/callback?state=a&state=b", "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("The answer can’t be read"), "{page}");
}

#[tokio::test]
async fn every_page_has_a_strict_policy() {
    for path in ["/", "/callback", "/nowhere"] {
        let (_, headers, page) = get(&app_of("http://127.0.0.1:1"), path, "").await;
        assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'; style-src 'self'"));
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert!(!page.contains("<script"));
    }
}
