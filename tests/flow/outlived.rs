//! A password that is older than the tenant wants it to be, from the sign-in page by way of another one to the app, killed at every point.

use std::time::Duration;

use http::StatusCode;
use local::TestPlatform;
use serde_json::json;
use testkit::endpoint::Answer;

use super::crash_points::{POINTS_MAX, SWEEPS};
use super::ledger::{Ledger, rows};
use super::relying_party::{RelyingParty, assert_invalid_token};
use super::visitor::Visitor;

pub(super) const DAYS: u64 = 90;
const ANOTHER: &str = "200 Choose a new password · Demo";

impl Visitor {
    /// Types a password that is too old, and gets the page that asks for another one.
    pub(super) async fn types_outlived(&mut self, at: &TestPlatform, app: &RelyingParty) -> Answer {
        let page = self.ask(at, app).await;
        let another = self.sign_in(at, app, &page).await;
        assert_eq!(another.outcome(), ANOTHER);
        another
    }

    async fn replace(&mut self, at: &TestPlatform, app: &RelyingParty, page: &Answer, password: &str) -> Answer {
        self.post(at, &app.url("/new-password"), &[("state", page.field("state")), ("password", password)]).await
    }
}

/// A platform whose tenant wants another password every ninety days.
async fn aging() -> TestPlatform {
    let platform = TestPlatform::start().await;
    wants_others(&platform, Some(DAYS)).await;
    platform
}

/// From its next load on the tenant wants another password every so many days; with none it doesn't.
pub(super) async fn wants_others(platform: &TestPlatform, days: Option<u64>) {
    platform.tables().change_tenant(&platform.demo.tenant, "passwords", &json!({ "longest_days": days })).await;
}

pub(super) fn ages(platform: &TestPlatform) {
    platform.clock.advance(Duration::from_hours(24 * DAYS));
}

async fn changes(at: &TestPlatform) -> usize {
    rows(at, "events").await.iter().filter(|event| event["type"] == "password.changed").count()
}

#[tokio::test]
async fn a_person_replaces_a_password_that_is_too_old_and_goes_on_to_the_app() {
    let platform = aging().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    let first = ada.arrive(&platform, &app).await;
    let (access_token, _) = app.tokens(&platform, &first).await;
    ages(&platform);
    let mut elsewhere = Visitor::ada(&platform, 2);
    let page = elsewhere.types_outlived(&platform, &app).await;
    let answer = elsewhere.replace(&platform, &app, &page, "seven purple lanterns drift").await;
    let answer = elsewhere.follow(&platform, &app, answer).await;
    let (fresh, _) = app.tokens(&platform, &answer.returned("code")).await;
    assert_eq!(app.userinfo(&platform, &fresh).await.status, StatusCode::OK);
    assert_invalid_token(&app.userinfo(&platform, &access_token).await);
    platform.pump().await;
    let told: Vec<_> = platform.inbox.messages().into_iter().map(|mail| mail.subject).collect();
    assert!(told.contains(&"Your password at Demo was changed".to_owned()), "{told:?}");
    // From then on it is a password as any other, and the old one is none.
    let mut again = Visitor::ada(&platform, 3).typing("ada", "seven purple lanterns drift");
    again.arrive(&platform, &app).await;
    let mut old = Visitor::ada(&platform, 4);
    let page = old.ask(&platform, &app).await;
    assert_eq!(old.sign_in(&platform, &app, &page).await.status, StatusCode::FORBIDDEN);
    Ledger::read(&platform).await.assert_whole();
}

#[tokio::test]
async fn a_killed_replacement_is_finished_by_the_same_form_or_was_made_once() {
    let mut platform = aging().await;
    let app = RelyingParty::public(&platform);
    let (mut network, mut password) = (0, platform.demo.person().password.clone());
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            network += 1;
            ages(&platform);
            let mut ada = Visitor::ada(&platform, network).typing("ada", &password);
            let page = ada.types_outlived(&platform, &app).await;
            let (stood, sessions) = (changes(&platform).await, Ledger::read(&platform).await.sessions().len());
            if sweep.cold {
                platform.restart();
            }
            let next = format!("seven purple lanterns drift {network}");
            let ended = sweep.kill(nth, &platform, ada.replace(&platform, &app, &page, &next)).await;
            sweep.restart(&mut platform);
            if ended.is_none() {
                let committed = changes(&platform).await - stood;
                assert_eq!(Ledger::read(&platform).await.sessions().len(), sessions + committed, "{sweep:?} {nth}: both or neither");
                let again = ada.replace(&platform, &app, &page, &next).await;
                assert_eq!(again.status, StatusCode::SEE_OTHER, "{sweep:?} {nth}: {}", again.outcome());
                assert_eq!(again.headers.contains_key("set-cookie"), committed == 0, "{sweep:?} {nth}: a form sent again signs nobody in");
            }
            password = next;
            assert_eq!(changes(&platform).await, stood + 1, "{sweep:?} {nth}");
            let mut person = Visitor::ada(&platform, network).typing("ada", &password);
            person.arrive(&platform, &app).await;
            if ended.is_some() {
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
    Ledger::read(&platform).await.assert_whole();
}
