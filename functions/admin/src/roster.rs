//! Groups and roles of a tenant, which stand in one record: each change is of the version of all.

use std::collections::BTreeSet;

use axum::extract::Path;
use domain::GroupId;
use domain::event::EventKind;
use domain::roster::{Group, GroupName, RoleName, Roster};
use serde::{Deserialize, Serialize};
use store::TenantChange;
use utoipa::{IntoParams, ToSchema};

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::pages::Page;
use crate::problem::{Problem, Refused};
use crate::tenants::OfTenant;

/// Names a group.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfGroup {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The group's id.
    group: String,
}

/// Names a role.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfRole {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The role's name.
    role: String,
}

/// What is said of a group.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupSettings {
    /// How it is called; claims state it.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    name: GroupName,
    /// The roles that each of its people has.
    #[serde(default)]
    roles: BTreeSet<RoleName>,
}

/// Some people of a tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = Group)]
pub(crate) struct GroupShown {
    /// Its id, for good.
    id: GroupId,
    /// How it is called; claims state it.
    name: GroupName,
    /// The roles that each of its people has.
    roles: BTreeSet<RoleName>,
}

fn shown(id: &GroupId, group: &Group) -> GroupShown {
    GroupShown { id: id.clone(), name: group.name.clone(), roles: group.roles.clone() }
}

/// The groups of a tenant.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/groups", tag = "groups and roles", params(OfTenant),
    responses((status = 200, body = Page<GroupShown>, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn list_groups(at: Arrived, Path(_): Path<OfTenant>) -> Answer<Page<GroupShown>> {
    at.may(Act::ReadRoster, Thing::Tenant)?;
    let roster = standing(&at).await?;
    let mut items: Vec<GroupShown> = roster.groups.iter().map(|(id, group)| shown(id, group)).collect();
    items.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Done::Shown(Page { items, next: None }, Some(roster.version)))
}

/// Makes a group.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/groups", tag = "groups and roles",
    params(OfTenant, ("If-Match" = String, Header, description = "The version of the tenant's groups and roles.")), request_body = GroupSettings,
    responses((status = 201, body = GroupShown, headers(("ETag" = String), ("Location" = String))), NotChanged)
)]
pub(crate) async fn create_group(at: Arrived, Path(_): Path<OfTenant>, Body(settings): Body<GroupSettings>) -> Answer<GroupShown> {
    at.may(Act::ChangeRoster, Thing::Tenant)?;
    let mut roster = standing(&at).await?;
    at.changes(roster.version)?;
    let (id, group) = (GroupId::from_random(at.deps.random.bytes()), Group { name: settings.name, roles: settings.roles });
    roster.groups.insert(id.clone(), group.clone());
    let written = write(&at, Roster { version: roster.version + 1, ..roster }).await?;
    Ok(Done::Made(shown(&id, &group), written.version, at.path(&format!("/groups/{id}"))))
}

