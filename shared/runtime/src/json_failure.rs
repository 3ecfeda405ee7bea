//! A failure of the platform, as OAuth endpoints answer it.

use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use oauth::ErrorCode;
use web::responders;

use crate::failure::Failure;
use crate::front::Incident;

/// 503 with `Retry-After` for what may work later, 500 for what is broken, 403 where the tenant is closed. The reason goes to the log, once, here.
pub fn json_failure(failure: &Failure, incident: &Incident) -> Response {
    failure.log(&incident.0);
    match failure {
        Failure::Closed => responders::oauth_json(StatusCode::FORBIDDEN, &ErrorCode::AccessDenied.body()),
        Failure::Unavailable(_) => {
            let mut response = responders::oauth_json(StatusCode::SERVICE_UNAVAILABLE, &ErrorCode::TemporarilyUnavailable.body());
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(Failure::RETRY_AFTER.as_secs()));
            response
        }
        Failure::Broken(_) => responders::oauth_json(StatusCode::INTERNAL_SERVER_ERROR, &ErrorCode::ServerError.body()),
    }
}
