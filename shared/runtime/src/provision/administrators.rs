//! Who administers a tenant before anybody does.

use domain::TenantId;
use domain::administration::{AdminRole, Assignment, InvalidAdministrators};
use domain::event::{Administered, Lookups, Subject};
use domain::identifier::{Canonical, InvalidIdentifier};
use domain::user::User;
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
}
