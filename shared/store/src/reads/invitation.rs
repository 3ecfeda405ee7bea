//! What an invitation says.

use domain::invitation::Invitation;

use super::one;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;

impl TenantStore {
    /// The newest invitation under an address, whose keyed hash is `address`. One request, strongly consistent.
    pub async fn find_invitation(&self, address: &str) -> Result<Option<Invitation>, StoreError> {
        one::find(&self.database, &keys::invitation(&self.tenant, address)).await
    }
}
