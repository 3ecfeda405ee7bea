//! Tenants in memory: record, place and keys, fresh for 15 s, read again beside a request's first read until 30 s, blocking when older.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::key_ring::Purpose;
use domain::placement::{Freshness, freshness};
use domain::tenant::Tenant;
use domain::{Placement, Timestamp, ZoneName};
use futures_util::future::try_join_all;
use store::Store;

use crate::data_keys::DataKeyCache;
use crate::failure::Failure;
use crate::platform::Platform;
pub use crate::routing::Name;
use crate::strange_hosts::StrangeHosts;
use crate::tenant_context::{Signers, TenantContext};

/// Which of a tenant's keys a function works with; its role grants no more.
#[derive(Clone, Copy, Debug)]
pub struct Needs {
    /// Data keys to unwrap.
    pub purposes: &'static [Purpose],
    /// What it does with signing keys.
    pub signing: Signing,
}

/// What a function does with signing keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// Nothing.
    None,
    /// Verifies or publishes: public halves.
    Verifies,
    /// Signs: private halves, so `Purpose::Signing` is among its purposes.
    Signs,
}

impl Needs {
    /// Whether the signing ring is read at all.
    const fn ring(&self) -> store::Signing {
        match self.signing {
            Signing::None => store::Signing::Left,
            Signing::Verifies | Signing::Signs => store::Signing::Included,
        }
    }
}

/// The tenants that this process has met.
pub struct Tenants {
    store: Store,
    keys: DataKeyCache,
    needs: Needs,
    zone: ZoneName,
    slots: Mutex<HashMap<Name, Arc<Slot>>>,
    strangers: StrangeHosts,
}

#[derive(Default)]
struct Slot {
    // INVARIANT: held while loading, so that a cold tenant under load is read once.
    loading: tokio::sync::Mutex<()>,
    known: Mutex<Option<Known>>,
}

#[derive(Clone)]
struct Known {
    context: Arc<TenantContext>,
    // When the request came for which place and record were read.
    loaded_at: Timestamp,
}

impl Tenants {
    /// No tenants yet.
    pub fn new(platform: &Platform, needs: Needs) -> Self {
        Self {
            store: platform.store.clone(),
            keys: DataKeyCache::new(platform.keys.clone()),
            needs,
            zone: platform.zone.clone(),
            slots: Mutex::default(),
            strangers: StrangeHosts::default(),
        }
    }

    /// The tenant of that name, for people and apps; `None` when there is none in this zone. One that is suspended or about to be erased is
    /// [`Failure::Closed`] within [`policy::CACHE_USABLE`]: this is the one door that everybody comes through.
    pub async fn find(self: &Arc<Self>, name: &Name, now: Timestamp) -> Result<Option<Visit>, Failure> {
        match self.find_standing(name, now).await? {
            Some(visit) if !visit.tenant.record().standing.is_active() => Err(Failure::Closed),
            visit => Ok(visit),
        }
    }

    /// The same however it stands: for who administers it, for what it publishes, and for what was begun before.
    pub async fn find_standing(self: &Arc<Self>, name: &Name, now: Timestamp) -> Result<Option<Visit>, Failure> {
        if self.strangers.knows(name, now) {
            return Ok(None);
        }
        let slot = self.slot(name);
        if let Some(known) = slot.fresh_enough(now) {
            return Ok(Some(self.visit(name, known, now)));
        }
        let _alone = slot.loading.lock().await;
        if let Some(known) = slot.fresh_enough(now) {
            return Ok(Some(self.visit(name, known, now)));
        }
        // Apart from the caller's own future, which every request carries while hardly any loads.
        let Some(known) = Box::pin(self.load(name, slot.known(), now)).await? else {
            self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
            self.strangers.remember(name, now);
            return Ok(None);
        };
        slot.remember(known.clone());
        Ok(Some(Visit { tenant: known.context, refresh: None }))
    }

