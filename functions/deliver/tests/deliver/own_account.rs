//! What follows when people change their own account: mails about addresses and deletions, sessions that were cut off, an account that goes.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::account::{Deletion, FormerEmail, PendingEmail};
use domain::delivery::{Channel, DeliveryState};
use domain::event::{ChangedBy, EventKind};
use domain::policy;
use runtime::Clock;
use runtime::interaction::{EmailLink, FormerEmailLink};
use store::PersonKeys;
use testkit::rows::{text, value};

use crate::support::{Place, place};

impl Place {
    async fn pending(&self, address: &str) -> PendingEmail {
        let pending = PendingEmail { address: address.to_owned(), version: 2, asked_at: self.stage.clock.now() };
        self.scene.change_person(&self.stage, "pending_email", value(&pending)).await;
        pending
    }

    async fn mail_of(&self, kind: EventKind, channel: Channel) -> Option<(String, String, String)> {
        let id = self.due_about_ada(kind, channel).await;
        self.nudge(&id).await;
        self.inbox.mails().pop().map(|mail| (mail.to, mail.subject, mail.text))
    }
}

#[tokio::test]
async fn the_link_that_proves_an_address_goes_there_and_names_the_wish() {
    let place = place().await;
    place.pending("New@Example.org").await;
    let asked = EventKind::EmailChangeRequested { version: 2 };
    let (to, subject, text) = place.mail_of(asked, Channel::MailEmailChange).await.expect("a mail");
    assert_eq!((to.as_str(), subject.as_str()), ("New@Example.org", "Confirm your new email address for Demo"));
    let sealed = text.lines().find_map(|line| line.strip_prefix("https://demo.id.example.com/account/email?link=")).expect("a link");
    assert!(sealed.len() <= policy::LINK_MAX);
    let now = place.stage.clock.now();
    let opened = place.scene.tenant.open::<EmailLink>(Kind::EmailLink, None, sealed, now).expect("keys");
    assert_eq!(opened, Ok(EmailLink { user_id: place.scene.person.id.clone(), version: 2 }));
    let late = now.plus(policy::EMAIL_LINK);
    assert!(place.scene.tenant.open::<EmailLink>(Kind::EmailLink, None, sealed, late).expect("keys").is_err());
}

#[tokio::test]
async fn no_link_is_sent_for_a_wish_that_was_replaced_or_has_run_out() {
    let place = place().await;
    place.pending("new@example.org").await;
    assert_eq!(place.mail_of(EventKind::EmailChangeRequested { version: 1 }, Channel::MailEmailChange).await, None);
    let id = place.due_about_ada(EventKind::EmailChangeRequested { version: 2 }, Channel::MailEmailChange).await;
    place.stage.clock.advance(policy::EMAIL_LINK);
    place.nudge(&id).await;
    assert!(place.inbox.mails().is_empty());
    assert_eq!(place.state(&id).await, DeliveryState::Done { at: place.stage.clock.now() });
}

#[tokio::test]
async fn an_address_of_somebody_else_gets_a_word_of_warning_and_no_link() {
    let place = place().await;
    let grace = place.scene.add_person("grace", "Grace@example.org").await;
    place.pending("grace@example.org").await;
    let (to, subject, text) = place.mail_of(EventKind::EmailChangeRequested { version: 2 }, Channel::MailEmailChange).await.expect("a mail");
    assert_eq!((to, subject.as_str()), (grace.email.expect("an address").address, "This address has an account at Demo"));
    assert!(!text.contains("http"), "{text}");
}

#[tokio::test]
async fn the_address_before_is_told_of_the_new_one() {
    let place = place().await;
    let former = |address: &str, version| FormerEmail { address: address.to_owned(), version, until: place.stage.clock.now() };
    let formers = vec![former("older@example.org", 3), former("old@example.org", 5)];
    place.scene.change_person(&place.stage, "former_emails", value(&formers)).await;
    let (to, subject, text) = place.mail_of(EventKind::EmailChanged { version: 3 }, Channel::MailEmailChanged).await.expect("a mail");
    assert_eq!((to.as_str(), subject.as_str()), ("older@example.org", "Your email address at Demo was changed"));
    let sealed = text.lines().find_map(|line| line.strip_prefix("https://demo.id.example.com/not-me?link=")).expect("a link");
    assert!(sealed.len() <= policy::LINK_MAX);
    let now = place.stage.clock.now();
    let opened = |at| place.scene.tenant.open::<FormerEmailLink>(Kind::FormerEmailLink, None, sealed, at).expect("keys");
    assert_eq!(opened(now), Ok(FormerEmailLink { user_id: place.scene.person.id.clone(), version: 3 }));
    assert!(opened(now.plus(policy::FORMER_EMAIL)).is_err());
}

