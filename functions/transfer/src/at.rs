//! A job that this run is at.

use std::sync::Arc;

use cloud::parts::{PartName, Way};
use domain::tenant::Tenant;
use domain::transfer::{Job, Place, Progress};
use domain::{Region, Timestamp};
use runtime::{Failure, TenantContext};
use store::{JobChange, Signing, TenantStore};

use crate::Deps;

/// What a turn at a job has.
pub(crate) struct At<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) tenant: Arc<TenantContext>,
    /// As it was last written.
    pub(crate) job: Job,
    until: Timestamp,
}

/// Whether a turn goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Going {
    /// It does.
    On,
    /// The run is over.
    Later,
    /// Another run is at the job, or an administrator ended it, or the tenant is at home elsewhere.
    Lost,
}

impl<'a> At<'a> {
    pub(crate) const fn new(deps: &'a Deps, tenant: Arc<TenantContext>, job: Job, until: Timestamp) -> Self {
        Self { deps, tenant, job, until }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.deps.clock.now()
    }

    pub(crate) fn home(&self) -> Result<&TenantStore, Failure> {
        self.tenant.home(self.now())
    }

    /// Where the tenant's files are.
    pub(crate) fn region(&self) -> &Region {
        &self.tenant.placement().home
    }

    /// A part of the job's file.
    pub(crate) fn part(&self, way: Way, number: u32) -> PartName {
        PartName { way, tenant: self.job.tenant.clone(), job: self.job.id.clone(), number }
    }

    /// The tenant as it stands, past what is in memory: rows may name groups that were made just now.
    pub(crate) async fn standing(&self) -> Result<Tenant, Failure> {
        let bundle = self.home()?.read_bundle(&[], Signing::Left).await?;
        bundle.map(|bundle| bundle.tenant).ok_or_else(|| Failure::Broken("a tenant without a record".to_owned()))
    }

    /// Writes down where the job goes on.
    pub(crate) async fn goes_on(&mut self, place: Place, progress: Progress) -> Result<Going, Failure> {
        let now = self.now();
        // A run is longer than a directory record is trusted: where the tenant's home moved meanwhile, the job goes on there.
        if self.deps.region.tables_of(&self.job.tenant, now).await?.is_none() {
            return Ok(Going::Lost);
        }
        let moved = self.job.moved(place, progress, now);
        if self.home()?.move_job(&moved).await? == JobChange::Stale {
            return Ok(Going::Lost);
        }
        self.job = moved;
        Ok(if now < self.until { Going::On } else { Going::Later })
    }
}
