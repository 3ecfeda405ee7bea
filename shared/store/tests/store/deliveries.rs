//! Deliveries: due, leased, settled; nothing is sent by two at once and nothing is forgotten.

use std::time::Duration;

use domain::delivery::{Delivery, DeliveryId, DeliveryState};
use domain::{Timestamp, policy};
use futures_util::future::join_all;
use store::{DeliveryWriting, Due, Lease, Settlement, Work};
use testkit::Embedded;

use crate::support::{NOW, delivery, later, number, overwrite, row, rows, text};

async fn due(work: &Work, now: Timestamp) -> Vec<DeliveryId> {
    let mut deliveries = Vec::new();
    for shard in 0..policy::DUE_SHARDS {
        let Due { rows: found, corrupt } = work.list_due(shard, now, 100).await.expect("a list");
        assert!(corrupt.is_empty());
        deliveries.extend(found);
    }
    deliveries
}

async fn leased(work: &Work, seen: &Delivery, until: Timestamp) -> Delivery {
    match work.lease(seen, until).await {
        Ok(Lease::Leased(delivery)) => delivery,
        other => panic!("not leased: {other:?}"),
    }
}

#[tokio::test]
async fn a_delivery_is_written_once_and_is_due_at_once() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    assert_eq!(work.find_delivery(&delivery(1).id).await, Ok(None));
    assert_eq!(work.write_delivery(&delivery(1)).await, Ok(DeliveryWriting::Written));
    let later_copy = Delivery { state: DeliveryState::Due { due_at: later(5) }, ..delivery(1) };
    assert_eq!(work.write_delivery(&later_copy).await, Ok(DeliveryWriting::Seen));
    assert_eq!(work.find_delivery(&delivery(1).id).await, Ok(Some(delivery(1))));
    assert_eq!(due(&work, NOW).await, [delivery(1).id]);
    assert_eq!(due(&work, NOW.minus(Duration::from_millis(1))).await, []);
}

#[tokio::test]
async fn of_fifty_workers_one_gets_the_lease_and_the_attempt_counts_once() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    work.write_delivery(&delivery(1)).await.expect("a delivery");
    let (seen, work) = (&delivery(1), &work);
    let leases = join_all((0..50).map(|_| work.lease(seen, later(60)))).await;
    assert_eq!(leases.iter().filter(|lease| matches!(lease, Ok(Lease::Leased(_)))).count(), 1);
    assert_eq!(leases.iter().filter(|lease| **lease == Ok(Lease::Lost)).count(), 49);
    assert_eq!(work.find_delivery(&seen.id).await.expect("a read").expect("the delivery").attempts, 1);
}

#[tokio::test]
async fn a_lease_that_nobody_settles_runs_out_and_is_due_again() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    work.write_delivery(&delivery(1)).await.expect("a delivery");
    let first = leased(&work, &delivery(1), later(60)).await;
    assert_eq!(due(&work, later(59)).await, []);
    assert_eq!(due(&work, later(60)).await, [delivery(1).id]);
    let second = leased(&work, &first, later(120)).await;
    assert_eq!(second.attempts, 2);
    assert_eq!(work.settle(&first, DeliveryState::Done { at: later(61) }).await, Ok(Settlement::Lost), "it took too long");
    assert_eq!(work.find_delivery(&second.id).await, Ok(Some(second)));
}

#[tokio::test]
async fn what_is_sent_is_remembered_for_days_and_never_due_again() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    work.write_delivery(&delivery(1)).await.expect("a delivery");
    let leased = leased(&work, &delivery(1), later(60)).await;
    let done = DeliveryState::Done { at: later(2) };
    assert_eq!(work.settle(&leased, done).await, Ok(Settlement::Settled));
    assert_eq!(work.find_delivery(&leased.id).await, Ok(Some(Delivery { state: done, ..leased.clone() })));
    assert_eq!(due(&work, later(1_000_000)).await, []);
    assert_eq!(work.write_delivery(&delivery(1)).await, Ok(DeliveryWriting::Seen));
    assert_eq!(work.lease(&Delivery { state: done, ..leased }, later(99)).await, Ok(Lease::Lost));
    let row = row(&embedded, &embedded.tables().expect("six tables").work, "mail_new_browser").await;
    assert_eq!(number(&row, "expires_at"), later(2).plus(policy::DELIVERY_REMEMBERED).seconds());
}