#[tokio::test]
async fn an_address_that_was_given_back_gets_the_link_for_a_new_password() {
    let place = place().await;
    let kind = EventKind::EmailGivenBack { version: 2, credential_version: 1 };
    let (to, subject, text) = place.mail_of(kind, Channel::MailPasswordReset).await.expect("a mail");
    assert_eq!((to.as_str(), subject.as_str()), ("ada@example.com", "Your account at Demo is locked"));
    assert!(text.contains("https://demo.id.example.com/reset?link="), "{text}");
}

#[tokio::test]
async fn sessions_that_were_cut_off_are_ended_and_others_are_not() {
    let place = place().await;
    let before = place.scene.session().await;
    place.stage.clock.advance(Duration::from_secs(1));
    let now = place.stage.clock.now();
    place.scene.change_person(&place.stage, "not_before", testkit::rows::Value::N(now.millis().to_string())).await;
    let after = place.scene.session().await;
    let id = place.due_about_ada(EventKind::PasswordChanged { version: 2, by: ChangedBy::Owner }, Channel::EndSessions).await;
    for _ in 0..2 {
        place.nudge(&id).await;
        let ended: Vec<_> = place.stage.rows("events").await.into_iter().filter(|row| text(row, "type") == "session.ended").collect();
        assert_eq!(ended.len(), 1);
        assert_eq!((text(&ended[0], "session_id"), text(&ended[0], "reason")), (before.id.as_str(), "not_before"));
    }
    let left = place.scene.home().list_sessions(&place.scene.person.id, now).await.expect("a list");
    assert_eq!(left.iter().map(|session| &session.id).collect::<Vec<_>>(), [&after.id]);
}

#[tokio::test]
async fn an_account_goes_when_its_time_has_come_and_its_sessions_are_ended() {
    let place = place().await;
    place.scene.session().await;
    let now = place.stage.clock.now();
    let deletion = Deletion { asked_at: now, due_at: now.plus(policy::DELETION_GRACE) };
    place.scene.change_person(&place.stage, "deletion", value(&deletion)).await;
    let asked = EventKind::DeletionRequested { due_at: deletion.due_at };
    let (to, subject, mail) = place.mail_of(asked.clone(), Channel::MailDeletion).await.expect("a mail");
    assert_eq!((to.as_str(), subject.as_str()), ("ada@example.com", "Your account at Demo will be deleted"));
    assert!(mail.contains("2026-12-06 14:32 UTC") && mail.contains("https://demo.id.example.com/account/data"), "{mail}");
    let id = place.due_about_ada(asked, Channel::DeleteAccount).await;
    place.stage.clock.advance(policy::DELETION_GRACE);
    place.nudge(&id).await;
    let person = place.scene.home().read_person(&PersonKeys::of(place.scene.person.id.clone()).with_user_key()).await.expect("a read");
    assert_eq!((person.user, person.user_key), (None, None));
    let gone = place.stage.rows("events").await.into_iter().find(|row| text(row, "type") == "account.deleted").expect("an event");
    assert!(!gone.contains_key("personal"));
}

#[tokio::test]
async fn an_account_whose_person_changed_their_mind_stays() {
    let place = place().await;
    let due_at = place.stage.clock.now();
    let asked = EventKind::DeletionRequested { due_at };
    assert_eq!(place.mail_of(asked.clone(), Channel::MailDeletion).await, None);
    let id = place.due_about_ada(asked, Channel::DeleteAccount).await;
    place.nudge(&id).await;
    assert!(place.scene.home().read_person(&PersonKeys::of(place.scene.person.id.clone())).await.expect("a read").user.is_some());
    assert_eq!(place.state(&id).await, DeliveryState::Done { at: place.stage.clock.now() });
}
