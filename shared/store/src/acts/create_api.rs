//! An API is registered.

use domain::api::Api;
use domain::event::RecordedEvent;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};

/// What became of a new API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiCreation {
    /// It stands.
    Created,
    /// One of this audience stood before.
    Exists,
}

impl TenantStore {
    /// Registers an API.
    ///
    /// Costs 1 request, 4 write units: 2 for the API, 2 for the event, which has no index.
    pub async fn create_api(&self, api: &Api, event: &RecordedEvent) -> Result<ApiCreation, StoreError> {
        let key = keys::api(&self.tenant, &api.audience);
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction =
            Transaction::named(&self.database, &event.id).put_new(&key, row::write(&key, api, Ends::Never)?).put_new(&event_key, event_item);
        match transaction.commit().await? {
            Outcome::Committed => Ok(ApiCreation::Created),
            Outcome::Refused(_) => Ok(ApiCreation::Exists),
        }
    }
}
