//! How answers are sent: pages, OAuth JSON, public documents, redirects, and the two refusals that every router needs.

use std::fmt::Write;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::headers::{self, PageSecurity};
use crate::pages::Page;

/// A page, which nobody stores and no other site frames.
pub fn html(status: StatusCode, page: &impl Page, security: &PageSecurity) -> Response {
    let typed = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(page.language().tag())),
    ];
    (status, security, typed, page.html()).into_response()
}

/// A JSON answer of an OAuth endpoint, success or error (RFC 6749 §5.1, §5.2): not stored.
pub fn oauth_json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = json(status, body);
    headers::not_stored(response.headers_mut());
    response
}

/// A signed answer (RFC 7519 §10.3.1): not stored.
pub fn jwt(token: String) -> Response {
    let mut response = (StatusCode::OK, [(header::CONTENT_TYPE, "application/jwt")], token).into_response();
    headers::not_stored(response.headers_mut());
    response
}

/// A document that is the same for everybody: discovery, JWKS.
pub fn public_json(body: &impl Serialize) -> Response {
    let mut response = json(StatusCode::OK, body);
    headers::public_document(response.headers_mut());
    response
}

/// Sends the browser on by GET, whatever it came with (RFC 9110 §15.4.4; RFC 9700 §4.12 forbids 307 after credentials).
pub fn see_other(url: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, location(url));
    // The URL that the browser comes from may hold a state or a hint; the one it goes to must not learn it.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers::not_stored(response.headers_mut());
    response
}

/// Refuses a method; `allow` lists those that are served here (RFC 9110 §15.5.6).
pub fn method_not_allowed(allow: &'static str) -> Response {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, format!("This endpoint answers {allow} only.\n"));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    response
}

/// Nothing is here.
pub fn not_found() -> Response {
    text(StatusCode::NOT_FOUND, "There is nothing at this address.\n".to_owned())
}

/// Plain text for callers that are programs.
pub fn text(status: StatusCode, body: String) -> Response {
    let typed = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let mut response = (status, typed, body).into_response();
    headers::not_stored(response.headers_mut());
    response
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // The platform's documents are structs with text keys; serialising them can't fail.
    let text = serde_json::to_string(body).expect("a document of text keys serialises");
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// A URL as a header holds it: bytes that a URL can't have in the first place are percent-encoded.
// SECURITY: a line break would begin a header of its own.
fn location(url: &str) -> HeaderValue {
    let mut encoded = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_graphic() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a String can't fail");
        }
    }
    HeaderValue::try_from(encoded).expect("visible ASCII")
}

#[cfg(test)]
mod tests {
    use http::HeaderName;
    use serde_json::json;

    use super::*;

    async fn body(response: Response) -> String {
        let bytes = axum::body::to_bytes(response.into_body(), 1024).await.expect("a short body");
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    fn head(response: &Response, name: HeaderName) -> &str {
        response.headers().get(name).expect("the header is there").to_str().expect("text")
    }

    #[tokio::test]
    async fn oauth_json_is_stored_nowhere() {
        let response = oauth_json(StatusCode::BAD_REQUEST, &json!({"error": "invalid_grant"}));
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(head(&response, header::CONTENT_TYPE), "application/json");
        assert_eq!(head(&response, header::CACHE_CONTROL), "no-store");
        assert_eq!(head(&response, header::PRAGMA), "no-cache");
        assert_eq!(body(response).await, r#"{"error":"invalid_grant"}"#);
    }

    #[test]
    fn a_public_document_may_be_kept_as_long_as_the_policy_says() {
        let response = public_json(&json!({"keys": []}));
        assert_eq!(head(&response, header::CACHE_CONTROL), "public, max-age=900");
        assert!(!response.headers().contains_key(header::PRAGMA));
    }

    #[test]
    fn a_redirect_is_303_and_leaks_no_referrer() {
        let response = see_other("https://app.example/cb?code=a%20b&state=%C3%BC");
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(head(&response, header::LOCATION), "https://app.example/cb?code=a%20b&state=%C3%BC");
        assert_eq!(head(&response, header::REFERRER_POLICY), "no-referrer");
        assert_eq!(head(&response, header::CACHE_CONTROL), "no-store");
    }

    #[test]
    fn a_redirect_cannot_be_split_into_a_second_header() {
        let response = see_other("https://app.example/\r\nSet-Cookie: a=b\u{fc}");
        assert_eq!(head(&response, header::LOCATION), "https://app.example/%0D%0ASet-Cookie:%20a=b%C3%BC");
    }

    #[tokio::test]
    async fn refusals_have_a_body_that_says_what_to_do() {
        let response = method_not_allowed("GET, POST");
        assert_eq!(head(&response, header::ALLOW), "GET, POST");
        assert_eq!(body(response).await, "This endpoint answers GET, POST only.\n");
        let response = not_found();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(body(response).await, "There is nothing at this address.\n");
    }
}
