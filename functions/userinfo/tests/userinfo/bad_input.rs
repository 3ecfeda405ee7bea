//! Requests that don't read: clear errors, never a 500.

use http::{Method, StatusCode};
use testkit::{Call, malformed};

use crate::support::{bearer, place};

const INVALID_REQUEST: &str = r#"400 {"error":"invalid_request","error_description":"A required parameter is missing, or a parameter is malformed, too long or not supported."}"#;

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let place = place().await;
    for (malformed, _) in malformed::forms("/userinfo") {
        let answer = place.endpoint.send(malformed.clone()).await;
        assert_eq!(answer.outcome(), INVALID_REQUEST, "{malformed:?}");
        assert!(answer.header("www-authenticate").contains(r#"error="invalid_request""#));
    }
}

#[tokio::test]
async fn a_token_in_two_places_or_in_pieces_is_an_invalid_request() {
    let place = place().await;
    let token = place.token(&["openid"]).await;
    let header = format!("Bearer {token}");
    for call in [
        Call::form("/userinfo", &[("access_token", &token)]).with("authorization", &header),
        bearer(&token).with("authorization", &header),
        Call::get("/userinfo").with("authorization", "Bearer"),
        Call::get("/userinfo").with("authorization", "Bearer "),
        Call::get("/userinfo").with("authorization", &format!("{header} {token}")),
        Call::get("/userinfo").with("authorization", "Bearer \u{fc}"),
    ] {
        assert_eq!(place.endpoint.send(call.clone()).await.outcome(), INVALID_REQUEST, "{call:?}");
    }
    assert_eq!(place.ask(&token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn other_methods_are_told_which_are_served() {
    let place = place().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = place.endpoint.send(Call::new(method.clone(), "/userinfo")).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, POST"), "{method}");
    }
}

#[tokio::test]
async fn a_host_without_a_tenant_is_404_and_no_header_changes_the_realm() {
    let place = place().await;
    let token = place.token(&["openid"]).await;
    for host in ["nobody.id.example.com", "evil.example", ""] {
        assert_eq!(place.endpoint.at(host).send(bearer(&token)).await.status, StatusCode::NOT_FOUND, "{host}");
    }
    let answer = place.endpoint.send(Call::get("/userinfo").with("x-forwarded-host", "evil.example").with("forwarded", "host=evil.example")).await;
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="https://demo.id.example.com""#);
}

#[tokio::test]
async fn a_very_long_token_is_refused() {
    let place = place().await;
    let answer = place.ask(&"a".repeat(9000)).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
