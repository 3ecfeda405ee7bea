//! A part of a tenant's record changes that counts its own changes: how it stands and is called, its groups and roles, the attributes of its people, its branding, its domains, or
//! the hook by which people are brought over.

use domain::attributes::Schema;
use domain::custom_domain::Domains;
use domain::event::RecordedEvent;
use domain::migration::Migration;
use domain::roster::Roster;
use domain::standing::Standing;
use serde::Serialize;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row;
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantChange {
    /// It stands.
    Changed,
    /// Another change came first: read again.
    Stale,
}

/// How a part is written, and the conditions under which the first version and a later one of it are.
struct Part {
    update: &'static str,
    first: &'static str,
    later: &'static str,
}

// A tenant that never had any has no such attribute.
const ROSTER: Part = Part {
    update: "SET #roster = :part",
    first: "attribute_exists(#pk) AND attribute_not_exists(#roster)",
    later: "attribute_exists(#pk) AND #roster.#version = :before",
};
const ATTRIBUTES: Part = Part {
    update: "SET #attributes = :part",
    first: "attribute_exists(#pk) AND attribute_not_exists(#attributes)",
    later: "attribute_exists(#pk) AND #attributes.#version = :before",
};
const MIGRATION: Part = Part {
    update: "SET #migration = :part",
    first: "attribute_exists(#pk) AND attribute_not_exists(#migration)",
    later: "attribute_exists(#pk) AND #migration.#version = :before",
};

const DOMAINS: Part = Part {
    update: "SET #domains = :part",
    first: "attribute_exists(#pk) AND attribute_not_exists(#domains)",
    later: "attribute_exists(#pk) AND #domains.#version = :before",
};
const STANDING: Part = Part {
    update: "SET #standing = :part",
    first: "attribute_exists(#pk) AND attribute_not_exists(#standing)",
    later: "attribute_exists(#pk) AND #standing.#version = :before",
};
const NAME: Part = Part { update: "SET #standing = :part, #name = :name", ..STANDING };

impl TenantStore {
    /// Writes how the tenant stands, which is one version ahead of what was read. It costs what [`Self::change_roster`] does.
    pub async fn change_standing(&self, standing: &Standing, event: &RecordedEvent) -> Result<TenantChange, StoreError> {
        self.change_part(&STANDING, (standing, standing.version), event).await
    }

    /// Calls the tenant `name`; its standing counts that, and is one version ahead of what was read. It costs what [`Self::change_roster`] does.
    pub async fn rename_tenant(&self, name: &str, standing: &Standing, event: &RecordedEvent) -> Result<TenantChange, StoreError> {
        let change = self.part(&NAME, (standing, standing.version))?.with(":name", row::text(name));
        self.commit_part(change, event).await
    }

    /// Writes `roster`, which is one version ahead of the one that was read.
    ///
    /// Costs 1 request, 4 write units and 2 more per KB that the tenant's record has: 2 for the tenant, 2 for the event, which has no index.
    pub async fn change_roster(&self, roster: &Roster, event: &RecordedEvent) -> Result<TenantChange, StoreError> {
        self.commit_part(self.roster_change(roster)?, event).await
    }

    pub(super) fn roster_change(&self, roster: &Roster) -> Result<Change, StoreError> {
        self.part(&ROSTER, (roster, roster.version))
    }

    /// Writes `domains`, which are one version ahead of those that were read. It costs what [`Self::change_roster`] does.
    pub async fn change_domains(&self, domains: &Domains, event: &RecordedEvent) -> Result<TenantChange, StoreError> {
        self.change_part(&DOMAINS, (domains, domains.version), event).await
    }

    /// Writes `schema`, which is one version ahead of the one that was read. It costs what [`Self::change_roster`] does.
    pub async fn change_attributes(&self, schema: &Schema, event: &RecordedEvent) -> Result<TenantChange, StoreError> {
        self.change_part(&ATTRIBUTES, (schema, schema.version), event).await
    }

    /// Writes `migration`, which is one version ahead of the one that was read. It costs what [`Self::change_roster`] does.
    pub async fn change_migration(&self, migration: &Migration, event: &RecordedEvent) -> Result<TenantChange, StoreError> {
        self.change_part(&MIGRATION, (migration, migration.version), event).await
    }

    async fn change_part<T: Serialize>(&self, part: &Part, value: (&T, u64), event: &RecordedEvent) -> Result<TenantChange, StoreError> {
        self.commit_part(self.part(part, value)?, event).await
    }

    fn part<T: Serialize>(&self, part: &Part, (value, version): (&T, u64)) -> Result<Change, StoreError> {
        let key = keys::tenant(&self.tenant);
        let value = row::value(&key, value)?;
        let condition = if version > 1 { part.later } else { part.first };
        let change = Change::of(key, part.update, condition).with(":part", value);
        Ok(if version > 1 { change.with(":before", row::number(version - 1)) } else { change })
    }

    async fn commit_part(&self, change: Change, event: &RecordedEvent) -> Result<TenantChange, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        match Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item).commit().await? {
            Outcome::Committed => Ok(TenantChange::Changed),
            Outcome::Refused(_) => Ok(TenantChange::Stale),
        }
    }
}
