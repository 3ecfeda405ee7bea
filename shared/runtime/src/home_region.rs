//! Whether this process runs where a tenant is at home: every region sees the zone's events and due deliveries, and only the home acts on them.

use domain::{Placement, Region, TenantId, Timestamp, ZoneName};
use store::{Store, TenantStore};

use crate::failure::Failure;
use crate::platform::Platform;

/// This process's place in its zone.
pub struct HomeRegion {
    store: Store,
    zone: ZoneName,
    here: Region,
}

impl HomeRegion {
    /// The place of a process.
    pub fn new(platform: &Platform) -> Self {
        Self { store: platform.store.clone(), zone: platform.zone.clone(), here: platform.region.clone() }
    }

    /// Whether `tenant` is at home here. One request, past every cache, so that a moved epoch is seen as soon as it is replicated.
    pub async fn is_home_of(&self, tenant: &TenantId) -> Result<bool, Failure> {
        Ok(self.place(tenant).await?.home == self.here)
    }

    /// The tables of `tenant`, if it is at home here; refused while this new home waits for the old one to stop. One request, as above.
    pub async fn tables_of(&self, tenant: &TenantId, now: Timestamp) -> Result<Option<TenantStore>, Failure> {
        let placement = self.place(tenant).await?;
        if placement.home != self.here {
            return Ok(None);
        }
        placement.settled(now)?;
        Ok(Some(self.store.home(&placement)?))
    }

    async fn place(&self, tenant: &TenantId) -> Result<Placement, Failure> {
        let zone = self.store.directory().find_zone(&self.zone).await?;
        let zone = zone.ok_or_else(|| Failure::Broken(format!("the directory knows no zone {}", self.zone.as_str())))?;
        Ok(zone.place(tenant))
    }
}
