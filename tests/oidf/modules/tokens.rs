//! The whole flow, and what its tokens are.

use domain::key_ring::Algorithm;
use serde_json::{Value, json};

use crate::oidf::returned::ResponseMode;
use crate::oidf::suite::Suite;

pub(crate) async fn oidcc_server(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let tokens = suite.tokens(&[]).await;
    assert_eq!(tokens.claims["at_hash"].as_str().map(str::len), Some(22));
    let sub = tokens.claims["sub"].as_str().expect("a sub");
    assert!(sub.is_ascii() && sub.len() <= 255);
    assert_eq!(suite.userinfo(&tokens.access_token).await.json(), json!({ "sub": sub }));
}

pub(crate) async fn oidcc_idtoken_signature(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let tokens = suite.tokens(&[]).await;
    let header = jsonwebtoken::decode_header(&tokens.id_token).expect("a header");
    let keys = suite.keys().await;
    let key = keys["keys"].as_array().expect("keys").iter().find(|key| key["kid"] == header.kid.as_deref().unwrap_or_default());
    assert_eq!(key.expect("the key that signed")["alg"], "ES256");
    assert_eq!(header.alg, jsonwebtoken::Algorithm::ES256);
}

/// `none` isn't offered, and no app can be set to it.
pub(crate) async fn oidcc_idtoken_unsigned(mode: ResponseMode) {
    let suite = Suite::start(mode).await;
    let offered = suite.metadata["id_token_signing_alg_values_supported"].as_array().expect("a list");
    assert!(!offered.is_empty() && !offered.contains(&Value::from("none")));
    assert!(serde_json::from_value::<Algorithm>(json!("none")).is_err());
    assert!(serde_json::from_value::<Algorithm>(json!("ES256")).is_ok());
}

pub(crate) async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let app = suite.app.clone();
    let request = testkit::form::without(&suite.request_of(&app), "nonce");
    assert_eq!(suite.tokens_of(&app, &request).await.claims.get("nonce"), None);
}

pub(crate) async fn oidcc_server_client_secret_post(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let app = suite.second_app().await;
    let request = suite.request_of(&app);
    let tokens = suite.tokens_of(&app, &request).await;
    assert_eq!(tokens.claims["aud"], app.client_id.as_str());
}
