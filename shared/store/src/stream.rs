//! Rows as the stream of a table shows them.

use domain::Timestamp;
use domain::event::RecordedEvent;

use crate::error::StoreError;
use crate::event_row;
use crate::keys::{Key, PARTITION, SORT};
use crate::row::{self, EXPIRES_AT, Item};
use crate::tables::Table;

/// An image of a row of the events table.
#[derive(Clone, Debug)]
pub struct EventImage(Item);

impl EventImage {
    /// Takes the image that a stream record carries.
    pub fn new(image: serde_dynamo::Item) -> Self {
        Self(image.into())
    }

    /// The event in it.
    pub fn event(&self) -> Result<RecordedEvent, StoreError> {
        event_row::read(&self.key(), self.0.clone())
    }

    /// Whether the sweeper might have taken this row by `now`. A removal of any other row is tampering.
    pub fn expired(&self, now: Timestamp) -> Result<bool, StoreError> {
        let seconds: Option<u64> = self.0.get(EXPIRES_AT).and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok());
        seconds.map(|seconds| seconds <= now.seconds()).ok_or_else(|| row::corrupt(&self.key()))
    }

    // The key that the image says it has; a broken one is shown as empty.
    fn key(&self) -> Key {
        let text = |name: &str| self.0.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        Key { table: Table::Events, partition: text(PARTITION), sort: text(SORT) }
    }
}
