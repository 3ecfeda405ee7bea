//! Mails about passwords: the link for a new one goes to the account's address, and a change is told.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::delivery::{Channel, DeliveryState};
use domain::event::{ChangedBy, EventKind};
use domain::policy;
use runtime::Clock;
use runtime::interaction::{NotMeLink, ResetLink};
use testkit::rows::Value;

use crate::support::place;

/// What is sealed in the one link of a mail, which leads to this path of the tenant.
pub(crate) fn sealed<'a>(text: &'a str, path: &str) -> &'a str {
    let link = text.lines().find(|line| line.contains("?link=")).expect("a link");
    link.strip_prefix(&format!("https://demo.id.example.com{path}?link=")).expect("the tenant's address")
}

#[tokio::test]
async fn the_link_for_a_new_password_names_the_version_that_it_replaces() {
    let place = place().await;
    let id = place.due_about_ada(EventKind::PasswordResetRequested { credential_version: 3 }, Channel::MailPasswordReset).await;
    place.nudge(&id).await;
    let mail = &place.inbox.mails()[0];
    assert_eq!(mail.to, "ada@example.com");
    let sealed = sealed(&mail.text, "/reset");
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
        let profile = Value::M([("locale".to_owned(), Value::S(locale.to_owned()))].into());
        place.scene.change_person(&place.stage, "profile", profile).await;
        let id = place.due_about_ada(EventKind::PasswordChanged { version: 2, by: ChangedBy::Reset }, Channel::MailPasswordChanged).await;
        place.nudge(&id).await;
        let mail = &place.inbox.mails()[0];
        match locale {
            "en" => insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text.replace(sealed(&mail.text, "/not-me"), "<sealed>")), @"
            Your password at Demo was changed

            Hello ada,

            your account at Demo has a new password, and you're signed out everywhere.

            When:    2026-11-22 14:32 UTC
            Address: 198.51.100.7 (DE)
            Browser: Firefox/150.0

            This wasn't me:
            https://demo.id.example.com/not-me?link=<sealed>

            If this was you, there is nothing to do.

            If it wasn't, follow the link within seven days: you're signed out everywhere, your password is locked, and you get a link for a new one.

            Demo
            "),
            _ => insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text.replace(sealed(&mail.text, "/not-me"), "<sealed>")), @"
            Ihr Passwort bei Demo wurde geändert

            Guten Tag, ada,

            Ihr Konto bei Demo hat ein neues Passwort, und Sie sind überall abgemeldet.

            Wann:    2026-11-22 14:32 UTC
            Adresse: 198.51.100.7 (DE)
            Browser: Firefox/150.0

            Das war ich nicht:
            https://demo.id.example.com/not-me?link=<sealed>

            Wenn Sie das waren, ist nichts zu tun.

            Wenn nicht, folgen Sie dem Link innerhalb von sieben Tagen: Sie werden überall abgemeldet, Ihr Passwort wird gesperrt, und Sie bekommen einen Link für ein neues.

            Demo
            "),
        }
    }
}

#[tokio::test]
async fn the_link_of_a_notice_names_the_password_that_stood_and_counts_from_what_happened() {
    let place = place().await;
    let id = place.due_about_ada(EventKind::PasswordChanged { version: 2, by: ChangedBy::Reset }, Channel::MailPasswordChanged).await;
    let happened_at = place.stage.clock.now();
    place.stage.clock.advance(Duration::from_hours(1));
    place.nudge(&id).await;
    let mail = &place.inbox.mails()[0];
    let sealed = sealed(&mail.text, "/not-me");
    assert!(sealed.len() <= policy::LINK_MAX, "{}", sealed.len());
    let opened = place.scene.tenant.open_dated::<NotMeLink>(Kind::NotMeLink, None, sealed, place.stage.clock.now()).expect("keys");
    let link = NotMeLink { user_id: place.scene.person.id.clone(), credential_version: 2, happened_at };
    assert_eq!(opened, Ok((link, happened_at.plus(policy::NOT_ME_LINK))));
}

#[tokio::test]
async fn after_an_alarm_comes_a_link_for_a_new_password() {
    let place = place().await;
    let id = place.due_about_ada(EventKind::AlarmRaised { credential_version: 2 }, Channel::MailPasswordReset).await;
    place.nudge(&id).await;
    let mail = &place.inbox.mails()[0];
    let sealed = sealed(&mail.text, "/reset");
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text.replace(sealed, "<sealed>")), @"
    Your account at Demo is locked

    Hello Ada,

    as you said that it wasn't you who used your account at Demo, you're signed out everywhere, and your password is locked.

    Set a new password:
    https://demo.id.example.com/reset?link=<sealed>

    The link is good for an hour, and once. After that, ask for another on the sign-in page.

    If you said no such thing, somebody else reads your mail. Change the password of your mailbox first.

    Demo
    ");
    let now = place.stage.clock.now();
    let opened = place.scene.tenant.open::<ResetLink>(Kind::ResetLink, None, sealed, now).expect("keys");
    assert_eq!(opened, Ok(ResetLink { user_id: place.scene.person.id.clone(), credential_version: 2, asked_at: now }));
}

#[tokio::test]
async fn where_nobody_sets_a_password_by_themselves_the_mails_say_whom_to_ask() {
    let place = place().await;
    place.scene.change_row(&place.stage, "TENANT#", "recovery", Value::S("off".to_owned())).await;
    let alarm = place.due_about_ada(EventKind::AlarmRaised { credential_version: 2 }, Channel::MailPasswordReset).await;
    place.nudge(&alarm).await;
    place.nudge(&place.due().await).await;
    let mails = place.inbox.mails();
    insta::assert_snapshot!(format!("{}\n\n{}", mails[0].subject, mails[0].text), @"
    Your account at Demo is locked

    Hello Ada,

    as you said that it wasn't you who used your account at Demo, you're signed out everywhere, and your password is locked.

    Ask your administrator for a new one.

    If you said no such thing, somebody else reads your mail. Change the password of your mailbox first.

    Demo
    ");
    assert!(mails[1].text.contains("/not-me?link=") && mails[1].text.contains("Then ask your administrator for a new one."), "{}", mails[1].text);
}
