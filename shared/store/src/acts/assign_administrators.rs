//! A tenant's administrators change.

use domain::administration::Administrators;
use domain::client::Client;
use domain::event::RecordedEvent;
use domain::user::User;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of a change of administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdministratorsChange {
    /// It stands.
    Changed,
    /// Another change came first: read again.
    Stale,
}

impl TenantStore {
    /// Writes `all`, and counts a change of `user`, whom it is about; the versions of both are one ahead of the ones that were read. So nobody is
    /// disabled as what they aren't any more, or made an owner while they are disabled.
    ///
    /// Costs 1 request, 7 write units and 2 more per KB of administrators: 2 for them, 2 for the person, 2 for the event, 1 for its index.
    pub async fn assign_administrators(&self, all: &Administrators, user: &User, event: &RecordedEvent) -> Result<AdministratorsChange, StoreError> {
        self.assign(all, self.next_version(user, "SET #version = :version, #updated_at = :updated_at"), event).await
    }

    /// Writes `all`, and counts a change of `app`, which it is about; the versions of both are one ahead of the ones that were read. So no app is
    /// deleted as what it isn't any more, or made an administrator when it is gone.
    ///
    /// Costs 1 request, 6 write units and 2 more per KB of administrators: 2 for them, 2 for the app, 2 for the event, which has no index.
    pub async fn assign_app(&self, all: &Administrators, app: &Client, event: &RecordedEvent) -> Result<AdministratorsChange, StoreError> {
        let counted = Change::of(keys::client(&self.tenant, &app.id), "SET #version = :version", "attribute_exists(#pk) AND #version = :before")
            .with(":version", row::number(app.version))
            .with(":before", row::number(app.version.saturating_sub(1)));
        self.assign(all, counted, event).await
    }

    async fn assign(&self, all: &Administrators, counted: Change, event: &RecordedEvent) -> Result<AdministratorsChange, StoreError> {
        let transaction = self.administered_by(Transaction::named(&self.database, &event.id), all)?;
        let (event_key, event_item) = event_row::write(self, event)?;
        match transaction.change(counted).put_new(&event_key, event_item).commit().await? {
            Outcome::Committed => Ok(AdministratorsChange::Changed),
            Outcome::Refused(_) => Ok(AdministratorsChange::Stale),
        }
    }

    /// The part that writes `all`, whose version is one ahead of the one that was read.
    pub(super) fn administered_by<'t>(&self, transaction: Transaction<'t>, all: &Administrators) -> Result<Transaction<'t>, StoreError> {
        let key = keys::administrators(&self.tenant);
        if all.version <= 1 {
            return Ok(transaction.put_new(&key, row::write(&key, all, Ends::Never)?));
        }
        let change = Change::of(
            key.clone(),
            "SET #version = :version, #people = :people, #machines = :machines",
            "attribute_exists(#pk) AND #version = :before",
        );
        Ok(transaction.change(
            change
                .with(":version", row::number(all.version))
                .with(":before", row::number(all.version - 1))
                .with(":people", row::value(&key, &all.people)?)
                .with(":machines", row::value(&key, &all.machines)?),
        ))
    }
}
