//! "This wasn't me": the link of a notice ends what the account is signed in to and locks its password, once.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::event::Browser;
use domain::{Timestamp, policy};
use runtime::interaction::{NotMeLink, ResetLink};
use store::PersonKeys;
use testkit::rows::{Value, number, text};
use testkit::{Answer, Call};

use crate::support::{CHOSEN, Place, place};

const DEAD: &str = "410 This link doesn’t work any more · Demo";
const LOCKED: &str = "200 Your account is locked · Demo";
const CHANGED: &str = "200 Your password is changed · Demo";

impl Place {
    async fn password_version(&self) -> u64 {
        let found = self.scene.home().read_recovery(&self.scene.person.id, "2026-11").await.expect("a read");
        found.password.expect("a password").version
    }

    /// A link as `deliver` mints it for a notice of what happens now.
    async fn not_me_link(&self) -> String {
        self.not_me_link_of(self.now()).await
    }

    async fn not_me_link_of(&self, happened_at: Timestamp) -> String {
        let link = NotMeLink { user_id: self.scene.person.id.clone(), credential_version: self.password_version().await, happened_at };
        self.scene.seal(Kind::NotMeLink, None, happened_at.plus(policy::NOT_ME_LINK), &link)
    }

    pub(crate) async fn link_for_a_new_password(&self) -> String {
        let asked_at = self.now();
        let link = ResetLink { user_id: self.scene.person.id.clone(), credential_version: self.password_version().await, asked_at };
        self.scene.seal(Kind::ResetLink, None, asked_at.plus(policy::RESET_LINK), &link)
    }

    async fn alarm(&self, link: &str) -> Answer {
        self.endpoint.send(Call::form("/not-me", &[("link", link)])).await
    }

    async fn choose(&self, link: &str, password: &str) -> Answer {
        self.endpoint.send(Call::form("/reset", &[("link", link), ("password", password)])).await
    }
}

