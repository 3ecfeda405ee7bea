//! What a sign-up looks at: before it begins, and when its address is proved.

use domain::UserId;
use domain::credential::PasswordCredential;
use domain::key_ring::WrappedUserKey;
use domain::sign_up::PendingSignUp;
use domain::user::User;
use oauth::authorization_request::AuthorizationRequest;
use serde::{Deserialize, Serialize};

use super::identifier::ClaimedBy;
use super::{batch, one};
use crate::error::StoreError;
use crate::identifier::Claim;
use crate::keys;
use crate::region::TenantStore;

/// A sign-up as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpRow {
    /// What was entered.
    #[serde(flatten)]
    pub pending: PendingSignUp,
    /// What the app wanted that its person came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<AuthorizationRequest>,
}

/// What stands in the way of a new account, and what seals its event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// Who has the username.
    pub username_owner: Option<UserId>,
    /// The tenant's wrapped key of the month.
    pub month_key: Option<WrappedUserKey>,
}

/// Names a sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUpKeys {
    /// HMAC of the canonical address, in base64url.
    pub address: String,
    /// Which sign-up, and who its person is.
    pub id: UserId,
}

/// What was found of a sign-up. Nothing of it is known to be open: the domain decides that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignUp {
    /// The newest under its address.
    pub row: Option<SignUpRow>,
    /// Its password.
    pub password: Option<PasswordCredential>,
    /// The person that it became.
    pub user: Option<User>,
}

impl TenantStore {
    /// Who has `username`, and the key of `month`. One request, strongly consistent.
    pub async fn read_ground(&self, username: Option<&Claim>, month: &str) -> Result<Ground, StoreError> {
        let username = username.map(|claim| keys::claim(&self.tenant, claim));
        let month_key = keys::month_key(&self.tenant, month);
        let wanted: Vec<_> = username.iter().chain([&month_key]).cloned().collect();
        let mut found = batch::read(&self.database, &wanted).await?;
        let claimed: Option<ClaimedBy> = found.take_if(username.as_ref())?;
        Ok(Ground { username_owner: claimed.map(|claimed| claimed.user_id), month_key: found.take(&month_key)? })
    }

    /// A sign-up, its password and the person that it became. One request, strongly consistent.
    pub async fn read_sign_up(&self, keys: &SignUpKeys) -> Result<SignUp, StoreError> {
        let row = keys::sign_up(&self.tenant, &keys.address);
        let password = keys::pending_password(&self.tenant, &keys.id);
        let user = keys::user(&self.tenant, &keys.id);
        let mut found = batch::read(&self.database, &[&row, &password, &user].map(Clone::clone)).await?;
        Ok(SignUp { row: found.take(&row)?, password: found.take(&password)?, user: found.take(&user)? })
    }

    /// The newest sign-up under an address, without its password. One request.
    pub async fn find_sign_up(&self, address: &str) -> Result<Option<SignUpRow>, StoreError> {
        one::find(&self.database, &keys::sign_up(&self.tenant, address)).await
    }
}
