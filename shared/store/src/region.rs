//! Which region's tables are asked: the local replica for placement, a tenant's home for everything that is the tenant's.
//!
//! A condition is evaluated against the local replica, so each tenant has one writer.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use domain::policies::Retention;
use domain::{Placement, Region, TenantId};

use crate::directory::Directory;
use crate::error::StoreError;
use crate::tables::{Table, Tables};
use crate::work::Work;

/// The platform's tables in every region of a zone. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Clone, Debug)]
struct Shared {
    here: Region,
    placing: Region,
    clients: BTreeMap<Region, Client>,
    tables: Arc<Tables>,
}

impl Store {
    /// The tables called `tables`, reached through one client per region; `here` is the region that this process runs in.
    ///
    /// Time-outs and retries are the clients'. A region without a client answers [`StoreError::UnknownRegion`] when it is needed.
    pub fn new(here: Region, clients: BTreeMap<Region, Client>, tables: Tables) -> Self {
        Self { shared: Arc::new(Shared { placing: here.clone(), here, clients, tables: Arc::new(tables) }) }
    }

    /// The same, which writes the directory in that region: a condition holds where it is asked, and two regions could give away one slug.
    #[must_use]
    pub fn placing_in(self, region: Region) -> Self {
        Self { shared: Arc::new(Shared { placing: region, ..(*self.shared).clone() }) }
    }

    /// Where tenants and zones are, from this region's replica.
    pub fn directory(&self) -> Directory {
        Directory::new(self.clone())
    }

    /// What is to be done in this region; the home region of a tenant does it.
    pub fn work(&self) -> Work {
        Work::new(self.clone())
    }

    /// A tenant's rows in its home region, wherever this process runs.
    pub fn home(&self, placement: &Placement) -> Result<TenantStore, StoreError> {
        Ok(TenantStore { database: self.database(&placement.home)?, tenant: placement.tenant.clone(), retention: Retention::default() })
    }

    pub(crate) fn here(&self) -> Result<Database, StoreError> {
        self.database(&self.shared.here)
    }

    /// Where the directory is written.
    pub(crate) fn placing(&self) -> Result<Database, StoreError> {
        self.database(&self.shared.placing)
    }

    fn database(&self, region: &Region) -> Result<Database, StoreError> {
        let client = self.shared.clients.get(region).ok_or_else(|| StoreError::UnknownRegion(region.clone()))?;
        Ok(Database { client: client.clone(), tables: Arc::clone(&self.shared.tables) })
    }
}

/// One tenant's rows in its home region. Every read and every act of a request goes through the same one.
#[derive(Clone, Debug)]
pub struct TenantStore {
    pub(crate) database: Database,
    pub(crate) tenant: TenantId,
    pub(crate) retention: Retention,
}

impl TenantStore {
    /// The same rows, whose events are kept as long as their tenant says.
    #[must_use]
    pub fn keeping_events(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// Whose rows these are.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    // INVARIANT: keys are built from the placement's tenant, so a row that names another one must not be written under them.
    pub(crate) fn own(&self, tenant: &TenantId) -> Result<(), StoreError> {
        if *tenant == self.tenant { Ok(()) } else { Err(StoreError::OtherTenant) }
    }
}

/// The tables of one region.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) client: Client,
    tables: Arc<Tables>,
}

impl Database {
    pub(crate) fn name(&self, table: Table) -> &str {
        self.tables.name(table)
    }
}
