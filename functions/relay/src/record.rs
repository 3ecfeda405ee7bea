//! What a stream record says happened to an event.

use aws_lambda_events::event::dynamodb::EventRecord;
use domain::Timestamp;
use domain::event::RecordedEvent;

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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// Its image isn't an event.
    #[error("the image is no event")]
    Image,
    /// It is no insert, modification or removal.
    #[error("an unknown kind of record: {0}")]
    Kind(String),
}

/// Reads a record.
pub(crate) fn read(record: &EventRecord, now: Timestamp) -> Result<Change, Unreadable> {
    let event = |image: &serde_dynamo::Item| serde_dynamo::from_item::<_, RecordedEvent>(image.clone()).map_err(|_| Unreadable::Image);
    match record.event_name.as_str() {
        "INSERT" => Ok(Change::Recorded(Box::new(event(&record.change.new_image)?))),
        // A removal is an expiry when the old image's time has passed, whoever the stream says removed it.
        "REMOVE" if event(&record.change.old_image)?.ends_at <= now => Ok(Change::Expired),
        "REMOVE" | "MODIFY" => Ok(Change::Tampered),
        other => Err(Unreadable::Kind(other.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::event::dynamodb::EventRecord;
    use domain::event::{Event, EventKind, Lookups, Personal, Subject};
    use domain::{EventId, TenantId};

    use super::*;

    fn event() -> RecordedEvent {
        let id = EventId::new(Timestamp::from_seconds(1000), [1; 10]);
        let event = Event { id, tenant: TenantId::from_random([1; 16]), subject: Subject::Tenant, kind: EventKind::TenantCreated, personal: Personal::default() };
        event.record(None, Lookups::default())
    }

    fn record(name: &str) -> EventRecord {
        let mut record = EventRecord::default();
        name.clone_into(&mut record.event_name);
        record.change.new_image = serde_dynamo::to_item(event()).expect("an event is an item");
        record.change.old_image = record.change.new_image.clone();
        record
    }

    #[test]
    fn an_insert_is_the_event_it_holds() {
        assert_eq!(read(&record("INSERT"), Timestamp::from_seconds(1000)), Ok(Change::Recorded(Box::new(event()))));
    }

    #[test]
    fn a_removal_is_an_expiry_only_when_the_time_has_passed() {
        let end = event().ends_at;
        assert_eq!(read(&record("REMOVE"), end), Ok(Change::Expired));
        assert_eq!(read(&record("REMOVE"), Timestamp::from_millis(end.millis() - 1)), Ok(Change::Tampered));
        assert_eq!(read(&record("MODIFY"), end), Ok(Change::Tampered));
    }

    #[test]
    fn what_is_no_event_is_unreadable() {
        let mut poison = record("INSERT");
        poison.change.new_image = serde_dynamo::Item::default();
        assert_eq!(read(&poison, Timestamp::from_seconds(0)), Err(Unreadable::Image));
        assert_eq!(read(&record("DROP"), Timestamp::from_seconds(0)), Err(Unreadable::Kind("DROP".to_owned())));
    }
}
