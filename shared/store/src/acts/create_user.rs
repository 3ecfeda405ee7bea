//! An account begins: the person, what they prove themself with, the identifiers that become theirs, and the event.

use domain::credential::PasswordCredential;
use domain::event::RecordedEvent;
use domain::identifier::IdentifierKind;
use domain::key_ring::WrappedUserKey;
use domain::listing::{List, listed};
use domain::user::User;

use crate::error::StoreError;
use crate::event_row;
use crate::identifier::Claim;
use crate::keys;
use crate::listing;
use crate::once::{Made, MakingRequest};
use crate::reads::identifier::ClaimedBy;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Refusal, Transaction};

/// A person to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// The person.
    pub user: User,
    /// Their password, if they have one.
    pub password: Option<PasswordCredential>,
    /// Their identifiers, each unique within the tenant.
    pub claims: Vec<Claim>,
    /// Their wrapped key.
    pub user_key: WrappedUserKey,
}

/// What became of a new account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserCreation {
    /// It stands.
    Created,
    /// An identifier of this kind is somebody's; the first of them in the order of the claims.
    Taken(IdentifierKind),
    /// A person of this id stood before.
    Exists,
}

impl TenantStore {
    /// Creates an account.
    ///
    /// Costs 1 request, 8 write units (person, key, event, and the indexes of person and event), 2 more with a password, 3 per name and 2 for a `sub`.
    pub async fn create_user(&self, new: &NewUser, event: &RecordedEvent) -> Result<UserCreation, StoreError> {
        match self.account(new, event)?.commit().await? {
            Outcome::Committed => Ok(UserCreation::Created),
            Outcome::Refused(refusal) => Ok(new.taken(&refusal).map_or(UserCreation::Exists, UserCreation::Taken)),
        }
    }

    /// Creates an account by a request that makes it once. It costs 2 write units more than [`Self::create_user`].
    pub async fn create_user_once(&self, new: &NewUser, request: &MakingRequest, event: &RecordedEvent) -> Result<Made<UserCreation>, StoreError> {
        let transaction = request.part_of(self, self.account(new, event)?)?;
        let claim = transaction.len() - 1;
        Ok(match transaction.commit().await? {
            Outcome::Committed => Made::Now(UserCreation::Created),
            Outcome::Refused(mut refusal) => match request.before(&mut refusal, claim) {
                Some(before) => before,
                None => Made::Now(new.taken(&refusal).map_or(UserCreation::Exists, UserCreation::Taken)),
            },
        })
    }

    /// The transaction that makes an account, its claims first.
    pub(super) fn account(&self, new: &NewUser, event: &RecordedEvent) -> Result<Transaction<'_>, StoreError> {
        let mut transaction = Transaction::named(&self.database, &event.id);
        for claim in &new.claims {
            let key = keys::claim(&self.tenant, claim);
            let mut item = row::write(&key, &ClaimedBy { user_id: new.user.id.clone() }, Ends::Never)?;
            listing::enlist_identifier(&self.tenant, &mut item, claim.kind, &new.user);
            transaction = transaction.put_new(&key, item);
        }
        let user = keys::user(&self.tenant, &new.user.id);
        let user_key = keys::user_key(&self.tenant, &new.user.id);
        let (event_key, event_item) = event_row::write(self, event)?;
        let mut person = row::write(&user, &new.user, Ends::Never)?;
        listing::enlist(&self.tenant, &mut person, List::People, (&listed(new.user.called()), new.user.id.as_str()));
        transaction =
            transaction.put_new(&user, person).put_new(&user_key, row::write(&user_key, &new.user_key, Ends::Never)?).put_new(&event_key, event_item);
        if let Some(password) = &new.password {
            let key = keys::password(&self.tenant, &new.user.id);
            transaction = transaction.put_new(&key, row::write(&key, password, Ends::Never)?);
        }
        Ok(transaction)
    }
}

impl NewUser {
    /// The kind of the first identifier that is somebody else's, where [`TenantStore::account`] was refused; `None` where the person stands.
    pub(super) fn taken(&self, refusal: &Refusal) -> Option<IdentifierKind> {
        let user_stands = refusal.failed(self.claims.len());
        let taken = (0..self.claims.len()).find(|index| refusal.failed(*index)).filter(|_| !user_stands);
        taken.map(|index| self.claims[index].kind)
    }
}
