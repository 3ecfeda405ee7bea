//! A tenant's groups and roles change.

use domain::event::RecordedEvent;
use domain::roster::Roster;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row;
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of a change of groups and roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterChange {
    /// It stands.
    Changed,
    /// Another change came first: read again.
    Stale,
}

impl TenantStore {
    /// Writes `roster`, which is one version ahead of the one that was read.
    ///
    /// Costs 1 request, 4 write units and 2 more per KB that the tenant's record has: 2 for the tenant, 2 for the event, which has no index.
    pub async fn change_roster(&self, roster: &Roster, event: &RecordedEvent) -> Result<RosterChange, StoreError> {
        let key = keys::tenant(&self.tenant);
        let value = row::value(&key, roster)?;
        // A tenant that never had any has no such attribute.
        let condition = match roster.version {
            0 | 1 => "attribute_exists(#pk) AND attribute_not_exists(#roster)",
            _ => "attribute_exists(#pk) AND #roster.#version = :before",
        };
        let mut change = Change::of(key, "SET #roster = :roster", condition).with(":roster", value);
        if roster.version > 1 {
            change = change.with(":before", row::number(roster.version - 1));
        }
        let (event_key, event_item) = event_row::write(self, event)?;
        match Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item).commit().await? {
            Outcome::Committed => Ok(RosterChange::Changed),
            Outcome::Refused(_) => Ok(RosterChange::Stale),
        }
    }
}