/// A group.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/groups/{group}", tag = "groups and roles", params(OfGroup),
    responses((status = 200, body = GroupShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_group(at: Arrived, Path(named): Path<OfGroup>) -> Answer<GroupShown> {
    at.may(Act::ReadRoster, Thing::Tenant)?;
    let (roster, id) = (standing(&at).await?, group_id(&named.group)?);
    let group = roster.groups.get(&id).ok_or(Problem::NotFound)?;
    Ok(Done::Shown(shown(&id, group), Some(roster.version)))
}

/// Says of a group what it is from now on.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/groups/{group}", tag = "groups and roles",
    params(OfGroup, ("If-Match" = String, Header, description = "The version of the tenant's groups and roles.")), request_body = GroupSettings,
    responses((status = 200, body = GroupShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn change_group(at: Arrived, Path(named): Path<OfGroup>, Body(settings): Body<GroupSettings>) -> Answer<GroupShown> {
    at.may(Act::ChangeRoster, Thing::Tenant)?;
    let (mut roster, id) = (standing(&at).await?, group_id(&named.group)?);
    let group = roster.groups.get_mut(&id).ok_or(Problem::NotFound)?;
    *group = Group { name: settings.name, roles: settings.roles };
    let changed = shown(&id, group);
    at.changes(roster.version)?;
    let written = write(&at, Roster { version: roster.version + 1, ..roster }).await?;
    Ok(Done::Shown(changed, Some(written.version)))
}

/// Takes a group away of which no policy says anything; nobody is in it any more, and an app that is for it alone lets nobody in.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/groups/{group}", tag = "groups and roles",
    params(OfGroup, ("If-Match" = String, Header, description = "The version of the tenant's groups and roles.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn delete_group(at: Arrived, Path(named): Path<OfGroup>) -> Answer<()> {
    at.may(Act::ChangeRoster, Thing::Tenant)?;
    let (tenant, id) = (at.standing().await?, group_id(&named.group)?);
    let mut roster = tenant.roster;
    roster.groups.remove(&id).ok_or(Problem::NotFound)?;
    at.changes(roster.version)?;
    if let Some(kind) = tenant.policies.naming(&id) {
        return Err(Problem::NamedByPolicy(kind).into());
    }
    roster.version += 1;
    let event = at.event_here(EventKind::RosterChanged { version: roster.version });
    match at.home()?.remove_groups(&roster, tenant.policies.version, &event).await? {
        TenantChange::Changed => Ok(Done::Changed(roster.version)),
        TenantChange::Stale => Err(Problem::Stale.into()),
    }
}

/// The roles of a tenant.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/roles", tag = "groups and roles", params(OfTenant),
    responses((status = 200, body = Page<RoleName>, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn list_roles(at: Arrived, Path(_): Path<OfTenant>) -> Answer<Page<RoleName>> {
    at.may(Act::ReadRoster, Thing::Tenant)?;
    let Roster { version, roles, .. } = standing(&at).await?;
    Ok(Done::Shown(Page { items: roles.into_iter().collect(), next: None }, Some(version)))
}

/// Makes a role; one that there is stays.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/roles/{role}", tag = "groups and roles",
    params(OfRole, ("If-Match" = String, Header, description = "The version of the tenant's groups and roles.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn create_role(at: Arrived, Path(named): Path<OfRole>) -> Answer<()> {
    at.may(Act::ChangeRoster, Thing::Tenant)?;
    let role = RoleName::parse(&named.role).map_err(|invalid| Problem::Unfit("role", invalid.to_string()))?;
    let mut roster = standing(&at).await?;
    at.changes(roster.version)?;
    if !roster.roles.insert(role) {
        return Ok(Done::Changed(roster.version));
    }
    let written = write(&at, Roster { version: roster.version + 1, ..roster }).await?;
    Ok(Done::Changed(written.version))
}

/// Takes a role away from everybody, once no group and no scope names it.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/roles/{role}", tag = "groups and roles",
    params(OfRole, ("If-Match" = String, Header, description = "The version of the tenant's groups and roles.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn delete_role(at: Arrived, Path(named): Path<OfRole>) -> Answer<()> {
    at.may(Act::ChangeRoster, Thing::Tenant)?;
    let role = RoleName::parse(&named.role).map_err(|_| Problem::NotFound)?;
    let mut roster = standing(&at).await?;
    if !roster.roles.remove(&role) {
        return Err(Problem::NotFound.into());
    }
    at.changes(roster.version)?;
    let written = write(&at, Roster { version: roster.version + 1, ..roster }).await?;
    Ok(Done::Changed(written.version))
}

/// An id of a path. What can't be one names nothing.
pub(crate) fn group_id(text: &str) -> Result<GroupId, Problem> {
    GroupId::parse(text).map_err(|_| Problem::NotFound)
}

/// Groups and roles as they stand, past what is in memory.
pub(crate) async fn standing(at: &Arrived) -> Result<Roster, Refused> {
    Ok(at.standing().await?.roster)
}

/// Writes groups and roles that were changed.
pub(crate) async fn write(at: &Arrived, roster: Roster) -> Result<Roster, Refused> {
    roster.check().map_err(|invalid| Problem::Unfit("groups and roles", invalid.to_string()))?;
    let event = at.event_here(EventKind::RosterChanged { version: roster.version });
    match at.home()?.change_roster(&roster, &event).await? {
        TenantChange::Changed => Ok(roster),
        TenantChange::Stale => Err(Problem::Stale.into()),
    }
}
