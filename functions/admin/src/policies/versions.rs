//! What a policy said before, and who said it; saying it again.

use axum::extract::Path;
use domain::GroupId;
use domain::policies::{PolicyKind, PolicyVersion};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{OfPolicy, PolicyShown, kind, shown, write};
use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Done, Wanted};
use crate::documentation::{NotChanged, NotShown};
use crate::pages::{self, Page};
use crate::people::history::ActorShown;
use crate::problem::{Problem, Refused};

/// Names a version of a policy.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfPolicyVersion {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The kind of policy.
    #[param(value_type = PolicyKind, inline)]
    policy: String,
    /// Which version; 0 is what the tenant had before the first change.
    version: String,
}

/// Which versions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VersionsWanted {
    /// Where the page begins: `next` of the one before.
    cursor: Option<String>,
    /// How many are wanted.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
}

/// A version of a policy.
#[derive(Serialize, ToSchema)]
#[schema(as = PolicyVersion)]
pub(crate) struct VersionShown {
    /// The kind of policy.
    policy: PolicyKind,
    /// Which version.
    version: u64,
    #[schema(format = DateTime)]
    at: String,
    /// Which administrator said it, where one did.
    actor: Option<ActorShown>,
    /// The group that it says something of, unless it is of everybody.
    group: Option<GroupId>,
    /// What it said; nothing where what was said of a group was taken back.
    #[schema(value_type = Option<Object>)]
    settings: Option<Value>,
}

impl From<PolicyVersion> for VersionShown {
    fn from(version: PolicyVersion) -> Self {
        let actor = version.by.as_ref().map(ActorShown::from);
        let PolicyVersion { policy, version, at, by: _, group, value } = version;
        Self { policy, version, at: at.rfc3339(), actor, group, settings: value }
    }
}

/// What a policy said, the latest first.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/policies/{policy}/versions", tag = "policies", params(OfPolicy, VersionsWanted),
    responses((status = 200, body = Page<VersionShown>), NotShown)
)]
pub(crate) async fn list_policy_versions(
    at: Arrived,
    Path(named): Path<OfPolicy>,
    Wanted(wanted): Wanted<VersionsWanted>,
) -> Answer<Page<VersionShown>> {
    let kind = kind(&named.policy)?;
    at.may(Act::ReadPolicies, Thing::Tenant)?;
    let limit = pages::limit(wanted.limit)?;
    // The number of a version is no secret, and a page of what was before it is one of this very policy.
    let before = wanted.cursor.map_or(Ok(u64::MAX), |cursor| cursor.parse()).map_err(|_| Problem::Cursor)?;
    let versions = at.home()?.list_policy_versions(kind, before, limit).await?;
    let next = versions.last().filter(|last| versions.len() == limit && last.version > 0).map(|last| last.version.to_string());
    Ok(Done::Shown(Page { items: versions.into_iter().map(VersionShown::from).collect(), next }, None))
}

/// What a policy said from a version on.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/policies/{policy}/versions/{version}", tag = "policies", params(OfPolicyVersion),
    responses((status = 200, body = VersionShown), NotShown)
)]
pub(crate) async fn show_policy_version(at: Arrived, Path(named): Path<OfPolicyVersion>) -> Answer<VersionShown> {
    let (kind, version) = (kind(&named.policy)?, number(&named.version)?);
    at.may(Act::ReadPolicies, Thing::Tenant)?;
    Ok(Done::Shown(find(&at, kind, version).await?.into(), None))
}

/// Says again what a version said, of whom it said it; that is a new version. What may not be said any more isn't.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/policies/{policy}/versions/{version}/restore", tag = "policies",
    params(OfPolicyVersion, ("If-Match" = String, Header, description = "The policy's version.")),
    responses((status = 200, body = PolicyShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn restore_policy_version(at: Arrived, Path(named): Path<OfPolicyVersion>) -> Answer<PolicyShown> {
    let (kind, version) = (kind(&named.policy)?, number(&named.version)?);
    at.may(Act::ChangePolicies, Thing::Tenant)?;
    let rule = find(&at, kind, version).await?.rule().map_err(|why| Problem::Unfit(kind.as_str(), why.to_string()))?;
    let standing = at.standing().await?;
    Ok(shown(&write(&at, &standing, &rule).await?, kind))
}

fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::NotFound)
}

async fn find(at: &Arrived, kind: PolicyKind, version: u64) -> Result<PolicyVersion, Refused> {
    Ok(at.home()?.find_policy_version(kind, version).await?.ok_or(Problem::NotFound)?)
}
