//! Who may not ask, and what is no question (RFC 7662 §2.1, §2.3).

use http::{Method, StatusCode};
use testkit::builders;
use testkit::{Call, malformed};

use crate::support::place;

const INVALID_CLIENT: &str =
    r#"401 {"error":"invalid_client","error_description":"The client is unknown, or did not authenticate by its registered method."}"#;
const INVALID_REQUEST: &str =
    r#"{"error":"invalid_request","error_description":"A required parameter is missing, or a parameter is malformed, too long or not supported."}"#;

#[tokio::test]
async fn an_app_that_does_not_authenticate_learns_nothing() {
    let place = place().await;
    let (public, confidential) = (builders::client(), builders::confidential_client());
    let (own, _) = place.scene.access_token(&public, &["openid"]).await;
    let answer = place.ask(&public, &own).await;
    assert_eq!(answer.outcome(), INVALID_CLIENT, "a public client");
    assert_eq!(answer.header("www-authenticate"), r#"Basic realm="https://demo.id.example.com", charset="UTF-8""#);
    let (own, _) = place.scene.access_token(&confidential, &["openid"]).await;
    let unauthenticated = Call::form("/introspect", &[("token", &own), ("client_id", confidential.id.as_str())]);
    assert_eq!(place.endpoint.send(unauthenticated).await.outcome(), INVALID_CLIENT);
    let bearer = Call::form("/introspect", &[("token", &own)]).with("authorization", &format!("Bearer {own}"));
    assert_eq!(place.endpoint.send(bearer).await.outcome(), INVALID_CLIENT);
    assert_eq!(place.ask(&confidential, &own).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_without_a_token_or_that_is_no_form_is_refused() {
    let place = place().await;
    let app = builders::confidential_client();
    assert_eq!(place.endpoint.send(place.call(&app, &vec![("token_type_hint", "access_token")])).await.outcome(), format!("400 {INVALID_REQUEST}"));
    for (malformed, status) in malformed::forms("/introspect") {
        assert_eq!(place.endpoint.send(malformed.clone()).await.outcome(), format!("{status} {INVALID_REQUEST}"), "{malformed:?}");
    }
    let (own, _) = place.scene.access_token(&app, &["openid"]).await;
    let hinted = place.call(&app, &vec![("token", &own), ("token_type_hint", "nonsense")]);
    assert_eq!(place.endpoint.send(hinted).await.json()["active"], true, "a hint is a hint");
}

#[tokio::test]
async fn only_post_is_answered_here() {
    let place = place().await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = place.endpoint.send(Call::new(method, "/introspect?token=x")).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    }
}
