//! A password that is too old is replaced on the way from the sign-in to the app: once, by whoever typed it, in the browser where they did.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::credential::PasswordCredential;
use domain::policy;
use domain::session::Keeping;
use futures_util::future::join_all;
use http::StatusCode;
use runtime::interaction::{OutlivedState, StateId};
use serde_json::json;
use store::PersonKeys;
use testkit::rows::{Value, text, value};
use testkit::scene::request;
use testkit::{Answer, Call, CookieJar, builders};
use web::Cookie;

use crate::support::{CHOSEN, Place, place};

const PROBLEM: &str = "422 Problem: Choose a new password · Demo";
const DAYS: u64 = 90;

/// The step of somebody who typed an outlived password a moment ago, and their browser.
struct Step {
    state: String,
    browser: CookieJar,
}

impl Step {
    fn sends(&self, password: &str) -> Call {
        Call::form("/new-password", &[("state", &self.state), ("password", password)]).with_cookies(&self.browser)
    }
}

/// A tenant where a password is good for ninety days, and these are over.
async fn aged() -> Place {
    let place = place().await;
    place.scene.change_row(&place.stage, "TENANT#", "passwords", value(&json!({ "longest_days": DAYS }))).await;
    place.stage.clock.advance(Duration::from_hours(24 * DAYS));
    place
}

impl Place {
    fn step(&self) -> Step {
        self.step_of(|_| {})
    }

    fn step_of(&self, change: impl FnOnce(&mut OutlivedState)) -> Step {
        let (binding, name) = ("a-browsers-binding", self.scene.cookie_name(Cookie::Browser));
        let mut state = OutlivedState {
            id: StateId::from_random([7; 16]),
            binding: crypto::base64url::encode(crypto::derive::sha256(binding.as_bytes())),
            user_id: self.scene.person.id.clone(),
            credential_version: 1,
            proved_at: self.now(),
            keeping: Keeping::WhileOpen,
            request: request(&builders::client()),
        };
        change(&mut state);
        let ends = self.now().plus(policy::OUTLIVED_STATE);
        Step { state: self.scene.seal(Kind::OutlivedState, None, ends, &state), browser: CookieJar::of(&name, binding) }
    }

    async fn credential(&self) -> PasswordCredential {
        let found = self.scene.home().read_recovery(&self.scene.person.id, &self.now().month()).await.expect("a read");
        found.password.expect("a password")
    }

    async fn sessions(&self) -> usize {
        self.stage.count("identity", "SESSION#").await
    }

    #[track_caller]
    fn goes_back(&self, answer: &Answer, cookies: usize) {
        assert_eq!((answer.status, self.scene.resumed(answer)), (StatusCode::SEE_OTHER, request(&builders::client())), "{}", answer.outcome());
        assert_eq!(answer.headers.get_all("set-cookie").iter().count(), cookies);
    }
}

#[tokio::test]
async fn another_password_begins_the_session_and_ends_what_stood_on_the_old_one() {
    let place = aged().await;
    let before = place.scene.session().await;
    place.stage.clock.advance(Duration::from_secs(1));
    let step = place.step();
    let answer = place.endpoint.send(step.sends(CHOSEN)).await;
    place.goes_back(&answer, 3);
    let credential = place.credential().await;
    assert_eq!((credential.version, credential.changed_at), (2, place.now()));
    let keys = PersonKeys::of(place.scene.person.id.clone()).with_session(before.id.clone());
    let found = place.scene.home().read_person(&keys).await.expect("a read");
    let (user, old) = (found.user.expect("a person"), found.session.expect("a session"));
    assert!(old.live(place.scene.tenant.record(), &user, place.now()).is_err());
    let sessions = place.scene.home().list_sessions(&user.id, place.now()).await.expect("a list");
    let live: Vec<_> = sessions.iter().filter(|session| session.live(place.scene.tenant.record(), &user, place.now()).is_ok()).collect();
    assert_eq!((live.len(), live[0].authenticated_at), (1, place.now()));
    let changed = place.events("password.changed").await;
    assert_eq!(changed.iter().map(|event| (text(event, "by"), text(event, "subject"))).collect::<Vec<_>>(), [("owner", user.id.as_str())]);
    assert_eq!(place.events("session.started").await.iter().filter(|event| text(event, "session_id") == live[0].id.as_str()).count(), 1);
}

