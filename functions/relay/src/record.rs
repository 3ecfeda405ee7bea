//! What a stream record says happened to an event.

use aws_lambda_events::event::dynamodb::EventRecord;
use domain::Timestamp;
use domain::event::RecordedEvent;
use store::StoreError;
use store::stream::EventImage;

/// What happened to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was written.
    Recorded(Box<RecordedEvent>),
    /// Its time was over.
    Expired,
    /// It was changed, or removed before its time.
    Tampered,
}

/// A record that says nothing we understand.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// Its image isn't an event.
    #[error("the image is no event: {0}")]
    Image(#[from] StoreError),
    /// It is no insert, modification or removal.
    #[error("an unknown kind of record: {0}")]
    Kind(String),
}

/// Reads a record.
pub(crate) fn read(record: &EventRecord, now: Timestamp) -> Result<Change, Unreadable> {
    match record.event_name.as_str() {
        "INSERT" => Ok(Change::Recorded(Box::new(EventImage::new(record.change.new_image.clone()).event()?))),
        // A removal is an expiry when the old image's time has passed, whoever the stream says removed it.
        "REMOVE" if EventImage::new(record.change.old_image.clone()).expired(now)? => Ok(Change::Expired),
        "REMOVE" | "MODIFY" => Ok(Change::Tampered),
        other => Err(Unreadable::Kind(other.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::event::dynamodb::EventRecord;
    use domain::event::{Event, EventKind, Lookups, Personal, Subject};
    use domain::secret::SealedBytes;
    use domain::{EventId, TenantId, UserId};
    use serde_dynamo::AttributeValue;

    use super::*;

    const SEALED: [u8; 3] = [251, 255, 0];

    fn event() -> RecordedEvent {
        let id = EventId::new(Timestamp::from_seconds(1000), [1; 10]);
        let subject = Subject::User(UserId::from_random([2; 16]));
        let event = Event { id, tenant: TenantId::from_random([1; 16]), subject, kind: EventKind::user_created(), personal: Personal::default() };
        event.record(Some(SealedBytes::new(SEALED.to_vec())), Lookups::default())
    }

    /// The image of an event as its row is: sealed fields as plain bytes, a schema version, the sweeper's seconds.
    fn record(name: &str) -> EventRecord {
        let mut record = EventRecord::default();
        name.clone_into(&mut record.event_name);
        let image: serde_dynamo::Item = serde_dynamo::to_item(event()).expect("an event is an item");
        let mut image = image.into_inner();
        image.insert("personal".to_owned(), AttributeValue::B(SEALED.to_vec()));
        image.insert("v".to_owned(), AttributeValue::N("1".to_owned()));
        image.insert("expires_at".to_owned(), AttributeValue::N(event().ends_at.seconds().to_string()));
        record.change.new_image = image.into();
        record.change.old_image = record.change.new_image.clone();
        record
    }

    fn change(name: &str, now: Timestamp) -> Change {
        read(&record(name), now).expect("a record of ours")
    }

    #[test]
    fn an_insert_is_the_event_it_holds_with_its_sealed_fields() {
        assert_eq!(change("INSERT", Timestamp::from_seconds(1000)), Change::Recorded(Box::new(event())));
    }

    #[test]
    fn a_removal_is_an_expiry_only_when_the_time_has_passed() {
        let end = event().ends_at;
        assert_eq!(change("REMOVE", end), Change::Expired);
        assert_eq!(change("REMOVE", Timestamp::from_millis(end.millis() - 1)), Change::Tampered);
        assert_eq!(change("MODIFY", end), Change::Tampered);
    }

    #[test]
    fn what_is_no_event_is_unreadable() {
        let mut poison = record("INSERT");
        poison.change.new_image = serde_dynamo::Item::default();
        assert!(matches!(read(&poison, Timestamp::from_seconds(0)), Err(Unreadable::Image(_))));
        assert!(matches!(read(&record("DROP"), Timestamp::from_seconds(0)), Err(Unreadable::Kind(kind)) if kind == "DROP"));
    }
}
