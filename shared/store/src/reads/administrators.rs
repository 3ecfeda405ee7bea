//! Who administers a tenant.

use domain::administration::Administrators;

use super::one;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;

impl TenantStore {
    /// The tenant's administrators; nobody where none was ever assigned. One request, strongly consistent.
    pub async fn read_administrators(&self) -> Result<Administrators, StoreError> {
        Ok(one::find(&self.database, &keys::administrators(&self.tenant)).await?.unwrap_or_default())
    }
}
