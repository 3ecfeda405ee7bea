//! An import or export, the rows that made no account, and the passwords that are written.

use std::collections::BTreeMap;

use domain::credential::PasswordCredential;
use domain::transfer::{Job, RefusedRow};
use domain::{JobId, UserId};

use super::{batch, one};
use crate::error::{StoreError, from_sdk};
use crate::keys::{self, Key, SORT};
use crate::region::TenantStore;
use crate::row;
use crate::tables::Table;
use crate::write::names;

const BETWEEN: &str = "#pk = :pk AND #sk BETWEEN :first AND :last";

impl TenantStore {
    /// The tenant's job of that id. One request.
    pub async fn find_job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        one::find(&self.database, &keys::job(&self.tenant, id)).await
    }

    /// The passwords at rest of at most 100 people; who has none is left out. One request, strongly consistent.
    pub async fn read_passwords(&self, people: &[UserId]) -> Result<BTreeMap<UserId, PasswordCredential>, StoreError> {
        if people.is_empty() {
            return Ok(BTreeMap::new());
        }
        let keys: Vec<Key> = people.iter().map(|id| keys::password(&self.tenant, id)).collect();
        let mut found = batch::read(&self.database, &keys).await?;
        let password = |(id, key): (&UserId, &Key)| found.take(key).map(|password| Some((id.clone(), password?))).transpose();
        people.iter().zip(&keys).filter_map(password).collect()
    }

    /// At most `limit` rows of an import that made no account, after line `after`, in their order. One request, strongly consistent.
    pub async fn list_refused(&self, id: &JobId, after: u64, limit: usize) -> Result<Vec<RefusedRow>, StoreError> {
        let [first, last] = keys::refused_rows(&self.tenant, id, after);
        let answer = self
            .database
            .client
            .query()
            .table_name(self.database.name(Table::Work))
            .key_condition_expression(BETWEEN)
            .set_expression_attribute_names(Some(names(BETWEEN)))
            .expression_attribute_values(":pk", row::text(&first.partition))
            .expression_attribute_values(":first", row::text(&first.sort))
            .expression_attribute_values(":last", row::text(&last.sort))
            .limit(i32::try_from(limit.clamp(1, 100)).unwrap_or(100))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| from_sdk(&error))?;
        let read = |item: row::Item| {
            let sort = item.get(SORT).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
            row::read(&Key { table: Table::Work, partition: first.partition.clone(), sort }, item)
        };
        answer.items.unwrap_or_default().into_iter().map(read).collect()
    }
}
