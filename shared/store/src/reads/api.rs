//! An API by its audience.

use domain::api::{Api, Audience};

use super::one;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;

impl TenantStore {
    /// The API registered as `audience`. One request.
    pub async fn find_api(&self, audience: &Audience) -> Result<Option<Api>, StoreError> {
        one::find(&self.database, &keys::api(&self.tenant, audience)).await
    }
}
