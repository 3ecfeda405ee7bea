//! A request that travels sealed, as the `request_uri` of a pushed one does (RFC 9126 §2.2, §4).
//!
//! A posted request and one that a page interrupted travel the same way: what is sealed was checked, and comes back as it was.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Timestamp, policy};
use serde::{Deserialize, Serialize};

use crate::parameters::RequestParameters;

/// What every sealed request's `request_uri` begins with.
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// What makes a pushed request one: it is answered once, and not for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// 128 random bits in base64url, by which answering it is claimed.
    #[serde(rename = "i")]
    pub id: String,
    /// When it can't be answered any more.
    #[serde(rename = "e")]
    pub ends_at: Timestamp,
}

impl Pushed {
    /// A request that is pushed now.
    pub fn new(id: [u8; 16], now: Timestamp) -> Self {
        Self { id: URL_SAFE_NO_PAD.encode(id), ends_at: now.plus(policy::PUSHED_REQUEST) }
    }
}

/// The `request_uri` of a sealed request.
pub fn request_uri(sealed: &str) -> String {
    format!("{PREFIX}{sealed}")
}

/// The sealed request that the parameters name. RFC 9126 §4: beside it, `client_id` alone counts.
pub fn sealed<'a>(parameters: &RequestParameters<'a>) -> Option<&'a str> {
    parameters.get("request_uri")?.strip_prefix(PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_uri_of_ours_is_told_from_anybody_elses() {
        let sealed_in = |uri: &str| sealed(&[("request_uri", uri)].into_iter().collect()).map(str::to_owned);
        assert_eq!(sealed_in(&request_uri("AQ-_")), Some("AQ-_".to_owned()));
        for other in ["https://app.example/request.jwt", "URN:ietf:params:oauth:request_uri:AQ", "urn:ietf:params:oauth:request_uri"] {
            assert_eq!(sealed_in(other), None, "{other}");
        }
    }
}
