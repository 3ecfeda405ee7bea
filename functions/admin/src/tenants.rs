//! Tenants: what each is called and where it is, and by the platform's administrators the making of others.

pub(crate) mod create;
pub(crate) mod standing;

use axum::extract::Path;
use domain::event::Administered;
use domain::identifier::is_title;
use domain::listing::{List, listed};
use domain::preset::Preset;
use domain::standing::TenantStatus;
use domain::tenant::Tenant;
use serde::{Deserialize, Serialize};
use store::TenantChange;
use utoipa::{IntoParams, ToSchema};

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done, Wanted};
use crate::documentation::{NotChanged, NotShown};
use crate::pages::{self, Page};
use crate::problem::Problem;

/// Names a tenant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfTenant {
    /// Its slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
}

/// Which tenants.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TenantsWanted {
    /// What the slug begins with.
    slug: Option<String>,
    /// Where the page begins: `next` of the one before.
    cursor: Option<String>,
    /// How many are wanted.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
}

/// A tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = Tenant)]
pub(crate) struct TenantShown {
    /// Its name in hosts.
    slug: String,
    /// The name that pages and mails show.
    name: String,
    /// Its issuer, for good.
    #[schema(format = "uri")]
    issuer: String,
    /// Whether it lets anybody in.
    status: TenantStatus,
    /// When it will be erased, where it is to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// The settings that it began with.
    preset: Preset,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&Tenant> for TenantShown {
    fn from(tenant: &Tenant) -> Self {
        Self {
            slug: tenant.slug.to_string(),
            name: tenant.name.clone(),
            issuer: tenant.first_issuer.to_string(),
            status: tenant.standing.status(),
            ends_at: tenant.standing.ends_at.map(domain::Timestamp::rfc3339),
            preset: tenant.preset,
            created_at: tenant.created_at.rfc3339(),
        }
    }
}

/// What a tenant is to be called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TenantChange)]
pub(crate) struct TenantSaid {
    /// The name that pages and mails show.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

/// The tenants of the zone, by slug. For the platform's administrators; a list may be a moment behind.
#[utoipa::path(
    get, path = "/admin/v1/tenants", tag = "tenants", params(TenantsWanted), responses((status = 200, body = Page<TenantShown>), NotShown)
)]
pub(crate) async fn list_tenants(at: Arrived, Wanted(wanted): Wanted<TenantsWanted>) -> Answer<Page<TenantShown>> {
    at.may(Act::ListTenants, Thing::Tenant)?;
    let (list, prefix) = (List::Tenants, wanted.slug.as_deref().map(listed).unwrap_or_default());
    let limit = pages::limit(wanted.limit)?;
    let after = pages::after(&at, list, &prefix, wanted.cursor.as_deref())?;
    let page = at.home()?.list_tenants(store::Wanted { prefix: &prefix, after: after.as_deref(), limit }).await?;
    let next = pages::next(&at, list, &prefix, page.next)?;
    Ok(Done::Shown(Page { items: page.rows.iter().map(TenantShown::from).collect(), next }, None))
}

/// What a tenant is called, where it is, and whether it lets anybody in.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}", tag = "tenants", params(OfTenant),
    responses((status = 200, body = TenantShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_tenant(at: Arrived, Path(_): Path<OfTenant>) -> Answer<TenantShown> {
    at.may(Act::ReadTenant, Thing::Tenant)?;
    let tenant = at.standing().await?;
    Ok(Done::Shown((&tenant).into(), Some(tenant.standing.version)))
}

/// Calls a tenant otherwise. Its slug and issuer stay for good.
#[utoipa::path(
    patch, path = "/admin/v1/tenants/{tenant}", tag = "tenants",
    params(OfTenant, ("If-Match" = String, Header, description = "The tenant's version.")),
    request_body(content = TenantSaid, content_type = "application/merge-patch+json"),
    responses((status = 200, body = TenantShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn change_tenant(at: Arrived, Path(_): Path<OfTenant>, Body(said): Body<TenantSaid>) -> Answer<TenantShown> {
    at.may(Act::ChangeTenant, Thing::Tenant)?;
    let tenant = at.standing().await?;
    at.changes(tenant.standing.version)?;
    if !is_title(&said.name) {
        return Err(Problem::Unfit("name", "1 to 100 characters, none of them invisible".to_owned()).into());
    }
    let standing = tenant.standing.renamed();
    let event = at.event_here(Administered::TenantRenamed { version: standing.version });
    match at.home()?.rename_tenant(&said.name, &standing, &event).await? {
        TenantChange::Changed => {
            let tenant = Tenant { name: said.name, standing, ..tenant };
            Ok(Done::Shown((&tenant).into(), Some(standing.version)))
        }
        TenantChange::Stale => Err(Problem::Stale.into()),
    }
}
