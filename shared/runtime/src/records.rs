//! A tenant's apps and APIs in memory: fresh for 15 s, read again beside the next read until 30 s, blocking when older.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use domain::api::{Api, Audience};
use domain::client::{ACCOUNT_PAGES, Client};
use domain::placement::{Freshness, freshness};
use domain::tenant::Tenant;
use domain::{ClientId, TenantId, Timestamp};
use store::{StoreError, TenantStore};

use crate::failure::Failure;
use crate::tenant_context::TenantContext;
use crate::tenants::Visit;

/// More entries than this are dropped before one more is kept; unknown names aren't kept at all.
const MOST: usize = 10_000;

/// What a tenant's administrators register and requests only read.
pub trait Record: Sized + Send + Sync + 'static {
    /// What names it within the tenant.
    type Name: Clone + Display + Eq + Hash + Send + Sync + 'static;

    /// The one of that name that is the platform's own. It depends on where the request arrived, so that it isn't kept.
    fn own(tenant: &Tenant, name: &Self::Name) -> Option<Self>;

    /// Reads it by its name.
    fn read(home: &TenantStore, name: &Self::Name) -> impl Future<Output = Result<Option<Self>, StoreError>> + Send;
}

impl Record for Client {
    type Name = ClientId;

    // The pages of the platform itself stand in no row, so that no tenant can be without them.
    fn own(tenant: &Tenant, name: &ClientId) -> Option<Self> {
        if name.as_str() == ACCOUNT_PAGES { Self::of_account_pages(tenant) } else { None }
    }

    async fn read(home: &TenantStore, name: &ClientId) -> Result<Option<Self>, StoreError> {
        home.find_client(name).await
    }
}

impl Record for Api {
    type Name = Audience;

    fn own(tenant: &Tenant, name: &Audience) -> Option<Self> {
        Self::of_administration(tenant).filter(|api| api.audience == *name)
    }

    async fn read(home: &TenantStore, name: &Audience) -> Result<Option<Self>, StoreError> {
        home.find_api(name).await
    }
}

/// The apps that this process has met.
pub type Clients = Records<Client>;
/// The APIs that this process has met.
pub type Apis = Records<Api>;

/// The records of a kind that this process has met.
pub struct Records<R: Record> {
    known: Mutex<ByName<R>>,
}

type ByName<R> = HashMap<(TenantId, <R as Record>::Name), Known<R>>;

struct Known<R> {
    record: Arc<R>,
    at: Timestamp,
}

impl<R: Record> Default for Records<R> {
    fn default() -> Self {
        Self { known: Mutex::default() }
    }
}

impl<R: Record> Records<R> {
    /// The record called `name`. A stale one is read again; one that is due is read beside the request's first read.
    pub async fn find(self: &Arc<Self>, visit: &mut Visit, name: &R::Name, now: Timestamp) -> Result<Option<Arc<R>>, Failure> {
        if let Some(own) = R::own(visit.tenant.record(), name) {
            return Ok(Some(Arc::new(own)));
        }
        let slot = (visit.tenant.record().id.clone(), name.clone());
        let known = self.lock().get(&slot).map(|known| (freshness(now.since(known.at)), known.record.clone()));
        match known {
            Some((Freshness::Fresh, record)) => Ok(Some(record)),
            Some((Freshness::RefreshBeside, record)) => {
                let (records, tenant, name) = (self.clone(), visit.tenant.clone(), name.clone());
                visit.also(async move {
                    // A refresh that fails is no failure of the request beside it.
                    if let Err(failure) = records.load(&tenant, &name, now).await {
                        tracing::warn!(%name, %failure, "a record could not be refreshed");
                    }
                });
                Ok(Some(record))
            }
            Some((Freshness::Stale, _)) | None => {
                let tenant = visit.tenant.clone();
                visit.beside(self.load(&tenant, name, now)).await
            }
        }
    }

    async fn load(&self, tenant: &TenantContext, name: &R::Name, now: Timestamp) -> Result<Option<Arc<R>>, Failure> {
        let slot = (tenant.record().id.clone(), name.clone());
        let record = R::read(tenant.home(now)?, name).await?.map(Arc::new);
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        match &record {
            Some(record) => known.insert(slot, Known { record: record.clone(), at: now }),
            None => known.remove(&slot),
        };
        Ok(record)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ByName<R>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
