//! Groups and roles of a tenant, who has which, and the attributes that it keeps of its people.

use std::collections::BTreeSet;

use domain::attributes::{InvalidSchema, Schema};
use domain::event::{EventKind, Lookups, Subject};
use domain::identifier::{Canonical, InvalidIdentifier};
use domain::migration::InvalidHook;
use domain::policies::InvalidPolicy;
use domain::roster::{InvalidRoster, RoleName, Roster};
use domain::tenant::Tenant;
use domain::user::User;
use domain::{GroupId, TenantId, policy};
use store::{PersonKeys, Signing, TenantChange, UserChange, UserPart};

use super::Provisioner;
use crate::failure::Failure;

/// Why a tenant's groups and roles, attributes, policies or hook weren't changed.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// They can't be so.
    #[error(transparent)]
    Roster(#[from] InvalidRoster),
    /// They can't be so.
    #[error(transparent)]
    Attributes(#[from] InvalidSchema),
    /// It can't be so.
    #[error(transparent)]
    Policy(#[from] InvalidPolicy),
    /// It can't be so.
    #[error(transparent)]
    Hook(#[from] InvalidHook),
    /// The platform's own fault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// The groups and roles of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// The groups that they are in.
    pub groups: BTreeSet<GroupId>,
    /// The roles that they have beside those of the groups.
    pub roles: BTreeSet<RoleName>,
}

/// Why a person wasn't assigned.
#[derive(Debug, thiserror::Error)]
pub enum NotAssigned {
    /// Nobody can be called so.
    #[error(transparent)]
    Identifier(#[from] InvalidIdentifier),
    /// Nobody is.
    #[error("nobody has that name")]
    Unknown,
    /// There is no such group or role.
    #[error("no such group or role")]
    NoSuchThing,
    /// More than a token carries.
    #[error("more than {} groups or roles", policy::MEMBERSHIPS_MAX)]
    TooMany,
    /// The platform's own fault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl Provisioner {
    /// Changes a tenant's groups and roles. A warm function follows within 30 seconds.
    pub async fn change_roster(&self, tenant: &TenantId, change: impl FnOnce(&mut Roster)) -> Result<TenantChange, NotChanged> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let home = tenant.home(now)?;
        let mut roster = record(home).await?.roster;
        change(&mut roster);
        roster.version += 1;
        roster.check()?;
        let kind = EventKind::RosterChanged { version: roster.version };
        let event = self.event(&tenant.record().id, kind, Subject::Tenant, now).record(None, Lookups::default());
        Ok(home.change_roster(&roster, &event).await.map_err(Failure::from)?)
    }

    /// Changes the attributes that a tenant keeps of its people. A warm function follows within 30 seconds.
    pub async fn change_attributes(&self, tenant: &TenantId, change: impl FnOnce(&mut Schema)) -> Result<TenantChange, NotChanged> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let home = tenant.home(now)?;
        let mut schema = record(home).await?.attributes;
        change(&mut schema);
        schema.version += 1;
        schema.check()?;
        let kind = EventKind::AttributesChanged { version: schema.version };
        let event = self.event(&tenant.record().id, kind, Subject::Tenant, now).record(None, Lookups::default());
        Ok(home.change_attributes(&schema, &event).await.map_err(Failure::from)?)
    }

    /// Gives the person of that name or address these groups and roles, and no others.
    pub async fn assign(&self, tenant: &TenantId, typed: &str, membership: &Membership) -> Result<UserChange, NotAssigned> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let home = tenant.home(now)?;
        let claim = tenant.claim(&Canonical::typed(typed)?)?;
        let id = home.find_identifier(&claim).await.map_err(Failure::from)?.ok_or(NotAssigned::Unknown)?;
        let person = home.read_person(&PersonKeys::of(id)).await.map_err(Failure::from)?;
        let user = person.user.ok_or(NotAssigned::Unknown)?;
        allowed(membership, &record(home).await?.roster)?;
        let Membership { groups, roles } = membership.clone();
        let user = User { groups, roles, version: user.version + 1, updated_at: now, ..user };
        let subject = Subject::User(user.id.clone());
        let event = self.event(&tenant.record().id, EventKind::UserAssigned { version: user.version }, subject, now);
        Ok(home.change_user(&user, UserPart::Assignment, &event.record(None, Lookups::default())).await.map_err(Failure::from)?)
    }
}

// As it stands, not as memory has it.
pub(super) async fn record(home: &store::TenantStore) -> Result<Tenant, Failure> {
    let bundle = home.read_bundle(&[], Signing::Left).await?;
    bundle.map(|bundle| bundle.tenant).ok_or_else(|| Failure::Broken("a tenant without a record".to_owned()))
}

fn allowed(membership: &Membership, roster: &Roster) -> Result<(), NotAssigned> {
    if membership.groups.len() > policy::MEMBERSHIPS_MAX || membership.roles.len() > policy::MEMBERSHIPS_MAX {
        return Err(NotAssigned::TooMany);
    }
    let known = membership.groups.iter().all(|group| roster.groups.contains_key(group)) && membership.roles.is_subset(&roster.roles);
    if known { Ok(()) } else { Err(NotAssigned::NoSuchThing) }
}
