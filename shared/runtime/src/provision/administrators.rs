//! Who administers a tenant before anybody does.

use domain::administration::{AdminRole, Assignment, InvalidAdministrators};
use domain::client::Client;
use domain::event::{Administered, Lookups, Subject};
use domain::identifier::{Canonical, InvalidIdentifier};
use domain::user::User;
use domain::{ClientId, TenantId};
use store::{AdministratorsChange, PersonKeys};

use super::Provisioner;
use crate::failure::Failure;

/// Why somebody wasn't made an owner.
#[derive(Debug, thiserror::Error)]
pub enum NotAnOwner {
    /// Nobody can be called so.
    #[error(transparent)]
    Identifier(#[from] InvalidIdentifier),
    /// Nobody is.
    #[error("nobody has that name")]
    Unknown,
    /// The tenant has as many administrators as it may have.
    #[error(transparent)]
    Administrators(#[from] InvalidAdministrators),
    /// The platform's own fault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Why an app wasn't made an administrator.
#[derive(Debug, thiserror::Error)]
pub enum NotAnAdministrator {
    /// No app is called so.
    #[error("no app has that id")]
    Unknown,
    /// The tenant has as many administrators as it may have, or an app would own it.
    #[error(transparent)]
    Administrators(#[from] InvalidAdministrators),
    /// The platform's own fault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl Provisioner {
    /// Makes sure that the person of that name or address is an owner.
    pub async fn make_owner(&self, tenant: &TenantId, typed: &str) -> Result<AdministratorsChange, NotAnOwner> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let home = tenant.home(now)?;
        let claim = tenant.claim(&Canonical::typed(typed)?)?;
        let id = home.find_identifier(&claim).await.map_err(Failure::from)?.ok_or(NotAnOwner::Unknown)?;
        let person = home.read_person(&PersonKeys::of(id.clone())).await.map_err(Failure::from)?;
        let user = person.user.filter(User::is_active).ok_or(NotAnOwner::Unknown)?;
        let user = User { version: user.version + 1, updated_at: now, ..user };
        let standing = home.read_administrators().await.map_err(Failure::from)?;
        if standing.person(&id).is_some_and(Assignment::owns) {
            return Ok(AdministratorsChange::Changed);
        }
        let all = standing.with_person(&id, Some(Assignment::of(AdminRole::Owner)));
        all.check()?;
        let kind = Administered::AdministratorAssigned { version: all.version, roles: [AdminRole::Owner].into() };
        let event = self.event(&tenant.record().id, kind.into(), Subject::User(id), now).record(None, Lookups::default());
        Ok(home.assign_administrators(&all, &user, &event).await.map_err(Failure::from)?)
    }

    /// Makes sure that the app of that id, which acts for itself, administers as that.
    pub async fn make_app_administrator(
        &self,
        tenant: &TenantId,
        id: &ClientId,
        role: AdminRole,
    ) -> Result<AdministratorsChange, NotAnAdministrator> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let home = tenant.home(now)?;
        let app = home.find_client(id).await.map_err(Failure::from)?.ok_or(NotAnAdministrator::Unknown)?;
        let standing = home.read_administrators().await.map_err(Failure::from)?;
        let becomes = Assignment::of(role);
        if standing.machine(id) == Some(&becomes) {
            return Ok(AdministratorsChange::Changed);
        }
        let roles = becomes.roles.clone();
        let all = standing.with_app(id, Some(becomes));
        all.check()?;
        let kind = Administered::AppAssigned { client_id: id.clone(), version: all.version, roles };
        let event = self.event(&tenant.record().id, kind.into(), Subject::Tenant, now).record(None, Lookups::default());
        let counted = Client { version: app.version + 1, ..app };
        Ok(home.assign_app(&all, &counted, &event).await.map_err(Failure::from)?)
    }
}
