//! A person gets a new password: the credential, the watermark that ends what stood on the old one, and the event.

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

/// What became of a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordChange {
    /// It stands.
    Changed,
    /// The password had changed since it was seen, or the person may not act any more.
    Stale,
}

impl TenantStore {
    /// Puts `credential` in the place of the version before it. Every session and grant of the person that began before `now` is over.
    ///
    /// Costs 1 request, 7 write units: 2 each for credential, person and event, 1 for its index.
    pub async fn change_password(
        &self,
        user_id: &UserId,
        credential: &PasswordCredential,
        now: Timestamp,
        event: &RecordedEvent,
    ) -> Result<PasswordChange, StoreError> {
        let changed = replaced(self, user_id, credential, now)?;
        let person = watermark(self, user_id, now);
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).change(changed).change(person).put_new(&event_key, event_item);
        Ok(match transaction.commit().await? {
            Outcome::Committed => PasswordChange::Changed,
            Outcome::Refused(_) => PasswordChange::Stale,
        })
    }
}

/// Puts `credential` in the place of the version before it. 2 write units.
pub(super) fn replaced(store: &TenantStore, user_id: &UserId, credential: &PasswordCredential, now: Timestamp) -> Result<Change, StoreError> {
    let key = keys::password(&store.tenant, user_id);
    let change = Change::of(
        key.clone(),
        "SET #sealed_hash = :sealed_hash, #version = :version, #changed_at = :now, #former = :former REMOVE #locked_at, #outlived_at",
        "attribute_exists(#pk) AND #version = :before",
    )
    .with(":sealed_hash", row::value(&key, &credential.sealed_hash)?)
    .with(":version", row::number(credential.version))
    .with(":before", row::number(credential.version.saturating_sub(1)))
    .with(":former", row::value(&key, &credential.former)?)
    .with(":now", row::millis(now));
    Ok(change)
}
