//! An account is deleted: the person, what they proved themself with, their names, and the key without which nobody reads what is sealed about them.

use domain::consent::Consent;
use domain::event::RecordedEvent;
use domain::user::User;

use crate::error::StoreError;
use crate::event_row;
use crate::identifier::Claim;
use crate::keys;
use crate::reads::identifier::ClaimedBy;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};
use crate::write;

/// What goes with a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belongings {
    /// The names that are anybody's again.
    pub claims: Vec<Claim>,
    /// The `sub`, which is never given to somebody else: from now on a claim says so where none did, because nobody else could have had it.
    pub sub: Claim,
    /// What they allowed which apps.
    pub consents: Vec<Consent>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// The account is gone.
    Erased,
    /// The record changed meanwhile, or is gone: read again.
    Stale,
}

impl TenantStore {
    /// Erases `user` as it was read. Sessions and families are dead without their person, and swept in their time.
    ///
    /// Costs 1 request, 14 write units (person, key, password, code, `sub`, event, and the indexes of person and event) and 3 per name; a request and 1 unit per consent before.
    pub async fn erase_user(&self, user: &User, belongings: &Belongings, event: &RecordedEvent) -> Result<Erasure, StoreError> {
        // Cut off in between, the person would be asked for consent again until the next try.
        for consent in &belongings.consents {
            write::remove(&self.database, &keys::consent(&self.tenant, &user.id, &consent.client_id)).await?;
        }
        let (event_key, event_item) = event_row::write(self, event)?;
        let mut transaction = Transaction::named(&self.database, &event.id)
            .remove_version(&keys::user(&self.tenant, &user.id), user.version)
            .remove(&keys::user_key(&self.tenant, &user.id))
            .remove(&keys::password(&self.tenant, &user.id))
            .remove(&keys::phone_code(&self.tenant, &user.id))
            .put_new(&event_key, event_item);
        let sub = keys::claim(&self.tenant, &belongings.sub);
        transaction = transaction.put(&sub, row::write(&sub, &ClaimedBy { user_id: user.id.clone() }, Ends::Never)?);
        for claim in &belongings.claims {
            transaction = transaction.remove(&keys::claim(&self.tenant, claim));
        }
        Ok(match transaction.commit().await? {
            Outcome::Committed => Erasure::Erased,
            Outcome::Refused(_) => Erasure::Stale,
        })
    }
}
