//! A person's address gives way to one that was proved: the record, who has which address, and the event.

use domain::credential::PasswordCredential;
use domain::event::RecordedEvent;
use domain::user::User;

use super::lock_password::lock;
use crate::error::StoreError;
use crate::event_row;
use crate::identifier::Claim;
use crate::keys;
use crate::listing;
use crate::reads::identifier::ClaimedBy;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};

/// The claims of both addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailClaims {
    /// Of the one that goes, if there was one.
    pub former: Option<Claim>,
    /// Of the one that comes, if one does.
    pub proved: Option<Claim>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailChange {
    /// It stands.
    Changed,
    /// Somebody else has the address by now.
    Taken,
    /// The record changed meanwhile, or is gone: read again.
    Stale,
}

const PERSON: usize = 0;
const PASSWORD: usize = 1;

impl TenantStore {
    /// Writes the address of `user`, whose version is one ahead of the one that was read. The address before is anybody's again.
    ///
    /// Costs 1 request, 11 write units: 2 each for the person, both claims and the event, 1 for each index of claims and event; 5 when only the way to
    /// write it changes, and 2 more when the person is called by it.
    pub async fn change_email(&self, user: &User, claims: &EmailClaims, event: &RecordedEvent) -> Result<EmailChange, StoreError> {
        let key = keys::user(&self.tenant, &user.id);
        let update = "SET #email = :email, #pending_email = :pending_email, #former_emails = :former_emails, #list_sk = :entry, \
                      #version = :version, #updated_at = :updated_at";
        let person = self
            .next_version(user, update)
            .with(":email", row::value(&key, &user.email)?)
            .with(":entry", listing::entry_of(user))
            .with(":pending_email", row::value(&key, &user.pending_email)?)
            .with(":former_emails", row::value(&key, &user.former_emails)?);
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).change(person).put_new(&event_key, event_item);
        Ok(match self.moving(claims, user, transaction)?.commit().await? {
            Outcome::Committed => EmailChange::Changed,
            Outcome::Refused(refusal) if refusal.failed(PERSON) => EmailChange::Stale,
            Outcome::Refused(_) => EmailChange::Taken,
        })
    }

    /// Gives `user`, whose version is one ahead of the one that was read, an address of before back, or none; what of theirs began before the record's
    /// watermark is over, and their password, if there is one, becomes `locked`.
    ///
    /// Costs 1 request, 13 write units: 2 each for the person, the password, both claims and the event, 1 for each index of claims and event; 2 more
    /// when the person is called by it.
    pub async fn give_back_email(
        &self,
        user: &User,
        locked: Option<&PasswordCredential>,
        claims: &EmailClaims,
        event: &RecordedEvent,
    ) -> Result<EmailChange, StoreError> {
        let key = keys::user(&self.tenant, &user.id);
        let update = "SET #email = :email, #former_emails = :former_emails, #list_sk = :entry, #not_before = :not_before, \
                      #version = :version, #updated_at = :updated_at REMOVE #pending_email, #deletion";
        let person = self
            .next_version(user, update)
            .with(":email", row::value(&key, &user.email)?)
            .with(":former_emails", row::value(&key, &user.former_emails)?)
            .with(":entry", listing::entry_of(user))
            .with(":not_before", row::millis(user.not_before));
        let mut transaction = Transaction::named(&self.database, &event.id).change(person);
        if let Some(locked) = locked {
            transaction = transaction.change(lock(self, &user.id, locked, user.not_before));
        }
        let (event_key, event_item) = event_row::write(self, event)?;
        transaction = self.moving(claims, user, transaction.put_new(&event_key, event_item))?;
        Ok(match transaction.commit().await? {
            Outcome::Committed => EmailChange::Changed,
            Outcome::Refused(refusal) if refusal.failed(PERSON) || (locked.is_some() && refusal.failed(PASSWORD)) => EmailChange::Stale,
            Outcome::Refused(_) => EmailChange::Taken,
        })
    }

    fn moving<'t>(&self, claims: &EmailClaims, user: &User, mut transaction: Transaction<'t>) -> Result<Transaction<'t>, StoreError> {
        if claims.former == claims.proved {
            return Ok(transaction);
        }
        if let Some(proved) = &claims.proved {
            let key = keys::claim(&self.tenant, proved);
            let mut item = row::write(&key, &ClaimedBy { user_id: user.id.clone() }, Ends::Never)?;
            listing::enlist_identifier(&self.tenant, &mut item, proved.kind, user);
            transaction = transaction.put_new(&key, item);
        }
        // The version of the record that was read vouches for whose it is.
        if let Some(former) = &claims.former {
            transaction = transaction.remove(&keys::claim(&self.tenant, former));
        }
        Ok(transaction)
    }
}
