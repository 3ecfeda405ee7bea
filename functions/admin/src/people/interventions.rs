//! What is done to an account as a whole.

use axum::extract::Path;
use domain::administration::{Intervention, Owns};
use store::{UserChange, UserPart};

use super::{OfUser, find, id};
use crate::access::Act;
use crate::arrival::Arrived;
use crate::came::{Answer, Done};
use crate::documentation::NotChanged;
use crate::problem::Problem;

/// Locks an account, which is signed out everywhere.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/users/{user}/disable", tag = "users",
    params(OfUser, ("If-Match" = String, Header, description = "The account's version.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn disable_user(at: Arrived, Path(named): Path<OfUser>) -> Answer<()> {
    intervene(&at, &named, Intervention::Disable).await
}

/// Opens an account again.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/users/{user}/enable", tag = "users",
    params(OfUser, ("If-Match" = String, Header, description = "The account's version.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn enable_user(at: Arrived, Path(named): Path<OfUser>) -> Answer<()> {
    intervene(&at, &named, Intervention::Enable).await
}

/// Ends everything that an account is signed in to.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/users/{user}/sign-out", tag = "users",
    params(OfUser, ("If-Match" = String, Header, description = "The account's version.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn sign_out_user(at: Arrived, Path(named): Path<OfUser>) -> Answer<()> {
    intervene(&at, &named, Intervention::SignOut).await
}

async fn intervene(at: &Arrived, named: &OfUser, intervention: Intervention) -> Answer<()> {
    let id = id(&named.user)?;
    let act = match intervention {
        Intervention::Disable | Intervention::Enable => Act::DisablePerson,
        Intervention::SignOut => Act::EndSessions,
    };
    at.may_to(act, &id)?;
    let user = find(at, &id).await?;
    at.changes(user.version)?;
    let standing = at.administrators.person(&id);
    let Some(changed) = intervention.of(&user, standing, at.now).map_err(|Owns| Problem::Owner)? else { return Ok(Done::Changed(user.version)) };
    let event = at.event_about(&id, intervention.event(changed.version));
    match at.home()?.change_user(&changed, UserPart::Standing, &event).await? {
        UserChange::Changed => Ok(Done::Changed(changed.version)),
        UserChange::Stale => Err(Problem::Stale.into()),
    }
}
