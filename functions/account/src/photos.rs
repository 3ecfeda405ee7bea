//! Photos as apps and pages show them: whoever has a photo's address sees it, as any picture on the web.

use axum::response::{IntoResponse, Response};
use cloud::objects::ObjectName;
use domain::id::PhotoId;
use domain::policy;
use http::{HeaderName, HeaderValue, StatusCode, header};
use runtime::interaction::Came;
use runtime::{Failure, Refused};
use web::responders;

use crate::Deps;
use crate::visitor::Visitor;

/// Nothing in it may run, load or be framed, whatever a browser takes it for.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Shows a photo.
pub(crate) async fn show(deps: &Deps, came: &Came, id: &str) -> Result<Response, Refused> {
    let Ok(photo) = PhotoId::parse(id) else { return Ok(responders::not_found()) };
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    visit.settle().await;
    let tenant = visitor.tenant();
    let name = ObjectName::of(tenant.record().id.clone(), photo);
    let found = deps.objects.get(&tenant.placement().home, &name).await.map_err(Failure::from)?;
    let Some(content) = found else { return Ok(responders::not_found()) };
    // A photo never changes; one that is removed is seen no longer than this by whoever keeps it.
    let kept = HeaderValue::try_from(format!("public, max-age={}, immutable", policy::PHOTO_KEPT.as_secs()));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, kept.unwrap_or_else(|_| HeaderValue::from_static("no-store"))),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
    ];
    Ok((StatusCode::OK, headers, content).into_response())
}
