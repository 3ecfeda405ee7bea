//! From where an app's browser code calls.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::policy;
use crate::tenant::is_loopback_http;

/// A web origin as the `Origin` header states it (RFC 6454 §6.2): scheme, host and port, no path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct WebOrigin(String);

/// A text can't be an app's origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin is https, or http of this machine, with a host and no path, of at most {} bytes", policy::ORIGIN_MAX)]
pub struct InvalidWebOrigin;

impl WebOrigin {
    /// Reads an origin for registration. Opaque ones (`null`) are nobody's.
    pub fn parse(text: &str) -> Result<Self, InvalidWebOrigin> {
        if text.len() > policy::ORIGIN_MAX {
            return Err(InvalidWebOrigin);
        }
        let url = Url::parse(text).map_err(|_| InvalidWebOrigin)?;
        let fits = url.scheme() == "https" || is_loopback_http(&url);
        if fits && url.origin().ascii_serialization() == text { Ok(Self(text.to_owned())) } else { Err(InvalidWebOrigin) }
    }

    /// The origin as browsers send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for WebOrigin {
    type Error = InvalidWebOrigin;
    fn try_from(text: String) -> Result<Self, InvalidWebOrigin> {
        Self::parse(&text)
    }
}

impl From<WebOrigin> for String {
    fn from(origin: WebOrigin) -> Self {
        origin.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_browsers_send_and_never_an_opaque_one() {
        for fine in ["https://app.example", "https://app.example:8443", "http://localhost:8081"] {
            assert_eq!(WebOrigin::parse(fine).map(String::from), Ok(fine.to_owned()));
        }
        let host = |length: usize| format!("https://{}.example", "a".repeat(length));
        let longest = policy::ORIGIN_MAX - host(0).len();
        assert!(WebOrigin::parse(&host(longest)).is_ok());
        let long = host(longest + 1);
        for wrong in [
            "null",
            "",
            "https://app.example/",
            "https://app.example/x",
            "https://app.example:443",
            "HTTPS://app.example",
            "http://app.example",
            "*",
            &long,
        ] {
            assert_eq!(WebOrigin::parse(wrong), Err(InvalidWebOrigin), "{wrong}");
        }
    }
}
