//! A tenant.

use axum::extract::Path;
use domain::tenant::Tenant;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Done};
use crate::documentation::NotShown;

/// Names a tenant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfTenant {
    /// Its slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
}

/// A tenant.
#[derive(Serialize, ToSchema)]
pub(crate) struct TenantShown {
    /// Its name in hosts.
    slug: String,
    /// The name that pages and mails show.
    name: String,
    /// Its issuer, for good.
    #[schema(format = "uri")]
    issuer: String,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&Tenant> for TenantShown {
    fn from(tenant: &Tenant) -> Self {
        Self { slug: tenant.slug.to_string(), name: tenant.name.clone(), issuer: tenant.issuer.to_string(), created_at: tenant.created_at.rfc3339() }
    }
}

/// What a tenant is called, and where it is.
#[utoipa::path(get, path = "/admin/v1/tenants/{tenant}", tag = "tenants", params(OfTenant), responses((status = 200, body = TenantShown), NotShown))]
pub(crate) async fn show_tenant(at: Arrived, Path(_): Path<OfTenant>) -> Answer<TenantShown> {
    at.may(Act::ReadTenant, Thing::Tenant)?;
    Ok(Done::Shown(at.tenant.record().into(), None))
}
