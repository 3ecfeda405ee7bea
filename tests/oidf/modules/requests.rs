//! What authorization requests may hold.

use http::StatusCode;
use serde_json::Value;
use testkit::form::{with, without};

use crate::oidf::returned::{ResponseMode, Returned};
use crate::oidf::suite::Suite;

pub(crate) async fn oidcc_response_type_missing(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let app = suite.app.clone();
    let answer = suite.ask(&without(&suite.request_of(&app), "response_type")).await;
    let returned = suite.returned(&answer);
    assert_eq!((returned.get("error"), returned.get("state"), returned.get("code")), ("invalid_request", "8sJ2hGqV0k", ""));
    assert_eq!(returned.get("iss"), suite.metadata["issuer"], "RFC 9207 §2: on errors too");
}

/// A second app, whose redirect URI has a query, with longer values than usual.
pub(crate) async fn oidcc_alternate_happy_flow(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let app = suite.second_app().await;
    let (state, nonce) = ("s".repeat(128), "n".repeat(43));
    let request = with(&with(&suite.request_of(&app), "state", &state), "nonce", &nonce);
    let returned = suite.authorize(&request).await;
    assert_eq!(returned.get("state"), state);
    if mode == ResponseMode::Query {
        assert_eq!((returned.get("dummy1"), returned.get("dummy2")), ("lorem", "ipsum"), "what was registered stays");
    }
    let answer = suite.redeem(&app, returned.get("code")).await;
    assert_eq!(suite.read_tokens(&app, &answer).await.claims["nonce"], nonce.as_str());
}

pub(crate) async fn oidcc_display_page(mode: ResponseMode) {
    succeeds_with(mode, &[("display", "page")]).await;
}

pub(crate) async fn oidcc_display_popup(mode: ResponseMode) {
    succeeds_with(mode, &[("display", "popup")]).await;
}

pub(crate) async fn oidcc_ensure_request_with_unknown_parameter_succeeds(mode: ResponseMode) {
    succeeds_with(mode, &[("extra", "foobar")]).await;
}

pub(crate) async fn oidcc_login_hint(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let app = suite.app.clone();
    let request = with(&suite.request_of(&app), "login_hint", "somebody@suite.example");
    assert_eq!(suite.ask(&request).await.field("username"), "somebody@suite.example");
    suite.tokens_of(&app, &request).await;
}

pub(crate) async fn oidcc_ui_locales(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let app = suite.app.clone();
    let request = with(&suite.request_of(&app), "ui_locales", "de en");
    assert_eq!(suite.ask(&request).await.header("content-language"), "de");
    suite.tokens_of(&app, &request).await;
}

pub(crate) async fn oidcc_claims_locales(mode: ResponseMode) {
    succeeds_with(mode, &[("claims_locales", "se")]).await;
}

pub(crate) async fn oidcc_ensure_request_with_acr_values_succeeds(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let offered = suite.metadata["acr_values_supported"][0].as_str().expect("a context that is offered").to_owned();
    let tokens = suite.tokens(&[("acr_values", &format!("{offered} urn:suite:another"))]).await;
    assert_eq!(tokens.claims["acr"], Value::from(offered));
}

pub(crate) async fn oidcc_ensure_registered_redirect_uri(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let app = suite.app.clone();
    for foreign in ["https://suite.example/another", "https://suite.example/callback/", "https://suite.example/callback?x=1", "https://evil.example"]
    {
        let answer = suite.ask(&with(&suite.request_of(&app), "redirect_uri", foreign)).await;
        assert_eq!((answer.status, Returned::read(&answer, mode)), (StatusCode::BAD_REQUEST, None), "{foreign}");
        assert!(answer.header("content-type").starts_with("text/html") && !answer.body.contains("id=\"form-post\""), "{foreign}");
    }
    suite.tokens(&[]).await;
}

pub(crate) async fn oidcc_ensure_post_request_succeeds(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let app = suite.app.clone();
    for signed_in in [false, true] {
        let request = suite.request_of(&app);
        let endpoint = suite.endpoint("authorization_endpoint");
        let first = suite.browser.post_from_elsewhere(&endpoint, &request).await;
        let last = suite.browser.go_on(first).await;
        let returned = suite.returned(&last);
        assert_eq!(returned.get("state"), "8sJ2hGqV0k", "signed in: {signed_in}");
        suite.read_tokens(&app, &suite.redeem(&app, returned.get("code")).await).await;
    }
    // The second one found the session, whose cookie doesn't come with another site's POST.
    assert_eq!(suite.browser.used, ["sign-in", "consent-allow"]);
}

async fn succeeds_with(mode: ResponseMode, further: &[(&str, &str)]) {
    Suite::start(mode).await.tokens(further).await;
}
