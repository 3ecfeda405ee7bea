//! "This wasn't me" of another address: whoever still gets the mail of the one before has it back, once, within a week.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::event::EventKind;
use domain::identifier::Canonical;
use domain::policy;
use domain::user::{Email, User};
use runtime::interaction::FormerEmailLink;
use store::{Claim, EmailClaims, PersonKeys, UserChange, UserPart};
use testkit::rows::{Value, number, text, value};
use testkit::{Answer, Call};
use tokio::task::yield_now;

use crate::support::{Place, place};

const DEAD: &str = "410 This link doesn’t work any more · Demo";
const GIVEN_BACK: &str = "200 Your account is locked · Demo";
const ADA: &str = "ada@example.com";
const THIEF: &str = "thief@example.org";

impl Place {
    async fn ada(&self) -> User {
        let keys = PersonKeys::of(self.scene.person.id.clone());
        self.scene.home().read_person(&keys).await.expect("a read").user.expect("Ada")
    }

    fn claim_of(&self, address: &str) -> Claim {
        self.scene.tenant.claim(&Canonical::email(address).expect("an address")).expect("a claim")
    }

    async fn owner_of(&self, address: &str) -> Option<domain::UserId> {
        self.scene.home().find_identifier(&self.claim_of(address)).await.expect("an answer")
    }

    /// Somebody has another address proved for the account; the link is as `deliver` mails it to the one before.
    async fn taken_over_by(&self, address: &str) -> String {
        let before = self.ada().await;
        let (wish, _) = before.asking_for_email(address, self.now()).expect("a wish");
        let after = User { version: before.version + 1, ..wish.with_proved_email(wish.version, self.now()).expect("proved") };
        let mut formers = after.former_emails.clone();
        formers.last_mut().expect("one").version = after.version;
        let after = User { former_emails: formers, ..after };
        let former = before.email.map(|email| self.claim_of(&email.address));
        let claims = EmailClaims { former, proved: Some(self.claim_of(address)) };
        let event = self.scene.event(EventKind::EmailChanged { version: after.version });
        self.scene.home().change_email(&after, &claims, &event).await.expect("an answer");
        self.link_of(after.version)
    }

    fn link_of(&self, version: u64) -> String {
        let link = FormerEmailLink { user_id: self.scene.person.id.clone(), version };
        self.scene.seal(Kind::FormerEmailLink, None, self.now().plus(policy::FORMER_EMAIL), &link)
    }

    async fn was_not_me(&self, link: &str) -> Answer {
        self.endpoint.send(Call::form("/not-me", &[("link", link)])).await
    }
}

