//! One's own account across functions: what an end of a session does to single sign-on, and what a killed function leaves behind.

use std::time::Duration;

use domain::policy;
use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::Answer;

use super::crash_points::{POINTS_MAX, SWEEPS};
use super::ledger::rows;
use super::relying_party::RelyingParty;
use super::sign_up::{mailed_link_to, sealed};
use super::visitor::Visitor;

const NEW: &str = "twelve orange kettles sing";

impl Visitor {
    /// Posts a page's form with what the page holds.
    pub(crate) async fn form(&mut self, at: &TestPlatform, app: &RelyingParty, section: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(at, &app.url(if section == "/account/email" { "/account" } else { section })).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.outcome());
        let mut form = vec![("state", page.field("state"))];
        form.extend(fields);
        self.post(at, &app.url(section), &form).await
    }

    /// Whether single sign-on still works without a page.
    async fn is_known(&mut self, at: &TestPlatform, app: &RelyingParty) -> bool {
        let answer = self.get(at, &format!("{}&prompt=none", app.authorize_url())).await;
        let location = answer.header("location");
        assert!(location.contains("code=") || location.contains("error=login_required"), "{}", answer.outcome());
        location.contains("code=")
    }
}

async fn count(at: &TestPlatform, kind: &str) -> usize {
    rows(at, "events").await.iter().filter(|event| event["type"] == kind).count()
}

#[tokio::test]
async fn single_sign_on_is_over_after_each_end_of_a_session_and_only_for_the_one_that_ended() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let (mut here, mut there) = (Visitor::ada(&platform, 1), Visitor::ada(&platform, 2));
    here.arrive(&platform, &app).await;
    there.arrive(&platform, &app).await;
    assert!(here.is_known(&platform, &app).await && there.is_known(&platform, &app).await);
    // Ended from elsewhere.
    let ended = here.form(&platform, &app, "/account/sessions", &[("end_others", "yes")]).await;
    assert_eq!(ended.outcome(), "200 Devices · Demo");
    assert!(here.is_known(&platform, &app).await && !there.is_known(&platform, &app).await);
    // Ended by a new password, but for the browser in which it was set.
    there.arrive(&platform, &app).await;
    platform.clock.advance(Duration::from_secs(1));
    let old = platform.demo.person().password.clone();
    let changed = here.form(&platform, &app, "/account/security", &[("current_password", &old), ("new_password", NEW)]).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.outcome());
    assert!(here.is_known(&platform, &app).await && !there.is_known(&platform, &app).await);
    // Its follow-up ends the sessions one by one, so that apps are told.
    platform.pump().await;
    assert_eq!(rows(&platform, "events").await.iter().filter(|event| event["reason"] == "not_before").count(), 2);
    // Idle for too long.
    platform.clock.advance(policy::SESSION_IDLE);
    assert!(!here.is_known(&platform, &app).await);
}

#[tokio::test]
async fn a_killed_change_of_address_is_finished_by_the_same_link_or_was_made_once() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let (mut network, mut changed) = (0, 0);
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            network += 1;
            platform.clock.advance(policy::FORMER_EMAIL);
            let email = format!("new{network}@example.org");
            let mut ada = Visitor::ada(&platform, network);
            ada.arrive(&platform, &app).await;
            let asked = ada.form(&platform, &app, "/account/security", &[("email", &email)]).await;
            assert_eq!(asked.status, StatusCode::OK, "{}", asked.outcome());
            let link = mailed_link_to(&platform, &email, "/account/email").await;
            let page = ada.get(&platform, &app.url("/account")).await;
            let form = [("state", page.field("state").to_owned()), ("link", sealed(&link).to_owned())];
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            if sweep.cold {
                platform.restart();
            }
            let url = app.url("/account/email");
            let ended = sweep.kill(nth, &platform, ada.post(&platform, &url, &form)).await;
            sweep.restart(&mut platform);
            let answer = match &ended {
                Some(answer) => answer.clone(),
                None => ada.post(&platform, &url, &form).await,
            };
            changed += 1;
            let committed_before = ended.is_none() && answer.status == StatusCode::GONE;
            assert!(committed_before || answer.status == StatusCode::OK, "{sweep:?} {nth}: {}", answer.outcome());
            assert_eq!(count(&platform, "email.changed").await, changed, "{sweep:?} {nth}");
            if ended.is_some() {
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}

