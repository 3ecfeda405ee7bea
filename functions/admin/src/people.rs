//! The people of a tenant.

pub(crate) mod create;
pub(crate) mod edit;
pub(crate) mod grants;
pub(crate) mod help;
pub(crate) mod history;
pub(crate) mod interventions;
pub(crate) mod list;
pub(crate) mod photo;
pub(crate) mod sessions;

use std::collections::BTreeSet;

use axum::extract::Path;
use domain::roster::RoleName;
use domain::user::{Profile, User, UserStatus};
use domain::{GroupId, UserId};
use serde::{Deserialize, Serialize};
use store::PersonKeys;
use utoipa::{IntoParams, ToSchema};

use crate::access::Act;
use crate::arrival::Arrived;
use crate::came::{Answer, Done};
use crate::documentation::NotShown;
use crate::problem::{Problem, Refused};

/// Names somebody.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfUser {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The person's id.
    pub(crate) user: String,
}

/// Somebody with an account.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserShown {
    /// The id, for good.
    id: UserId,
    /// The `sub` of tokens, for good.
    sub: String,
    /// The name to sign in with.
    username: Option<String>,
    /// The address, as entered.
    email: Option<String>,
    /// Whether its owner has proved it.
    email_verified: bool,
    /// The standard claims of OpenID Connect, each absent when unknown.
    #[schema(value_type = Object)]
    profile: Profile,
    /// The tenant's own attributes.
    #[schema(value_type = Object)]
    attributes: serde_json::Value,
    /// Whether the person may act.
    status: UserStatus,
    /// The ids of their groups.
    groups: BTreeSet<GroupId>,
    /// The roles that they have beside those of their groups.
    roles: BTreeSet<RoleName>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<&User> for UserShown {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.clone(),
            sub: user.sub.clone(),
            username: user.username.clone(),
            email: user.email.as_ref().map(|email| email.address.clone()),
            email_verified: user.email.as_ref().is_some_and(|email| email.verified),
            profile: user.profile.clone(),
            attributes: serde_json::to_value(&user.attributes).unwrap_or_default(),
            status: user.status,
            groups: user.groups.clone(),
            roles: user.roles.clone(),
            created_at: user.created_at.rfc3339(),
            updated_at: user.updated_at.rfc3339(),
        }
    }
}

/// Somebody of that id.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/users/{user}", tag = "users", params(OfUser),
    responses((status = 200, body = UserShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_user(at: Arrived, Path(named): Path<OfUser>) -> Answer<UserShown> {
    let id = id(&named.user)?;
    at.may_to(Act::ReadPerson, &id)?;
    let user = find(&at, &id).await?;
    Ok(Done::Shown((&user).into(), Some(user.version)))
}

/// An id of a path. What can't be one names nobody.
pub(crate) fn id(text: &str) -> Result<UserId, Problem> {
    UserId::parse(text).map_err(|_| Problem::NotFound)
}

/// The person's record, if there is such a person.
pub(crate) async fn find(at: &Arrived, id: &UserId) -> Result<User, Refused> {
    let person = at.home()?.read_person(&PersonKeys::of(id.clone())).await?;
    Ok(person.user.ok_or(Problem::NotFound)?)
}
