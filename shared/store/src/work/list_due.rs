//! What is due.

use domain::Timestamp;
use domain::delivery::DeliveryId;

use super::Work;
use crate::error::{StoreError, from_sdk};
use crate::keys::{self, Key, SORT};
use crate::region::Database;
use crate::row::{self, Item};
use crate::tables::Table;

/// Deliveries that are due, the longest due first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// The deliveries.
    pub deliveries: Vec<DeliveryId>,
    /// A `Corrupt` for each row that doesn't parse: said loudly, without keeping the others from being tried.
    pub corrupt: Vec<StoreError>,
}

impl Work {
    /// At most `limit` deliveries of `shard` (below `policy::DUE_SHARDS`) that are due at `now`. One request.
    pub async fn list_due(&self, shard: u8, now: Timestamp, limit: u16) -> Result<Due, StoreError> {
        let rows = due_rows(&self.store.here()?, keys::due_until(shard, now), limit).await?;
        let mut due = Due::default();
        for (key, item) in rows {
            match row::read(&key, item) {
                Ok(delivery) => due.deliveries.push(delivery),
                Err(corrupt) => due.corrupt.push(corrupt),
            }
        }
        Ok(due)
    }
}

/// At most `limit` rows of a partition that stand before a sort key, in the order of their times.
pub(super) async fn due_rows(database: &Database, (partition, beyond): (String, String), limit: u16) -> Result<Vec<(Key, Item)>, StoreError> {
    let answer = database
        .client
        .query()
        .table_name(database.name(Table::Work))
        .key_condition_expression("#pk = :pk AND #sk < :beyond")
        .set_expression_attribute_names(Some(crate::write::names("#pk #sk")))
        .expression_attribute_values(":pk", row::text(&partition))
        .expression_attribute_values(":beyond", row::text(&beyond))
        .limit(i32::from(limit))
        .send()
        .await
        .map_err(|error| from_sdk(&error))?;
    Ok(answer.items.unwrap_or_default().into_iter().map(|item| (key_of(&partition, &item), item)).collect())
}

fn key_of(partition: &str, item: &Item) -> Key {
    let sort = item.get(SORT).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    Key { table: Table::Work, partition: partition.to_owned(), sort }
}