#[tokio::test]
async fn following_the_link_changes_nothing_and_the_button_gives_the_address_back_and_locks_the_account() {
    let place = place().await;
    let link = place.taken_over_by(THIEF).await;
    let session = place.scene.session().await;
    place.endpoint.get("/not-me").await;
    place.stage.counting.reset();
    insta::assert_snapshot!(place.endpoint.get(&format!("/not-me?link={link}")).await.page(), @r#"
    200

    <title>This wasn’t me · Demo
    This wasn’t me
    If it was somebody else, we give the account its former address back, sign you out everywhere and lock your password, so that nobody gets in with it. Then we send you a link for a new one.
    <form method="post" action="/not-me">
    <input type="hidden" name="link" value="<sealed>">
    <button id="not-me" class="primary" type="submit">
    Lock my account
    "#);
    assert_eq!(place.stage.counting.take().requests(), 0);
    place.stage.clock.advance(Duration::from_secs(1));
    insta::assert_snapshot!(place.was_not_me(&link).await.page(), @"
    200

    <title>Your account is locked · Demo
    Your account is locked
    It has its former email address again. You’re signed out everywhere, and the password opens nothing any more. A link for a new one is on its way to that address.
    ");
    let ada = place.ada().await;
    assert_eq!(ada.email, Some(Email { address: ADA.to_owned(), verified: true, since: Some(place.now()) }));
    assert_eq!((ada.not_before, ada.former_emails.len()), (place.now(), 0));
    assert_eq!(place.owner_of(ADA).await.as_ref(), Some(&place.scene.person.id));
    assert_eq!(place.owner_of(THIEF).await, None);
    assert!(session.live(place.scene.tenant.record(), &ada, place.now()).is_err());
    let recovery = place.scene.home().read_recovery(&ada.id, "2026-11").await.expect("a read");
    assert!(recovery.password.is_some_and(|password| password.locked_at == Some(place.now())));
    let told = place.events("email.given_back").await;
    assert_eq!((told.len(), text(&told[0], "subject"), number(&told[0], "credential_version")), (1, ada.id.as_str(), 2));
}

#[tokio::test]
async fn it_is_given_back_once_and_what_the_thief_had_proved_gives_nothing_back() {
    let place = place().await;
    let (first, second) = (place.taken_over_by(THIEF).await, place.taken_over_by("other@example.org").await);
    assert_eq!(place.was_not_me(&first).await.outcome(), GIVEN_BACK);
    for spent in [&first, &second] {
        assert_eq!(place.was_not_me(spent).await.outcome(), DEAD);
    }
    assert_eq!(place.ada().await.email.map(|email| email.address).as_deref(), Some(ADA));
    assert_eq!((place.owner_of(THIEF).await, place.owner_of("other@example.org").await), (None, None));
    assert_eq!(place.events("email.given_back").await.len(), 1);
}

#[tokio::test]
async fn of_two_presses_at_once_one_counts() {
    let place = place().await;
    let link = place.taken_over_by(THIEF).await;
    let (one, other) = tokio::join!(place.was_not_me(&link), place.was_not_me(&link));
    let mut outcomes = [one.outcome(), other.outcome()];
    outcomes.sort();
    assert_eq!(outcomes, [GIVEN_BACK, DEAD]);
    assert_eq!(place.events("email.given_back").await.len(), 1);
}

#[tokio::test]
async fn another_change_beside_it_does_not_keep_it_from_counting_and_is_forgotten() {
    let place = place().await;
    let link = place.taken_over_by(THIEF).await;
    let (wish, _) = place.ada().await.asking_for_email("other@example.org", place.now()).expect("a wish");
    let asked = place.scene.event(EventKind::EmailChangeRequested { version: wish.version });
    place.endpoint.get("/not-me").await;
    place.stage.counting.reset();
    let beside = async {
        while place.stage.counting.report().requests() == 0 {
            yield_now().await;
        }
        place.scene.home().change_user(&wish, UserPart::PendingEmail, &asked).await
    };
    let (changed, answer) = tokio::join!(beside, place.was_not_me(&link));
    assert_eq!((answer.outcome().as_str(), changed), (GIVEN_BACK, Ok(UserChange::Changed)));
    let ada = place.ada().await;
    assert_eq!((ada.email.map(|email| email.address).as_deref(), ada.pending_email), (Some(ADA), None));
}

#[tokio::test]
async fn an_address_that_somebody_else_has_by_now_stays_theirs_and_the_thief_loses_his() {
    let place = place().await;
    let link = place.taken_over_by(THIEF).await;
    let grace = place.scene.add_person("grace", ADA).await;
    let answer = place.was_not_me(&link).await;
    assert_eq!(answer.outcome(), GIVEN_BACK);
    assert!(answer.body.contains("Ask the people who run this service for a new one.") && !answer.body.contains("former"), "{}", answer.body);
    assert_eq!(place.ada().await.email, None);
    assert_eq!((place.owner_of(ADA).await, place.owner_of(THIEF).await), (Some(grace.id), None));
}

#[tokio::test]
async fn a_link_is_good_for_a_week_for_somebody_who_may_act_at_the_tenant_that_sent_it() {
    let place = place().await;
    let link = place.taken_over_by(THIEF).await;
    place.stage.second_tenant().await;
    let there = place.endpoint.at("other.id.example.com").send(Call::form("/not-me", &[("link", &link)])).await;
    assert_eq!(there.outcome(), "410 This link doesn’t work any more · Other");
    assert_eq!(place.was_not_me(&place.link_of(99)).await.outcome(), DEAD);
    let cross_site = Call::form("/not-me", &[("link", &link)]).with("origin", "https://evil.example");
    assert_eq!(place.endpoint.send(cross_site).await.outcome(), "403 We stopped this request · Countersign");
    place.scene.disable(&place.stage).await;
    assert_eq!(place.was_not_me(&link).await.outcome(), DEAD);
    place.scene.change_person(&place.stage, "status", Value::S("active".to_owned())).await;
    place.stage.clock.advance(policy::FORMER_EMAIL);
    assert_eq!(place.was_not_me(&link).await.outcome(), DEAD);
    assert_eq!(place.was_not_me(&place.link_of(2)).await.outcome(), DEAD, "whatever the link says");
    assert_eq!(place.ada().await.email.map(|email| email.address).as_deref(), Some(THIEF));
}

#[tokio::test]
async fn where_nobody_sets_a_password_by_themselves_the_page_says_whom_to_ask() {
    let place = place().await;
    let link = place.taken_over_by(THIEF).await;
    place.scene.change_row(&place.stage, "TENANT#", "recovery", value(&"off")).await;
    let answer = place.was_not_me(&link).await;
    assert_eq!(answer.outcome(), GIVEN_BACK);
    assert!(answer.body.contains("It has its former email address again.") && answer.body.contains("Ask the people who run"), "{}", answer.body);
}
