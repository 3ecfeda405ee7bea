//! What policies of a tenant said before.

use domain::policies::{PolicyKind, PolicyVersion};

use super::one;
use crate::error::{StoreError, from_sdk};
use crate::keys::{self, Key, SORT};
use crate::region::TenantStore;
use crate::row;
use crate::tables::Table;
use crate::write::names;

impl TenantStore {
    /// A version of a kind of policy. One request.
    pub async fn find_policy_version(&self, kind: PolicyKind, version: u64) -> Result<Option<PolicyVersion>, StoreError> {
        one::find(&self.database, &keys::policy(&self.tenant, kind, version)).await
    }

    /// At most `limit` (up to 100) versions of a kind of policy, the latest first, those before `before`. One request, strongly consistent.
    pub async fn list_policy_versions(&self, kind: PolicyKind, before: u64, limit: usize) -> Result<Vec<PolicyVersion>, StoreError> {
        const KEY: &str = "#pk = :pk AND #sk BETWEEN :first AND :last";
        if before == 0 {
            return Ok(Vec::new());
        }
        let (partition, [first, last]) = keys::policy_versions(&self.tenant, kind, before);
        let query = self
            .database
            .client
            .query()
            .table_name(self.database.name(Table::Identity))
            .key_condition_expression(KEY)
            .set_expression_attribute_names(Some(names(KEY)))
            .expression_attribute_values(":pk", row::text(&partition))
            .expression_attribute_values(":first", row::text(&first))
            .expression_attribute_values(":last", row::text(&last));
        let limit = i32::try_from(limit.clamp(1, 100)).unwrap_or(100);
        let answer = query.consistent_read(true).scan_index_forward(false).limit(limit).send().await.map_err(|error| from_sdk(&error))?;
        let key_of = |item: &row::Item| {
            let sort = item.get(SORT).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
            Key { table: Table::Identity, partition: partition.clone(), sort }
        };
        answer.items.unwrap_or_default().into_iter().map(|item| row::read(&key_of(&item), item)).collect()
    }
}