impl Visitor {
    /// Has another address proved, by whoever reads its mail.
    async fn take_over(&mut self, at: &TestPlatform, app: &RelyingParty, email: &str) {
        let asked = self.form(at, app, "/account/security", &[("email", email)]).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.outcome());
        let link = mailed_link_to(at, email, "/account/email").await;
        let confirmed = self.form(at, app, "/account/email", &[("link", sealed(&link))]).await;
        assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.outcome());
    }
}

#[tokio::test]
async fn who_takes_an_account_with_its_address_and_password_loses_it_to_whoever_has_the_mail_of_before() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let email = platform.demo.person().email.clone();
    let mut thief = Visitor::ada(&platform, 1);
    thief.arrive(&platform, &app).await;
    thief.take_over(&platform, &app, "thief@example.org").await;
    platform.clock.advance(Duration::from_secs(1));
    let old = platform.demo.person().password.clone();
    thief.form(&platform, &app, "/account/security", &[("current_password", &old), ("new_password", NEW)]).await;
    let link = mailed_link_to(&platform, &email, "/not-me").await;
    platform.clock.advance(Duration::from_secs(1));
    let mut ada = Visitor::ada(&platform, 2);
    assert!(ada.get(&platform, &link).await.body.contains("we give the account its former address back"));
    assert!(thief.is_known(&platform, &app).await, "a program that follows links changes nothing");
    assert_eq!(ada.was_not_me(&platform, &app, &link).await.outcome(), "200 Your account is locked · Demo");
    assert!(!thief.is_known(&platform, &app).await);
    let mut back = thief.clone().typing("thief@example.org", NEW);
    let page = back.ask(&platform, &app).await;
    assert_eq!(back.sign_in(&platform, &app, &page).await.status, StatusCode::FORBIDDEN);
    let reset = mailed_link_to(&platform, &email, "/reset").await;
    assert_eq!(ada.set_password(&platform, &app, &reset, "nine copper whistles hum").await.outcome(), "200 Your password is changed · Demo");
    ada.typing(&email, "nine copper whistles hum").arrive(&platform, &app).await;
}

#[tokio::test]
async fn a_killed_return_of_an_address_is_finished_by_the_same_link_or_was_made_once() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let email = platform.demo.person().email.clone();
    let mut password = platform.demo.person().password.clone();
    let mut rounds = 0;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            rounds += 1;
            platform.clock.advance(Duration::from_hours(1));
            let mut ada = Visitor::ada(&platform, rounds).typing(&email, &password);
            ada.arrive(&platform, &app).await;
            ada.take_over(&platform, &app, &format!("thief{rounds}@example.org")).await;
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
            let committed_before = ended.is_none() && answer.status == StatusCode::GONE;
            assert!(committed_before || answer.status == StatusCode::OK, "{sweep:?} {nth}: {}", answer.outcome());
            assert_eq!(count(&platform, "email.given_back").await as u64, u64::from(rounds), "{sweep:?} {nth}");
            platform.clock.advance(Duration::from_secs(1));
            let reset = mailed_link_to(&platform, &email, "/reset").await;
            password = format!("nine copper whistles {nth} {rounds}");
            assert_eq!(ada.set_password(&platform, &app, &reset, &password).await.status, StatusCode::OK, "{sweep:?} {nth}");
            if ended.is_some() {
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}

#[tokio::test]
async fn a_deletion_that_was_killed_is_done_once_when_its_time_has_come() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    let asked = ada.form(&platform, &app, "/account/data", &[("delete", "yes")]).await;
    assert_eq!(asked.outcome(), "200 Your data · Demo");
    platform.pump().await;
    platform.clock.advance(policy::DELETION_GRACE);
    // Nothing of it works at first: the delivery is due again.
    for nth in 1..=12 {
        platform.faulty().crash_at(nth, testkit::transport::Crash::Before);
        let _ended = platform
            .faulty()
            .until_crash(async {
                platform.sweep().await;
                platform.pump().await;
            })
            .await;
        platform.faulty().heal();
        platform.clock.advance(Duration::from_hours(2));
    }
    for _ in 0..4 {
        platform.sweep().await;
        platform.pump().await;
        platform.clock.advance(Duration::from_hours(2));
    }
    assert_eq!(count(&platform, "account.deleted").await, 1);
    let mut again = Visitor::ada(&platform, 2);
    let page = again.ask(&platform, &app).await;
    assert_eq!(again.sign_in(&platform, &app, &page).await.status, StatusCode::FORBIDDEN, "nobody has the name any more");
}
