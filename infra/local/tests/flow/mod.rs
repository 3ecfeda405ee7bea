//! The steps that an app takes in the code flow.

use axum::body::{Body, to_bytes};
use http::{Request, StatusCode, header};
use local::TestPlatform;
use local::seed::App;
use serde_json::Value;
use url::Url;

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Where the app sends a person to sign in.
pub(crate) fn authorize_url(platform: &TestPlatform, app: &App) -> String {
    let parameters = [
        ("response_type", "code"),
        ("client_id", &app.client_id),
        ("redirect_uri", &app.redirect_uris[1]),
        ("scope", "openid profile email"),
        ("state", "af0ifjsldkj"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    Url::parse_with_params(&platform.demo.url("/authorize"), parameters).expect("an absolute URL").into()
}

/// Redeems a code as a public client.
pub(crate) async fn redeem(platform: &TestPlatform, app: &App, code: &str) -> Value {
    let (status, answer) = try_to_redeem(platform, app, code).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

/// Redeems a code, or fails to.
pub(crate) async fn try_to_redeem(platform: &TestPlatform, app: &App, code: &str) -> (StatusCode, Value) {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", &app.client_id),
        ("redirect_uri", &app.redirect_uris[1]),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::post(platform.demo.url("/token")).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    answer(platform, request.body(Body::from(body)).expect("a request")).await
}

/// What the app learns about the person.
pub(crate) async fn userinfo(platform: &TestPlatform, access_token: &str) -> Value {
    let request = Request::get(platform.demo.url("/userinfo")).header(header::AUTHORIZATION, format!("Bearer {access_token}"));
    let (status, claims) = answer(platform, request.body(Body::empty()).expect("a request")).await;
    assert_eq!(status, StatusCode::OK, "{claims}");
    claims
}

async fn answer(platform: &TestPlatform, request: Request<Body>) -> (StatusCode, Value) {
    let response = platform.request(request).await;
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("an answer from memory");
    (status, serde_json::from_slice(&bytes).expect("JSON"))
}
