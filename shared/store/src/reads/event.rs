//! An event by its id.

use domain::event::RecordedEvent;
use domain::{EventId, Timestamp};

use super::one;
use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;

impl TenantStore {
    /// The event `id` that happened at `at` to a subject of `shard` ([`crate::event_shard`]). One request.
    ///
    /// The event that a throttled source leaves is not found by its id: its key is its minute and source.
    pub async fn find_event(&self, at: Timestamp, shard: u8, id: &EventId) -> Result<Option<RecordedEvent>, StoreError> {
        let key = keys::event(&self.tenant, at, shard, id);
        one::find_item(&self.database, &key).await?.map(|item| event_row::read(&key, item)).transpose()
    }
}
