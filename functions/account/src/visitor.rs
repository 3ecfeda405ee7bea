//! Who comes, before anything that they ask for: the tenant, the browser, and a form that was sent from our own page.

use std::sync::Arc;

use axum::response::Response;
use domain::{Timestamp, policy};
use http::StatusCode;
use runtime::interaction::{Browser, Came};
use runtime::tenants::Name;
use runtime::{Refused, TenantContext, Visit};
use web::{ErrorReason, Language, Notice, NoticePage, PageSecurity, Parameters, read_form, responders};

use crate::Deps;

/// A browser at a tenant.
pub(crate) struct Visitor<'a> {
    tenant: Arc<TenantContext>,
    pub(crate) browser: Browser,
    pub(crate) came: &'a Came,
    pub(crate) now: Timestamp,
}

impl<'a> Visitor<'a> {
    /// Finds the tenant, and reads the browser's cookies. The visit is for what is read from memory, and first.
    pub(crate) async fn arrive(deps: &Deps, came: &'a Came) -> Result<(Self, Visit), Refused> {
        let now = deps.clock.now();
        let visit = deps.tenants.find(&Name::Slug(came.slug.clone()), now).await?.ok_or(ErrorReason::NotFound)?;
        let tenant = visit.tenant.clone();
        let browser = Browser::read(&tenant, &came.headers, now)?;
        Ok((Self { tenant, browser, came, now }, visit))
    }

    /// The tenant.
    pub(crate) fn tenant(&self) -> &TenantContext {
        &self.tenant
    }

    /// The form, if our own page sent it.
    pub(crate) fn form(&self, body: &[u8]) -> Result<Parameters, Refused> {
        web::origin::check(&self.tenant().record().issuer, &self.came.headers).map_err(|_| ErrorReason::CrossSite)?;
        Ok(read_form(&self.came.headers, body).map_err(|error| ErrorReason::from(&error))?)
    }

    /// Where a page's form posts.
    pub(crate) fn action(&self, path: &str) -> String {
        format!("{}{path}", self.tenant().record().issuer.path())
    }

    /// What every page of the tenant is sent with.
    pub(crate) fn security(&self) -> PageSecurity {
        PageSecurity::of(&self.tenant().record().issuer)
    }

    /// A page that says one thing.
    pub(crate) fn notice(&self, status: StatusCode, language: Language, notice: Notice) -> Response {
        let page = NoticePage { language, tenant_name: &self.tenant().record().name, notice };
        responders::html(status, &page, &self.security())
    }
}

/// A parameter that is a link or a state of ours is no longer than such a thing gets.
pub(crate) fn link(parameters: &Parameters) -> Option<&str> {
    parameters.get("link").filter(|link| link.len() <= policy::LINK_MAX)
}
