//! A person says that somebody else uses their account: the password is locked, the watermark ends what stood, and the event tells.

use domain::credential::PasswordCredential;
use domain::event::RecordedEvent;
use domain::{Timestamp, UserId};

use super::watermark::watermark;
use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row;
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordLock {
    /// The password is locked.
    Locked,
    /// It had changed since it was seen, or the person may not act any more.
    Stale,
}

impl TenantStore {
    /// Locks the password, which becomes `locked`, the version after the one that was seen. Every session and grant of the person that began before
    /// `now` is over.
    ///
    /// Costs 1 request, 7 write units: 2 each for credential, person and event, 1 for its index.
    pub async fn lock_password(
        &self,
        user_id: &UserId,
        locked: &PasswordCredential,
        now: Timestamp,
        event: &RecordedEvent,
    ) -> Result<PasswordLock, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction =
            Transaction::named(&self.database, &event.id).change(lock(self, user_id, locked, now)).change(watermark(self, user_id, now));
        Ok(match transaction.put_new(&event_key, event_item).commit().await? {
            Outcome::Committed => PasswordLock::Locked,
            Outcome::Refused(_) => PasswordLock::Stale,
        })
    }
}

/// Locks the password, which becomes `locked`, the version after the one that was seen. 2 write units.
pub(super) fn lock(store: &TenantStore, user_id: &UserId, locked: &PasswordCredential, now: Timestamp) -> Change {
    Change::of(keys::password(&store.tenant, user_id), "SET #version = :version, #locked_at = :now", "attribute_exists(#pk) AND #version = :before")
        .with(":version", row::number(locked.version))
        .with(":before", row::number(locked.version.saturating_sub(1)))
        .with(":now", row::millis(now))
}
