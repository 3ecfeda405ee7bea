//! What administrators do to an account beside what its person does: all of it is changed, its password outlived, its sign-ins counted anew.

use domain::UserId;
use domain::credential::PasswordCredential;
use domain::event::RecordedEvent;
use domain::identifier::IdentifierKind;
use domain::user::User;

use crate::error::StoreError;
use crate::event_row;
use crate::identifier::Claim;
use crate::keys::{self, Key};
use crate::listing;
use crate::reads::identifier::ClaimedBy;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};
use crate::write::{self, Change};

/// Names that change hands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameMoves {
    /// Those that are anybody's again.
    pub left: Vec<Claim>,
    /// Those that are the person's from now on.
    pub taken: Vec<Claim>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// It stands.
    Changed,
    /// A name of this kind is somebody else's.
    Taken(IdentifierKind),
    /// The record changed meanwhile, or is gone: read again.
    Stale,
}

const PERSON: usize = 0;

impl TenantStore {
    /// Writes what is known of `user`, whose version is one ahead of the one that was read.
    ///
    /// Costs 1 request, 5 write units and 2 more per KB that the person's record has, 3 per name that comes or goes, 2 when the person is called
    /// otherwise.
    pub async fn change_account(&self, user: &User, moves: &NameMoves, event: &RecordedEvent) -> Result<AccountChange, StoreError> {
        let key = keys::user(&self.tenant, &user.id);
        let update = "SET #username = :username, #email = :email, #pending_email = :pending_email, #former_emails = :former_emails, \
                      #profile = :profile, #attributes = :attributes, #groups = :groups, #roles = :roles, \
                      #list_sk = :entry, #version = :version, #updated_at = :updated_at";
        let person = self
            .next_version(user, update)
            .with(":username", row::value(&key, &user.username)?)
            .with(":email", row::value(&key, &user.email)?)
            .with(":pending_email", row::value(&key, &user.pending_email)?)
            .with(":former_emails", row::value(&key, &user.former_emails)?)
            .with(":profile", row::value(&key, &user.profile)?)
            .with(":attributes", row::value(&key, &user.attributes)?)
            .with(":groups", row::value(&key, &user.groups)?)
            .with(":roles", row::value(&key, &user.roles)?)
            .with(":entry", listing::entry_of(user));
        let mut transaction = Transaction::named(&self.database, &event.id).change(person);
        for claim in &moves.taken {
            let key = keys::claim(&self.tenant, claim);
            let mut item = row::write(&key, &ClaimedBy { user_id: user.id.clone() }, Ends::Never)?;
            listing::enlist_identifier(&self.tenant, &mut item, claim.kind, user);
            transaction = transaction.put_new(&key, item);
        }
        // The version of the record that was read vouches for whose they are.
        for claim in &moves.left {
            transaction = transaction.remove(&keys::claim(&self.tenant, claim));
        }
        let (event_key, event_item) = event_row::write(self, event)?;
        Ok(match transaction.put_new(&event_key, event_item).commit().await? {
            Outcome::Committed => AccountChange::Changed,
            Outcome::Refused(refusal) if refusal.failed(PERSON) => AccountChange::Stale,
            Outcome::Refused(refusal) => {
                let taken = moves.taken.iter().enumerate().find(|(index, _)| refusal.failed(PERSON + 1 + index));
                taken.map_or(AccountChange::Stale, |(_, claim)| AccountChange::Taken(claim.kind))
            }
        })
    }

    /// Writes that `password`, the version after the one that was read, has to be changed. Whether it stands.
    ///
    /// Costs 1 request, 5 write units: 2 for the password, 2 for the event, 1 for its index.
    pub async fn outlive_password(&self, user: &UserId, password: &PasswordCredential, event: &RecordedEvent) -> Result<bool, StoreError> {
        let key = keys::password(&self.tenant, user);
        let change = Change::of(key.clone(), "SET #version = :version, #outlived_at = :outlived_at", "attribute_exists(#pk) AND #version = :before")
            .with(":version", row::number(password.version))
            .with(":before", row::number(password.version.saturating_sub(1)))
            .with(":outlived_at", row::value(&key, &password.outlived_at)?);
        let (event_key, event_item) = event_row::write(self, event)?;
        let outcome = Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item).commit().await?;
        Ok(matches!(outcome, Outcome::Committed))
    }

    /// Forgets what was counted of sign-ins under these keyed hashes of names and accounts: whoever was slowed begins anew. The event goes first, so
    /// that nothing is forgotten that nobody is told of.
    ///
    /// Costs 1 request and 3 write units for the event, a request per hash, and a request and a unit per row that counted.
    pub async fn forget_attempts(&self, hashes: &[String], event: &RecordedEvent) -> Result<(), StoreError> {
        self.record_event(event).await?;
        for hash in hashes {
            let keys: Vec<Key> = self.list_attempts(hash).await?;
            for key in keys {
                write::remove(&self.database, &key).await?;
            }
        }
        Ok(())
    }
}
