//! A tenant's configuration as one document: exported, compared with what stands, applied as a whole or not at all.

mod permission;
pub(crate) mod schema;
mod text;

use axum::extract::Path;
use axum::response::Response;
use crypto::jwk::Jwk;
use crypto::{base64url, derive};
use domain::GroupId;
use domain::configuration::{Change, Configuration, Difference, Flaw, Given, State, Why, differences};
use domain::event::{Administered, RecordedEvent};
use domain::policy;
use futures_util::future::join3;
use http::header;
use serde::Serialize;
use store::TenantChange;
use utoipa::ToSchema;

use crate::arrival::Arrived;
use crate::documentation::{NotChanged, NotShown};
use crate::problem::{Problem, Refused};
use crate::tenants::OfTenant;
use text::{Document, shown};

/// What a configuration changes, or would.
#[derive(Serialize, ToSchema)]
#[schema(as = ConfigurationPlan)]
pub(crate) struct Plan {
    /// Thing by thing.
    changes: Vec<Difference>,
    /// How many rows of the database are written for it.
    writes: usize,
    /// How many one configuration may change: all are written in one transaction, or none is.
    writes_at_most: usize,
}

/// The tenant's configuration: all that is said of it in one document, without anything personal or secret. As YAML, or as JSON where that is preferred.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/config", tag = "configuration", params(OfTenant),
    responses(
        (status = 200, description = "As it is.", headers(("ETag" = String)),
            content((Configuration = "application/yaml"), (Configuration = "application/json"))),
        (status = 409, body = crate::documentation::ProblemDetails, content_type = "application/problem+json", description = "It is more than one document holds."),
        NotShown
    )
)]
pub(crate) async fn show_configuration(at: Arrived, Path(_): Path<OfTenant>) -> Result<Response, Refused> {
    permission::may_read(&at)?;
    let state = read(&at).await?;
    shown(&at, &Configuration::of(&state), &etag(&state))
}

/// What would change if a configuration were applied. Nothing is written; the version in `ETag` is the one that it would be a change of.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/config/plan", tag = "configuration", params(OfTenant),
    request_body(content((Configuration = "application/json"), (Configuration = "application/yaml"))),
    responses((status = 200, body = Plan, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn plan_configuration(at: Arrived, Path(_): Path<OfTenant>, Document(said): Document) -> Result<Response, Refused> {
    permission::may_read(&at)?;
    let state = read(&at).await?;
    let etag = etag(&state);
    let change = change(&at, &said, &state)?;
    permission::keeps_a_way_in(&at, &change).await?;
    text::json(&plan(&at, &change).0, &etag)
}

/// Makes the tenant what a configuration says, all of it or nothing. It acts within 30 seconds.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/config", tag = "configuration",
    params(OfTenant, ("If-Match" = String, Header, description = "The configuration's version.")),
    request_body(content((Configuration = "application/json"), (Configuration = "application/yaml"))),
    responses((status = 200, body = Plan, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn apply_configuration(at: Arrived, Path(_): Path<OfTenant>, Document(said): Document) -> Result<Response, Refused> {
    permission::may_read(&at)?;
    let state = read(&at).await?;
    let is_of_this = changes(&at, &etag(&state));
    let change = match change(&at, &said, &state) {
        Ok(change) => change,
        // What is wrong with a change of something else is no news.
        Err(flaw) => return Err(is_of_this.err().unwrap_or(flaw).into()),
    };
    let (plan, events) = plan(&at, &change);
    permission::may_apply(&at, &change, &plan.changes)?;
    is_of_this?;
    permission::keeps_a_way_in(&at, &change).await?;
    if plan.writes > policy::CONFIGURATION_ROWS_MAX {
        return Err(Problem::TooManyChanges(plan.writes).into());
    }
    match at.home()?.apply_configuration(&change, &events).await? {
        TenantChange::Changed => text::json(&plan, &etag(&change.after)),
        TenantChange::Stale => Err(Problem::Stale.into()),
    }
}

/// What stands. Apps and APIs are those of their lists, which may be a moment behind; each of them is as it stands.
async fn read(at: &Arrived) -> Result<State, Refused> {
    let (home, most) = (at.home()?, policy::CONFIGURATION_THINGS_MAX);
    let (tenant, apps, apis) = join3(at.standing(), home.list_all_clients(most), home.list_all_apis(most)).await;
    let (apps, apis) = (apps?.ok_or(Problem::TooManyThings("apps"))?, apis?.ok_or(Problem::TooManyThings("APIs"))?);
    Ok(State {
        tenant: tenant?,
        clients: apps.into_iter().map(|app| (app.id.clone(), app)).collect(),
        apis: apis.into_iter().map(|api| (api.audience.clone(), api)).collect(),
    })
}

fn etag(state: &State) -> String {
    base64url::encode(&derive::sha256(state.versions().as_bytes())[..16])
}

fn changes(at: &Arrived, etag: &str) -> Result<(), Problem> {
    let named = at.headers.get(header::IF_MATCH).ok_or(Problem::NoVersion)?;
    if named.as_bytes() == format!("\"{etag}\"").as_bytes() { Ok(()) } else { Err(Problem::Stale) }
}

fn change(at: &Arrived, said: &Configuration, state: &State) -> Result<Change, Problem> {
    // SECURITY: a private key would be one that two hold.
    let is_public_key = |key: &serde_json::Value| Jwk::of_foreign_set(key).is_some() && key.get("d").is_none();
    let group_id = || GroupId::from_random(at.deps.random.bytes());
    let given = Given { by: Some(at.actor()), now: at.now, group_id: &group_id, is_public_key: &is_public_key };
    said.change(state, &given).map_err(problem)
}

/// A flaw, as the resource of what it is about would tell it.
fn problem(flaw: Flaw) -> Problem {
    let problem = match flaw.why {
        Why::Form(why) => Problem::Malformed(why),
        Why::Unfit(why) => Problem::Unfit("configuration", why),
        Why::Taken => Problem::Taken("client_id"),
        Why::NamedByPolicy(kind) => Problem::NamedByPolicy(kind),
    };
    problem.at(&flaw.at.to_string())
}

// The plan of a change, and the events that would tell of it.
fn plan(at: &Arrived, change: &Change) -> (Plan, Vec<RecordedEvent>) {
    let changes = differences(&Configuration::of(&change.before), &Configuration::of(&change.after));
    let events = if change.is_nothing() { Vec::new() } else { events(at, change.after.tenant.configured, &changes) };
    (Plan { changes, writes: change.rows() + events.len(), writes_at_most: policy::CONFIGURATION_ROWS_MAX }, events)
}

// As many as it takes to name everything.
fn events(at: &Arrived, version: u64, changes: &[Difference]) -> Vec<RecordedEvent> {
    let mut named: Vec<Vec<String>> = vec![Vec::new()];
    let mut room = policy::CONFIGURATION_EVENT_BYTES;
    for Difference { act, kind, name, .. } in changes {
        let name = format!("{} {} {name}", act.as_str(), kind.as_str());
        if name.len() > room {
            named.push(Vec::new());
            room = policy::CONFIGURATION_EVENT_BYTES;
        }
        room = room.saturating_sub(name.len());
        if let Some(last) = named.last_mut() {
            last.push(name);
        }
    }
    named.into_iter().map(|changes| at.event_here(Administered::ConfigurationApplied { version, changes })).collect()
}
