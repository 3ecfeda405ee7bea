//! What setting a new password looks at.

use domain::UserId;
use domain::credential::PasswordCredential;
use domain::key_ring::WrappedUserKey;
use domain::user::User;

use super::batch;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;

/// What was found. Nothing of it is known to be live: the domain decides that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The person.
    pub user: Option<User>,
    /// Their password at rest.
    pub password: Option<PasswordCredential>,
    /// Their wrapped key.
    pub user_key: Option<WrappedUserKey>,
    /// The tenant's wrapped key of the month.
    pub month_key: Option<WrappedUserKey>,
}

impl TenantStore {
    /// A person, their password and key, and the key of `month`. One request, strongly consistent, over four keys in any case.
    pub async fn read_recovery(&self, user_id: &UserId, month: &str) -> Result<Recovery, StoreError> {
        let user = keys::user(&self.tenant, user_id);
        let password = keys::password(&self.tenant, user_id);
        let user_key = keys::user_key(&self.tenant, user_id);
        let month_key = keys::month_key(&self.tenant, month);
        let mut found = batch::read(&self.database, &[&user, &password, &user_key, &month_key].map(Clone::clone)).await?;
        Ok(Recovery {
            user: found.take(&user)?,
            password: found.take(&password)?,
            user_key: found.take(&user_key)?,
            month_key: found.take(&month_key)?,
        })
    }
}
