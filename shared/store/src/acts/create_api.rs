//! An API is registered, changed and taken away.

use domain::api::{Api, Audience};
use domain::event::RecordedEvent;
use domain::listing::{List, listed};
use domain::roster::Roster;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::listing::{self, ListPage, Wanted};
use crate::once::{Made, MakingRequest};
use crate::region::TenantStore;
use crate::row::{self, Ends, Item};
use crate::transaction::{Outcome, Transaction};

/// What became of a new API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiCreation {
    /// It stands.
    Created,
    /// One of this audience stood before.
    Exists,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiChange {
    /// It stands.
    Changed,
    /// Another change came first, or the API is gone: read again.
    Stale,
}

impl From<Outcome> for ApiChange {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Committed => Self::Changed,
            Outcome::Refused(_) => Self::Stale,
        }
    }
}

impl TenantStore {
    /// Registers an API.
    ///
    /// Costs 1 request, 5 write units: 2 for the API, 1 for its list, 2 for the event, which has no index.
    pub async fn create_api(&self, api: &Api, event: &RecordedEvent) -> Result<ApiCreation, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id)
            .put_new(&keys::api(&self.tenant, &api.audience), self.api_row(api)?)
            .put_new(&event_key, event_item);
        match transaction.commit().await? {
            Outcome::Committed => Ok(ApiCreation::Created),
            Outcome::Refused(_) => Ok(ApiCreation::Exists),
        }
    }

    /// Registers an API by a request that makes it once. It costs 2 write units more than [`Self::create_api`].
    pub async fn create_api_once(&self, api: &Api, request: &MakingRequest, event: &RecordedEvent) -> Result<Made<ApiCreation>, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id)
            .put_new(&keys::api(&self.tenant, &api.audience), self.api_row(api)?)
            .put_new(&event_key, event_item);
        let transaction = request.part_of(self, transaction)?;
        let claim = transaction.len() - 1;
        Ok(match transaction.commit().await? {
            Outcome::Committed => Made::Now(ApiCreation::Created),
            Outcome::Refused(mut refusal) => request.before(&mut refusal, claim).unwrap_or(Made::Now(ApiCreation::Exists)),
        })
    }

    /// Writes `api`, whose version is one ahead of the one that was read.
    ///
    /// Costs what [`Self::create_api`] does, and 1 write unit more when it is called otherwise.
    pub async fn change_api(&self, api: &Api, event: &RecordedEvent) -> Result<ApiChange, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let (key, before) = (keys::api(&self.tenant, &api.audience), api.version.saturating_sub(1));
        let transaction = Transaction::named(&self.database, &event.id).replace_version(&key, self.api_row(api)?, before);
        Ok(transaction.put_new(&event_key, event_item).commit().await?.into())
    }

    /// Takes an API away, as it was read, and with `left` what bound its scopes to roles, which is one version ahead of the roster that was read. No
    /// token for it is issued once it is out of memory.
    ///
    /// Costs 1 request, 5 write units: 2 for the API, 1 for its list, 2 for the event; 2 more per KB of the tenant's record with `left`.
    pub async fn delete_api(&self, api: &Api, left: Option<&Roster>, event: &RecordedEvent) -> Result<ApiChange, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let key = keys::api(&self.tenant, &api.audience);
        let mut transaction = Transaction::named(&self.database, &event.id).remove_version(&key, api.version).put_new(&event_key, event_item);
        if let Some(left) = left {
            transaction = transaction.change(self.roster_change(left)?);
        }
        Ok(transaction.commit().await?.into())
    }

    /// APIs by name. Two requests.
    pub async fn list_apis(&self, wanted: Wanted<'_>) -> Result<ListPage<Api>, StoreError> {
        let key = |id: &str| Audience::parse(id).ok().map(|audience| keys::api(&self.tenant, &audience));
        self.list(List::Apis, wanted, key).await
    }

    /// All APIs, unless they are more than `most`. Two requests for each hundred.
    pub async fn list_all_apis(&self, most: usize) -> Result<Option<Vec<Api>>, StoreError> {
        self.list_all(List::Apis, most, |id| Audience::parse(id).ok().map(|audience| keys::api(&self.tenant, &audience))).await
    }

    pub(super) fn api_row(&self, api: &Api) -> Result<Item, StoreError> {
        let key = keys::api(&self.tenant, &api.audience);
        let mut item = row::write(&key, api, Ends::Never)?;
        listing::enlist(&self.tenant, &mut item, List::Apis, (&listed(&api.name), api.audience.as_str()));
        Ok(item)
    }
}
