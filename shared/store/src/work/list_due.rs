//! What is due.

use domain::Timestamp;
use domain::delivery::DeliveryId;
use domain::key_ring::rotation::DueLook;
use domain::session::Expiry;
use serde::de::DeserializeOwned;

use super::Work;
use crate::error::{StoreError, from_sdk};
use crate::keys::{self, Key, SORT, Until};
use crate::row::{self, Item};
use crate::tables::Table;

/// What is due, the longest due first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due<T> {
    /// What the rows hold.
    pub rows: Vec<T>,
    /// A `Corrupt` for each row that doesn't parse: said loudly, without keeping the others from being tried.
    pub corrupt: Vec<StoreError>,
}

impl Work {
    /// At most `limit` deliveries of `shard` (below `policy::DUE_SHARDS`) that are due at `now`. One request.
    pub async fn list_due(&self, shard: u8, now: Timestamp, limit: u16) -> Result<Due<DeliveryId>, StoreError> {
        self.list(&keys::due_until(shard, now), limit).await
    }

    /// At most `limit` looks at signing keys of `shard` (below `policy::DUE_SHARDS`) that are due at `now`. One request.
    pub async fn list_looks(&self, shard: u8, now: Timestamp, limit: u16) -> Result<Due<DueLook>, StoreError> {
        self.list(&keys::rotation_until(shard, now), limit).await
    }

    /// At most `limit` sessions of `shard` (below `policy::DUE_SHARDS`) that may have run out at `now`. One request.
    pub async fn list_expiries(&self, shard: u8, now: Timestamp, limit: u16) -> Result<Due<Expiry>, StoreError> {
        self.list(&keys::expiries_until(shard, now), limit).await
    }

    pub(super) async fn list<T: DeserializeOwned>(&self, until: &Until, limit: u16) -> Result<Due<T>, StoreError> {
        let database = self.store.here()?;
        let answer = database
            .client
            .query()
            .table_name(database.name(Table::Work))
            .key_condition_expression("#pk = :pk AND #sk < :beyond")
            .set_expression_attribute_names(Some(crate::write::names("#pk #sk")))
            .expression_attribute_values(":pk", row::text(&until.partition))
            .expression_attribute_values(":beyond", row::text(&until.beyond))
            .limit(i32::from(limit))
            .send()
            .await
            .map_err(|error| from_sdk(&error))?;
        let (mut rows, mut corrupt) = (Vec::new(), Vec::new());
        for item in answer.items.unwrap_or_default() {
            match row::read(&key_of(&until.partition, &item), item) {
                Ok(row) => rows.push(row),
                Err(error) => corrupt.push(error),
            }
        }
        Ok(Due { rows, corrupt })
    }
}

fn key_of(partition: &str, item: &Item) -> Key {
    let sort = item.get(SORT).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    Key { table: Table::Work, partition: partition.to_owned(), sort }
}
