//! An app is registered.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::client::Client;
use domain::event::RecordedEvent;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of a new client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCreation {
    /// It stands.
    Created,
    /// One of this id stood before.
    Exists,
}

impl TenantStore {
    /// Registers a client; its origins are added to the tenant's, which need no second look when a script of one of them calls.
    ///
    /// Costs 1 request, 4 write units: 2 for the client, 2 for the event, which has no index; 2 more with origins.
    pub async fn create_client(&self, client: &Client, event: &RecordedEvent) -> Result<ClientCreation, StoreError> {
        let key = keys::client(&self.tenant, &client.id);
        let (event_key, event_item) = event_row::write(self, event)?;
        let mut transaction =
            Transaction::named(&self.database, &event.id).put_new(&key, row::write(&key, client, Ends::Never)?).put_new(&event_key, event_item);
        if !client.origins.is_empty() {
            let origins = AttributeValue::Ss(client.origins.iter().map(|origin| origin.as_str().to_owned()).collect());
            let tenant = keys::tenant(&self.tenant);
            transaction = transaction.change(Change::of(tenant, "ADD #origins :origins", "attribute_exists(#pk)").with(":origins", origins));
        }
        match transaction.commit().await? {
            Outcome::Committed => Ok(ClientCreation::Created),
            Outcome::Refused(_) => Ok(ClientCreation::Exists),
        }
    }
}
