//! The document and the page that people read it on: both are written by tests, from the handlers, and served as they stand.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::derive;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

const DOCUMENT: &str = include_str!("../../../docs/openapi.json");
const PAGE: &str = include_str!("../../../docs/admin-api.html");
/// As long as whoever reads it may wait for the next release's.
pub(crate) const KEPT: &str = "public, max-age=300";

// The page has one style sheet, its own, and runs and loads nothing.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = PAGE.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map_or("", |(style, _)| style);
    let hash = STANDARD.encode(derive::sha256(style.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
});

/// The document.
pub(crate) async fn document() -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, KEPT)], DOCUMENT).into_response()
}

/// The page.
pub(crate) async fn page() -> Response {
    let headers =
        [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, KEPT), (CONTENT_SECURITY_POLICY, &POLICY), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, PAGE).into_response()
}
