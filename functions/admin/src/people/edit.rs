//! What is said of an account: at its beginning, and whenever it changes.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use domain::administration::{Edit, InvalidEdit};
use domain::attributes::Posted;
use domain::event::Administered;
use domain::identifier::IdentifierKind;
use domain::profile::ProfileField;
use domain::roster::RoleName;
use domain::user::User;
use domain::{GroupId, UserId};
use serde::{Deserialize, Deserializer};
use store::{AccountChange, Claim, NameMoves};
use utoipa::ToSchema;

use super::{OfUser, UserShown, find, id};
use crate::access::Act;
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::NotChanged;
use crate::problem::{Problem, Refused};

/// What is said of an account (RFC 7396): what isn't named stays, `null` takes it away.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChange)]
pub(crate) struct UserSaid {
    /// Name to sign in with.
    #[serde(default, deserialize_with = "said")]
    #[schema(max_length = 64)]
    pub(crate) username: Option<String>,
    /// Address.
    #[serde(default, deserialize_with = "said")]
    #[schema(max_length = 254)]
    pub(crate) email: Option<String>,
    /// Whether the address is proved; one that is new isn't, unless this says so.
    #[serde(default)]
    pub(crate) email_verified: Option<bool>,
    /// Standard claims: `name`, `given_name`, `family_name`, `nickname`, `website`, `birthdate`, `zoneinfo`, `locale`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    pub(crate) profile: BTreeMap<ProfileField, Option<String>>,
    /// The tenant's own attributes.
    #[serde(default, deserialize_with = "entered")]
    #[schema(value_type = Object)]
    pub(crate) attributes: BTreeMap<String, String>,
    /// The ids of their groups, all of them.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub(crate) groups: Option<BTreeSet<GroupId>>,
    /// The roles that they have beside those of their groups, all of them.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub(crate) roles: Option<BTreeSet<RoleName>>,
}

// `null` is said, and takes away.
pub(super) fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| Some(text.unwrap_or_default()))
}

// A value as a form would hold it; its attribute says what it is.
pub(super) fn entered<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scalar {
        Boolean(bool),
        Integer(i64),
        Text(String),
    }
    let values = BTreeMap::<String, Option<Scalar>>::deserialize(deserializer)?;
    let text = |value: Option<Scalar>| match value {
        None => String::new(),
        Some(Scalar::Boolean(value)) => value.to_string(),
        Some(Scalar::Integer(value)) => value.to_string(),
        Some(Scalar::Text(value)) => value,
    };
    Ok(values.into_iter().map(|(name, value)| (name, text(value))).collect())
}

impl UserSaid {
    pub(super) fn edit(&self) -> Edit<'_> {
        Edit {
            username: self.username.as_deref(),
            email: self.email.as_deref(),
            email_verified: self.email_verified,
            fields: self.profile.iter().map(|(field, value)| (*field, value.as_deref().unwrap_or_default())).collect(),
            attributes: self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Posted<'_>>(),
            groups: self.groups.clone(),
            roles: self.roles.clone(),
        }
    }
}

/// Why what was said isn't so.
pub(super) fn unfit(invalid: &InvalidEdit) -> Problem {
    Problem::Unfit("user", invalid.to_string())
}

/// A name is somebody else's.
pub(super) const fn taken(kind: IdentifierKind) -> Problem {
    Problem::Taken(kind.as_str())
}

/// Changes what is known of somebody, their names, groups or roles.
#[utoipa::path(
    patch, path = "/admin/v1/tenants/{tenant}/users/{user}", tag = "users",
    params(OfUser, ("If-Match" = String, Header, description = "The account's version.")),
    request_body(content = UserSaid, content_type = "application/merge-patch+json"),
    responses((status = 200, body = UserShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn change_user(at: Arrived, Path(named): Path<OfUser>, Body(said): Body<UserSaid>) -> Answer<UserShown> {
    let id = id(&named.user)?;
    at.may_to(Act::ChangePerson, &id)?;
    let user = find(&at, &id).await?;
    at.changes(user.version)?;
    let tenant = at.standing().await?;
    let edited = user.edited(&tenant, &said.edit(), at.now).map_err(|invalid| unfit(&invalid))?;
    let Some(changed) = edited else { return Ok(Done::Shown((&user).into(), Some(user.version))) };
    write(&at, &id, &user, &changed).await?;
    Ok(Done::Shown((&changed).into(), Some(changed.version)))
}

async fn write(at: &Arrived, id: &UserId, user: &User, changed: &User) -> Result<(), Refused> {
    let (before, after) = (at.tenant.claims_of(user)?, at.tenant.claims_of(changed)?);
    let only = |these: &[Claim], those: &[Claim]| these.iter().filter(|claim| !those.contains(claim)).cloned().collect();
    let moves = NameMoves { left: only(&before, &after), taken: only(&after, &before) };
    let event = at.event_about(id, Administered::UserChanged { version: changed.version });
    match at.home()?.change_account(changed, &moves, &event).await? {
        AccountChange::Changed => Ok(()),
        AccountChange::Taken(kind) => Err(taken(kind).into()),
        AccountChange::Stale => Err(Problem::Stale.into()),
    }
}
