//! A due delivery is sent once, however often it is nudged, and one that never can be is parked in sight.

use domain::delivery::DeliveryState;
use domain::event::Browser;
use runtime::Clock;
use testkit::Log;
use testkit::rows::{Value, text};

use crate::passwords::sealed;
use crate::support::{nudge, place};

#[tokio::test]
async fn a_new_browser_is_told_to_its_person() {
    let place = place().await;
    let id = place.due().await;
    place.nudge(&id).await;
    let mails = place.inbox.mails();
    assert_eq!((mails.len(), mails[0].to.as_str(), mails[0].dedupe.as_str()), (1, "ada@example.com", id.event.as_str()));
    insta::assert_snapshot!(format!("{}\n\n{}", mails[0].subject, mails[0].text.replace(sealed(&mails[0].text, "/not-me"), "<sealed>")), @"
    New sign-in to your account at Demo

    Hello Ada,

    somebody just signed in to your account at Demo from a browser that we haven't seen before.

    When:    2026-11-22 14:32 UTC
    Address: 198.51.100.7 (DE)
    Browser: Firefox/150.0

    This wasn't me:
    https://demo.id.example.com/not-me?link=<sealed>

    If this was you, there is nothing to do.

    If it wasn't, follow the link within seven days: you're signed out everywhere, your password is locked, and you get a link for a new one.

    Demo
    ");
    assert_eq!(place.state(&id).await, DeliveryState::Done { at: place.stage.clock.now() });
    assert!(place.swept().await.is_empty());
}

#[tokio::test]
async fn a_person_is_written_to_in_their_language() {
    let place = place().await;
    let profile = Value::M([("locale".to_owned(), Value::S("de-CH".to_owned()))].into());
    place.scene.change_person(&place.stage, "profile", profile).await;
    place.nudge(&place.due().await).await;
    let text = &place.inbox.mails()[0].text;
    insta::assert_snapshot!(text.replace(sealed(text, "/not-me"), "<sealed>"), @"
    Guten Tag, ada,

    soeben hat sich jemand mit einem uns unbekannten Browser bei Ihrem Konto bei Demo angemeldet.

    Wann:    2026-11-22 14:32 UTC
    Adresse: 198.51.100.7 (DE)
    Browser: Firefox/150.0

    Das war ich nicht:
    https://demo.id.example.com/not-me?link=<sealed>

    Wenn Sie das waren, ist nichts zu tun.

    Wenn nicht, folgen Sie dem Link innerhalb von sieben Tagen: Sie werden überall abgemeldet, Ihr Passwort wird gesperrt, und Sie bekommen einen Link für ein neues.

    Demo
    ");
}

#[tokio::test]
async fn a_delivery_is_sent_once_however_often_it_is_nudged() {
    let place = place().await;
    let id = place.due().await;
    let nudges = vec![nudge(&id); 3];
    assert!(place.receive(&nudges).await.is_empty());
    place.nudge(&id).await;
    futures_util::future::join_all((0..10).map(|_| place.nudge(&id))).await;
    assert_eq!(place.inbox.tries(), 1);
}

#[tokio::test]
async fn parallel_nudges_of_a_fresh_delivery_send_it_once() {
    let place = place().await;
    let id = place.due().await;
    futures_util::future::join_all((0..20).map(|_| place.nudge(&id))).await;
    assert_eq!((place.inbox.tries(), place.delivery(&id).await.attempts), (1, 1));
}

#[tokio::test]
async fn a_delivery_that_is_not_due_yet_waits() {
    let place = place().await;
    let id = place.due().await;
    place.stage.clock.set(domain::Timestamp::from_millis(testkit::FixedClock::USUAL.millis() - 1));
    place.nudge(&id).await;
    assert_eq!(place.inbox.tries(), 0);
    place.stage.clock.set(testkit::FixedClock::USUAL);
    place.nudge(&id).await;
    assert_eq!(place.inbox.tries(), 1);
}

#[tokio::test]
async fn a_nudge_that_names_nothing_is_dropped_and_the_others_are_worked_off() {
    let place = place().await;
    let id = place.due().await;
    let unknown = nudge(&id).replace(id.event.as_str(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
    let bodies = [String::new(), "{}".to_owned(), "not json".to_owned(), unknown, nudge(&id)];
    assert!(place.receive(&bodies).await.is_empty());
    assert_eq!(place.inbox.mails().len(), 1);
}

#[tokio::test]
async fn without_anybody_to_tell_a_delivery_is_parked_with_an_alarm() {
    let without_address = place().await;
    let id = without_address.due().await;
    without_address.scene.change_person(&without_address.stage, "email", Value::Null(true)).await;
    let erased = place().await;
    let id_of_erased = erased.due().await;
    erased.remove("keys", "USERKEY#").await;
    let deleted = place().await;
    let id_of_deleted = deleted.due().await;
    deleted.remove("events", "EVENT#").await;
    for (place, id) in [(without_address, id), (erased, id_of_erased), (deleted, id_of_deleted)] {
        let log = Log::listen();
        place.nudge(&id).await;
        assert_eq!(log.alarms(), ["delivery_parked"]);
        assert_eq!((place.inbox.tries(), place.state(&id).await), (0, DeliveryState::Parked { at: place.stage.clock.now() }));
        assert!(place.swept().await.is_empty());
        drop(log);
    }
}

impl crate::support::Place {
    /// Removes rows past the store, as erasing a person will.
    async fn remove(&self, table: &str, kind: &str) {
        let tables = self.stage.embedded.tables().expect("six tables");
        let name = if table == "keys" { tables.keys } else { tables.events };
        for row in self.stage.rows(table).await {
            if text(&row, "pk").starts_with(kind) {
                let delete = self.stage.embedded.client().delete_item().table_name(&name);
                delete.key("pk", row["pk"].clone()).key("sk", row["sk"].clone()).send().await.expect("a deletion");
            }
        }
    }
}

#[tokio::test]
async fn an_alarm_and_a_log_line_tell_nobody_who_was_written_to() {
    let place = place().await;
    let id = place.due_for(&place.scene.signed_in(Browser::New).await).await;
    let log = Log::listen();
    place.inbox.fail(Some(cloud::mail::MailError::ForGood("address does not exist".to_owned())));
    place.nudge(&id).await;
    assert!(log.text().contains("delivery_parked"));
    for personal in ["ada@example.com", "198.51.100.7", "Firefox"] {
        assert!(!log.text().contains(personal), "{personal}");
    }
}
