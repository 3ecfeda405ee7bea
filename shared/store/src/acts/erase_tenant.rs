//! A tenant is erased: what stands in its lists goes row by row, and its keys, record and administrators in one transaction at the end.
//!
//! Every step may be cut off and begun again: a person's own row goes after all that is theirs, and the tenant's after all that is its own.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::UserId;
use domain::event::RecordedEvent;
use domain::invitation::Invitation;
use domain::key_ring::rotation::{DueLook, RotationPolicy};
use domain::key_ring::{Purpose, SigningRing};
use domain::listing::List;
use domain::tenant::Tenant;

use crate::error::{StoreError, from_sdk};
use crate::event_row;
use crate::keys::{self, Key, PARTITION, SORT};
use crate::listing::Wanted;
use crate::region::TenantStore;
use crate::row::{self, Item};
use crate::shard::rotation_shard;
use crate::tables::Table;
use crate::transaction::{Outcome, Transaction};
use crate::write;

/// Rows of a person that are looked at in one request.
const PER_PAGE: i32 = 100;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantErasure {
    /// The tenant is gone, and its keys with it.
    Erased,
    /// It stands otherwise than it was read, or is gone.
    Stale,
}

impl TenantStore {
    /// Erases all that is a person's, their own row last: sessions, consents, families, what they prove themself with, their key.
    ///
    /// Costs 2 requests per hundred rows and 1 for each of them, and 4 more.
    pub async fn erase_person(&self, user: &UserId) -> Result<(), StoreError> {
        let own = keys::user(&self.tenant, user);
        loop {
            let found = self.of_partition(&own).await?;
            for key in &found {
                write::remove(&self.database, key).await?;
            }
            if found.is_empty() {
                break;
            }
        }
        for key in [keys::password(&self.tenant, user), keys::pending_password(&self.tenant, user), keys::user_key(&self.tenant, user)] {
            write::remove(&self.database, &key).await?;
        }
        write::remove(&self.database, &own).await
    }

    // Keys of the partition of `own`, without it.
    async fn of_partition(&self, own: &Key) -> Result<Vec<Key>, StoreError> {
        const CONDITION: &str = "#pk = :pk";
        let query = self
            .database
            .client
            .query()
            .table_name(self.database.name(own.table))
            .key_condition_expression(CONDITION)
            .projection_expression("#pk, #sk")
            .set_expression_attribute_names(Some(write::names("#pk #sk")))
            .expression_attribute_values(":pk", row::text(&own.partition))
            .consistent_read(true)
            .limit(PER_PAGE);
        let answer = query.send().await.map_err(|error| from_sdk(&error))?;
        Ok(answer.items.unwrap_or_default().iter().filter_map(identity_key).filter(|key| key != own).collect())
    }

    /// Erases the rows on a page of one of the tenant's lists; the entry after which the next page begins, if there may be one.
    ///
    /// Costs 1 request, and 1 and up to 2 write units per row.
    pub async fn erase_listed(&self, list: List, after: Option<&str>, limit: usize) -> Result<Option<String>, StoreError> {
        let entries = self.listed_rows(list, &Wanted { prefix: "", after, limit }).await?;
        for item in &entries {
            if let Some(key) = identity_key(item) {
                write::remove(&self.database, &key).await?;
            }
        }
        let last = entries.last().filter(|_| entries.len() == limit);
        Ok(last.and_then(|item| item.get(crate::listing::LIST_SORT)).and_then(|value| value.as_s().ok()).cloned())
    }

    /// Erases the tenant as it was read: its data keys and signing keys, the next look at those, who administers it, the invitation of who would have been
    /// its first owner, and its record. Without the data
    /// keys nothing opens that is sealed, wrapped or hashed under them, in any row, event, archive or backup.
    ///
    /// Costs 1 request, 21 write units, and 2 more per KB of the signing keys.
    pub async fn erase_tenant(&self, tenant: &Tenant, ring: Option<&SigningRing>, event: &RecordedEvent) -> Result<TenantErasure, StoreError> {
        self.own(&tenant.id)?;
        let (event_key, event_item) = event_row::write(self, event)?;
        let mut transaction = Transaction::named(&self.database, &event.id)
            .remove_tenant_as(&keys::tenant(&self.tenant), tenant.standing.version)
            .remove(&keys::administrators(&self.tenant))
            .remove(&keys::invitation(&self.tenant, Invitation::FOUNDING))
            .remove(&keys::signing_ring(&self.tenant))
            .put_new(&event_key, event_item);
        for purpose in Purpose::ALL {
            transaction = transaction.remove(&keys::data_key(&self.tenant, purpose));
        }
        if let Some(ring) = ring {
            let look = DueLook::at(self.tenant.clone(), ring.due_at(&RotationPolicy::of(tenant)));
            transaction = transaction.remove(&keys::rotation(&look, rotation_shard(&look.tenant)));
        }
        Ok(match transaction.commit().await? {
            Outcome::Committed => TenantErasure::Erased,
            Outcome::Refused(_) => TenantErasure::Stale,
        })
    }
}

fn identity_key(item: &Item) -> Option<Key> {
    let text = |name: &str| item.get(name).and_then(|value: &AttributeValue| value.as_s().ok()).cloned();
    Some(Key { table: Table::Identity, partition: text(PARTITION)?, sort: text(SORT)? })
}
