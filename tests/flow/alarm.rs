//! "This wasn't me": from the mail about a sign-in to a locked password, and from there to a new one.

use std::time::Duration;

use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::Answer;

use super::crash_points::{POINTS_MAX, SWEEPS};
use super::ledger::rows;
use super::relying_party::{RelyingParty, assert_invalid_token};
use super::sign_up::{mailed_link_to, sealed};
use super::visitor::Visitor;

const NEW: &str = "nine copper whistles hum";

impl Visitor {
    /// Says by the link of a notice that it was somebody else.
    pub(crate) async fn was_not_me(&mut self, at: &TestPlatform, app: &RelyingParty, link: &str) -> Answer {
        self.post(at, &app.url("/not-me"), &[("link", sealed(link))]).await
    }
}

async fn alarms(at: &TestPlatform) -> usize {
    rows(at, "events").await.iter().filter(|event| event["type"] == "account.alarm_raised").count()
}

#[tokio::test]
async fn the_mail_about_a_sign_in_ends_it_and_leads_to_a_new_password() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform).offline();
    let email = platform.demo.person().email.clone();
    let mut thief = Visitor::ada(&platform, 1);
    let code = thief.arrive(&platform, &app).await;
    let redeemed = app.redeem(&platform, &code).await;
    let (access_token, refresh_token) = (redeemed.text_of("access_token"), redeemed.text_of("refresh_token"));
    let link = mailed_link_to(&platform, &email, "/not-me").await;
    platform.clock.advance(Duration::from_secs(1));
    let mut ada = Visitor::ada(&platform, 2);
    assert_eq!(ada.get(&platform, &link).await.outcome(), "200 This wasn’t me · Demo");
    assert_eq!(app.userinfo(&platform, &access_token).await.status, StatusCode::OK, "a program that follows links changes nothing");
    assert_eq!(ada.was_not_me(&platform, &app, &link).await.outcome(), "200 Your account is locked · Demo");
    assert_invalid_token(&app.userinfo(&platform, &access_token).await);
    assert_eq!(app.refreshed(&platform, &refresh_token).await.text_of("error"), "invalid_grant");
    let page = thief.ask(&platform, &app).await;
    assert_eq!(page.outcome(), "200 Sign in · Demo", "the session is over");
    assert_eq!(thief.sign_in(&platform, &app, &page).await.status, StatusCode::FORBIDDEN, "and the password opens nothing");
    let reset = mailed_link_to(&platform, &email, "/reset").await;
    assert_eq!(ada.set_password(&platform, &app, &reset, NEW).await.outcome(), "200 Your password is changed · Demo");
    assert_eq!(thief.was_not_me(&platform, &app, &link).await.status, StatusCode::GONE);
    ada.typing(&email, NEW).arrive(&platform, &app).await;
    assert_eq!(alarms(&platform).await, 1);
}

#[tokio::test]
async fn a_killed_alarm_is_raised_by_the_same_link_or_was_raised_once() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let email = platform.demo.person().email.clone();
    let mut password = platform.demo.person().password.clone();
    let (mut network, mut raised) = (0, 0);
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            network += 1;
            platform.clock.advance(Duration::from_hours(1));
            let mut ada = Visitor::ada(&platform, network).typing(&email, &password);
            ada.arrive(&platform, &app).await;
            let link = mailed_link_to(&platform, &email, "/not-me").await;
            platform.clock.advance(Duration::from_secs(1));
            if sweep.cold {
                platform.restart();
            }
            let ended = sweep.kill(nth, &platform, ada.was_not_me(&platform, &app, &link)).await;
            sweep.restart(&mut platform);
            let answer = match &ended {
                Some(answer) => answer.clone(),
                None => ada.was_not_me(&platform, &app, &link).await,
            };
            raised += 1;
            let committed_before = ended.is_none() && answer.status == StatusCode::GONE;
            assert!(committed_before || answer.status == StatusCode::OK, "{sweep:?} {nth}: {}", answer.outcome());
            assert_eq!(alarms(&platform).await, raised, "{sweep:?} {nth}");
            assert_eq!(ada.ask(&platform, &app).await.outcome(), "200 Sign in · Demo", "{sweep:?} {nth}");
            platform.clock.advance(Duration::from_secs(1));
            let reset = mailed_link_to(&platform, &email, "/reset").await;
            password = format!("{NEW} {nth} {network}");
            assert_eq!(ada.set_password(&platform, &app, &reset, &password).await.status, StatusCode::OK, "{sweep:?} {nth}");
            if ended.is_some() {
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}
