//! The error page as every function sends it.

use axum::response::Response;
use domain::policy;
use domain::tenant::Tenant;
use http::HeaderValue;
use http::header::RETRY_AFTER;
use web::{Brand, ErrorPage, ErrorReason, Language, PageSecurity, responders};

use crate::failure::Failure;

/// An error page; never a redirect.
pub fn error(language: Language, tenant: Option<&Tenant>, reason: ErrorReason, incident: &str) -> Response {
    let page = ErrorPage { language, brand: tenant.map(Brand::of), reason, incident };
    let security = tenant.map_or_else(PageSecurity::without_issuer, PageSecurity::of);
    let mut response = responders::html(reason.status(), &page, &security);
    let retry_after = match reason {
        ErrorReason::Unavailable => Some(Failure::RETRY_AFTER),
        ErrorReason::Busy => Some(policy::PASSWORD_TURN_RETRY),
        _ => None,
    };
    if let Some(wait) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    response
}

/// The error page of a failure; its reason goes to the log, once, here.
pub fn failure(language: Language, tenant: Option<&Tenant>, failure: &Failure, incident: &str) -> Response {
    let reason = match failure {
        Failure::Unavailable(_) => ErrorReason::Unavailable,
        Failure::Broken(_) => ErrorReason::Internal,
        Failure::Closed => ErrorReason::TenantClosed,
    };
    failure.log(incident);
    error(language, tenant, reason, incident)
}
