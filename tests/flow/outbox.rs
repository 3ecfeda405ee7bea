//! What is sent because something happened: once, however often a record or a nudge comes, and in the end, whatever is down meanwhile (F11, F17,
//! F28).

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use cloud::mail::MailError;
use cloud::queue::{Nudges, body};
use domain::delivery::{Channel, DeliveryId};
use domain::policy;
use futures_util::future::join;
use local::deployed::Senders;
use local::{TestPlatform, functions};
use serde_json::json;
use testkit::embedded::StreamPosition;
use testkit::endpoint::Answer;
use testkit::keys::Health;
use testkit::transport::{Crash, Fault};

use super::ledger::rows;
use super::relying_party::RelyingParty;
use super::visitor::Visitor;

const A_MINUTE: Duration = Duration::from_mins(1);

fn outage() -> MailError {
    MailError::ForNow("an outage".to_owned())
}

/// A new browser signs in, which its person is to be told.
async fn sign_in(platform: &TestPlatform, network: u16) -> Answer {
    let app = RelyingParty::public(platform);
    let mut ada = Visitor::ada(platform, network);
    let page = ada.ask(platform, &app).await;
    ada.sign_in(platform, &app, &page).await
}

/// Lets time pass as the schedule sees it.
async fn pass(platform: &TestPlatform, minutes: u64) {
    for _ in 0..minutes {
        platform.clock.advance(A_MINUTE);
        platform.sweep().await;
        platform.pump().await;
    }
}

fn notices(platform: &TestPlatform) -> usize {
    platform.inbox.messages().len()
}

/// What the sign-ins so far are to be told by.
async fn deliveries(platform: &TestPlatform) -> Vec<DeliveryId> {
    let events = rows(platform, "events").await;
    let started = events.iter().filter(|event| event["type"] == "session.started");
    let id = |event: &serde_json::Value| serde_json::from_value(event["id"].clone()).expect("an event has an id");
    started.map(|event| DeliveryId { tenant: platform.demo.tenant.clone(), event: id(event), channel: Channel::MailNewBrowser }).collect()
}

#[tokio::test]
async fn f28_while_mail_fails_for_ten_minutes_sign_in_answers_the_same_and_each_notice_arrives_once() {
    let (well, ill) = (TestPlatform::start().await, TestPlatform::start().await);
    ill.inbox.refuse(Some(outage()));
    for minute in 0..10 {
        let (answer, same) = (sign_in(&well, minute).await, sign_in(&ill, minute).await);
        assert_eq!(answer.outcome(), same.outcome());
        let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&answer), names(&same));
        assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 3, "{}", answer.outcome());
        pass(&well, 1).await;
        pass(&ill, 1).await;
    }
    assert_eq!((notices(&well), notices(&ill)), (10, 0));
    ill.inbox.refuse(None);
    pass(&ill, 61).await;
    assert_eq!(notices(&ill), 10);
    pass(&ill, 120).await;
    assert_eq!(notices(&ill), 10, "and not again");
    assert!(ill.dead_letters.list().is_empty() && ill.parked.list().is_empty());
}

#[tokio::test]
async fn lost_nudges_heal_by_the_sweep() {
    let platform = TestPlatform::start().await;
    for network in 0..3 {
        sign_in(&platform, network).await;
        platform.nudges.lose_next();
        platform.pump().await;
    }
    assert_eq!(notices(&platform), 0);
    pass(&platform, 1).await;
    assert_eq!(notices(&platform), 3);
}

#[tokio::test]
async fn a_nudge_that_comes_again_sends_nothing_again() {
    let platform = TestPlatform::start().await;
    sign_in(&platform, 0).await;
    platform.inbox.refuse(Some(outage()));
    platform.pump().await;
    platform.inbox.refuse(None);
    // Due again; nudged by the sweep, and twice more.
    platform.clock.advance(policy::DELIVERY_FIRST_BACKOFF);
    let deliveries = deliveries(&platform).await;
    platform.nudges.nudge(&[deliveries.clone(), deliveries].concat()).await.expect("a queue in memory");
    platform.sweep().await;
    platform.pump().await;
    pass(&platform, 5).await;
    assert_eq!(notices(&platform), 1);
}

