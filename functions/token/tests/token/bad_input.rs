//! Requests that aren't token requests: clear errors, never a 500.

use http::{Method, StatusCode};
use testkit::{Call, builders, malformed};

use crate::support::{call, grant, place, with, without};

const FORM: &str = "application/x-www-form-urlencoded";
const INVALID_REQUEST: &str =
    r#"{"error":"invalid_request","error_description":"A required parameter is missing, or a parameter is malformed, too long or not supported."}"#;

#[tokio::test]
async fn a_grant_type_that_is_missing_or_not_offered_is_refused() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    let right = grant(&code);
    let missing = place.redeem(&app, &without(&right, "grant_type")).await;
    assert_eq!(missing.outcome(), format!("400 {INVALID_REQUEST}"));
    assert_eq!(place.redeem(&app, &without(&right, "code")).await.outcome(), format!("400 {INVALID_REQUEST}"));
    for grant_type in ["password", "Client_credentials", "Authorization_code", "authorization_code "] {
        let answer = place.redeem(&app, &with(&right, "grant_type", grant_type)).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(answer.outcome(), @r#"400 {"error":"unsupported_grant_type","error_description":"This grant type is not offered."}"#);
        }
    }
    assert_eq!(place.redeem(&app, &right).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let place = place().await;
    for (malformed, status) in malformed::forms("/token") {
        let answer = place.endpoint.send(malformed.clone()).await;
        assert_eq!(answer.outcome(), format!("{status} {INVALID_REQUEST}"), "{malformed:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_body_of_64_kib_is_read_and_a_byte_more_is_not() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    let form = with(&grant(&code), "client_id", app.id.as_str());
    let encoded: Vec<String> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let encoded = encoded.join("&").replace("https://", "https%3A%2F%2F");
    let filled = |size: usize| format!("{encoded}&padding={}", "x".repeat(size - encoded.len() - "&padding=".len()));
    let send = async |size| place.endpoint.send(Call::new(Method::POST, "/token").with_body(FORM, filled(size))).await;
    let too_large = send(64 * 1024 + 1).await;
    assert_eq!(too_large.outcome(), format!("413 {INVALID_REQUEST}"));
    assert_eq!(send(64 * 1024).await.status, StatusCode::OK);
}

#[tokio::test]
async fn two_hundred_parameters_are_read() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    let names: Vec<String> = (0..195).map(|number| format!("p{number}")).collect();
    let mut form = grant(&code);
    form.extend(names.iter().map(|name| (name.as_str(), "x")));
    // With client_id there are 200.
    assert_eq!(place.endpoint.send(call(&app, &form)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_post_is_answered_here() {
    let place = place().await;
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH] {
        let answer = place.endpoint.send(Call::new(method.clone(), "/token?grant_type=authorization_code")).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"), "{method}");
    }
    insta::assert_snapshot!(place.endpoint.get("/token").await.snapshot(), @"
    405
    allow: POST
    cache-control: no-store
    content-type: text/plain; charset=utf-8
    pragma: no-cache
    vary: origin
    x-content-type-options: nosniff

    This endpoint answers POST only.
    ");
    assert_eq!(place.endpoint.post("/tokens", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_host_without_a_tenant_is_404() {
    let place = place().await;
    for host in ["nobody.id.example.com", "evil.example", "demo.id.example.com.evil.example", "id.example.com", "demo.id.example.com:8443", ""] {
        let answer = place.endpoint.at(host).post("/token", &grant("x")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{host}");
    }
}

#[tokio::test]
async fn forwarded_headers_change_no_issuer() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    let forged = call(&app, &grant(&code))
        .with("x-forwarded-host", "evil.example")
        .with("x-forwarded-proto", "http")
        .with("x-forwarded-for", "203.0.113.9")
        .with("forwarded", "host=evil.example;proto=http");
    let answer = place.endpoint.send(forged).await;
    for name in ["access_token", "id_token"] {
        let token = testkit::jwt::Shown::read(&answer.text_of(name)).expect("a token");
        assert_eq!(token.claims["iss"], "https://demo.id.example.com");
    }
}
