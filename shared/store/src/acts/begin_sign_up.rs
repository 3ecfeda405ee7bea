//! A sign-up begins: what was entered, its password, and the event that sends the link.

use domain::credential::PasswordCredential;
use domain::event::RecordedEvent;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::reads::sign_up::SignUpRow;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};

/// A sign-up to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSignUp {
    /// HMAC of the canonical address, in base64url.
    pub address: String,
    /// What was entered.
    pub row: SignUpRow,
    /// The password that was chosen.
    pub password: PasswordCredential,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpStart {
    /// It waits for its address to be proved.
    Started,
    /// It did before: the form was sent twice.
    Repeated,
}

impl TenantStore {
    /// Begins a sign-up. An older one under the same address is replaced, and its link is dead.
    ///
    /// Costs 1 request, 7 write units: 2 each for row, password and event, 1 for its index; 2 more per KB of an app's request.
    pub async fn begin_sign_up(&self, new: &NewSignUp, event: &RecordedEvent) -> Result<SignUpStart, StoreError> {
        let pending = &new.row.pending;
        let ends = Ends::At(pending.ends_at);
        let row_key = keys::sign_up(&self.tenant, &new.address);
        let password_key = keys::pending_password(&self.tenant, &pending.id);
        let (event_key, event_item) = event_row::write(self, event)?;
        let outcome = Transaction::named(&self.database, &event.id)
            .replace_another(&row_key, row::write(&row_key, &new.row, ends)?, pending.id.as_str())
            .put(&password_key, row::write(&password_key, &new.password, ends)?)
            .put_new(&event_key, event_item)
            .commit()
            .await?;
        Ok(match outcome {
            Outcome::Committed => SignUpStart::Started,
            Outcome::Refused(_) => SignUpStart::Repeated,
        })
    }
}
