//! Help for people who can't get in, and the end of an account.

use axum::extract::Path;
use domain::event::{Administered, EventKind};
use store::Erasure;

use super::{OfUser, find, id};
use crate::access::Act;
use crate::arrival::Arrived;
use crate::came::{Answer, Done};
use crate::documentation::NotChanged;
use crate::problem::Problem;

/// Makes sign-ins of somebody that were slowed count from the beginning again.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/users/{user}/unlock", tag = "users", params(OfUser),
    responses((status = 204), NotChanged)
)]
pub(crate) async fn unlock_user(at: Arrived, Path(named): Path<OfUser>) -> Answer<()> {
    let id = id(&named.user)?;
    at.may_to(Act::HelpPerson, &id)?;
    let user = find(&at, &id).await?;
    let mut counted = at.tenant.lookups_of(&user)?;
    counted.push(at.tenant.failures_of(&id)?);
    at.home()?.forget_attempts(&counted, &at.event_about(&id, Administered::UserUnlocked)).await?;
    Ok(Done::Gone)
}

/// Makes somebody choose another password when they next sign in; what they are signed in to stays.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/users/{user}/require-password-change", tag = "users", params(OfUser),
    responses((status = 204), NotChanged)
)]
pub(crate) async fn require_password_change(at: Arrived, Path(named): Path<OfUser>) -> Answer<()> {
    let id = id(&named.user)?;
    at.may_to(Act::HelpPerson, &id)?;
    let home = at.home()?;
    let standing = home.read_recovery(&id, &at.now.month()).await?;
    if standing.user.is_none() {
        return Err(Problem::NotFound.into());
    }
    let password = standing.password.ok_or(Problem::NoPassword)?;
    let outlived = password.outlived(at.now);
    let event = at.event_about(&id, Administered::PasswordChangeRequired { credential_version: outlived.version });
    if home.outlive_password(&id, &outlived, &event).await? { Ok(Done::Gone) } else { Err(Problem::Stale.into()) }
}

/// Deletes an account at once. Its `sub` is nobody's ever again.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/users/{user}", tag = "users",
    params(OfUser, ("If-Match" = String, Header, description = "The account's version.")),
    responses((status = 204), NotChanged)
)]
pub(crate) async fn delete_user(at: Arrived, Path(named): Path<OfUser>) -> Answer<()> {
    let id = id(&named.user)?;
    at.may_to(Act::DeletePerson, &id)?;
    let user = find(&at, &id).await?;
    at.changes(user.version)?;
    // Whoever administers the tenant is made nobody first, so that the last owner stays.
    if at.administrators.person(&id).is_some() {
        return Err(Problem::Administers.into());
    }
    let consents = at.home()?.list_consents(&id).await?;
    let belongings = at.tenant.belongings(&user, consents)?;
    let event = at.event_about(&id, EventKind::AccountDeleted { photo: user.photo(&at.tenant.record().first_issuer) });
    match at.home()?.erase_user(&user, &belongings, &event).await? {
        Erasure::Erased => Ok(Done::Gone),
        Erasure::Stale => Err(Problem::Stale.into()),
    }
}
