//! A person gets other groups and roles.

use domain::event::RecordedEvent;
use domain::user::User;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row;
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// It stands.
    Assigned,
    /// The record changed meanwhile, or is gone: read again.
    Stale,
}

impl TenantStore {
    /// Writes the groups and roles of `user`, whose version is one ahead of the one that was read.
    ///
    /// Costs 1 request, 5 write units: 2 for the person, 2 for the event, 1 for its index.
    pub async fn assign(&self, user: &User, event: &RecordedEvent) -> Result<Assignment, StoreError> {
        let key = keys::user(&self.tenant, &user.id);
        let (groups, roles) = (row::value(&key, &user.groups)?, row::value(&key, &user.roles)?);
        let update = "SET #groups = :groups, #roles = :roles, #version = :version, #updated_at = :updated_at";
        let change = Change::of(key, update, "attribute_exists(#pk) AND #version = :before")
            .with(":groups", groups)
            .with(":roles", roles)
            .with(":version", row::number(user.version))
            .with(":before", row::number(user.version.saturating_sub(1)))
            .with(":updated_at", row::millis(user.updated_at));
        let (event_key, event_item) = event_row::write(self, event)?;
        match Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item).commit().await? {
            Outcome::Committed => Ok(Assignment::Assigned),
            Outcome::Refused(_) => Ok(Assignment::Stale),
        }
    }
}
