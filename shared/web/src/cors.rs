//! Which scripts may read an answer (Fetch §3.2): those of origins that an app of the tenant has registered, and no other.
//!
//! No answer allows credentials: these endpoints look at no cookie.

use std::collections::BTreeSet;

use axum::response::{IntoResponse, Response};
use domain::client::WebOrigin;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

/// What a script may send.
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static("authorization, content-type");
/// What it may read beside what the Fetch standard lets it read anyway.
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static("www-authenticate, retry-after");
/// Seconds for which a browser needn't ask again.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// The origin that a request comes from, if it is one of `registered`: stated once, byte for byte, never an opaque one (`null`).
pub fn allowed<'a>(registered: &'a BTreeSet<WebOrigin>, headers: &HeaderMap) -> Option<&'a WebOrigin> {
    let mut stated = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (stated.next(), stated.next()) else { return None };
    registered.iter().find(|known| known.as_str().as_bytes() == origin.as_bytes())
}

/// Whether a browser asks before it sends the real request (Fetch §4.8).
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(header::ORIGIN) && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight; one for an origin that isn't `allowed` says nothing, and the browser sends nothing more.
pub fn preflight(allowed: Option<&WebOrigin>, methods: &'static str) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    varies(response.headers_mut());
    if let Some(origin) = allowed.and_then(value) {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    }
    response
}

/// Lets scripts of an `allowed` origin read an answer, and tells every cache that this depends on who asks.
pub fn let_read(headers: &mut HeaderMap, allowed: Option<&WebOrigin>) {
    varies(headers);
    if let Some(origin) = allowed.and_then(value) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
    }
}

fn varies(headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}

// A registered origin is visible ASCII, as the URL standard writes it.
fn value(origin: &WebOrigin) -> Option<HeaderValue> {
    HeaderValue::from_str(origin.as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered() -> BTreeSet<WebOrigin> {
        ["https://app.example", "http://localhost:8081"].into_iter().map(|text| WebOrigin::parse(text).expect("an origin")).collect()
    }

    fn asking(origins: &[&'static str]) -> HeaderMap {
        origins.iter().map(|origin| (header::ORIGIN, HeaderValue::from_static(origin))).collect()
    }

    #[test]
    fn only_a_registered_origin_is_allowed_byte_for_byte() {
        for fine in ["https://app.example", "http://localhost:8081"] {
            assert_eq!(allowed(&registered(), &asking(&[fine])).map(WebOrigin::as_str), Some(fine));
        }
        let foreign = [
            "null",
            "",
            "*",
            "https://evil.example",
            "https://app.example.evil.example",
            "https://app.example:443",
            "https://app.example/",
            "https://APP.example",
            "http://app.example",
            "http://localhost:8082",
            "https://app.example https://evil.example",
        ];
        for origin in foreign {
            assert_eq!(allowed(&registered(), &asking(&[origin])), None, "{origin}");
        }
        assert_eq!(allowed(&registered(), &asking(&[])), None);
        assert_eq!(allowed(&registered(), &asking(&["https://app.example", "https://app.example"])), None, "stated twice");
        assert_eq!(allowed(&BTreeSet::new(), &asking(&["null"])), None);
    }

    #[test]
    fn a_preflight_is_an_options_that_names_its_origin_and_its_method() {
        let mut headers = asking(&["https://app.example"]);
        assert!(!is_preflight(&Method::OPTIONS, &headers));
        headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST"));
        assert!(is_preflight(&Method::OPTIONS, &headers));
        assert!(!is_preflight(&Method::POST, &headers));
        headers.remove(header::ORIGIN);
        assert!(!is_preflight(&Method::OPTIONS, &headers));
    }
}
