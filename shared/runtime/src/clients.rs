//! A tenant's apps in memory: fresh for 30 s, read again beside the next read, blocking when older.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::client::Client;
use domain::placement::{Freshness, freshness};
use domain::{ClientId, TenantId, Timestamp};

use crate::failure::Failure;
use crate::tenants::Visit;

/// More entries than this are dropped before one more is kept; unknown ids aren't kept at all.
const MOST: usize = 10_000;

/// The apps that this process has met.
#[derive(Default)]
pub struct Clients {
    known: Mutex<HashMap<(TenantId, ClientId), Known>>,
}

#[derive(Clone)]
struct Known {
    client: Arc<Client>,
    at: Timestamp,
}

impl Clients {
    /// The app called `id`. A stale record is read again; one that is due is read beside the request's first read.
    pub async fn find(self: &Arc<Self>, visit: &mut Visit, id: &ClientId, now: Timestamp) -> Result<Option<Arc<Client>>, Failure> {
        let slot = (visit.tenant.record().id.clone(), id.clone());
        let known = self.lock().get(&slot).cloned();
        match known.map(|known| (freshness(now.since(known.at)), known)) {
            Some((Freshness::Fresh, known)) => Ok(Some(known.client)),
            Some((Freshness::RefreshBeside, known)) => {
                let (clients, tenant, id) = (self.clone(), visit.tenant.clone(), id.clone());
                visit.also(async move {
                    // A refresh that fails is no failure of the request beside it.
                    if let Err(failure) = clients.load(&tenant, &id, now).await {
                        tracing::warn!(client_id = id.as_str(), %failure, "a client could not be refreshed");
                    }
                });
                Ok(Some(known.client))
            }
            Some((Freshness::Stale, _)) | None => {
                let tenant = visit.tenant.clone();
                visit.beside(self.load(&tenant, id, now)).await
            }
        }
    }

    async fn load(&self, tenant: &crate::TenantContext, id: &ClientId, now: Timestamp) -> Result<Option<Arc<Client>>, Failure> {
        let slot = (tenant.record().id.clone(), id.clone());
        let client = tenant.home(now)?.find_client(id).await?.map(Arc::new);
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        match &client {
            Some(client) => known.insert(slot, Known { client: client.clone(), at: now }),
            None => known.remove(&slot),
        };
        Ok(client)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(TenantId, ClientId), Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
