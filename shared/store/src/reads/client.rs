//! A client by its id.

use domain::ClientId;
use domain::client::Client;

use super::one;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;

impl TenantStore {
    /// The client registered as `id`. One request.
    pub async fn find_client(&self, id: &ClientId) -> Result<Option<Client>, StoreError> {
        one::find(&self.database, &keys::client(&self.tenant, id)).await
    }
}
