//! RP-Initiated Logout OP.

use std::time::Duration;

use http::StatusCode;
use testkit::endpoint::Answer;
use testkit::form::{Form, encoded, with};

use super::returned::ResponseMode;
use super::suite::{POST_LOGOUT_REDIRECT_URI, Suite, Tokens};

const STATE: &str = "Lx3mB9";

#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let suite = Suite::start(ResponseMode::Query).await;
    let endpoint = suite.endpoint("end_session_endpoint");
    assert!(endpoint.starts_with(suite.metadata["issuer"].as_str().expect("an issuer")));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let (mut suite, tokens) = signed_in().await;
    // The ID token has expired by then, and is good enough for a hint.
    suite.platform.clock.advance(Duration::from_secs(3600));
    let request = vec![("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", POST_LOGOUT_REDIRECT_URI), ("state", STATE)];
    let answer = log_out(&mut suite, &request).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.outcome());
    assert_eq!(answer.header("location"), format!("{POST_LOGOUT_REDIRECT_URI}?state={STATE}"));
    assert_signed_out(&mut suite).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    let (mut suite, tokens) = signed_in().await;
    let request = vec![("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", "https://evil.example/"), ("state", STATE)];
    stays_here(&mut suite, &request).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let (mut suite, tokens) = signed_in().await;
    let uri = format!("{POST_LOGOUT_REDIRECT_URI}?foo=bar");
    stays_here(&mut suite, &vec![("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", &uri), ("state", STATE)]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let (mut suite, tokens) = signed_in().await;
    let (message, signature) = tokens.id_token.rsplit_once('.').expect("a signature");
    let broken = if let Some(rest) = signature.strip_prefix('A') { format!("{message}.B{rest}") } else { format!("{message}.A{}", &signature[1..]) };
    let request = vec![("id_token_hint", broken.as_str()), ("post_logout_redirect_uri", POST_LOGOUT_REDIRECT_URI), ("state", STATE)];
    stays_here(&mut suite, &request).await;
    assert_still_signed_in(&mut suite).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let (mut suite, _) = signed_in().await;
    let request = vec![("id_token_hint", "not-a-token"), ("post_logout_redirect_uri", POST_LOGOUT_REDIRECT_URI), ("state", STATE)];
    stays_here(&mut suite, &request).await;
    assert_still_signed_in(&mut suite).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let (mut suite, _) = signed_in().await;
    confirmed(&mut suite, &vec![("post_logout_redirect_uri", POST_LOGOUT_REDIRECT_URI), ("state", STATE)]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    let (mut suite, _) = signed_in().await;
    confirmed(&mut suite, &Vec::new()).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    let (mut suite, _) = signed_in().await;
    confirmed(&mut suite, &vec![("state", STATE)]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let (mut suite, tokens) = signed_in().await;
    stays_here(&mut suite, &vec![("id_token_hint", tokens.id_token.as_str()), ("state", STATE)]).await;
    assert_signed_out(&mut suite).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let (mut suite, tokens) = signed_in().await;
    let request = vec![("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", POST_LOGOUT_REDIRECT_URI)];
    assert_eq!(log_out(&mut suite, &request).await.header("location"), POST_LOGOUT_REDIRECT_URI);
    assert_signed_out(&mut suite).await;
}

async fn signed_in() -> (Suite, Tokens) {
    let mut suite = Suite::start(ResponseMode::Query).await;
    let tokens = suite.tokens(&[]).await;
    (suite, tokens)
}

async fn log_out(suite: &mut Suite, request: &Form<'_>) -> Answer {
    let url = format!("{}?{}", suite.endpoint("end_session_endpoint"), encoded(request));
    suite.browser.open(&url).await
}

/// The person is shown a page and sent nowhere.
async fn stays_here(suite: &mut Suite, request: &Form<'_>) {
    let answer = log_out(suite, request).await;
    assert!(answer.header("location").is_empty() && answer.header("content-type").starts_with("text/html"), "{}", answer.outcome());
}

/// Without a hint the person is asked first, and signed out when they say so.
async fn confirmed(suite: &mut Suite, request: &Form<'_>) {
    let page = log_out(suite, request).await;
    assert!(page.body.contains("id=\"logout-confirm\""), "{}", page.outcome());
    assert_still_signed_in(suite).await;
    let answer = suite.browser.confirm_logout(&page).await;
    assert!(answer.status == StatusCode::OK || answer.header("location").starts_with(POST_LOGOUT_REDIRECT_URI), "{}", answer.outcome());
    assert_signed_out(suite).await;
}

async fn assert_signed_out(suite: &mut Suite) {
    assert_eq!(silent_error(suite).await, "login_required");
}

async fn assert_still_signed_in(suite: &mut Suite) {
    assert_eq!(silent_error(suite).await, "");
}

async fn silent_error(suite: &mut Suite) -> String {
    let app = suite.app.clone();
    let request = with(&suite.request_of(&app), "prompt", "none");
    suite.authorize(&request).await.get("error").to_owned()
}
