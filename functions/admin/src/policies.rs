//! The policies of a tenant: what each says of everybody, of which groups it says something else, and what it said before.

pub(crate) mod groups;
pub(crate) mod versions;

use std::collections::BTreeMap;

use axum::extract::Path;
use domain::client::Client;
use domain::event::Administered;
use domain::policies::{
    self as rules, AccessSettings, BrandingSettings, PasswordSettings, PolicyKind, RegistrationSettings, RetentionSettings, Rule, SessionSettings,
    Unreadable,
};
use domain::tenant::Tenant;
use domain::{GroupId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::TenantChange;
use utoipa::{IntoParams, ToSchema};

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::pages::Page;
use crate::problem::{Problem, Refused};
use crate::tenants::OfTenant;

/// Names a kind of policy.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfPolicy {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The kind of policy.
    #[param(value_type = PolicyKind, inline)]
    policy: String,
}

/// What a policy says of everybody, by its kind.
#[derive(Serialize, ToSchema)]
#[schema(as = PolicySettings)]
#[serde(untagged)]
#[expect(dead_code, reason = "tells in the document what `domain::policies::Rule` reads")]
pub(crate) enum Settings {
    /// `password`
    Password(PasswordSettings),
    /// `registration`
    Registration(RegistrationSettings),
    /// `session`
    Session(SessionSettings),
    /// `access`
    Access(AccessSettings),
    /// `branding`
    Branding(BrandingSettings),
    /// `retention`
    Retention(RetentionSettings),
}

/// A policy.
#[derive(Serialize, ToSchema)]
#[schema(as = Policy)]
pub(crate) struct PolicyShown {
    /// Its kind.
    policy: PolicyKind,
    /// Counts its changes, of whomever.
    version: u64,
    /// What it says of everybody.
    #[schema(value_type = Settings)]
    settings: Value,
    /// What it says instead of the people of groups, by their ids; of who is in several, the strictest in everything.
    #[schema(value_type = BTreeMap<String, Object>)]
    groups: BTreeMap<GroupId, Value>,
}

impl PolicyShown {
    fn of(tenant: &Tenant, policy: PolicyKind) -> Self {
        let told = |rule: Rule| Some((rule.group()?.clone(), rule.value()?));
        Self {
            policy,
            version: tenant.policies.version_of(policy),
            settings: Rule::standing(tenant, policy).value().unwrap_or_default(),
            groups: tenant.group_rules(policy).into_iter().filter_map(told).collect(),
        }
    }
}

/// All policies of a tenant.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/policies", tag = "policies", params(OfTenant),
    responses((status = 200, body = Page<PolicyShown>), NotShown)
)]
pub(crate) async fn list_policies(at: Arrived, Path(_): Path<OfTenant>) -> Answer<Page<PolicyShown>> {
    at.may(Act::ReadPolicies, Thing::Tenant)?;
    let tenant = at.standing().await?;
    Ok(Done::Shown(Page { items: PolicyKind::ALL.map(|kind| PolicyShown::of(&tenant, kind)).into(), next: None }, None))
}

/// A policy.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/policies/{policy}", tag = "policies", params(OfPolicy),
    responses((status = 200, body = PolicyShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_policy(at: Arrived, Path(named): Path<OfPolicy>) -> Answer<PolicyShown> {
    let kind = kind(&named.policy)?;
    at.may(Act::ReadPolicies, Thing::Tenant)?;
    Ok(shown(&at.standing().await?, kind))
}

/// Says of everybody what a policy says from now on, all of it. It acts within 30 seconds.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/policies/{policy}", tag = "policies",
    params(OfPolicy, ("If-Match" = String, Header, description = "The policy's version.")), request_body = Settings,
    responses((status = 200, body = PolicyShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn change_policy(at: Arrived, Path(named): Path<OfPolicy>, Body(settings): Body<Value>) -> Answer<PolicyShown> {
    let kind = kind(&named.policy)?;
    at.may(Act::ChangePolicies, Thing::Tenant)?;
    let rule = Rule::baseline(kind, settings).map_err(unreadable)?;
    let standing = at.standing().await?;
    Ok(shown(&write(&at, &standing, &rule).await?, kind))
}

/// A kind of a path. What can't be one names nothing.
fn kind(text: &str) -> Result<PolicyKind, Problem> {
    PolicyKind::parse(text).ok_or(Problem::NotFound)
}

fn shown(tenant: &Tenant, kind: PolicyKind) -> Done<PolicyShown> {
    let shown = PolicyShown::of(tenant, kind);
    let version = shown.version;
    Done::Shown(shown, Some(version))
}

fn unreadable(why: Unreadable) -> Problem {
    match why {
        Unreadable::NoSuch => Problem::NotFound,
        Unreadable::Form(where_) => Problem::Malformed(where_),
    }
}

/// Has a policy say `rule`, if the request changes the version that stands; the tenant as it is then.
async fn write(at: &Arrived, standing: &Tenant, rule: &Rule) -> Result<Tenant, Refused> {
    let kind = rule.kind();
    at.changes(standing.policies.version_of(kind))?;
    let change = standing.change_policy(rule, Some(at.actor()), at.now).map_err(|invalid| Problem::Unfit(kind.as_str(), invalid.to_string()))?;
    if kind == PolicyKind::Access {
        let access = at.author().map_or(&change.tenant.policies.access, |author| author.app.access(&change.tenant));
        check_way_in(at, &change.tenant, access).await?;
    }
    let done = Administered::PolicyChanged { policy: kind, group: rule.group().cloned(), version: change.version() };
    match at.home()?.change_policy(&change, &at.event_here(done)).await? {
        TenantChange::Changed => Ok(change.tenant),
        TenantChange::Stale => Err(Problem::Stale.into()),
    }
}

/// Whether an app that is to be changed still lets in whoever changes it, if it is the one that they administer by.
pub(crate) async fn keeps_a_way_in(at: &Arrived, tenant: &Tenant, changed: &Client) -> Result<(), Refused> {
    match at.author() {
        Some(author) if author.app.id == changed.id => check_way_in(at, tenant, changed.access(tenant)).await,
        _ => Ok(()),
    }
}

/// Whether an app that is for these still lets in whoever asks, and an owner.
pub(crate) async fn check_way_in(at: &Arrived, tenant: &Tenant, access: &domain::client::Access) -> Result<(), Refused> {
    let owners: Vec<UserId> = at.administrators.people.iter().filter(|(_, assignment)| assignment.owns()).map(|(id, _)| id.clone()).collect();
    let owners = at.home()?.find_people(&owners).await?;
    rules::way_in(access, tenant, at.author().map(|author| &author.user), &owners).map_err(Problem::LockedOut)?;
    Ok(())
}
