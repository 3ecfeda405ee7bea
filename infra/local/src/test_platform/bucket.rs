//! What answers the links of a test's objects, where the platform is served: files of people are sent to it.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::put;
use http::{StatusCode, Uri};
use testkit::MemoryObjects;

/// Where links lead, below the base URL.
const PLACE: &str = "/transfers/";

/// Answers for these objects from now on, below a base URL.
pub(super) fn router(objects: &Arc<MemoryObjects>, base_url: &str) -> Router {
    objects.be_at(&format!("{base_url}{PLACE}"));
    Router::new().route(&format!("{PLACE}{{*name}}"), put(sent)).with_state((objects.clone(), base_url.to_owned()))
}

async fn sent(State((objects, base_url)): State<(Arc<MemoryObjects>, String)>, asked: Uri, content: Bytes) -> StatusCode {
    if objects.takes(&format!("{base_url}{asked}"), &content) { StatusCode::OK } else { StatusCode::FORBIDDEN }
}
