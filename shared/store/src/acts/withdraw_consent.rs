//! A person takes back what they allowed an app.

use domain::event::RecordedEvent;
use domain::{ClientId, UserId};

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::transaction::{Outcome, Transaction};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentWithdrawal {
    /// Nothing is allowed any more.
    Withdrawn,
    /// Nothing was.
    NothingAllowed,
}

impl TenantStore {
    /// Removes the consent to `client`. What the app was given by then is for [`TenantStore::revoke_family`].
    ///
    /// Costs 1 request, 5 write units: 2 for the consent, 2 for the event, 1 for its index.
    pub async fn withdraw_consent(&self, user: &UserId, client: &ClientId, event: &RecordedEvent) -> Result<ConsentWithdrawal, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).remove_standing(&keys::consent(&self.tenant, user, client));
        Ok(match transaction.put_new(&event_key, event_item).commit().await? {
            Outcome::Committed => ConsentWithdrawal::Withdrawn,
            Outcome::Refused(_) => ConsentWithdrawal::NothingAllowed,
        })
    }
}
