//! An event's row: its value, the index by subject, and the sealed fields as plain bytes, so that an event stays within one write unit.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::event::RecordedEvent;

use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::region::TenantStore;
use crate::row::{self, Ends, Item};
use crate::shard::event_shard;

const PERSONAL: &str = "personal";
const SUBJECT_PARTITION: &str = "subject_pk";
const SUBJECT_SORT: &str = "subject_sk";

/// Where `event` stands and its row. Puts of it carry `attribute_not_exists`; nothing updates or deletes one.
pub(crate) fn write(store: &TenantStore, event: &RecordedEvent) -> Result<(Key, Item), StoreError> {
    let key = keys::event(&store.tenant, event.at, event_shard(&event.subject), &event.id);
    let item = write_at(store, &key, event)?;
    Ok((key, item))
}

/// The row of `event` under a key of its own.
pub(crate) fn write_at(store: &TenantStore, key: &Key, event: &RecordedEvent) -> Result<Item, StoreError> {
    store.own(&event.tenant)?;
    // INVARIANT: the tenant says how long its events are kept, whoever made this one.
    let event = &event.clone().kept(store.retention);
    let mut item = row::write(key, event, Ends::At(event.ends_at))?;
    if let Some(sealed) = &event.personal {
        item.insert(PERSONAL.to_owned(), AttributeValue::B(Blob::new(sealed.as_bytes())));
    }
    if let Some(subject) = event.subject.index_key() {
        item.insert(SUBJECT_PARTITION.to_owned(), AttributeValue::S(keys::subject(&store.tenant, &subject)));
        item.insert(SUBJECT_SORT.to_owned(), row::text(event.id.as_str()));
    }
    Ok(item)
}

/// The event in the row that was found at `key`.
pub(crate) fn read(key: &Key, mut item: Item) -> Result<RecordedEvent, StoreError> {
    if let Some(AttributeValue::B(sealed)) = item.get(PERSONAL) {
        let text = URL_SAFE_NO_PAD.encode(sealed);
        item.insert(PERSONAL.to_owned(), AttributeValue::S(text));
    }
    row::read(key, item)
}