#[tokio::test]
async fn following_the_link_changes_nothing_and_the_button_ends_every_session_and_locks_the_password() {
    let place = place().await;
    place.scene.signed_in(Browser::Known).await;
    let session = place.scene.session().await;
    let link = place.not_me_link().await;
    place.endpoint.get("/not-me").await;
    place.stage.counting.reset();
    insta::assert_snapshot!(place.endpoint.get(&format!("/not-me?link={link}")).await.page(), @r#"
    200

    <title>This wasn’t me · Demo
    This wasn’t me
    If it was somebody else, we sign you out everywhere and lock your password, so that nobody gets in with it. Then we send you a link for a new one.
    <form method="post" action="/not-me">
    <input type="hidden" name="link" value="<sealed>">
    <button id="not-me" class="primary" type="submit">
    Lock my account
    "#);
    assert_eq!(place.stage.counting.take().requests(), 0);
    place.stage.clock.advance(Duration::from_secs(1));
    insta::assert_snapshot!(place.alarm(&link).await.page(), @"
    200

    <title>Your account is locked · Demo
    Your account is locked
    You’re signed out everywhere, and the password opens nothing any more. A link for a new one is on its way to your email address.
    ");
    let keys = PersonKeys::of(place.scene.person.id.clone()).with_session(session.id);
    let person = place.scene.home().read_person(&keys).await.expect("a read");
    let (user, session) = (person.user.expect("Ada"), person.session.expect("a session"));
    assert_eq!((user.not_before, user.version), (place.now(), 2));
    assert!(session.live(place.scene.tenant.record(), &user, place.now()).is_err());
    let raised = place.events("account.alarm_raised").await;
    assert_eq!((raised.len(), text(&raised[0], "subject"), number(&raised[0], "credential_version")), (1, place.scene.person.id.as_str(), 2));
}

#[tokio::test]
async fn the_link_works_once_and_so_does_none_of_another_notice_of_that_time() {
    let place = place().await;
    let (older, newer) = (place.not_me_link().await, place.not_me_link().await);
    assert_eq!(place.alarm(&newer).await.outcome(), LOCKED);
    for spent in [&newer, &older] {
        assert_eq!(place.alarm(spent).await.outcome(), DEAD);
    }
    assert_eq!(place.events("account.alarm_raised").await.len(), 1);
    let later = place.not_me_link().await;
    assert_eq!(place.alarm(&later).await.outcome(), LOCKED, "whoever has the mailbox may say so again");
}

#[tokio::test]
async fn of_two_presses_at_once_one_raises_the_alarm() {
    let place = place().await;
    let link = place.not_me_link().await;
    let (one, other) = tokio::join!(place.alarm(&link), place.alarm(&link));
    let mut outcomes = [one.outcome(), other.outcome()];
    outcomes.sort();
    assert_eq!(outcomes, [LOCKED, DEAD]);
    assert_eq!(place.events("account.alarm_raised").await.len(), 1);
}

#[tokio::test]
async fn a_new_password_kills_the_link_and_an_alarm_kills_the_links_for_a_new_password() {
    let place = place().await;
    let (alarm, reset) = (place.not_me_link().await, place.link_for_a_new_password().await);
    assert_eq!(place.choose(&reset, CHOSEN).await.outcome(), CHANGED);
    assert_eq!(place.alarm(&alarm).await.outcome(), DEAD);
    let (alarm, reset) = (place.not_me_link().await, place.link_for_a_new_password().await);
    assert_eq!(place.alarm(&alarm).await.outcome(), LOCKED);
    assert_eq!(place.choose(&reset, "nine copper whistles hum").await.outcome(), DEAD);
    let reset = place.link_for_a_new_password().await;
    let stolen = place.choose(&reset, CHOSEN).await;
    assert_eq!(stolen.outcome(), "422 Problem: Set new password · Demo", "the locked password doesn't come back");
    assert_eq!(place.choose(&reset, "nine copper whistles hum").await.outcome(), CHANGED);
}

#[tokio::test]
async fn a_link_ends_after_a_week_and_with_its_person() {
    let place = place().await;
    let link = place.not_me_link().await;
    place.stage.clock.advance(policy::NOT_ME_LINK);
    assert_eq!(place.alarm(&link).await.outcome(), DEAD);
    assert_eq!(place.endpoint.get(&format!("/not-me?link={link}")).await.outcome(), DEAD);
    let yesterday = Timestamp::from_millis(place.now().millis() - 86_400_000);
    let link = place.not_me_link_of(yesterday).await;
    place.scene.disable(&place.stage).await;
    assert_eq!(place.alarm(&link).await.outcome(), DEAD);
    assert_eq!(place.events("account.alarm_raised").await.len(), 0);
    place.scene.change_person(&place.stage, "status", Value::S("active".to_owned())).await;
    assert_eq!(place.alarm(&link).await.outcome(), LOCKED);
}

#[tokio::test]
async fn a_link_of_another_tenant_or_kind_and_a_form_of_another_site_raise_no_alarm() {
    let place = place().await;
    let link = place.not_me_link().await;
    place.stage.second_tenant().await;
    let there = place.endpoint.at("other.id.example.com").send(Call::form("/not-me", &[("link", &link)])).await;
    assert_eq!(there.outcome(), "410 This link doesn’t work any more · Other");
    let reset = place.link_for_a_new_password().await;
    for wrong in ["", "x", &reset, &link[..link.len() - 4], &"a".repeat(5000)] {
        assert_eq!(place.alarm(wrong).await.outcome(), DEAD);
    }
    assert_eq!(place.choose(&link, CHOSEN).await.outcome(), DEAD, "nor is it a link for a new password");
    let cross_site = Call::form("/not-me", &[("link", &link)]).with("origin", "https://evil.example");
    assert_eq!(place.endpoint.send(cross_site).await.outcome(), "403 We stopped this request · Countersign");
    assert_eq!(place.alarm(&link).await.outcome(), LOCKED);
}

#[tokio::test]
async fn where_nobody_sets_a_password_by_themselves_the_page_says_whom_to_ask() {
    let place = place().await;
    let link = place.not_me_link().await;
    place.scene.change_row(&place.stage, "TENANT#", "recovery", Value::S("off".to_owned())).await;
    let asked = place.endpoint.get(&format!("/not-me?link={link}")).await;
    assert!(asked.body.contains("Then ask the people who run this service for a new one."), "{}", asked.body);
    let answer = place.alarm(&link).await;
    assert_eq!(answer.outcome(), LOCKED);
    assert!(answer.body.contains("Ask the people who run this service for a new one."), "{}", answer.body);
}

#[tokio::test]
async fn a_locked_password_of_a_sign_up_proves_no_address() {
    let place = place().await;
    let elsewhere = testkit::CookieJar::default();
    place.signed_up().await;
    let link = place.link(crate::support::GRACE).await;
    let rows = place.stage.rows("identity").await;
    let standing = rows.into_iter().find(|row| text(row, "pk").starts_with("CRED#") && text(row, "sk") == "PENDING").expect("a password");
    let mut locked = standing.clone();
    locked.insert("locked_at".to_owned(), Value::N("1".to_owned()));
    place.stage.overwrite("identity", locked).await;
    assert_eq!(place.verify(&link, &elsewhere, CHOSEN).await.outcome(), "403 Problem: Confirm email address · Demo");
    place.stage.overwrite("identity", standing).await;
    assert_eq!(place.verify(&link, &elsewhere, CHOSEN).await.outcome(), "200 Your account is ready · Demo");
}
