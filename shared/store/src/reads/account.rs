//! What a sign-in by password looks at.

use domain::attempt::AccountFailures;
use domain::consent::Consent;
use domain::credential::PasswordCredential;
use domain::key_ring::WrappedUserKey;
use domain::user::User;
use domain::{ClientId, UserId};

use super::batch;
use crate::attempt::FailureKey;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;

/// Names what to read. For an account that doesn't exist `user_id` is made up, so that as much is read as for one that does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountKeys {
    /// The person.
    pub user_id: UserId,
    /// The client that asked for the sign-in.
    pub client_id: ClientId,
    /// The UTC month, `2026-11`, whose key seals events without a person.
    pub month: String,
    /// The account's failures.
    pub failures: FailureKey,
}

/// What was found. Nothing of it is known to be live: the domain decides that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub user: Option<User>,
    /// The password at rest.
    pub password: Option<PasswordCredential>,
    /// The person's wrapped key.
    pub user_key: Option<WrappedUserKey>,
    /// The tenant's wrapped key of the month.
    pub month_key: Option<WrappedUserKey>,
    /// What the person allowed the client.
    pub consent: Option<Consent>,
    /// The account's failures in the window.
    pub failures: Option<AccountFailures>,
}

impl TenantStore {
    /// A person, their password and what decides about them. One request, strongly consistent, over six keys in any case.
    pub async fn read_account(&self, keys: &AccountKeys) -> Result<Account, StoreError> {
        let user = keys::user(&self.tenant, &keys.user_id);
        let password = keys::password(&self.tenant, &keys.user_id);
        let user_key = keys::user_key(&self.tenant, &keys.user_id);
        let month_key = keys::month_key(&self.tenant, &keys.month);
        let consent = keys::consent(&self.tenant, &keys.user_id, &keys.client_id);
        let failures = keys::failures(&self.tenant, &keys.failures);
        let wanted = [&user, &password, &user_key, &month_key, &consent, &failures].map(Clone::clone);
        let mut found = batch::read(&self.database, &wanted).await?;
        Ok(Account {
            user: found.take(&user)?,
            password: found.take(&password)?,
            user_key: found.take(&user_key)?,
            month_key: found.take(&month_key)?,
            consent: found.take(&consent)?,
            failures: found.take(&failures)?,
        })
    }
}