#[tokio::test]
async fn f19_two_deliverers_at_once_send_once_and_one_that_died_is_followed() {
    let platform = TestPlatform::start().await;
    sign_in(&platform, 0).await;
    platform.inbox.refuse(Some(outage()));
    platform.pump().await;
    platform.inbox.refuse(None);
    platform.clock.advance(policy::DELIVERY_FIRST_BACKOFF);
    let event = nudge(&deliveries(&platform).await[0]);
    let senders = Senders::to(&platform.inbox);
    let deliverer = || functions::consuming("deliver", platform.platform(), &senders, platform.nudges.clone()).expect("it is compiled in");
    join(deliverer()(event.clone()), deliverer()(event.clone())).await;
    assert_eq!(notices(&platform), 1);

    // One that dies with the lease in its hands: when the lease ends, the sweep brings the delivery back.
    platform.nudges.lose_next();
    sign_in(&platform, 1).await;
    platform.pump().await;
    let dying = deliveries(&platform).await.iter().map(nudge).find(|other| *other != event).expect("a second delivery");
    // Its third request is the lease.
    platform.faulty().crash_at(3, Crash::After);
    let died = platform.faulty().until_crash(deliverer()(dying.clone())).await;
    assert!(died.is_err(), "{died:?}");
    platform.faulty().heal();
    deliverer()(dying).await;
    assert_eq!(notices(&platform), 1, "nobody else while the lease lasts");
    pass(&platform, 2).await;
    assert_eq!(notices(&platform), 2);
}

fn nudge(delivery: &DeliveryId) -> SqsEvent {
    let mut message = SqsMessage::default();
    message.message_id = Some("1".to_owned());
    message.body = Some(body(delivery));
    let mut event = SqsEvent::default();
    event.records = vec![message];
    event
}

#[tokio::test]
async fn f17_a_record_that_comes_three_times_and_late_sends_once() {
    let platform = TestPlatform::start().await;
    sign_in(&platform, 0).await;
    sign_in(&platform, 1).await;
    let mut position = StreamPosition::default();
    let records = platform.tables().stream_records("events", &mut position, 1000).expect("a stream");
    let newest_first: Vec<_> = records.iter().rev().collect();
    let relay = || functions::following("relay", platform.platform(), Arc::clone(&platform.nudges) as Arc<dyn Nudges>).expect("it is compiled in");
    for batch in [records.iter().collect(), newest_first.clone(), newest_first] {
        let event: Event = serde_json::from_value(json!({ "Records": batch })).expect("records as Lambda gets them");
        let answer = relay()(event).await;
        assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
    }
    platform.pump().await;
    assert_eq!(notices(&platform), 2);
    // Twenty hours later, on its last day in the stream.
    platform.clock.advance(Duration::from_hours(20));
    let event: Event = serde_json::from_value(json!({ "Records": records })).expect("records as Lambda gets them");
    relay()(event).await;
    platform.pump().await;
    pass(&platform, 5).await;
    assert_eq!(notices(&platform), 2);
}

#[tokio::test]
async fn with_the_key_service_down_a_notice_waits_and_arrives_once() {
    for health in [Health::Down, Health::Up] {
        let platform = TestPlatform::start().await;
        sign_in(&platform, 0).await;
        platform.keys.be(health);
        platform.pump().await;
        pass(&platform, 3).await;
        assert_eq!(notices(&platform), usize::from(health == Health::Up), "{health:?}");
        platform.keys.be(Health::Up);
        pass(&platform, 10).await;
        assert_eq!(notices(&platform), 1, "{health:?}");
    }
}

#[tokio::test]
async fn a_relay_whose_tables_fail_goes_on_where_it_stood() {
    for fault in Fault::QUICK {
        let platform = TestPlatform::start().await;
        sign_in(&platform, 0).await;
        for nth in 1..=4 {
            platform.faulty().at(nth * 2, fault);
        }
        platform.pump().await;
        platform.faulty().heal();
        pass(&platform, 3).await;
        assert_eq!(notices(&platform), 1, "{fault:?}");
        assert!(platform.parked.list().is_empty(), "{fault:?}");
    }
}
