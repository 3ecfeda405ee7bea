//! A forgotten password, from the sign-in page to the app, with the mail that carries the link.

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
    /// Says that the password of the account `name` is forgotten.
    async fn forget(&mut self, at: &TestPlatform, app: &RelyingParty, name: &str) -> Answer {
        let page = self.get(at, &app.url("/reset")).await;
        self.post(at, &app.url("/reset"), &[("state", page.field("state")), ("username", name)]).await
    }

    pub(crate) async fn set_password(&mut self, at: &TestPlatform, app: &RelyingParty, link: &str, password: &str) -> Answer {
        self.post(at, &app.url("/reset"), &[("link", sealed(link)), ("password", password)]).await
    }
}

async fn changes(at: &TestPlatform) -> usize {
    rows(at, "events").await.iter().filter(|event| event["type"] == "password.changed").count()
}

#[tokio::test]
async fn a_new_password_ends_what_the_old_one_opened_and_signs_in() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform).offline();
    let mut ada = Visitor::ada(&platform, 1);
    let code = ada.arrive(&platform, &app).await;
    let redeemed = app.redeem(&platform, &code).await;
    let (access_token, refresh_token) = (redeemed.text_of("access_token"), redeemed.text_of("refresh_token"));
    platform.clock.advance(Duration::from_secs(1));
    let mut elsewhere = Visitor::ada(&platform, 2);
    let sign_in = elsewhere.ask(&platform, &app).await;
    assert!(sign_in.body.contains("id=\"reset-link\" href=\"/t/demo/reset?state="), "{}", sign_in.body);
    assert_eq!(elsewhere.forget(&platform, &app, &ada.username).await.outcome(), "200 Check your mail · Demo");
    let email = platform.demo.person().email.clone();
    let link = mailed_link_to(&platform, &email, "/reset").await;
    assert_eq!(elsewhere.set_password(&platform, &app, &link, NEW).await.outcome(), "200 Your password is changed · Demo");
    platform.pump().await;
    let mails = platform.inbox.messages();
    assert_eq!(mails.iter().filter(|mail| mail.subject == "Your password at Demo was changed").count(), 1);
    assert_invalid_token(&app.userinfo(&platform, &access_token).await);
    assert_eq!(app.refreshed(&platform, &refresh_token).await.text_of("error"), "invalid_grant");
    assert_eq!(ada.ask(&platform, &app).await.outcome(), "200 Sign in · Demo", "the old session is over");
    let page = ada.ask(&platform, &app).await;
    assert_eq!(ada.sign_in(&platform, &app, &page).await.status, StatusCode::FORBIDDEN);
    ada.typing(&email, NEW).arrive(&platform, &app).await;
}

#[tokio::test]
async fn a_killed_reset_is_finished_by_the_same_link_or_has_set_the_password_once() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let email = platform.demo.person().email.clone();
    let (mut network, mut set) = (0, 0);
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            network += 1;
            platform.clock.advance(Duration::from_hours(1));
            let mut ada = Visitor::ada(&platform, network);
            ada.forget(&platform, &app, &email).await;
            let link = mailed_link_to(&platform, &email, "/reset").await;
            platform.clock.advance(Duration::from_secs(1));
            if sweep.cold {
                platform.restart();
            }
            let password = format!("{NEW} {nth} {network}");
            let ended = sweep.kill(nth, &platform, ada.set_password(&platform, &app, &link, &password)).await;
            sweep.restart(&mut platform);
            let answer = match &ended {
                Some(answer) => answer.clone(),
                None => ada.set_password(&platform, &app, &link, &password).await,
            };
            set += 1;
            let committed_before = ended.is_none() && answer.status == StatusCode::GONE;
            assert!(committed_before || answer.status == StatusCode::OK, "{sweep:?} {nth}: {}", answer.outcome());
            assert_eq!(changes(&platform).await, set, "{sweep:?} {nth}");
            platform.clock.advance(Duration::from_secs(1));
            ada.typing(&email, &password).arrive(&platform, &app).await;
            if ended.is_some() {
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}
