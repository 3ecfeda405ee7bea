//! The attributes that a tenant keeps of its people beside the standard claims, which stand in one record: a change is of all of them.

use axum::extract::Path;
use domain::attributes::{AttributeSettings, Schema};
use domain::event::EventKind;
use serde::{Deserialize, Serialize};
use store::TenantChange;
use utoipa::ToSchema;

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::problem::Problem;
use crate::tenants::OfTenant;

/// The attributes that a tenant keeps of its people.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Attributes)]
pub(crate) struct AttributesSaid {
    /// All of them, in the order in which pages ask for them.
    #[schema(max_items = 30)]
    attributes: Vec<AttributeSettings>,
}

fn shown(schema: &Schema) -> Done<AttributesSaid> {
    Done::Shown(AttributesSaid { attributes: schema.settings() }, Some(schema.version))
}

/// The attributes that a tenant keeps of its people.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/attributes", tag = "attributes", params(OfTenant),
    responses((status = 200, body = AttributesSaid, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_attributes(at: Arrived, Path(_): Path<OfTenant>) -> Answer<AttributesSaid> {
    at.may(Act::ReadAttributes, Thing::Tenant)?;
    Ok(shown(&at.standing().await?.attributes))
}

/// Says which attributes a tenant keeps of its people from now on, all of them. What somebody has of one that isn't kept any more is shown to nobody, and
/// goes when their account is changed next; until then it counts again, if there is such an attribute again.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/attributes", tag = "attributes",
    params(OfTenant, ("If-Match" = String, Header, description = "The version of the attributes.")), request_body = AttributesSaid,
    responses((status = 200, body = AttributesSaid, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn change_attributes(at: Arrived, Path(_): Path<OfTenant>, Body(said): Body<AttributesSaid>) -> Answer<AttributesSaid> {
    at.may(Act::ChangeAttributes, Thing::Tenant)?;
    let standing = at.standing().await?.attributes;
    at.changes(standing.version)?;
    let changed = standing.changed(said.attributes);
    changed.check().map_err(|invalid| Problem::Unfit("attributes", invalid.to_string()))?;
    let event = at.event_here(EventKind::AttributesChanged { version: changed.version });
    match at.home()?.change_attributes(&changed, &event).await? {
        TenantChange::Changed => Ok(shown(&changed)),
        TenantChange::Stale => Err(Problem::Stale.into()),
    }
}
