//! Lists of a tenant's things: the index `listed` names them in order, and their rows are read beside each other.
//!
//! INVARIANT: a list is shown and decides nothing: the index may be a moment behind. It holds nothing that signing in writes.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::identifier::{Canonical, IdentifierKind};
use domain::listing::{List, listed};
use domain::tenant::Tenant;
use domain::user::User;
use domain::{TenantId, UserId};
use serde::de::DeserializeOwned;

use crate::error::{StoreError, from_sdk};
use crate::keys::{self, Key, LIST_INDEX_NAME};
use crate::reads::batch;
use crate::region::TenantStore;
use crate::row::{self, Item};
use crate::tables::Table;
use crate::write::names;

const LIST_PARTITION: &str = "list_pk";
pub(crate) const LIST_SORT: &str = "list_sk";

/// Puts the row of `id` into a list, under `text`.
pub(crate) fn enlist(tenant: &TenantId, item: &mut Item, list: List, (text, id): (&str, &str)) {
    item.insert(LIST_PARTITION.to_owned(), row::text(&keys::list(tenant, list)));
    item.insert(LIST_SORT.to_owned(), entry(text, id));
}

/// Puts the row of a person's identifier into the list of its kind; a `sub` is in none.
pub(crate) fn enlist_identifier(tenant: &TenantId, item: &mut Item, kind: IdentifierKind, user: &User) {
    let (list, canonical) = match kind {
        IdentifierKind::Email => (List::PeopleByEmail, user.email.as_ref().and_then(|email| Canonical::email(&email.address).ok())),
        IdentifierKind::Username => (List::PeopleByUsername, user.username.as_ref().and_then(|name| Canonical::username(name).ok())),
        IdentifierKind::Subject => return,
    };
    if let Some(canonical) = canonical {
        enlist(tenant, item, list, (canonical.as_str(), user.id.as_str()));
    }
}

/// What a person's own row is listed under.
pub(crate) fn entry_of(user: &User) -> AttributeValue {
    entry(&listed(user.called()), user.id.as_str())
}

fn entry(text: &str, id: &str) -> AttributeValue {
    row::text(&keys::list_entry(text, id))
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPage<T> {
    /// What is on it.
    pub rows: Vec<T>,
    /// The entry after which the next page begins, if there may be one.
    pub next: Option<String>,
}

/// The part of a list that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// What entries begin with, as [`domain::listing::listed`] leaves it.
    pub prefix: &'a str,
    /// The entry after which they begin.
    pub after: Option<&'a str>,
    /// How many at most, up to 100.
    pub limit: usize,
}

impl TenantStore {
    /// People of one of their lists. Two requests.
    pub async fn list_people(&self, list: List, wanted: Wanted<'_>) -> Result<ListPage<User>, StoreError> {
        let key = |id: &str| UserId::parse(id).ok().map(|id| keys::user(&self.tenant, &id));
        self.list(list, wanted, key).await
    }

    /// Tenants of the zone by slug, as this tenant's home region knows them. Two requests.
    pub async fn list_tenants(&self, wanted: Wanted<'_>) -> Result<ListPage<Tenant>, StoreError> {
        self.list(List::Tenants, wanted, |id| TenantId::parse(id).ok().map(|id| keys::tenant(&id))).await
    }

    /// What stands at the keys that a page of a list names, in its order. What has gone since is left out.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        list: List,
        wanted: Wanted<'_>,
        key: impl Fn(&str) -> Option<Key>,
    ) -> Result<ListPage<T>, StoreError> {
        let entries = self.entries(list, &wanted).await?;
        let next = entries.last().filter(|_| entries.len() == wanted.limit).cloned();
        let keys: Vec<Key> = entries.iter().filter_map(|entry| key(entry.rsplit_once('#')?.1)).collect();
        if keys.is_empty() {
            return Ok(ListPage { rows: Vec::new(), next: None });
        }
        let mut found = batch::read(&self.database, &keys).await?;
        let rows = keys.iter().filter_map(|key| found.take(key).transpose()).collect::<Result<_, _>>()?;
        Ok(ListPage { rows, next })
    }

    /// Everything that a list names, unless it is more than `most`. Two requests for each hundred.
    pub(crate) async fn list_all<T: DeserializeOwned>(
        &self,
        list: List,
        most: usize,
        key: impl Fn(&str) -> Option<Key>,
    ) -> Result<Option<Vec<T>>, StoreError> {
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self.list(list, Wanted { prefix: "", after: after.as_deref(), limit: 100 }, &key).await?;
            all.extend(page.rows);
            match page.next {
                _ if all.len() > most => return Ok(None),
                None => return Ok(Some(all)),
                next => after = next,
            }
        }
    }

    async fn entries(&self, list: List, wanted: &Wanted<'_>) -> Result<Vec<String>, StoreError> {
        let entry = |item: Item| item.get(LIST_SORT).and_then(|value| value.as_s().ok()).cloned();
        Ok(self.listed_rows(list, wanted).await?.into_iter().filter_map(entry).collect())
    }

    /// The keys of the rows that a page of a list names, as the index holds them.
    pub(crate) async fn listed_rows(&self, list: List, wanted: &Wanted<'_>) -> Result<Vec<Item>, StoreError> {
        let condition = match (wanted.prefix, wanted.after) {
            ("", None) => "#list_pk = :pk",
            ("", Some(_)) => "#list_pk = :pk AND #list_sk > :after",
            (_, None) => "#list_pk = :pk AND begins_with(#list_sk, :prefix)",
            (_, Some(_)) => "#list_pk = :pk AND #list_sk BETWEEN :after AND :last",
        };
        let partition = keys::list(&self.tenant, list);
        let mut query = self
            .database
            .client
            .query()
            .table_name(self.database.name(Table::Identity))
            .index_name(LIST_INDEX_NAME)
            .key_condition_expression(condition)
            .set_expression_attribute_names(Some(names(condition)))
            .expression_attribute_values(":pk", row::text(&partition));
        let values = match (wanted.prefix, wanted.after) {
            ("", None) => vec![],
            ("", Some(after)) => vec![(":after", after.to_owned())],
            (prefix, None) => vec![(":prefix", prefix.to_owned())],
            // Two conditions on one key aren't allowed: what follows the last entry seen, up to the last that begins so.
            (prefix, Some(after)) => vec![(":after", format!("{after}\u{0}")), (":last", format!("{prefix}\u{10ffff}"))],
        };
        for (name, value) in values {
            query = query.expression_attribute_values(name, row::text(&value));
        }
        let limit = i32::try_from(wanted.limit.clamp(1, 100)).unwrap_or(100);
        let answer = query.limit(limit).send().await.map_err(|error| from_sdk(&error))?;
        Ok(answer.items.unwrap_or_default())
    }
}
