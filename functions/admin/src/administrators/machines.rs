//! Apps that administer a tenant for themselves, by tokens of client credentials.

use axum::extract::Path;
use domain::ClientId;
use domain::administration::Assignment;
use domain::client::{AppKind, Client};
use domain::event::Administered;
use serde::Deserialize;
use store::AdministratorsChange;
use utoipa::IntoParams;

use super::{AdministratorShown, AssignmentAsked, shown};
use crate::access::{Act, Thing};
use crate::apps;
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::problem::{Problem, Refused};

/// Names an app that administers.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfMachine {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The app's `client_id`.
    app: String,
}

/// An app that administers; its version is that of all administrators.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/administrators/apps/{app}", tag = "administrators", params(OfMachine),
    responses((status = 200, body = AdministratorShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_administering_app(at: Arrived, Path(named): Path<OfMachine>) -> Answer<AdministratorShown> {
    at.may(Act::ReadAdministrators, Thing::Tenant)?;
    let id = apps::id(&named.app)?;
    let assignment = at.administrators.machine(&id).ok_or(Problem::NotFound)?;
    Ok(Done::Shown(shown(id.as_str(), assignment), Some(at.administrators.version)))
}

/// Makes an app that acts for itself an administrator, or another one; never an owner.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/administrators/apps/{app}", tag = "administrators",
    params(OfMachine, ("If-Match" = String, Header, description = "The version of all administrators.")), request_body = AssignmentAsked,
    responses((status = 200, body = AdministratorShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn assign_app(at: Arrived, Path(named): Path<OfMachine>, Body(asked): Body<AssignmentAsked>) -> Answer<AdministratorShown> {
    let id = apps::id(&named.app)?;
    let becomes = Assignment { roles: asked.roles, apps: asked.apps };
    let version = assign(&at, &id, Some(&becomes)).await?;
    Ok(Done::Shown(shown(id.as_str(), &becomes), Some(version)))
}

/// Makes an app no administrator.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/administrators/apps/{app}", tag = "administrators",
    params(OfMachine, ("If-Match" = String, Header, description = "The version of all administrators.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn remove_administering_app(at: Arrived, Path(named): Path<OfMachine>) -> Answer<()> {
    let id = apps::id(&named.app)?;
    Ok(Done::Changed(assign(&at, &id, None).await?))
}

async fn assign(at: &Arrived, id: &ClientId, becomes: Option<&Assignment>) -> Result<u64, Refused> {
    at.may_with(Act::AssignAdministrator, id)?;
    let client = apps::find(at, id).await?;
    at.changes(at.administrators.version)?;
    if becomes.is_none() && at.administrators.machine(id).is_none() {
        return Err(Problem::NotFound.into());
    }
    if becomes.is_some() && client.kind() != AppKind::Machine {
        return Err(Problem::Unfit("app", "one that acts for itself, a machine".to_owned()).into());
    }
    let all = at.administrators.clone().with_app(id, becomes.cloned());
    all.check().map_err(Problem::Administrators)?;
    let roles = becomes.map(|assignment| assignment.roles.clone()).unwrap_or_default();
    let kind = Administered::AppAssigned { client_id: id.clone(), version: all.version, roles };
    let counted = Client { version: client.version + 1, ..client };
    match at.home()?.assign_app(&all, &counted, &at.event_here(kind)).await? {
        AdministratorsChange::Changed => Ok(all.version),
        AdministratorsChange::Stale => Err(Problem::Stale.into()),
    }
}