#[tokio::test]
async fn what_failed_for_now_is_due_when_it_was_put_off_to() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    work.write_delivery(&delivery(1)).await.expect("a delivery");
    let leased = leased(&work, &delivery(1), later(60)).await;
    // Put off to the very moment of the lease's end as well: its due row stays.
    for (seen, seconds) in [(leased.clone(), 60), (leased, 300)] {
        assert_eq!(work.settle(&seen, DeliveryState::Due { due_at: later(seconds) }).await, Ok(Settlement::Settled));
        assert_eq!(due(&work, later(seconds - 1)).await, []);
        assert_eq!(due(&work, later(seconds)).await, [delivery(1).id]);
    }
}

#[tokio::test]
async fn what_is_parked_stays_in_sight_and_is_not_due() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    work.write_delivery(&delivery(1)).await.expect("a delivery");
    let leased = leased(&work, &delivery(1), later(60)).await;
    let parked = DeliveryState::Parked { at: later(2) };
    assert_eq!(work.settle(&leased, parked).await, Ok(Settlement::Settled));
    assert_eq!(due(&work, later(1_000_000)).await, []);
    let rows = rows(&embedded, &embedded.tables().expect("six tables").work).await;
    assert_eq!(rows.len(), 1);
    assert!(!rows[0].contains_key("expires_at"));
    assert_eq!(work.find_delivery(&leased.id).await, Ok(Some(Delivery { state: parked, ..leased })));
}

#[tokio::test]
async fn leasing_or_settling_a_swept_delivery_makes_no_stub_and_no_due_row() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    assert_eq!(work.lease(&delivery(1), later(60)).await, Ok(Lease::Lost));
    assert_eq!(work.settle(&delivery(1), DeliveryState::Due { due_at: later(9) }).await, Ok(Settlement::Lost));
    assert!(rows(&embedded, &embedded.tables().expect("six tables").work).await.is_empty());
}

#[tokio::test]
async fn the_longest_due_come_first_and_no_more_than_asked_for() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    for number in 0..40 {
        let due_at = later(u64::from(40 - number));
        work.write_delivery(&Delivery { state: DeliveryState::Due { due_at }, ..delivery(number) }).await.expect("a delivery");
    }
    let all = work.list_due(0, later(40), 100).await.expect("a list").rows;
    let first = work.list_due(0, later(40), 2).await.expect("a list").rows;
    assert!(all.len() > 2, "some of 40 are in each shard");
    assert_eq!(first, all[..2]);
    assert!(all.is_sorted_by(|earlier, later| earlier.event > later.event), "the higher its number, the earlier it was due");
}

#[tokio::test]
async fn a_corrupt_due_row_is_told_and_keeps_nobody_from_being_tried() {
    let embedded = Embedded::memory();
    let work = embedded.store().work();
    let table = embedded.tables().expect("six tables").work;
    work.write_delivery(&delivery(1)).await.expect("a delivery");
    let mut broken = rows(&embedded, &table).await.into_iter().find(|row| text(row, "pk").starts_with("DUE#")).expect("a due row");
    let shard = text(&broken, "pk").trim_start_matches("DUE#").parse().expect("a shard");
    broken.insert("sk".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("000000000000001#broken".to_owned()));
    broken.remove("channel");
    overwrite(&embedded, &table, broken).await;
    let due = work.list_due(shard, NOW, 10).await.expect("a list");
    assert_eq!(due.rows, [delivery(1).id]);
    assert_eq!(due.corrupt, [store::StoreError::Corrupt { key: format!("work DUE#{shard} 000000000000001#broken") }]);
}
