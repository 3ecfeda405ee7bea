//! The platform in one process, as tests use it: a person signs in to an app, and everything behind that happens.

mod flow;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use cloud::mail::MailError;
use domain::client::ClientAuthenticationMethod;
use flow::{authorize_url, redeem, userinfo};
use http::{Request, StatusCode};
use local::TestPlatform;
use testkit::keys::Health;

async fn body(response: axum::response::Response) -> String {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("an answer from memory");
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[tokio::test]
async fn a_person_signs_in_to_an_app_and_is_told_once_about_the_new_browser() {
    let platform = TestPlatform::start().await;
    let app = platform.demo.app(ClientAuthenticationMethod::None);
    let mut browser = platform.browser();
    let arrived = browser.arrive(&authorize_url(&platform, app)).await;
    assert_eq!(arrived.parameter("iss").as_deref(), Some(platform.demo.issuer()), "{}", arrived.url);
    let tokens = redeem(&platform, app, &arrived.parameter("code").expect("a code")).await;
    let claims = userinfo(&platform, tokens["access_token"].as_str().expect("an access token")).await;
    assert_eq!(claims["email"], platform.demo.person().email.as_str());

    assert!(platform.inbox.messages().is_empty(), "nothing runs by itself");
    platform.pump().await;
    platform.pump().await;
    platform.sweep().await;
    platform.pump().await;
    let messages = platform.inbox.messages();
    assert_eq!(messages.iter().map(|message| message.to.as_str()).collect::<Vec<_>>(), [platform.demo.person().email.as_str()]);
    assert!(platform.parked.list().is_empty() && platform.dead_letters.list().is_empty());
}

#[tokio::test]
async fn a_lost_nudge_heals_at_the_next_sweep() {
    let platform = TestPlatform::start().await;
    let app = platform.demo.app(ClientAuthenticationMethod::None);
    platform.browser().arrive(&authorize_url(&platform, app)).await;
    platform.nudges.lose_next();
    platform.pump().await;
    assert!(platform.inbox.messages().is_empty());
    platform.clock.advance(Duration::from_mins(1));
    platform.sweep().await;
    platform.pump().await;
    assert_eq!(platform.inbox.messages().len(), 1);
}

#[tokio::test]
async fn while_mail_fails_for_ten_minutes_people_sign_in_and_the_notice_arrives_once() {
    let platform = TestPlatform::start().await;
    let app = platform.demo.app(ClientAuthenticationMethod::None);
    platform.inbox.refuse(Some(MailError::ForNow("an outage".to_owned())));
    let arrived = platform.browser().arrive(&authorize_url(&platform, app)).await;
    assert!(arrived.parameter("code").is_some(), "{}", arrived.body);
    for _ in 0..10 {
        platform.pump().await;
        platform.sweep().await;
        platform.clock.advance(Duration::from_mins(1));
    }
    assert!(platform.inbox.messages().is_empty());
    platform.inbox.refuse(None);
    for _ in 0..60 {
        platform.clock.advance(Duration::from_mins(1));
        platform.sweep().await;
        platform.pump().await;
    }
    assert_eq!(platform.inbox.messages().len(), 1);
}

#[tokio::test]
async fn what_is_no_route_is_answered_as_api_gateway_does() {
    let platform = TestPlatform::start().await;
    let ask = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = platform.request(request).await;
        (response.status(), body(response).await)
    };
    let not_found = (StatusCode::NOT_FOUND, r#"{"message":"Not Found"}"#.to_owned());
    for nowhere in ["/", "/jwks", "/t/demo", "/t/demo/jwks/", "/t/demo/admin", "/inbox"] {
        assert_eq!(ask(nowhere).await, not_found, "{nowhere}");
    }
    assert_eq!(ask("/t/demo/jwks").await.0, StatusCode::OK);
    // A tenant that isn't there is the function's answer, not the gateway's.
    let unknown = ask("/t/nobody/jwks").await;
    assert!(unknown.0 == StatusCode::NOT_FOUND && unknown != not_found, "{unknown:?}");
}

#[tokio::test]
async fn functions_that_start_anew_remember_nothing_and_the_tables_everything() {
    let mut platform = TestPlatform::start().await;
    let url = authorize_url(&platform, platform.demo.app(ClientAuthenticationMethod::None));
    let mut browser = platform.browser();
    browser.arrive(&url).await;
    let cookies = browser.cookies.clone();
    platform.keys.be(Health::Down);
    let warm = open(&platform, &cookies, &url).await;
    platform.restart();
    let cold = open(&platform, &cookies, &url).await;
    platform.keys.be(Health::Up);
    platform.clock.advance(Duration::from_mins(1));
    let healed = open(&platform, &cookies, &url).await;
    assert_eq!((warm, cold, healed), (StatusCode::SEE_OTHER, StatusCode::SERVICE_UNAVAILABLE, StatusCode::SEE_OTHER));
}

async fn open(platform: &TestPlatform, cookies: &BTreeMap<String, String>, url: &str) -> StatusCode {
    let mut browser = platform.browser();
    browser.cookies.clone_from(cookies);
    browser.open(url).await.status
}
