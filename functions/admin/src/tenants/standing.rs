//! A tenant is suspended and goes on, or is to be erased and is restored. Nothing of it is changed meanwhile; it lets nobody in, and its own administrators
//! neither.

use axum::extract::Path;
use domain::event::Administered;
use domain::standing::{NotSo, Standing};
use domain::tenant::Tenant;
use store::TenantChange;

use super::{OfTenant, TenantShown};
use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Done};
use crate::documentation::NotChanged;
use crate::problem::{Problem, Refused};

/// Lets nobody in at a tenant any more, neither people nor apps nor its own administrators, within 30 seconds. What it is stays; keys and discovery are
/// published on, and access tokens that an API verifies by itself live out their minutes.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/suspend", tag = "tenants",
    params(OfTenant, ("If-Match" = String, Header, description = "The tenant's version.")),
    responses((status = 200, body = TenantShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn suspend_tenant(at: Arrived, Path(_): Path<OfTenant>) -> Answer<TenantShown> {
    let suspended = |tenant: &Tenant| tenant.standing.suspended(&tenant.slug, at.now);
    change(&at, Act::SuspendTenant, suspended, |standing| Administered::TenantSuspended { version: standing.version }).await
}

/// Lets everybody in again at a tenant that was suspended.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/resume", tag = "tenants",
    params(OfTenant, ("If-Match" = String, Header, description = "The tenant's version.")),
    responses((status = 200, body = TenantShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn resume_tenant(at: Arrived, Path(_): Path<OfTenant>) -> Answer<TenantShown> {
    let resumed = |tenant: &Tenant| tenant.standing.resumed();
    change(&at, Act::SuspendTenant, resumed, |standing| Administered::TenantResumed { version: standing.version }).await
}

/// Lets nobody in at a tenant any more and erases it after thirty days: its people, apps and keys, without which nobody reads what is left. Until then it can
/// be restored. Its slug is nobody's again.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}", tag = "tenants",
    params(OfTenant, ("If-Match" = String, Header, description = "The tenant's version.")),
    responses((status = 200, body = TenantShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn delete_tenant(at: Arrived, Path(_): Path<OfTenant>) -> Answer<TenantShown> {
    let ending = |tenant: &Tenant| tenant.standing.ending(&tenant.slug, at.now);
    let told = |standing: &Standing| Administered::TenantDeletionRequested { version: standing.version, due_at: standing.ends_at.unwrap_or(at.now) };
    change(&at, Act::DeleteTenant, ending, told).await
}

/// Keeps a tenant that was to be erased, as it stood before.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/restore", tag = "tenants",
    params(OfTenant, ("If-Match" = String, Header, description = "The tenant's version.")),
    responses((status = 200, body = TenantShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn restore_tenant(at: Arrived, Path(_): Path<OfTenant>) -> Answer<TenantShown> {
    let restored = |tenant: &Tenant| tenant.standing.restored(at.now);
    change(&at, Act::DeleteTenant, restored, |standing| Administered::TenantRestored { version: standing.version }).await
}

async fn change(
    at: &Arrived,
    act: Act,
    next: impl FnOnce(&Tenant) -> Result<Option<Standing>, NotSo>,
    told: impl FnOnce(&Standing) -> Administered,
) -> Answer<TenantShown> {
    at.may(act, Thing::Tenant)?;
    let tenant = at.standing().await?;
    at.changes(tenant.standing.version)?;
    let Some(standing) = next(&tenant).map_err(Problem::Standing)? else { return Ok(shown(&tenant)) };
    let event = at.event_here(told(&standing));
    match at.home()?.change_standing(&standing, &event).await? {
        TenantChange::Changed => Ok(shown(&Tenant { standing, ..tenant })),
        TenantChange::Stale => Err(Refused::from(Problem::Stale)),
    }
}

fn shown(tenant: &Tenant) -> Done<TenantShown> {
    Done::Shown(tenant.into(), Some(tenant.standing.version))
}