    fn slot(&self, name: &Name) -> Arc<Slot> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(name.clone()).or_default().clone()
    }

    fn visit(self: &Arc<Self>, name: &Name, known: Known, now: Timestamp) -> Visit {
        let due = known.wants_refresh(now);
        let (tenants, name, before) = (self.clone(), name.clone(), known.clone());
        let refresh = due.then(|| -> Refresh { Box::pin(async move { tenants.refresh(&name, before, now).await }) });
        Visit { tenant: known.context, refresh }
    }

    // A refresh that fails is no failure of the request beside it; the next request tries again until the record is too old.
    async fn refresh(&self, name: &Name, before: Known, now: Timestamp) {
        let slot = self.slot(name);
        let Ok(_alone) = slot.loading.try_lock() else { return };
        match self.load(name, Some(before), now).await {
            Ok(Some(known)) => slot.remember(known),
            Ok(None) => slot.forget(),
            Err(failure) => tracing::warn!(tenant = ?name, %failure, "a tenant could not be refreshed"),
        }
    }

    async fn load(&self, name: &Name, before: Option<Known>, now: Timestamp) -> Result<Option<Known>, Failure> {
        let Some(placement) = self.place(name).await? else { return Ok(None) };
        let home = self.store.home(&placement)?;
        let Some(bundle) = home.read_bundle(self.needs.purposes, self.needs.ring()).await? else { return Ok(None) };
        let home = home.keeping_events(bundle.tenant.policies.retention);
        // INVARIANT: the directory says whose a domain may be, the tenant's record whether it is. One that was taken away is nobody's, whatever row is left.
        let Some(tenant) = arrived(bundle.tenant.clone(), name) else { return Ok(None) };
        let id = &placement.tenant;
        let unwrapping = bundle.data_keys.iter().map(|wrapped| async move {
            let keys = self.keys.unwrap(id, wrapped, now).await?;
            Ok::<_, Failure>((wrapped.purpose, keys))
        });
        let keys = try_join_all(unwrapping).await?.into_iter().collect::<HashMap<_, _>>();
        let signers = match (&bundle.signing, self.needs.signing) {
            (Some(ring), Signing::Signs) => {
                // The row that has keys looked at is lost, or nobody looks: tokens are good, but somebody should know.
                if ring.is_overdue(now) {
                    tracing::error!(alarm = "signing_keys_overdue", tenant = id.as_str(), "signing keys are not rotated");
                }
                Signers::unwrap(ring, &keys, &placement, before.map(|known| known.context))?
            }
            _ => Signers::default(),
        };
        let context = TenantContext::new(tenant, placement, home, keys, bundle.signing.clone(), signers);
        Ok(Some(Known { context: Arc::new(context), loaded_at: now }))
    }

    async fn place(&self, name: &Name) -> Result<Option<Placement>, Failure> {
        let directory = self.store.directory();
        // Hosts are whatever strangers send: one that is nobody's costs this read and no other.
        let of_domain = match name {
            Name::Domain(domain) => match directory.find_domain(domain).await?.filter(|place| place.zone == self.zone) {
                Some(place) => Some(place.tenant),
                None => return Ok(None),
            },
            Name::Slug(_) | Name::Id(_) => None,
        };
        let tenant = async {
            match name {
                Name::Slug(slug) => {
                    Ok(directory.find_slug(slug, &self.zone).await?.filter(|place| place.zone == self.zone).map(|place| place.tenant))
                }
                Name::Domain(_) => Ok(of_domain),
                Name::Id(id) => Ok(Some(id.clone())),
            }
        };
        let (tenant, zone) = tokio::try_join!(tenant, directory.find_zone(&self.zone))?;
        let zone = zone.ok_or_else(|| Failure::Broken(format!("the directory knows no zone {}", self.zone.as_str())))?;
        Ok(tenant.map(|tenant| zone.place(&tenant)))
    }
}

// The tenant as whoever names it so sees it.
fn arrived(tenant: Tenant, name: &Name) -> Option<Tenant> {
    match name {
        Name::Domain(domain) => tenant.at(domain),
        Name::Slug(_) | Name::Id(_) => Some(tenant),
    }
}

impl Slot {
    fn known(&self) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh_enough(&self, now: Timestamp) -> Option<Known> {
        self.known().filter(|known| known.is_usable(now))
    }

    fn remember(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }

    fn forget(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Known {
    // INVARIANT: a directory record is trusted for 30 s and not a moment longer, or two regions might write for one tenant. So is the tenant's own record:
    // a policy that changed acts within them.
    fn is_usable(&self, now: Timestamp) -> bool {
        freshness(now.since(self.loaded_at)) != Freshness::Stale
    }

    fn wants_refresh(&self, now: Timestamp) -> bool {
        freshness(now.since(self.loaded_at)) == Freshness::RefreshBeside
    }
}

type Refresh = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// A tenant during one request.
pub struct Visit {
    /// The tenant.
    pub tenant: Arc<TenantContext>,
    refresh: Option<Refresh>,
}

impl Visit {
    /// Runs a request's first read, and beside it the tenant's refresh when one is due: nothing runs between requests.
    pub async fn beside<T>(&mut self, first_read: impl Future<Output = T>) -> T {
        match self.refresh.take() {
            Some(refresh) => futures_util::future::join(refresh, first_read).await.1,
            None => first_read.await,
        }
    }

    /// Adds one more thing that runs beside the first read.
    pub fn also(&mut self, refresh: impl Future<Output = ()> + Send + 'static) {
        self.refresh = Some(match self.refresh.take() {
            Some(first) => Box::pin(async move {
                futures_util::future::join(first, refresh).await;
            }),
            None => Box::pin(refresh),
        });
    }

    /// For a request that reads nothing: the refresh alone, when one is due.
    pub async fn settle(&mut self) {
        self.beside(async {}).await;
    }
}
