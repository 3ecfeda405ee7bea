//! An event of its own, where no other row changes: a refusal.

use domain::event::RecordedEvent;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::shard::event_shard;
use crate::write::{self, Write};

/// Whether an event was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// Now.
    First,
    /// Before.
    Seen,
}

impl From<Write> for Recording {
    fn from(write: Write) -> Self {
        match write {
            Write::Done => Self::First,
            Write::Refused(_) => Self::Seen,
        }
    }
}

impl TenantStore {
    /// Writes an event. `Seen` is this very event, written before, also by a try whose answer was lost.
    ///
    /// Costs 1 request, 2 write units: the row and its index; 1 for the tenant's own events, which have no index.
    pub async fn record_event(&self, event: &RecordedEvent) -> Result<Recording, StoreError> {
        let (key, item) = event_row::write(self, event)?;
        write::put_new(&self.database, &key, item).await.map(Recording::from)
    }

    /// Writes the event of a throttled source, unless it left one in this minute; `source` is the HMAC of the source's text.
    ///
    /// Costs 1 request, 2 write units, 1 when seen.
    pub async fn record_throttled(&self, event: &RecordedEvent, source: &str) -> Result<Recording, StoreError> {
        let key = keys::throttled(&self.tenant, event.at, event_shard(&event.subject), source);
        let item = event_row::write_at(self, &key, event)?;
        write::put_new(&self.database, &key, item).await.map(Recording::from)
    }
}
