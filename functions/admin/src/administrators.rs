//! Who administers a tenant.

pub(crate) mod machines;

use std::collections::BTreeSet;

use axum::extract::Path;
use domain::administration::{AdminRole, Administrators, Assignment};
use domain::event::Administered;
use domain::user::User;
use domain::{ClientId, UserId};
use serde::{Deserialize, Serialize};
use store::AdministratorsChange;
use utoipa::{IntoParams, ToSchema};

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::people;
use crate::problem::{Problem, Refused};
use crate::tenants::OfTenant;

/// Names an administrator.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfAdministrator {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The person's id.
    user: String,
}

/// Who administers a tenant.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdministratorsShown {
    /// People.
    people: Vec<AdministratorShown>,
    /// Apps that act for themselves.
    machines: Vec<AdministratorShown>,
}

/// One who does.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdministratorShown {
    /// The person's id, or the app's.
    id: String,
    /// As what.
    roles: BTreeSet<AdminRole>,
    /// The apps that a developer of apps may change.
    apps: BTreeSet<ClientId>,
}

/// What an administrator is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignmentAsked {
    /// As what.
    #[schema(min_items = 1)]
    roles: BTreeSet<AdminRole>,
    /// The apps that a developer of apps may change; nobody else has any.
    #[serde(default)]
    #[schema(max_items = 50)]
    apps: BTreeSet<ClientId>,
}

impl From<AssignmentAsked> for Assignment {
    fn from(asked: AssignmentAsked) -> Self {
        Self { roles: asked.roles, apps: asked.apps }
    }
}

/// What somebody will administer.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssignmentShown {
    /// As what.
    roles: BTreeSet<AdminRole>,
    /// The apps that a developer of apps may change.
    apps: BTreeSet<ClientId>,
}

impl From<Assignment> for AssignmentShown {
    fn from(assignment: Assignment) -> Self {
        Self { roles: assignment.roles, apps: assignment.apps }
    }
}

fn shown(id: &str, assignment: &Assignment) -> AdministratorShown {
    AdministratorShown { id: id.to_owned(), roles: assignment.roles.clone(), apps: assignment.apps.clone() }
}

/// All of them.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/administrators", tag = "administrators", params(OfTenant),
    responses((status = 200, body = AdministratorsShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn list_administrators(at: Arrived, Path(_): Path<OfTenant>) -> Answer<AdministratorsShown> {
    at.may(Act::ReadAdministrators, Thing::Tenant)?;
    let Administrators { version, people, machines } = &at.administrators;
    let people = people.iter().map(|(id, assignment)| shown(id.as_str(), assignment)).collect();
    let machines = machines.iter().map(|(id, assignment)| shown(id.as_str(), assignment)).collect();
    Ok(Done::Shown(AdministratorsShown { people, machines }, Some(*version)))
}

/// One of them; its version is that of all.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/administrators/{user}", tag = "administrators", params(OfAdministrator),
    responses((status = 200, body = AdministratorShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_administrator(at: Arrived, Path(named): Path<OfAdministrator>) -> Answer<AdministratorShown> {
    at.may(Act::ReadAdministrators, Thing::Tenant)?;
    let id = people::id(&named.user)?;
    let assignment = at.administrators.person(&id).ok_or(Problem::NotFound)?;
    Ok(Done::Shown(shown(id.as_str(), assignment), Some(at.administrators.version)))
}

/// Makes somebody an administrator, or another one.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/administrators/{user}", tag = "administrators",
    params(OfAdministrator, ("If-Match" = String, Header, description = "The version of all administrators.")), request_body = AssignmentAsked,
    responses((status = 200, body = AdministratorShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn assign_administrator(
    at: Arrived,
    Path(named): Path<OfAdministrator>,
    Body(asked): Body<AssignmentAsked>,
) -> Answer<AdministratorShown> {
    let id = people::id(&named.user)?;
    let becomes = Assignment::from(asked);
    let version = assign(&at, &id, Some(&becomes)).await?;
    Ok(Done::Shown(shown(id.as_str(), &becomes), Some(version)))
}

/// Makes somebody no administrator.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/administrators/{user}", tag = "administrators",
    params(OfAdministrator, ("If-Match" = String, Header, description = "The version of all administrators.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn remove_administrator(at: Arrived, Path(named): Path<OfAdministrator>) -> Answer<()> {
    let id = people::id(&named.user)?;
    Ok(Done::Changed(assign(&at, &id, None).await?))
}

async fn assign(at: &Arrived, id: &UserId, becomes: Option<&Assignment>) -> Result<u64, Refused> {
    let standing = at.administrators.person(id);
    at.may(Act::AssignAdministrator, Thing::Person { id, assignment: standing, becomes })?;
    let user = people::find(at, id).await?;
    at.changes(at.administrators.version)?;
    if becomes.is_none() && standing.is_none() {
        return Err(Problem::NotFound.into());
    }
    // An account that ends takes its administrator with it.
    if becomes.is_some() && user.deletion.is_some() {
        return Err(Problem::Ending.into());
    }
    let user = User { version: user.version + 1, updated_at: at.now, ..user };
    let all = at.administrators.clone().with_person(&user.id, becomes.cloned());
    all.check().map_err(Problem::Administrators)?;
    let roles = becomes.map(|assignment| assignment.roles.clone()).unwrap_or_default();
    let kind = Administered::AdministratorAssigned { version: all.version, roles };
    match at.home()?.assign_administrators(&all, &user, &at.event_about(&user.id, kind)).await? {
        AdministratorsChange::Changed => Ok(all.version),
        AdministratorsChange::Stale => Err(Problem::Stale.into()),
    }
}
