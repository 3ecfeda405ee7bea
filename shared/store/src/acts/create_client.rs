//! An app is registered.

use domain::client::Client;
use domain::event::RecordedEvent;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};

/// What became of a new client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCreation {
    /// It stands.
    Created,
    /// One of this id stood before.
    Exists,
}

impl TenantStore {
    /// Registers a client.
    ///
    /// Costs 1 request, 4 write units: 2 for the client, 2 for the event, which has no index.
    pub async fn create_client(&self, client: &Client, event: &RecordedEvent) -> Result<ClientCreation, StoreError> {
        let key = keys::client(&self.tenant, &client.id);
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction =
            Transaction::named(&self.database, &event.id).put_new(&key, row::write(&key, client, Ends::Never)?).put_new(&event_key, event_item);
        match transaction.commit().await? {
            Outcome::Committed => Ok(ClientCreation::Created),
            Outcome::Refused(_) => Ok(ClientCreation::Exists),
        }
    }
}
