//! A tenant's policies.

use domain::TenantId;
use domain::event::{Administered, Lookups, Subject};
use domain::policies::Rule;
use store::TenantChange;

use super::Provisioner;
use super::roster::{NotChanged, record};
use crate::failure::Failure;

impl Provisioner {
    /// Has a policy of the tenant say `rule` from now on. Every warm function follows within 30 seconds.
    pub async fn change_policy(&self, tenant: &TenantId, rule: &Rule) -> Result<TenantChange, NotChanged> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let home = tenant.home(now)?;
        let change = record(home).await?.change_policy(rule, None, now)?;
        let kind = Administered::PolicyChanged { policy: rule.kind(), group: rule.group().cloned(), version: change.version() };
        let event = self.event(&tenant.record().id, kind.into(), Subject::Tenant, now).record(None, Lookups::default());
        Ok(home.change_policy(&change, &event).await.map_err(Failure::from)?)
    }
}
