//! What a policy says of the people of a group, instead of what it says of everybody.

use axum::extract::Path;
use domain::policies::{Lifetimes, PasswordRules, PolicyKind, Rule};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{kind, unreadable, write};
use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::problem::Problem;
use crate::roster::group_id;

/// Names a group of which a policy says something.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfGroupPolicy {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// `password` or `session`.
    policy: String,
    /// The group's id.
    group: String,
}

/// What a policy says of a group, by its kind.
#[derive(Serialize, ToSchema)]
#[schema(as = GroupPolicySettings)]
#[serde(untagged)]
#[expect(dead_code, reason = "tells in the document what `domain::policies::Rule` reads")]
pub(crate) enum GroupSettings {
    /// `password`
    Password(PasswordRules),
    /// `session`: how long sessions live, kept ones too.
    Session(Lifetimes),
}

/// What a policy says of a group.
#[derive(Serialize, ToSchema)]
#[schema(as = GroupPolicy)]
pub(crate) struct GroupPolicyShown {
    /// The kind of policy.
    policy: PolicyKind,
    /// Its version.
    version: u64,
    /// What it says.
    #[schema(value_type = GroupSettings)]
    settings: Value,
}

/// What a policy says of the people of a group.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/policies/{policy}/groups/{group}", tag = "policies", params(OfGroupPolicy),
    responses((status = 200, body = GroupPolicyShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_group_policy(at: Arrived, Path(named): Path<OfGroupPolicy>) -> Answer<GroupPolicyShown> {
    let (kind, group) = (kind(&named.policy)?, group_id(&named.group)?);
    at.may(Act::ReadPolicies, Thing::Tenant)?;
    let tenant = at.standing().await?;
    let rule = tenant.group_rules(kind).into_iter().find(|rule| rule.group() == Some(&group)).ok_or(Problem::NotFound)?;
    Ok(shown(&rule, tenant.policies.version_of(kind)))
}

/// Says what a policy says of the people of a group from now on, instead of what it says of everybody.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/policies/{policy}/groups/{group}", tag = "policies",
    params(OfGroupPolicy, ("If-Match" = String, Header, description = "The policy's version.")), request_body = GroupSettings,
    responses((status = 200, body = GroupPolicyShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn change_group_policy(at: Arrived, Path(named): Path<OfGroupPolicy>, Body(settings): Body<Value>) -> Answer<GroupPolicyShown> {
    let (kind, group) = (kind(&named.policy)?, group_id(&named.group)?);
    at.may(Act::ChangePolicies, Thing::Tenant)?;
    let tenant = at.standing().await?;
    tenant.roster.groups.get(&group).ok_or(Problem::NotFound)?;
    let rule = Rule::of_group(kind, group, Some(settings)).map_err(unreadable)?;
    let changed = write(&at, &tenant, &rule).await?;
    Ok(shown(&rule, changed.policies.version_of(kind)))
}

/// Has a policy say of the people of a group what it says of everybody.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/policies/{policy}/groups/{group}", tag = "policies",
    params(OfGroupPolicy, ("If-Match" = String, Header, description = "The policy's version.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn remove_group_policy(at: Arrived, Path(named): Path<OfGroupPolicy>) -> Answer<()> {
    let (kind, group) = (kind(&named.policy)?, group_id(&named.group)?);
    at.may(Act::ChangePolicies, Thing::Tenant)?;
    let tenant = at.standing().await?;
    tenant.group_rules(kind).iter().find(|rule| rule.group() == Some(&group)).ok_or(Problem::NotFound)?;
    let changed = write(&at, &tenant, &Rule::of_group(kind, group, None).map_err(unreadable)?).await?;
    Ok(Done::Changed(changed.policies.version_of(kind)))
}

fn shown(rule: &Rule, version: u64) -> Done<GroupPolicyShown> {
    Done::Shown(GroupPolicyShown { policy: rule.kind(), version, settings: rule.value().unwrap_or_default() }, Some(version))
}
