//! Tokens given back, signed out or cut off: dead at userinfo, at introspection and at the token endpoint at once.

use domain::policy;
use http::StatusCode;
use local::TestPlatform;
use testkit::transport::Crash;

use super::ledger::Ledger;
use super::relying_party::{RelyingParty, assert_invalid_token, assert_refused};
use super::visitor::{Visitor, answer};

async fn is_active(platform: &TestPlatform, app: &RelyingParty, token: &str) -> bool {
    let answered = answer(platform, app.about("/introspect", token)).await;
    assert_eq!(answered.status, StatusCode::OK, "{}", answered.outcome());
    answered.json()["active"].as_bool().expect("active")
}

#[tokio::test]
async fn a_grant_that_is_given_back_is_dead_everywhere_at_once() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::confidential(&platform).offline();
    let mut ada = Visitor::ada(&platform, 1);
    for by_refresh_token in [false, true] {
        let code = ada.arrive(&platform, &app).await;
        let redeemed = app.redeem(&platform, &code).await;
        let (access_token, refresh_token) = (redeemed.text_of("access_token"), redeemed.text_of("refresh_token"));
        for token in [&access_token, &refresh_token] {
            assert!(is_active(&platform, &app, token).await);
        }
        let returned = if by_refresh_token { &refresh_token } else { &access_token };
        assert_eq!(answer(&platform, app.about("/revoke", returned)).await.status, StatusCode::OK);
        for token in [&access_token, &refresh_token] {
            assert!(!is_active(&platform, &app, token).await);
        }
        assert_invalid_token(&app.userinfo(&platform, &access_token).await);
        assert_refused(&app.refreshed(&platform, &refresh_token).await, "invalid_grant");
        Ledger::read(&platform).await.assert_whole();
    }
}

#[tokio::test]
async fn an_app_can_neither_see_nor_end_what_is_anothers() {
    let platform = TestPlatform::start().await;
    let (public, confidential) = (RelyingParty::public(&platform).offline(), RelyingParty::confidential(&platform).offline());
    let code = Visitor::ada(&platform, 1).arrive(&platform, &public).await;
    let redeemed = public.redeem(&platform, &code).await;
    for token in ["access_token", "refresh_token"].map(|name| redeemed.text_of(name)) {
        assert!(!is_active(&platform, &confidential, &token).await);
        assert_eq!(answer(&platform, confidential.about("/revoke", &token)).await.status, StatusCode::OK);
    }
    assert_eq!(userinfo_status(&platform, &public, &redeemed.text_of("access_token")).await, StatusCode::OK);
    assert_eq!(public.refreshed(&platform, &redeemed.text_of("refresh_token")).await.status, StatusCode::OK);
}

async fn userinfo_status(platform: &TestPlatform, app: &RelyingParty, token: &str) -> StatusCode {
    app.userinfo(platform, token).await.status
}

#[tokio::test]
async fn refresh_tokens_outlive_the_session_they_came_from() {
    let platform = TestPlatform::start().await;
    let offline = RelyingParty::confidential(&platform).offline();
    let code = Visitor::ada(&platform, 1).arrive(&platform, &offline).await;
    let refresh_token = offline.refresh_token(&platform, &code).await;
    platform.clock.advance(policy::SESSION_ABSOLUTE);
    let refreshed = offline.refreshed(&platform, &refresh_token).await;
    assert_eq!(refreshed.status, StatusCode::OK, "{}", refreshed.outcome());
    assert_eq!(userinfo_status(&platform, &offline, &refreshed.text_of("access_token")).await, StatusCode::OK);
}

#[tokio::test]
async fn a_killed_revocation_is_finished_by_the_same_request() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::confidential(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    for crash in [Crash::Before, Crash::After] {
        for nth in 1..=6 {
            let code = ada.arrive(&platform, &app).await;
            let (access_token, _) = app.tokens(&platform, &code).await;
            platform.restart();
            platform.faulty().crash_at(nth, crash);
            let _killed = platform.faulty().until_crash(answer(&platform, app.about("/revoke", &access_token))).await;
            platform.faulty().heal();
            platform.restart();
            assert_eq!(answer(&platform, app.about("/revoke", &access_token)).await.status, StatusCode::OK);
            assert_invalid_token(&app.userinfo(&platform, &access_token).await);
            Ledger::read(&platform).await.assert_whole();
        }
    }
}
