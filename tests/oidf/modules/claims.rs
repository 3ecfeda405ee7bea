//! What userinfo says, and to whom.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Value, json};
use testkit::endpoint::{Answer, Call};

use crate::oidf::returned::ResponseMode;
use crate::oidf::suite::{Suite, Tokens};

/// Claims of the `profile` scope (OpenID Connect Core §5.4).
const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

pub(crate) async fn oidcc_userinfo_get(mode: ResponseMode) {
    userinfo_by(mode, |path, token| Call::get(path).with("authorization", &format!("Bearer {token}"))).await;
}

pub(crate) async fn oidcc_userinfo_post_header(mode: ResponseMode) {
    userinfo_by(mode, |path, token| Call::form(path, &[]).with("authorization", &format!("Bearer {token}"))).await;
}

pub(crate) async fn oidcc_userinfo_post_body(mode: ResponseMode) {
    userinfo_by(mode, |path, token| Call::form(path, &[("access_token", token)])).await;
}

async fn userinfo_by(mode: ResponseMode, call: impl Fn(String, &str) -> Call) {
    let mut suite = Suite::start(mode).await;
    let tokens = suite.tokens(&[]).await;
    let answer = suite.send("userinfo_endpoint", |path| call(path, &tokens.access_token)).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"), "{}", answer.outcome());
    assert_eq!(answer.text_of("sub"), tokens.claims["sub"]);
    let refused = suite.send("userinfo_endpoint", |path| call(path, "not-a-token")).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}

pub(crate) async fn oidcc_scope_profile(mode: ResponseMode) {
    let (suite, tokens) = with_scope(mode, "openid profile").await;
    assert_eq!(only(&suite.userinfo(&tokens.access_token).await, &PROFILE).len(), PROFILE.len());
}

pub(crate) async fn oidcc_scope_email(mode: ResponseMode) {
    let (suite, tokens) = with_scope(mode, "openid email").await;
    let answer = suite.userinfo(&tokens.access_token).await;
    assert_eq!(only(&answer, &["email", "email_verified"]).len(), 2);
    assert!(answer.json()["email_verified"].is_boolean());
}

pub(crate) async fn oidcc_scope_address(mode: ResponseMode) {
    let (suite, tokens) = with_scope(mode, "openid address").await;
    let answer = suite.userinfo(&tokens.access_token).await;
    only(&answer, &["address"]);
    assert_eq!(answer.json()["address"], json!({ "formatted": "1 Suite Street\nNew York", "country": "US" }));
}

pub(crate) async fn oidcc_scope_phone(mode: ResponseMode) {
    let (suite, tokens) = with_scope(mode, "openid phone").await;
    let answer = suite.userinfo(&tokens.access_token).await;
    assert_eq!(only(&answer, &["phone_number", "phone_number_verified"]).len(), 2);
    assert!(answer.json()["phone_number_verified"].is_boolean());
}

pub(crate) async fn oidcc_scope_all(mode: ResponseMode) {
    let (suite, tokens) = with_scope(mode, "openid profile email address phone").await;
    let more = ["email", "email_verified", "address", "phone_number", "phone_number_verified"];
    let all = [&PROFILE[..], &more].concat();
    assert_eq!(only(&suite.userinfo(&tokens.access_token).await, &all).len(), all.len());
}

pub(crate) async fn oidcc_claims_essential(mode: ResponseMode) {
    let claims = json!({ "userinfo": { "name": { "essential": true } }, "id_token": { "given_name": null } }).to_string();
    let mut suite = Suite::start(mode).await;
    let tokens = suite.tokens(&[("claims", &claims)]).await;
    let answer = suite.userinfo(&tokens.access_token).await;
    assert_eq!(only(&answer, &["name"]).len(), 1);
    assert!(tokens.claims["given_name"].is_string() && tokens.claims.get("name").is_none(), "{}", tokens.claims);
}

/// The flow with scopes beyond `openid`: what they ask for is said at userinfo and not in the ID token (OpenID Connect Core §5.4).
async fn with_scope(mode: ResponseMode, scope: &str) -> (Suite, Tokens) {
    let mut suite = Suite::start(mode).await;
    let tokens = suite.tokens(&[("scope", scope)]).await;
    for claim in PROFILE.iter().chain(&["email", "email_verified", "address", "phone_number"]) {
        assert_eq!(tokens.claims.get(claim), None, "{claim} in the ID token");
    }
    (suite, tokens)
}

/// The claims of a userinfo answer beside `sub`, all of which are among `allowed`; none is null (OpenID Connect Core §5.3.2).
#[track_caller]
fn only(answer: &Answer, allowed: &[&str]) -> BTreeSet<String> {
    let Value::Object(claims) = answer.json() else { panic!("no claims: {}", answer.outcome()) };
    assert!(claims.values().all(|value| !value.is_null()), "{}", answer.body);
    let names: BTreeSet<String> = claims.keys().filter(|name| *name != "sub").cloned().collect();
    assert!(names.iter().all(|name| allowed.contains(&name.as_str())), "{names:?}");
    assert!(!names.is_empty() && claims["sub"].is_string());
    names
}