#[tokio::test]
async fn a_password_that_may_not_be_chosen_is_asked_for_again_and_changes_nothing() {
    let place = aged().await;
    let step = place.step();
    for (password, said) in [
        ("", "characters"),
        ("too short", "characters"),
        ("passwordpassword", "guess"),
        // The one that is too old, whatever the history.
        (builders::PASSWORD, "before"),
    ] {
        let answer = place.endpoint.send(step.sends(password)).await;
        assert_eq!(answer.outcome(), PROBLEM, "{password}: {said}");
        assert_eq!((answer.field("state"), answer.field("username")), (step.state.as_str(), ""));
        assert!(!answer.body.contains(&format!("value=\"{password}\"")) || password.is_empty(), "a password is never shown");
    }
    assert_eq!((place.credential().await.version, place.sessions().await), (1, 0));
    place.goes_back(&place.endpoint.send(step.sends(CHOSEN)).await, 3);
}

#[tokio::test]
async fn a_step_that_is_no_more_goes_back_and_changes_nothing() {
    let place = aged().await;
    let long_ago = place.now();
    place.stage.clock.advance(Duration::from_secs(1));
    // Of a password that has changed since, or was never that far.
    for version in [0, 2] {
        place.goes_back(&place.endpoint.send(place.step_of(|state| state.credential_version = version).sends(CHOSEN)).await, 0);
    }
    // Of before everything of the person was ended.
    place.scene.change_person(&place.stage, "not_before", Value::N(place.now().millis().to_string())).await;
    place.goes_back(&place.endpoint.send(place.step_of(|state| state.proved_at = long_ago).sends(CHOSEN)).await, 0);
    place.scene.disable(&place.stage).await;
    place.goes_back(&place.endpoint.send(place.step().sends(CHOSEN)).await, 0);
    assert_eq!((place.credential().await.version, place.sessions().await), (1, 0));
    place.scene.change_person(&place.stage, "status", Value::S("active".to_owned())).await;
    place.goes_back(&place.endpoint.send(place.step().sends(CHOSEN)).await, 3);
}

#[tokio::test]
async fn a_form_that_is_sent_again_or_many_times_at_once_changes_the_password_once() {
    let place = aged().await;
    let step = place.step();
    let passwords: Vec<_> = (0..5).map(|number| format!("{CHOSEN} {number}")).collect();
    let answers = join_all(passwords.iter().map(|password| place.endpoint.send(step.sends(password)))).await;
    assert_eq!(answers.iter().filter(|answer| answer.headers.contains_key("set-cookie")).count(), 1);
    place.goes_back(&place.endpoint.send(step.sends(CHOSEN)).await, 0);
    assert_eq!((place.credential().await.version, place.sessions().await), (2, 1));
    assert_eq!((place.events("password.changed").await.len(), place.events("session.started").await.len()), (1, 1));
}

#[tokio::test]
async fn a_flood_of_new_passwords_is_asked_to_come_again_and_one_is_set() {
    let place = aged().await;
    place.floods(&place.step().sends(CHOSEN)).await;
    assert_eq!((place.credential().await.version, place.sessions().await), (2, 1));
}

#[tokio::test]
async fn only_the_browser_that_typed_the_old_one_sets_another() {
    let place = aged().await;
    let step = place.step();
    let refused = |call: Call| async { place.endpoint.send(call).await.outcome() };
    let stranger = Step { browser: CookieJar::default(), state: step.state.clone() };
    assert_eq!(refused(stranger.sends(CHOSEN)).await, "400 This page belongs to another browser · Countersign");
    assert_eq!(refused(step.sends(CHOSEN).with("origin", "https://evil.example")).await, "403 We stopped this request · Countersign");
    assert_eq!(refused(step.sends(CHOSEN).with("sec-fetch-site", "cross-site")).await, "403 We stopped this request · Countersign");
    for state in ["", "garbage", &place.scene.sign_in_state(request(&builders::client())).0] {
        let other = Step { state: state.to_owned(), browser: step.browser.clone() };
        assert_eq!(refused(other.sends(CHOSEN)).await, "400 This page has expired · Countersign", "{state}");
    }
    assert_eq!(place.endpoint.get("/new-password").await.status, StatusCode::METHOD_NOT_ALLOWED);
    place.stage.clock.advance(policy::OUTLIVED_STATE);
    assert_eq!(refused(step.sends(CHOSEN)).await, "400 This page has expired · Countersign");
    assert_eq!((place.credential().await.version, place.sessions().await), (1, 0));
    place.goes_back(&place.endpoint.send(place.step().sends(CHOSEN)).await, 3);
}
