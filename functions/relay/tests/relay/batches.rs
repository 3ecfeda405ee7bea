//! What is to be sent becomes a due delivery and a nudge, once, whatever comes twice, breaks or gets lost.

use domain::delivery::{Channel, DeliveryId, DeliveryState};
use domain::event::{Browser, EventKind};
use domain::session::{EndReason, Expiry, SessionEnd};
use runtime::Clock;
use serde_json::json;
use store::Lease;
use testkit::builders;
use testkit::queue::Fortune;
use testkit::transport::Fault;

use crate::support::{place, sequence_number};

#[tokio::test]
async fn a_sign_in_from_a_new_browser_becomes_a_due_delivery_and_a_nudge() {
    let mut place = place().await;
    let event = place.scene.signed_in(Browser::New).await;
    let records = place.records();
    assert!(place.relay(&records).await.is_empty());
    let id = DeliveryId { tenant: event.tenant.clone(), event: event.id.clone(), channel: Channel::MailNewBrowser };
    assert_eq!(place.queue.take(), [id.clone()]);
    let delivery = place.stage.platform.store.work().find_delivery(&id).await.expect("an answer").expect("a delivery");
    assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Due { due_at: place.stage.clock.now() }, 0));
    assert_eq!(place.work().await, (1, 1));
    // Where the delivery says that the event is, it is.
    let found = place.scene.home().find_event(delivery.event_at, delivery.event_shard, &id.event).await.expect("an answer");
    assert_eq!(found, Some(event));
}

#[tokio::test]
async fn other_events_cause_nothing() {
    let mut place = place().await;
    place.scene.signed_in(Browser::Known).await;
    place.scene.allow(&builders::client(), &["openid"]).await;
    let (_, family) = place.scene.access_token(&builders::client(), &["openid"]).await;
    place.scene.revoke(&family).await;
    let records = place.records();
    assert_eq!(records.len(), 5);
    assert!(place.relay(&records).await.is_empty());
    assert_eq!((place.work().await, place.queue.take().len()), ((0, 0), 0));
}

#[tokio::test]
async fn a_session_that_begins_is_looked_at_when_it_may_run_out() {
    let mut place = place().await;
    let session = place.scene.session().await;
    let records = place.records();
    for _ in 0..2 {
        assert!(place.relay(&records).await.is_empty());
    }
    let due_at = session.runs_out_at();
    assert_eq!(place.looks().await, [Expiry { tenant: place.stage.tenant.clone(), user_id: session.user_id, session_id: session.id, due_at }]);
}

#[tokio::test]
async fn the_end_of_a_session_becomes_a_delivery_and_a_nudge() {
    let mut place = place().await;
    let session = place.scene.session().await;
    let event = place.scene.event(EventKind::SessionEnded { session_id: session.id.clone(), reason: EndReason::SignedOut });
    let end = SessionEnd { at: place.stage.clock.now(), reason: EndReason::SignedOut };
    place.scene.home().end_session(&session, end, &event).await.expect("an end");
    let records = place.records();
    assert!(place.relay(&records).await.is_empty());
    let id = DeliveryId { tenant: event.tenant, event: event.id, channel: Channel::BackchannelLogout };
    assert_eq!((place.queue.take(), place.work().await), (vec![id], (1, 1)));
}

#[tokio::test]
async fn a_record_that_comes_twice_writes_one_delivery_and_nudges_again() {
    let mut place = place().await;
    place.scene.signed_in(Browser::New).await;
    let records = place.records();
    for _ in 0..3 {
        assert!(place.relay(&records).await.is_empty());
    }
    assert!(place.relay(&[records.clone(), records].concat()).await.is_empty());
    assert_eq!(place.work().await, (1, 1));
    // The nudge may be what was lost; deliver sends a delivery once however often it is nudged.
    assert_eq!(place.queue.take().len(), 5);
}

#[tokio::test]
async fn a_record_that_comes_after_its_mail_was_sent_makes_nothing_due() {
    let mut place = place().await;
    place.scene.signed_in(Browser::New).await;
    let records = place.records();
    place.relay(&records).await;
    let work = place.stage.platform.store.work();
    let delivery = work.find_delivery(&place.queue.take()[0]).await.expect("an answer").expect("a delivery");
    let Lease::Leased(leased) = work.lease(&delivery, place.stage.clock.now()).await.expect("an answer") else { panic!("it is due") };
    work.settle(&leased, DeliveryState::Done { at: place.stage.clock.now() }).await.expect("an answer");
    place.relay(&records).await;
    assert_eq!(place.work().await, (1, 0));
}

#[tokio::test]
async fn a_poison_record_is_named_and_nothing_behind_it_is_relayed() {
    let mut place = place().await;
    for _ in 0..3 {
        place.scene.signed_in(Browser::New).await;
    }
    let records = place.records();
    for poison in [json!({}), json!({"id": {"S": "no event"}}), json!({"type": {"S": "from.the.future"}})] {
        let mut batch = records.clone();
        batch[1]["dynamodb"]["NewImage"] = poison;
        assert_eq!(place.relay(&batch).await, [sequence_number(&records[1])]);
        assert_eq!((place.work().await, place.queue.take().len()), ((1, 1), 1), "the record before it was");
    }
    let mut unknown = records.clone();
    unknown[1]["eventName"] = json!("TRUNCATE");
    assert_eq!(place.relay(&unknown).await, [sequence_number(&records[1])]);
    // Lambda bisects: without the poison, the others go through.
    assert!(place.relay(&records[2..]).await.is_empty());
    assert_eq!(place.work().await, (2, 2));
}

#[tokio::test]
async fn a_lost_nudge_leaves_the_delivery_due() {
    for fortune in [Fortune::Refused, Fortune::Lost] {
        let mut place = place().await;
        place.queue.be(fortune);
        place.scene.signed_in(Browser::New).await;
        let records = place.records();
        assert!(place.relay(&records).await.is_empty(), "{fortune:?}: the batch isn't repeated for a nudge");
        assert_eq!(place.work().await, (1, 1), "{fortune:?}");
    }
}

#[tokio::test]
async fn tables_that_do_not_answer_make_the_batch_come_again() {
    for operation in ["GetItem", "TransactWriteItems"] {
        let mut place = place().await;
        place.scene.signed_in(Browser::New).await;
        let records = place.records();
        for nth in 1..=3 {
            place.stage.faulty.at_operation(operation, nth, Fault::FailsBefore);
        }
        assert_eq!(place.relay(&records).await, [sequence_number(&records[0])], "{operation}");
        assert_eq!((place.work().await, place.queue.take().len()), ((0, 0), 0), "{operation}");
        assert!(place.relay(&records).await.is_empty(), "{operation}");
        assert_eq!(place.work().await, (1, 1), "{operation}");
    }
}

#[tokio::test]
async fn an_event_of_a_kind_without_a_subject_is_passed_over() {
    let mut place = place().await;
    let event = place.scene.event(EventKind::user_created());
    place.scene.home().record_event(&event).await.expect("an event");
    let records = place.records();
    assert_eq!(records.len(), 1);
    assert!(place.relay(&records).await.is_empty());
    assert_eq!(place.work().await, (0, 0));
}
