//! Requests that pages interrupt, and pushed ones (RFC 9126), from the app's first call to its tokens.

use std::time::Duration;

use http::StatusCode;
use local::TestPlatform;

use super::relying_party::RelyingParty;
use super::visitor::Visitor;

const SIGN_IN: &str = "id=\"sign-in\"";
const ALLOW: &str = "id=\"consent-allow\"";

#[tokio::test]
async fn a_pushed_request_ends_in_tokens_and_in_one_answer_however_many_pages_it_takes() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::confidential(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    let url = app.pushed_url(&app.push(&platform).await);
    let page = ada.get(&platform, &url).await;
    assert!(page.body.contains(SIGN_IN), "{}", page.outcome());
    let reloaded = ada.get(&platform, &url).await;
    let answer = ada.sign_in(&platform, &app, &reloaded).await;
    let consent = ada.follow(&platform, &app, answer).await;
    assert!(consent.body.contains(ALLOW), "{}", consent.outcome());
    // Two tabs: the page opened twice, and answered twice.
    let other_tab = ada.get(&platform, &url).await;
    let code = ada.allow(&platform, &app, &consent).await.returned("code");
    assert_eq!(app.tokens(&platform, &code).await.1["nonce"], "n-0S6_WzA2Mj");
    assert_eq!(ada.allow(&platform, &app, &other_tab).await.returned("error"), "invalid_request_uri");
    assert_eq!(ada.get(&platform, &url).await.returned("error"), "invalid_request_uri");
    // The next one is answered at once, and once.
    let url = app.pushed_url(&app.push(&platform).await);
    assert_ne!(ada.get(&platform, &url).await.returned("code"), "");
    assert_eq!(ada.get(&platform, &url).await.returned("error"), "invalid_request_uri");
}

#[tokio::test]
async fn signing_in_answers_a_pushed_request_once_too() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    Visitor::ada(&platform, 1).arrive(&platform, &app).await;
    let url = app.pushed_url(&app.push(&platform).await);
    let (mut first, mut second) = (Visitor::ada(&platform, 2), Visitor::ada(&platform, 3));
    let (one, other) = (first.get(&platform, &url).await, second.get(&platform, &url).await);
    assert_ne!(first.sign_in(&platform, &app, &one).await.returned("code"), "");
    assert_eq!(second.sign_in(&platform, &app, &other).await.returned("error"), "invalid_request_uri");
}

#[tokio::test]
async fn prompt_login_and_consent_ask_once_each_and_never_in_a_circle() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    let before = app.tokens(&platform, &ada.arrive(&platform, &app).await).await.1;
    platform.clock.advance(Duration::from_secs(5));
    let page = ada.get(&platform, &format!("{}&prompt=login+consent&max_age=0", app.authorize_url())).await;
    assert!(page.body.contains(SIGN_IN), "{}", page.outcome());
    let answer = ada.sign_in(&platform, &app, &page).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let consent = ada.follow(&platform, &app, answer).await;
    assert!(consent.body.contains(ALLOW), "{}", consent.outcome());
    let code = ada.allow(&platform, &app, &consent).await.returned("code");
    let after = app.tokens(&platform, &code).await.1;
    assert_eq!(after["auth_time"].as_u64(), before["auth_time"].as_u64().map(|seconds| seconds + 5));
    // Without the prompt nothing is asked, and the person signed in when they did.
    platform.clock.advance(Duration::from_secs(5));
    let silent = ada.get(&platform, &format!("{}&prompt=none&max_age=10000", app.authorize_url())).await;
    assert_eq!(app.tokens(&platform, &silent.returned("code")).await.1["auth_time"], after["auth_time"]);
}

#[tokio::test]
async fn a_hint_of_another_person_ends_in_login_required_whoever_signs_in() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    let claims = "%7B%22id_token%22%3A%7B%22sub%22%3A%7B%22value%22%3A%22somebody-else%22%7D%7D%7D";
    let url = format!("{}&claims={claims}", app.authorize_url());
    let page = ada.get(&platform, &url).await;
    assert!(page.body.contains(SIGN_IN), "{}", page.outcome());
    let answer = ada.sign_in(&platform, &app, &page).await;
    assert_eq!((answer.returned("error").as_str(), answer.returned("code").as_str()), ("login_required", ""));
    let silent = ada.get(&platform, &format!("{url}&prompt=none")).await;
    assert_eq!(silent.returned("error"), "login_required");
}

#[tokio::test]
async fn claims_by_name_arrive_where_they_were_asked_for_and_nowhere_else() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    // {"userinfo":{"email":null},"id_token":{"name":{"essential":true},"website":null}}
    let claims =
        "%7B%22userinfo%22%3A%7B%22email%22%3Anull%7D%2C%22id_token%22%3A%7B%22name%22%3A%7B%22essential%22%3Atrue%7D%2C%22website%22%3Anull%7D%7D";
    let url = format!("{}&claims={claims}", app.authorize_url()).replace("scope=openid+profile+email", "scope=openid");
    let code = ada.get(&platform, &url).await.returned("code");
    let (access_token, id_token) = app.tokens(&platform, &code).await;
    let learned = |json: &serde_json::Value| ["name", "email", "website"].map(|name| json.get(name).is_some());
    assert_eq!(learned(&id_token), [true, false, false], "what is unknown is left out");
    assert_eq!(learned(&app.userinfo(&platform, &access_token).await.json()), [false, true, false]);
}
