//! F22 and F23: the key service is down. Warm functions go on as if nothing were; cold ones say 503 at once, ask once, and recover by themselves.

use std::time::Duration;

use domain::key_ring::Purpose;
use domain::policy;
use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::{Answer, Call};
use testkit::keys::{Health, KeyCall};

use super::relying_party::{RelyingParty, path};
use super::visitor::{Visitor, answer};

const OUTAGE: Duration = Duration::from_mins(30);
const A_MINUTE: Duration = Duration::from_mins(1);

/// What only public keys stand behind.
const KEYLESS: [&str; 3] = ["/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

async fn open(platform: &TestPlatform, url: &str) -> Answer {
    answer(platform, Call::get(path(url))).await
}

#[tokio::test]
async fn f22_for_30_minutes_warm_functions_sign_people_in_without_the_key_service() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let code = Visitor::ada(&platform, 0).arrive(&platform, &app).await;
    let (access_token, _) = app.tokens(&platform, &code).await;
    assert_eq!(app.userinfo(&platform, &access_token).await.status, StatusCode::OK);
    // Every unwrapped key is due to be unwrapped again, and can't be.
    platform.clock.advance(policy::DATA_KEY_FRESH);
    platform.keys.be(Health::Down);
    for minute in 0..=OUTAGE.as_secs() / 60 {
        let network = u16::try_from(minute).expect("few") + 1;
        let mut ada = Visitor::ada(&platform, network);
        let code = ada.arrive(&platform, &app).await;
        let (access_token, claims) = app.tokens(&platform, &code).await;
        assert_eq!(claims["iss"], app.issuer.as_str());
        assert_eq!(app.userinfo(&platform, &access_token).await.status, StatusCode::OK, "minute {minute}");
        for keyless in KEYLESS {
            assert_eq!(open(&platform, &app.url(keyless)).await.status, StatusCode::OK, "minute {minute}: {keyless}");
        }
        platform.clock.advance(A_MINUTE);
    }
}

#[tokio::test]
async fn f23_cold_functions_say_503_ask_once_per_backoff_and_recover_by_themselves() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 0);
    let code = ada.arrive(&platform, &app).await;
    let (access_token, _) = app.tokens(&platform, &code).await;
    let page = Visitor::ada(&platform, 1).ask(&platform, &app).await;
    let code = ada.arrive(&platform, &app).await;

    platform.restart();
    platform.keys.be(Health::Down);
    let calls = platform.keys.call_count();
    for _ in 0..10 {
        for answer in [
            ada.clone().ask(&platform, &app).await,
            Visitor::ada(&platform, 1).sign_in(&platform, &app, &page).await,
            app.redeem(&platform, &code).await,
            app.userinfo(&platform, &access_token).await,
        ] {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.outcome());
            assert!(!answer.header("retry-after").is_empty());
        }
        for keyless in KEYLESS {
            assert_eq!(open(&platform, &app.url(keyless)).await.status, StatusCode::OK, "{keyless}");
        }
    }
    // Four functions, each asked ten times, each asking once.
    assert_eq!(platform.keys.call_count() - calls, 4);

    platform.keys.be(Health::Up);
    platform.clock.advance(policy::KMS_BACKOFF);
    let (access_token, _) = app.tokens(&platform, &code).await;
    assert_eq!(app.userinfo(&platform, &access_token).await.status, StatusCode::OK, "nothing was consumed meanwhile");
    assert!(!ada.ask(&platform, &app).await.returned("code").is_empty());
}

#[tokio::test]
async fn a_cold_tenant_costs_one_call_per_purpose_however_many_come_at_once() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 0);
    let page = ada.ask(&platform, &app).await;
    platform.restart();
    let before = platform.keys.calls().len();
    let forms = (0..10).map(|_| {
        let mut ada = ada.clone();
        let (platform, app, page) = (&platform, &app, &page);
        async move { ada.sign_in(platform, app, page).await }
    });
    futures_util::future::join_all(forms).await;
    let mut asked: Vec<_> = platform.keys.calls().split_off(before);
    asked.sort_by_key(|call| format!("{call:?}"));
    assert_eq!(asked, [Purpose::Credentials, Purpose::People, Purpose::Sealing].map(KeyCall::Decrypt));
}
