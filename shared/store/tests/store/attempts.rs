//! Attempts are counted before they are made.

use domain::attempt::{Reservation, window};
use domain::policy::{ATTEMPT_WINDOW, WRONG_SECRETS_WINDOW};
use futures_util::future::join_all;
use store::{AttemptKey, ClientAttemptKey};
use testkit::Embedded;

use crate::support::{NOW, client_id, event_rows, identity_rows, later, number, session_started, tenant_store};

fn attempt() -> AttemptKey {
    AttemptKey { identifier: "ada".to_owned(), source: "network".to_owned(), window: window(NOW, ATTEMPT_WINDOW) }
}

#[tokio::test]
async fn exactly_as_many_parallel_attempts_as_allowed_are_granted() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let (store, attempt) = (&store, &attempt());
    let reservations = join_all((0..50).map(|_| store.reserve_attempt(attempt, 10))).await;
    assert_eq!(reservations.iter().filter(|reservation| **reservation == Ok(Reservation::Granted)).count(), 10);
    assert_eq!(reservations.iter().filter(|reservation| **reservation == Ok(Reservation::Exhausted)).count(), 40);
}

#[tokio::test]
async fn an_attempt_that_is_counted_knows_which_it_is_and_none_is_beyond_the_last() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    for expected in [Some(1), Some(2), Some(3), None, None] {
        assert_eq!(store.count_attempt(&attempt(), 3).await, Ok(expected));
    }
    assert_eq!(number(&identity_rows(&embedded).await[0], "count"), 3);
}

#[tokio::test]
async fn another_source_another_identifier_and_the_next_window_count_for_themselves() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    assert_eq!(store.reserve_attempt(&attempt(), 1).await, Ok(Reservation::Granted));
    assert_eq!(store.reserve_attempt(&attempt(), 1).await, Ok(Reservation::Exhausted));
    let others = [
        AttemptKey { source: "device".to_owned(), ..attempt() },
        AttemptKey { identifier: "eve".to_owned(), ..attempt() },
        AttemptKey { window: window(attempt().window.ends_at, ATTEMPT_WINDOW), ..attempt() },
    ];
    for other in others {
        assert_eq!(store.reserve_attempt(&other, 1).await, Ok(Reservation::Granted), "{other:?}");
    }
}

#[tokio::test]
async fn a_counter_may_be_swept_when_its_window_has_ended_and_not_before() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.reserve_attempt(&attempt(), 10).await.expect("a reservation");
    store.reserve_attempt(&attempt(), 10).await.expect("a reservation");
    let rows = identity_rows(&embedded).await;
    assert_eq!((rows.len(), number(&rows[0], "count"), number(&rows[0], "v")), (1, 2, 1));
    assert_eq!(number(&rows[0], "expires_at"), attempt().window.ends_at.seconds());
}

#[tokio::test]
async fn wrong_secrets_count_per_client_and_network_up_to_a_limit() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let key = |source: &str| ClientAttemptKey { client: client_id(), source: source.to_owned(), window: window(NOW, WRONG_SECRETS_WINDOW) };
    for _ in 0..3 {
        assert_eq!(store.count_wrong_secret(&key("a"), 3).await, Ok(Reservation::Granted));
    }
    assert_eq!(store.count_wrong_secret(&key("a"), 3).await, Ok(Reservation::Exhausted));
    assert_eq!(store.count_wrong_secret(&key("b"), 3).await, Ok(Reservation::Granted));
    let next = ClientAttemptKey { window: window(later(600), WRONG_SECRETS_WINDOW), ..key("a") };
    assert_eq!(store.count_wrong_secret(&next, 3).await, Ok(Reservation::Granted));
}

#[tokio::test]
async fn what_an_event_sends_is_counted_with_it_or_neither_is_written() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    for number in 1..=2 {
        assert_eq!(store.record_counted(&session_started(number), &attempt(), 2).await, Ok(Reservation::Granted));
        // The same event again is the same mail.
        assert_eq!(store.record_counted(&session_started(number), &attempt(), 2).await, Ok(Reservation::Granted));
    }
    assert_eq!(store.record_counted(&session_started(3), &attempt(), 2).await, Ok(Reservation::Exhausted));
    assert_eq!(event_rows(&embedded).await.len(), 2);
    assert_eq!(store.reserve_attempt(&attempt(), 3).await, Ok(Reservation::Granted), "two are counted");
    assert_eq!(store.reserve_attempt(&attempt(), 3).await, Ok(Reservation::Exhausted));
}
