//! What is due is nudged, what isn't is left alone, and nothing that is broken keeps the rest from going.

use std::time::Duration;

use domain::delivery::{Channel, Delivery, DeliveryId, DeliveryState};
use domain::{EventId, Timestamp, policy};
use runtime::Clock;
use store::Lease;
use testkit::Log;
use testkit::queue::Fortune;
use testkit::rows::{Value, text};
use testkit::transport::Fault;
use webhook_retry::{Swept, sweep};

use crate::support::{Place, place};

impl Place {
    /// A delivery that is due at `due_at`.
    async fn delivery(&self, number: u8, due_at: Timestamp) -> Delivery {
        let id = DeliveryId {
            tenant: self.stage.tenant.clone(),
            event: EventId::new(self.stage.clock.now(), [number; 10]),
            channel: Channel::MailNewBrowser,
        };
        let delivery = Delivery { id, event_at: self.stage.clock.now(), event_shard: 0, attempts: 0, state: DeliveryState::Due { due_at } };
        self.stage.platform.store.work().write_delivery(&delivery).await.expect("a delivery");
        delivery
    }

    async fn sweep(&self) -> usize {
        sweep(&self.deps).await.expect("a sweep").nudged
    }
}

#[tokio::test]
async fn what_is_due_is_nudged_in_every_shard_and_nothing_else() {
    let place = place().await;
    let now = place.stage.clock.now();
    let mut due = Vec::new();
    for number in 0..20 {
        due.push(place.delivery(number, Timestamp::from_millis(now.millis() - u64::from(number))).await.id);
    }
    place.delivery(100, Timestamp::from_millis(now.millis() + 1)).await;
    assert_eq!(sweep(&place.deps).await.expect("a sweep"), Swept { nudged: 20, ended: 0 });
    let nudged = place.queue.take();
    assert_eq!(nudged.len(), 20);
    assert!(due.iter().all(|id| nudged.contains(id)));
    place.stage.clock.advance(Duration::from_millis(1));
    assert_eq!(place.sweep().await, 21);
}

#[tokio::test]
async fn a_lost_nudge_comes_again_until_its_delivery_is_done() {
    let place = place().await;
    let now = place.stage.clock.now();
    let delivery = place.delivery(1, now).await;
    place.queue.be(Fortune::Lost);
    assert_eq!(place.sweep().await, 1);
    place.queue.be(Fortune::Queued);
    assert_eq!(place.sweep().await, 1);
    assert_eq!(place.queue.take(), std::slice::from_ref(&delivery.id));
    let work = place.stage.platform.store.work();
    let Lease::Leased(leased) = work.lease(&delivery, now.plus(policy::DELIVERY_LEASE)).await.expect("an answer") else { panic!("it is due") };
    assert_eq!(place.sweep().await, 0, "somebody is at it");
    place.stage.clock.advance(policy::DELIVERY_LEASE);
    assert_eq!(place.sweep().await, 1, "and died");
    work.settle(&leased, DeliveryState::Done { at: now }).await.expect("an answer");
    assert_eq!(place.sweep().await, 0);
}

#[tokio::test]
async fn what_is_parked_is_left_alone() {
    let place = place().await;
    let now = place.stage.clock.now();
    let delivery = place.delivery(1, now).await;
    let work = place.stage.platform.store.work();
    let Lease::Leased(leased) = work.lease(&delivery, now.plus(policy::DELIVERY_LEASE)).await.expect("an answer") else { panic!("it is due") };
    work.settle(&leased, DeliveryState::Parked { at: now }).await.expect("an answer");
    place.stage.clock.advance(Duration::from_hours(24));
    assert_eq!(place.sweep().await, 0);
}

#[tokio::test]
async fn a_row_that_does_not_parse_raises_an_alarm_and_keeps_no_other_from_going() {
    let place = place().await;
    let now = place.stage.clock.now();
    let broken = place.delivery(1, now).await.id;
    let whole = place.delivery(2, now).await.id;
    let rows = place.stage.rows("work").await;
    let is_due_row = |row: &testkit::rows::Row| text(row, "pk").starts_with("DUE#") && text(row, "sk").contains(broken.event.as_str());
    let mut row = rows.into_iter().find(is_due_row).expect("a due row");
    row.insert("event".to_owned(), Value::S("no event".to_owned()));
    place.stage.overwrite("work", row).await;
    let log = Log::listen();
    assert_eq!(place.sweep().await, 1);
    assert_eq!((place.queue.take(), log.alarms()), (vec![whole], vec!["due_row_corrupt".to_owned()]));
}

#[tokio::test]
async fn a_queue_or_table_that_does_not_answer_fails_the_sweep_and_the_next_one_heals_it() {
    let place = place().await;
    place.delivery(1, place.stage.clock.now()).await;
    place.queue.be(Fortune::Refused);
    assert!(sweep(&place.deps).await.is_err());
    place.queue.be(Fortune::Queued);
    place.stage.faulty.always(Fault::Unreachable);
    assert!(sweep(&place.deps).await.is_err());
    place.stage.faulty.heal();
    assert_eq!(place.sweep().await, 1);
}

#[tokio::test]
async fn a_sweep_with_nothing_due_asks_each_shard_of_both_kinds_once_and_the_queue_never() {
    let place = place().await;
    place.queue.be(Fortune::Refused);
    place.stage.counting.reset();
    assert_eq!(place.sweep().await, 0);
    let operations: Vec<String> = place.stage.counting.take().operations.into_iter().map(|operation| operation.name).collect();
    assert_eq!(operations, ["Query"; 2 * policy::DUE_SHARDS as usize]);
}
