//! An app is registered, changed and taken away.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ClientId;
use domain::client::Client;
use domain::event::RecordedEvent;
use domain::listing::{List, listed};

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::listing::{self, ListPage, Wanted};
use crate::once::{Made, MakingRequest};
use crate::region::TenantStore;
use crate::row::{self, Ends, Item};
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

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientChange {
    /// It stands.
    Changed,
    /// Another change came first, or the app is gone: read again.
    Stale,
}

impl From<Outcome> for ClientChange {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Committed => Self::Changed,
            Outcome::Refused(_) => Self::Stale,
        }
    }
}

impl TenantStore {
    /// Registers a client; its origins are added to the tenant's, which need no second look when a script of one of them calls.
    ///
    /// Costs 1 request, 5 write units: 2 for the client, 1 for its list, 2 for the event, which has no index; 2 more with origins.
    pub async fn create_client(&self, client: &Client, event: &RecordedEvent) -> Result<ClientCreation, StoreError> {
        let transaction = Transaction::named(&self.database, &event.id).put_new(&keys::client(&self.tenant, &client.id), self.client_row(client)?);
        match self.with_origins(client, transaction, event)?.commit().await? {
            Outcome::Committed => Ok(ClientCreation::Created),
            Outcome::Refused(_) => Ok(ClientCreation::Exists),
        }
    }

    /// Registers a client by a request that makes it once. It costs 2 write units more than [`Self::create_client`].
    pub async fn create_client_once(
        &self,
        client: &Client,
        request: &MakingRequest,
        event: &RecordedEvent,
    ) -> Result<Made<ClientCreation>, StoreError> {
        let transaction = Transaction::named(&self.database, &event.id).put_new(&keys::client(&self.tenant, &client.id), self.client_row(client)?);
        let transaction = request.part_of(self, self.with_origins(client, transaction, event)?)?;
        let claim = transaction.len() - 1;
        Ok(match transaction.commit().await? {
            Outcome::Committed => Made::Now(ClientCreation::Created),
            Outcome::Refused(mut refusal) => request.before(&mut refusal, claim).unwrap_or(Made::Now(ClientCreation::Exists)),
        })
    }

    /// Writes `client`, whose version is one ahead of the one that was read. An origin that it leaves stays the tenant's: another app may have it, and
    /// none is let in by it.
    ///
    /// Costs what [`Self::create_client`] does, and 1 write unit more when it is called otherwise.
    pub async fn change_client(&self, client: &Client, event: &RecordedEvent) -> Result<ClientChange, StoreError> {
        let (key, before) = (keys::client(&self.tenant, &client.id), client.version.saturating_sub(1));
        let transaction = Transaction::named(&self.database, &event.id).replace_version(&key, self.client_row(client)?, before);
        Ok(self.with_origins(client, transaction, event)?.commit().await?.into())
    }

    /// Takes an app away, as it was read. Whatever was issued to it is dead within the time that apps are kept in memory.
    ///
    /// Costs 1 request, 5 write units: 2 for the client, 1 for its list, 2 for the event.
    pub async fn delete_client(&self, client: &Client, event: &RecordedEvent) -> Result<ClientChange, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let key = keys::client(&self.tenant, &client.id);
        let transaction = Transaction::named(&self.database, &event.id).remove_version(&key, client.version).put_new(&event_key, event_item);
        Ok(transaction.commit().await?.into())
    }

    /// Apps by name. Two requests.
    pub async fn list_clients(&self, wanted: Wanted<'_>) -> Result<ListPage<Client>, StoreError> {
        let key = |id: &str| ClientId::parse(id).ok().map(|id| keys::client(&self.tenant, &id));
        self.list(List::Apps, wanted, key).await
    }

    /// All apps, unless they are more than `most`. Two requests for each hundred.
    pub async fn list_all_clients(&self, most: usize) -> Result<Option<Vec<Client>>, StoreError> {
        self.list_all(List::Apps, most, |id| ClientId::parse(id).ok().map(|id| keys::client(&self.tenant, &id))).await
    }

    pub(super) fn client_row(&self, client: &Client) -> Result<Item, StoreError> {
        let key = keys::client(&self.tenant, &client.id);
        let mut item = row::write(&key, client, Ends::Never)?;
        listing::enlist(&self.tenant, &mut item, List::Apps, (&listed(&client.name), client.id.as_str()));
        Ok(item)
    }

    fn with_origins<'t>(&self, client: &Client, mut transaction: Transaction<'t>, event: &RecordedEvent) -> Result<Transaction<'t>, StoreError> {
        if !client.origins.is_empty() {
            let origins = AttributeValue::Ss(client.origins.iter().map(|origin| origin.as_str().to_owned()).collect());
            let tenant = keys::tenant(&self.tenant);
            transaction = transaction.change(Change::of(tenant, "ADD #origins :origins", "attribute_exists(#pk)").with(":origins", origins));
        }
        let (event_key, event_item) = event_row::write(self, event)?;
        Ok(transaction.put_new(&event_key, event_item))
    }
}
