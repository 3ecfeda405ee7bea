//! Mails about passwords: the link for a new one goes to the account's address, and a change is told.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::delivery::{Channel, DeliveryState};
use domain::event::{ChangedBy, EventKind};
use domain::policy;
use runtime::Clock;
use runtime::interaction::ResetLink;

use crate::support::{Place, place};

impl Place {
    /// An event about Ada, and the delivery that it causes.
    async fn due_about_ada(&self, kind: EventKind, channel: Channel) -> domain::delivery::DeliveryId {
        let event = self.scene.personal_event(kind).await;
        self.scene.home().record_event(&event).await.expect("an event");
        self.due_by(channel, &event).await
    }
}

#[tokio::test]
async fn the_link_for_a_new_password_names_the_version_that_it_replaces() {
    let place = place().await;
    let id = place.due_about_ada(EventKind::PasswordResetRequested { credential_version: 3 }, Channel::MailPasswordReset).await;
    place.nudge(&id).await;
    let mail = &place.inbox.mails()[0];
    assert_eq!(mail.to, "ada@example.com");
    let link = mail.text.lines().find(|line| line.contains("?link=")).expect("a link");
    let sealed = link.strip_prefix("https://demo.id.example.com/reset?link=").expect("the tenant's address");
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text.replace(sealed, "<sealed>")), @"
    A new password for your account at Demo

    Hello Ada,

    somebody, probably you, says that you forgot your password at Demo.

    Set a new password:
    https://demo.id.example.com/reset?link=<sealed>

    The link is good for an hour, and once.

    If it wasn't you, there is nothing to do: your password stays as it is.

    Demo
    ");
    assert!(sealed.len() <= policy::LINK_MAX, "{}", sealed.len());
    let now = place.stage.clock.now();
    let opened = place.scene.tenant.open::<ResetLink>(Kind::ResetLink, None, sealed, now).expect("keys");
    assert_eq!(opened, Ok(ResetLink { user_id: place.scene.person.id.clone(), credential_version: 3, asked_at: now }));
    let late = now.plus(policy::RESET_LINK);
    assert!(place.scene.tenant.open::<ResetLink>(Kind::ResetLink, None, sealed, late).expect("keys").is_err());
}

#[tokio::test]
async fn a_link_that_would_not_be_good_any_more_is_not_sent() {
    let place = place().await;
    let id = place.due_about_ada(EventKind::PasswordResetRequested { credential_version: 1 }, Channel::MailPasswordReset).await;
    place.stage.clock.advance(policy::RESET_LINK);
    place.nudge(&id).await;
    assert!(place.inbox.mails().is_empty());
    assert_eq!(place.state(&id).await, DeliveryState::Done { at: place.stage.clock.now() });
    let id = place.due_about_ada(EventKind::PasswordResetRequested { credential_version: 1 }, Channel::MailPasswordReset).await;
    place.scene.disable(&place.stage).await;
    place.stage.clock.advance(Duration::from_secs(1));
    place.nudge(&id).await;
    assert!(place.inbox.mails().is_empty());
}

#[tokio::test]
async fn a_new_password_is_told_to_its_owner_in_their_language() {
    for locale in ["en", "de"] {
        let place = place().await;
        let profile = testkit::rows::Value::M([("locale".to_owned(), testkit::rows::Value::S(locale.to_owned()))].into());
        place.scene.change_person(&place.stage, "profile", profile).await;
        let id = place.due_about_ada(EventKind::PasswordChanged { version: 2, by: ChangedBy::Reset }, Channel::MailPasswordChanged).await;
        place.nudge(&id).await;
        let mail = &place.inbox.mails()[0];
        match locale {
            "en" => insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text), @"
            Your password at Demo was changed

            Hello ada,

            your account at Demo has a new password, and you're signed out everywhere.

            When:    2026-11-22 14:32 UTC
            Address: 198.51.100.7
            Browser: Firefox/150.0

            If this was you, there is nothing to do.

            If it wasn't, set a new password at once, and tell your administrator.

            Demo
            "),
            _ => insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text), @"
            Ihr Passwort bei Demo wurde geändert

            Guten Tag, ada,

            Ihr Konto bei Demo hat ein neues Passwort, und Sie sind überall abgemeldet.

            Wann:    2026-11-22 14:32 UTC
            Adresse: 198.51.100.7
            Browser: Firefox/150.0

            Wenn Sie das waren, ist nichts zu tun.

            Wenn nicht, setzen Sie sofort ein neues Passwort und sagen Sie Ihrer Administration Bescheid.

            Demo
            "),
        }
    }
}
