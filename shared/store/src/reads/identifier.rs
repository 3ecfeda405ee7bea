//! Whose identifier it is.

use domain::UserId;
use serde::{Deserialize, Serialize};

use super::one;
use crate::error::StoreError;
use crate::identifier::Claim;
use crate::keys;
use crate::region::TenantStore;

/// The row under an identifier.
#[derive(Serialize, Deserialize)]
pub(crate) struct ClaimedBy {
    pub(crate) user_id: UserId,
}

impl TenantStore {
    /// The person whose identifier `claim` is. One request.
    pub async fn find_identifier(&self, claim: &Claim) -> Result<Option<UserId>, StoreError> {
        let claimed: Option<ClaimedBy> = one::find(&self.database, &keys::claim(&self.tenant, claim)).await?;
        Ok(claimed.map(|claimed| claimed.user_id))
    }
}
