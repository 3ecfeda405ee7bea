//! The families of one session, a page at a time.

use domain::family::Family;
use domain::{FamilyId, SessionId, UserId};

use crate::error::{StoreError, from_sdk};
use crate::keys::{self, Key, SORT};
use crate::region::TenantStore;
use crate::row;
use crate::tables::Table;
use crate::write::names;

/// Rows looked at per page.
const PER_PAGE: i32 = 100;

/// Some families of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FamilyPage {
    /// Those of this page, live or not.
    pub families: Vec<Family>,
    /// Where the next page begins, if there may be more.
    pub next: Option<FamilyId>,
}

impl TenantStore {
    /// A page of the families that came from `session`, after `after`. One request, strongly consistent.
    pub async fn list_families(&self, user: &UserId, session: &SessionId, after: Option<&FamilyId>) -> Result<FamilyPage, StoreError> {
        const KEY: &str = "#pk = :pk AND begins_with(#sk, :kind)";
        const FILTER: &str = "#session_id = :session";
        let (partition, kind) = keys::families(&self.tenant, user);
        let mut all = names(KEY);
        all.extend(names(FILTER));
        let answer = self
            .database
            .client
            .query()
            .table_name(self.database.name(Table::Identity))
            .key_condition_expression(KEY)
            .filter_expression(FILTER)
            .set_expression_attribute_names(Some(all))
            .expression_attribute_values(":pk", row::text(&partition))
            .expression_attribute_values(":kind", row::text(&kind))
            .expression_attribute_values(":session", row::text(session.as_str()))
            .set_exclusive_start_key(after.map(|after| keys::family(&self.tenant, user, after).attributes()))
            .consistent_read(true)
            .limit(PER_PAGE)
            .send()
            .await
            .map_err(|error| from_sdk(&error))?;
        let key_of = |sort: &str| Key { table: Table::Identity, partition: partition.clone(), sort: sort.to_owned() };
        let sort_of = |item: &row::Item| item.get(SORT).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        let families = answer.items.unwrap_or_default().into_iter().map(|item| row::read(&key_of(&sort_of(&item)), item));
        let next = answer.last_evaluated_key.map(|last| sort_of(&last));
        let next = next.and_then(|sort| FamilyId::parse(sort.strip_prefix(&kind)?).ok());
        Ok(FamilyPage { families: families.collect::<Result<_, _>>()?, next })
    }
}
