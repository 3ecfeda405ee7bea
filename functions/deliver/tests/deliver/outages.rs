//! With mail, tables or keys failing, a delivery comes again by itself, and is sent once (faults F12, F23, F28, F32).

use std::time::Duration;

use cloud::mail::MailError;
use domain::delivery::DeliveryState;
use domain::policy;
use runtime::Clock;
use testkit::Log;
use testkit::keys::Health;
use testkit::rows::{Row, Value, text};
use testkit::transport::Crash;

use crate::support::{nudge, place};

#[tokio::test]
async fn f28_ten_minutes_without_mail_end_in_one_mail() {
    let place = place().await;
    let id = place.due().await;
    place.inbox.fail(Some(MailError::ForNow("an outage".to_owned())));
    let end = testkit::FixedClock::USUAL.plus(Duration::from_mins(10));
    while place.stage.clock.now() < end {
        for due in place.swept().await {
            place.nudge(&due).await;
        }
        place.stage.clock.advance(Duration::from_secs(15));
    }
    let tries = place.inbox.tries();
    assert!((3..=20).contains(&tries), "{tries} tries with full jitter between doubling bounds");
    assert!(matches!(place.state(&id).await, DeliveryState::Due { .. }));
    place.inbox.fail(None);
    // No wait is longer than an hour.
    place.stage.clock.advance(policy::DELIVERY_LONGEST_BACKOFF);
    for _ in 0..3 {
        for due in place.swept().await {
            place.nudge(&due).await;
        }
    }
    assert_eq!(place.inbox.mails().len(), 1);
    assert!(place.inbox.mails()[0].text.contains("2026-11-22 14:32 UTC"), "it says when it happened, not when it was sent");
}

#[tokio::test]
async fn a_failed_try_waits_for_its_backoff_whoever_nudges() {
    let place = place().await;
    let id = place.due().await;
    place.inbox.fail(Some(MailError::ForNow("an outage".to_owned())));
    place.nudge(&id).await;
    let DeliveryState::Due { due_at } = place.state(&id).await else { panic!("it comes again") };
    assert!(due_at > place.stage.clock.now() && due_at <= place.stage.clock.now().plus(policy::DELIVERY_FIRST_BACKOFF));
    place.inbox.fail(None);
    place.nudge(&id).await;
    assert_eq!(place.inbox.tries(), 1);
    place.stage.clock.set(due_at);
    assert_eq!(place.swept().await, [id.clone()]);
    place.nudge(&id).await;
    assert_eq!((place.inbox.tries(), place.inbox.mails().len()), (2, 1));
}

#[tokio::test]
async fn after_thirty_tries_a_delivery_is_parked_in_sight() {
    let place = place().await;
    let id = place.due().await;
    place.inbox.fail(Some(MailError::ForNow("an outage".to_owned())));
    let log = Log::listen();
    for number in 1..=40 {
        place.nudge(&id).await;
        place.stage.clock.advance(policy::DELIVERY_LONGEST_BACKOFF);
        let parked = matches!(place.state(&id).await, DeliveryState::Parked { .. });
        assert_eq!(parked, number >= policy::DELIVERY_ATTEMPTS, "after {number}");
    }
    assert_eq!((place.inbox.tries(), log.alarms()), (30, vec!["delivery_parked".to_owned()]));
    assert!(place.swept().await.is_empty());
    place.inbox.fail(None);
    place.nudge(&id).await;
    assert!(place.inbox.mails().is_empty(), "an operator decides what becomes of it");
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_not_tried_again() {
    let place = place().await;
    let id = place.due().await;
    place.inbox.fail(Some(MailError::ForGood("no such address".to_owned())));
    place.nudge(&id).await;
    place.inbox.fail(None);
    place.stage.clock.advance(policy::DELIVERY_LONGEST_BACKOFF);
    place.nudge(&id).await;
    assert_eq!((place.inbox.tries(), place.inbox.mails().len()), (1, 0));
    assert!(matches!(place.state(&id).await, DeliveryState::Parked { .. }));
}

#[tokio::test]
async fn only_the_messages_that_were_not_worked_off_are_named() {
    let place = place().await;
    let (first, second) = (place.due().await, place.due().await);
    let is_first = |row: &Row| text(row, "pk").starts_with("DELIVERY#") && text(row, "pk").ends_with(first.event.as_str());
    let whole = place.stage.rows("work").await.into_iter().find(is_first).expect("a delivery");
    let broken = [whole.clone(), Row::from([("attempts".to_owned(), Value::S("many".to_owned()))])].into_iter().flatten().collect();
    place.stage.overwrite("work", broken).await;
    assert_eq!(place.receive(&[nudge(&first), nudge(&second)]).await, ["message-0"]);
    assert_eq!(place.inbox.mails().len(), 1);
    place.stage.overwrite("work", whole).await;
    assert!(place.receive(&[nudge(&first)]).await.is_empty());
    assert_eq!(place.inbox.mails().len(), 2);
}

#[tokio::test]
async fn f23_without_the_key_service_a_delivery_waits() {
    let place = place().await;
    let id = place.due().await;
    place.stage.keys.be(Health::Down);
    place.nudge(&id).await;
    assert!(matches!(place.state(&id).await, DeliveryState::Due { .. }));
    place.stage.keys.be(Health::Up);
    place.stage.clock.advance(policy::DELIVERY_FIRST_BACKOFF);
    place.nudge(&id).await;
    assert_eq!(place.inbox.mails().len(), 1);
}

#[tokio::test]
async fn f32_a_function_killed_before_it_sent_leaves_a_delivery_that_becomes_due_again() {
    // The delivery, its lease, then the tenant: nothing is sent yet.
    for nth in 1..=4 {
        let place = place().await;
        let id = place.due().await;
        place.stage.faulty.crash_at(nth, Crash::After);
        assert!(place.stage.faulty.until_crash(place.nudge(&id)).await.is_err(), "{nth}");
        place.stage.faulty.heal();
        assert_eq!(place.inbox.tries(), 0, "{nth}");
        place.stage.clock.advance(policy::DELIVERY_LEASE);
        assert_eq!(place.swept().await, [id.clone()], "{nth}");
        // A fresh process.
        let again = crate::support::Place {
            deps: deliver::Deps::new(&place.stage.platform, place.inbox.clone(), place.handset.clone(), place.nudges.clone(), place.egress.clone()),
            ..place
        };
        again.nudge(&id).await;
        assert_eq!((again.inbox.mails().len(), again.swept().await.len()), (1, 0), "{nth}");
    }
}
