//! The hook that says of people whom nobody here knows whether their password is right elsewhere.

use crypto::webhook;
use domain::event::{EventKind, Lookups, Subject};
use domain::migration::{HookUrl, MigrationHook};
use domain::{Secret, TenantId};
use store::TenantChange;

use super::Provisioner;
use super::roster::{NotChanged, record};
use crate::failure::Failure;

impl Provisioner {
    /// Sets a tenant's hook, and makes the secret that its questions are signed with from now on: it is shown here and nowhere else. A warm function
    /// follows within 30 seconds.
    pub async fn set_migration_hook(&self, tenant: &TenantId, url: &str) -> Result<(TenantChange, Secret<String>), NotChanged> {
        let context = self.tenant(tenant, self.platform.clock.now()).await?;
        let url = HookUrl::parse(url, context.record().issuer())?;
        let secret = webhook::new_secret(&self.random().bytes());
        let hook = MigrationHook { url, secret: context.seal_hook_secret(&secret, self.random().bytes())? };
        Ok((self.change_hook(tenant, Some(hook)).await?, secret))
    }

    /// Takes it away: whom nobody here knows, nobody is asked about.
    pub async fn remove_migration_hook(&self, tenant: &TenantId) -> Result<TenantChange, NotChanged> {
        self.change_hook(tenant, None).await
    }

    async fn change_hook(&self, tenant: &TenantId, hook: Option<MigrationHook>) -> Result<TenantChange, NotChanged> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let home = tenant.home(now)?;
        let mut migration = record(home).await?.migration;
        migration.version += 1;
        migration.hook = hook;
        let kind = EventKind::MigrationChanged { version: migration.version };
        let event = self.event(&tenant.record().id, kind, Subject::Tenant, now).record(None, Lookups::default());
        Ok(home.change_migration(&migration, &event).await.map_err(Failure::from)?)
    }
}
