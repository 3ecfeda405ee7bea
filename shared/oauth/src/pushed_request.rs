//! A pushed authorization request (RFC 9126 §2): the same list of checks as at the authorization endpoint, and two of its own.

use domain::ClientId;
use domain::policy::REQUEST_URI;
use serde::Serialize;

use crate::error::reasons;
use crate::parameters::RequestParameters;

reasons! {
    /// Why a request isn't kept for later, beside what is wrong with any authorization request.
    pub enum Reason {
        /// RFC 9126 §2.1.
        RequestUri => InvalidRequest, "request_uri in a pushed request";
        /// RFC 9126 §2.1, RFC 6749 §4.1.1.
        ClientMissing => InvalidRequest, "client_id is missing";
        /// RFC 9126 §2.1.
        ClientDiffers => InvalidRequest, "client_id is another than the one that authenticated";
        /// RFC 9126 §2.3, OpenID Connect Core §3.1.2.1.
        RedirectUri => InvalidRequest, "redirect_uri is missing, or not registered for this client";
    }
}

/// Checks what pushing alone demands, before everything else.
pub fn check(parameters: &RequestParameters<'_>, authenticated: &ClientId) -> Result<(), Reason> {
    if parameters.get("request_uri").is_some() {
        return Err(Reason::RequestUri);
    }
    match parameters.get("client_id") {
        None => Err(Reason::ClientMissing),
        Some(client_id) if client_id == authenticated.as_str() => Ok(()),
        Some(_) => Err(Reason::ClientDiffers),
    }
}

/// The answer to a pushed request (RFC 9126 §2.2), sent with 201 and `Cache-Control: no-store`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Response<'a> {
    request_uri: &'a str,
    expires_in: u64,
}

impl<'a> Response<'a> {
    /// The answer with this `request_uri`.
    pub const fn new(request_uri: &'a str) -> Self {
        Self { request_uri, expires_in: REQUEST_URI.as_secs() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pushed_request_names_its_client_and_no_other_request() {
        let app = ClientId::parse("app").expect("a client id");
        let checked = |pairs: &[(&str, &str)]| check(&pairs.iter().copied().collect(), &app);
        assert_eq!(checked(&[("client_id", "app")]), Ok(()));
        assert_eq!(checked(&[]), Err(Reason::ClientMissing));
        assert_eq!(checked(&[("client_id", "other")]), Err(Reason::ClientDiffers));
        assert_eq!(checked(&[("client_id", "app"), ("request_uri", "urn:ietf:params:oauth:request_uri:x")]), Err(Reason::RequestUri));
    }

    #[test]
    fn a_request_uri_lives_less_than_ten_minutes() {
        let json = serde_json::to_value(Response::new("urn:ietf:params:oauth:request_uri:x")).expect("JSON");
        assert_eq!(json, serde_json::json!({ "request_uri": "urn:ietf:params:oauth:request_uri:x", "expires_in": 540 }));
    }
}
