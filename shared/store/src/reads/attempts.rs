//! What was counted of attempts under a name or an account.

use crate::error::{StoreError, from_sdk};
use crate::keys::{self, Key, PARTITION, SORT};
use crate::region::TenantStore;
use crate::row::{self, Item};
use crate::tables::Table;
use crate::write::names;

/// More sources than an honest person has.
const MOST: i32 = 100;

impl TenantStore {
    /// Where attempts under a keyed hash are counted, at most a hundred. One request.
    pub(crate) async fn list_attempts(&self, hash: &str) -> Result<Vec<Key>, StoreError> {
        const CONDITION: &str = "#pk = :pk";
        let query = self
            .database
            .client
            .query()
            .table_name(self.database.name(Table::Identity))
            .key_condition_expression(CONDITION)
            .set_expression_attribute_names(Some(names(CONDITION)))
            .expression_attribute_values(":pk", row::text(&keys::counted(&self.tenant, hash)));
        let answer = query.limit(MOST).consistent_read(true).send().await.map_err(|error| from_sdk(&error))?;
        let text = |item: &Item, name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        let key = |item: &Item| Key { table: Table::Identity, partition: text(item, PARTITION), sort: text(item, SORT) };
        Ok(answer.items.unwrap_or_default().iter().map(key).collect())
    }
}
