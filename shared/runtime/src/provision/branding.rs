//! The look of a tenant's pages and mails.

use domain::TenantId;
use domain::branding::Branding;
use domain::event::{EventKind, Lookups, Subject};
use store::TenantChange;

use super::Provisioner;
use super::roster::{NotChanged, record};
use crate::failure::Failure;

impl Provisioner {
    /// Changes a tenant's branding. A warm function follows within a minute.
    pub async fn change_branding(&self, tenant: &TenantId, change: impl FnOnce(&mut Branding)) -> Result<TenantChange, NotChanged> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let home = tenant.home(now)?;
        let mut branding = record(home).await?.branding;
        change(&mut branding);
        branding.version += 1;
        branding.check()?;
        let kind = EventKind::BrandingChanged { version: branding.version };
        let event = self.event(&tenant.record().id, kind, Subject::Tenant, now).record(None, Lookups::default());
        Ok(home.change_branding(&branding, &event).await.map_err(Failure::from)?)
    }
}
