//! Events: written once, never changed, found by their key and listed by their subject.

use domain::EventId;
use domain::event::{EventKind, RecordedEvent, Subject};
use domain::policies::Retention;
use domain::sign_in::Refusal;
use store::stream::EventImage;
use store::{Recording, event_shard};
use testkit::Embedded;

use crate::support::{
    Item, NOW, client_id, event, event_about, event_rows, grant_issued, later, number, session_started, tenant_id, tenant_store, text, user_id,
};

fn refused(number: u8) -> RecordedEvent {
    event_about(Subject::Unknown("x".repeat(43)), EventKind::SignInRefused { client_id: client_id(), reason: Refusal::WrongPassword }, number)
}

fn throttled(seconds: u64, number: u8) -> RecordedEvent {
    let mut event = event(EventKind::SignInThrottled { client_id: client_id() }, number);
    event.id = EventId::new(later(seconds), [number; 10]);
    event.at = event.id.at();
    event
}

#[tokio::test]
async fn an_event_of_every_subject_is_found_as_it_was_recorded() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    for event in [session_started(1), refused(2), event_about(Subject::Tenant, EventKind::TenantCreated, 3)] {
        let shard = event_shard(&event.subject);
        assert_eq!(store.find_event(event.at, shard, &event.id).await, Ok(None));
        assert_eq!(store.record_event(&event).await, Ok(Recording::First));
        assert_eq!(store.record_event(&event).await, Ok(Recording::Seen));
        assert_eq!(store.find_event(event.at, shard, &event.id).await, Ok(Some(event)));
    }
}

#[tokio::test]
async fn an_event_that_stands_is_not_written_over() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.record_event(&refused(1)).await.expect("an event");
    let forged = RecordedEvent { personal: None, ..refused(1) };
    assert_eq!(store.record_event(&forged).await, Ok(Recording::Seen));
    assert_eq!(store.find_event(NOW, event_shard(&forged.subject), &forged.id).await, Ok(Some(refused(1))));
}

#[tokio::test]
async fn a_throttled_source_leaves_one_event_a_minute() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    // NOW is five seconds into its minute.
    for (seconds, source, expected) in
        [(0, "one", Recording::First), (54, "one", Recording::Seen), (54, "two", Recording::First), (55, "one", Recording::First)]
    {
        let event = throttled(seconds, 1);
        assert_eq!(store.record_throttled(&event, source).await, Ok(expected), "{seconds} {source}");
    }
    assert_eq!(event_rows(&embedded).await.len(), 3);
}

#[tokio::test]
async fn a_persons_events_are_listed_by_the_index_and_a_tenants_own_are_not() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.record_event(&session_started(1)).await.expect("an event");
    store.record_event(&grant_issued(2)).await.expect("an event");
    store.record_event(&event_about(Subject::Tenant, EventKind::TenantCreated, 3)).await.expect("an event");
    let index = embedded.client().scan().table_name(embedded.tables().expect("six tables").events).index_name("by-subject");
    let indexed = index.send().await.expect("a scan").items.unwrap_or_default();
    assert_eq!(indexed.len(), 2);
    let subject = format!("SUBJECT#{}#U-{}", tenant_id(), user_id());
    assert!(indexed.iter().all(|row| text(row, "subject_pk") == subject && text(row, "subject_sk") == text(row, "sk")));
}

#[tokio::test]
async fn an_event_may_be_swept_when_its_retention_is_over_and_not_before() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.record_event(&refused(1)).await.expect("an event");
    let row = event_rows(&embedded).await.remove(0);
    assert_eq!(number(&row, "expires_at"), NOW.plus(Retention::default().time()).seconds());
    let week = Retention { days: 7 };
    store.keeping_events(week).record_event(&refused(2)).await.expect("an event");
    let rows = event_rows(&embedded).await;
    let ends = rows.iter().map(|row| (number(row, "expires_at") * 1000, number(row, "ends_at")));
    let kept = |retention: Retention| (NOW.plus(retention.time()).millis(), NOW.plus(retention.time()).millis());
    assert_eq!(
        ends.collect::<std::collections::BTreeSet<_>>(),
        [kept(week), kept(Retention::default())].into(),
        "as the tenant says, whoever made it"
    );
}

#[tokio::test]
async fn an_image_of_the_stream_is_the_event_and_says_whether_it_may_be_gone() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.record_event(&session_started(1)).await.expect("an event");
    let row: serde_dynamo::Item = event_rows(&embedded).await.remove(0).into();
    let image = EventImage::new(row);
    assert_eq!(image.event(), Ok(session_started(1)));
    let end = session_started(1).ends_at;
    assert_eq!(image.expired(end.minus(std::time::Duration::from_secs(1))), Ok(false));
    assert_eq!(image.expired(end), Ok(true));
    assert!(EventImage::new(Item::new().into()).event().is_err());
}
