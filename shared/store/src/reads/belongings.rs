//! What belongs to a person: their sessions, consents and families, each kind read a page at a time by one query of the person's partition.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::consent::Consent;
use domain::family::Family;
use domain::session::Session;
use domain::{FamilyId, SessionId, Timestamp, UserId};
use serde::de::DeserializeOwned;

use crate::error::{StoreError, from_sdk};
use crate::keys::{self, Key, Range, SORT};
use crate::region::TenantStore;
use crate::row;
use crate::tables::Table;
use crate::write::names;

/// Rows looked at per page.
const PER_PAGE: i32 = 100;
/// Pages that are looked at where a flow wants all rows of a kind: nobody has a thousand.
const MOST_PAGES: usize = 10;

/// Some families of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FamilyPage {
    /// Those of this page, live or not.
    pub families: Vec<Family>,
    /// Where the next page begins, if there may be more.
    pub next: Option<FamilyId>,
}

/// Which rows of a kind are wanted: what the filter says, with its values.
struct Filter<'a> {
    expression: &'static str,
    values: &'a [(&'static str, AttributeValue)],
}

struct Page<T> {
    rows: Vec<T>,
    next: Option<Key>,
}

impl TenantStore {
    /// A page of the families that came from `session`, after `after`. One request, strongly consistent.
    pub async fn list_families(&self, user: &UserId, session: &SessionId, after: Option<&FamilyId>) -> Result<FamilyPage, StoreError> {
        let range = keys::families(&self.tenant, user);
        let filter = Filter { expression: "#session_id = :session", values: &[(":session", row::text(session.as_str()))] };
        let after = after.map(|after| keys::family(&self.tenant, user, after));
        let page = self.page(&range, Some(&filter), after).await?;
        let next = page.next.and_then(|key| FamilyId::parse(key.sort.strip_prefix(&range.begin)?).ok());
        Ok(FamilyPage { families: page.rows, next })
    }

    /// The sessions of a person that nobody ended and whose time isn't over at `now`, used or not. One request per hundred rows, a thousand at most.
    pub async fn list_sessions(&self, user: &UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let values = [(":now", row::millis(now))];
        let filter = Filter { expression: "attribute_not_exists(#ended) AND #ends_at > :now", values: &values };
        self.all(&keys::sessions(&self.tenant, user), Some(&filter)).await
    }

    /// The families of a person that nobody revoked and whose time isn't over at `now`. Requests as above.
    pub async fn list_live_families(&self, user: &UserId, now: Timestamp) -> Result<Vec<Family>, StoreError> {
        let values = [(":now", row::millis(now)), (":active", row::text("active"))];
        let filter = Filter { expression: "#state = :active AND #ends_at > :now", values: &values };
        self.all(&keys::families(&self.tenant, user), Some(&filter)).await
    }

    /// What a person allowed which apps. Requests as above.
    pub async fn list_consents(&self, user: &UserId) -> Result<Vec<Consent>, StoreError> {
        self.all(&keys::consents(&self.tenant, user), None).await
    }

    async fn all<T: DeserializeOwned>(&self, range: &Range, filter: Option<&Filter<'_>>) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        let mut after = None;
        for _ in 0..MOST_PAGES {
            let page = self.page(range, filter, after).await?;
            all.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(all)
    }

    async fn page<T: DeserializeOwned>(&self, range: &Range, filter: Option<&Filter<'_>>, after: Option<Key>) -> Result<Page<T>, StoreError> {
        const KEY: &str = "#pk = :pk AND begins_with(#sk, :kind)";
        let mut all = names(KEY);
        all.extend(filter.map(|filter| names(filter.expression)).unwrap_or_default());
        let mut query = self
            .database
            .client
            .query()
            .table_name(self.database.name(Table::Identity))
            .key_condition_expression(KEY)
            .set_filter_expression(filter.map(|filter| filter.expression.to_owned()))
            .set_expression_attribute_names(Some(all))
            .expression_attribute_values(":pk", row::text(&range.partition))
            .expression_attribute_values(":kind", row::text(&range.begin));
        for (name, value) in filter.map(|filter| filter.values).unwrap_or_default() {
            query = query.expression_attribute_values(*name, value.clone());
        }
        let query = query.set_exclusive_start_key(after.map(|after| after.attributes())).consistent_read(true).limit(PER_PAGE);
        let answer = query.send().await.map_err(|error| from_sdk(&error))?;
        let key_of = |item: &row::Item| {
            let sort = item.get(SORT).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
            Key { table: Table::Identity, partition: range.partition.clone(), sort }
        };
        let rows = answer.items.unwrap_or_default().into_iter().map(|item| row::read(&key_of(&item), item));
        Ok(Page { rows: rows.collect::<Result<_, _>>()?, next: answer.last_evaluated_key.map(|last| key_of(&last)) })
    }
}
