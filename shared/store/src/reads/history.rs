//! What happened to a person, the latest first: the index by subject names the events, their rows are read beside each other.

use domain::event::{RecordedEvent, Subject};
use domain::{EventId, UserId};

use super::batch;
use crate::error::{StoreError, from_sdk};
use crate::event_row;
use crate::keys::{self, Key, PARTITION, SORT, SUBJECT_INDEX_NAME};
use crate::region::TenantStore;
use crate::row;
use crate::tables::Table;
use crate::write::names;

impl TenantStore {
    /// At most `limit` (up to 100) events about a person, the latest first, older than `before`. Two requests; the index may be a moment behind.
    pub async fn list_history(&self, user: &UserId, before: Option<&EventId>, limit: usize) -> Result<Vec<RecordedEvent>, StoreError> {
        let subject = Subject::User(user.clone()).index_key().unwrap_or_default();
        let condition = if before.is_some() { "#subject_pk = :pk AND #subject_sk < :before" } else { "#subject_pk = :pk" };
        let query = self
            .database
            .client
            .query()
            .table_name(self.database.name(Table::Events))
            .index_name(SUBJECT_INDEX_NAME)
            .key_condition_expression(condition)
            .set_expression_attribute_names(Some(names(condition)))
            .expression_attribute_values(":pk", row::text(&keys::subject(&self.tenant, &subject)));
        let query = before.into_iter().fold(query, |query, before| query.expression_attribute_values(":before", row::text(before.as_str())));
        let limit = i32::try_from(limit.clamp(1, 100)).unwrap_or(100);
        let answer = query.scan_index_forward(false).limit(limit).send().await.map_err(|error| from_sdk(&error))?;
        let text = |item: &row::Item, name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        let key_of = |item: &row::Item| Key { table: Table::Events, partition: text(item, PARTITION), sort: text(item, SORT) };
        let keys: Vec<Key> = answer.items.unwrap_or_default().iter().map(key_of).collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = batch::read(&self.database, &keys).await?;
        // What was swept in between is left out.
        keys.iter().filter_map(|key| found.take_item(key).map(|item| event_row::read(key, item))).collect()
    }
}
