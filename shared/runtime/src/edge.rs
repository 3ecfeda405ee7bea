//! What a CDN in front says of a viewer. It is believed beside a secret that the CDN adds and that no viewer knows; without it, who asks is who API
//! Gateway saw.
//!
//! The stack holds hashes and no secret: two, while one replaces the other.

use std::net::IpAddr;

use crypto::{base64url, derive};
use domain::Country;
use http::HeaderMap;

use crate::routing::Caller;

/// The header that carries the secret.
const SECRET: &str = "x-origin-secret";
/// The viewer's address and port, as `CloudFront` writes them.
const VIEWER_ADDRESS: &str = "cloudfront-viewer-address";
/// The viewer's country.
const VIEWER_COUNTRY: &str = "cloudfront-viewer-country";

/// The secrets that count, by their SHA-256.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge(Vec<[u8; 32]>);

/// A text that is no list of hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not SHA-256 hashes in base64url, separated by commas")]
pub struct InvalidHashes;

impl Edge {
    /// Reads hashes in base64url without padding, separated by commas; none at all where nothing stands in front.
    pub fn parse(text: &str) -> Result<Self, InvalidHashes> {
        let hash = |text: &str| base64url::decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(InvalidHashes);
        text.split(',').filter(|text| !text.is_empty()).map(hash).collect::<Result<_, _>>().map(Self)
    }

    /// Who asks: the viewer as the edge tells it, or the other end of the `connection`.
    pub fn viewer(&self, headers: &HeaderMap, connection: Option<IpAddr>) -> Caller {
        if !self.vouches(headers) {
            return Caller { address: connection, country: None };
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Caller {
            address: text(VIEWER_ADDRESS).and_then(address).or(connection),
            country: text(VIEWER_COUNTRY).and_then(|code| Country::parse(code).ok()),
        }
    }

    // SECURITY: a secret that is said twice was said by a viewer too. Hashes are compared: how long that takes tells nothing of the secret.
    fn vouches(&self, headers: &HeaderMap) -> bool {
        let mut stated = headers.get_all(SECRET).iter();
        let (Some(secret), None) = (stated.next(), stated.next()) else { return false };
        self.0.contains(&derive::sha256(secret.as_bytes()))
    }
}

// An address and a port; IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let (address, _port) = text.rsplit_once(':')?;
    address.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const GATEWAY: &str = "192.0.2.7";

    fn edge() -> Edge {
        let hashes = ["old secret", "new secret"].map(|secret| base64url::encode(derive::sha256(secret.as_bytes())));
        Edge::parse(&hashes.join(",")).expect("hashes")
    }

    fn saying(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        map
    }

    fn seen(edge: &Edge, headers: &[(&'static str, &'static str)]) -> (String, Option<String>) {
        let caller = edge.viewer(&saying(headers), GATEWAY.parse().ok());
        (caller.address.map(|address| address.to_string()).unwrap_or_default(), caller.country.map(|country| country.to_string()))
    }

    #[test]
    fn the_edge_is_believed_by_either_secret() {
        for secret in ["old secret", "new secret"] {
            let said = [(SECRET, secret), (VIEWER_ADDRESS, "198.51.100.10:46532"), (VIEWER_COUNTRY, "DE")];
            assert_eq!(seen(&edge(), &said), ("198.51.100.10".to_owned(), Some("DE".to_owned())));
        }
        for v6 in ["2001:db8::1:46532", "[2001:db8::1]:46532"] {
            assert_eq!(seen(&edge(), &[(SECRET, "new secret"), (VIEWER_ADDRESS, v6)]), ("2001:db8::1".to_owned(), None));
        }
    }

    #[test]
    fn a_forged_edge_header_changes_nothing() {
        let forged = [(VIEWER_ADDRESS, "198.51.100.10:46532"), (VIEWER_COUNTRY, "DE")];
        let with = |secrets: &[&'static str]| secrets.iter().map(|secret| (SECRET, *secret)).chain(forged).collect::<Vec<_>>();
        for secrets in [&[][..], &[""], &["guess"], &["new secret", "new secret"], &["guess", "new secret"]] {
            assert_eq!(seen(&edge(), &with(secrets)), (GATEWAY.to_owned(), None), "{secrets:?}");
        }
        assert_eq!(seen(&Edge::default(), &with(&["new secret"])), (GATEWAY.to_owned(), None), "where there is no edge, nobody speaks for it");
        assert_eq!(seen(&Edge::default(), &with(&[""])), (GATEWAY.to_owned(), None));
    }

    #[test]
    fn what_an_edge_says_in_no_known_form_is_not_taken() {
        for (address, country) in [("", ""), ("198.51.100.10", "Germany"), ("x:1", "d1"), ("198.51.100.10:46532:", "de")] {
            let said = [(SECRET, "new secret"), (VIEWER_ADDRESS, address), (VIEWER_COUNTRY, country)];
            assert_eq!(seen(&edge(), &said), (GATEWAY.to_owned(), None), "{address} {country}");
        }
    }

    #[test]
    fn hashes_are_32_bytes_each() {
        assert_eq!(Edge::parse(""), Ok(Edge::default()));
        for wrong in ["x", "AAAA", "secret,secret", &"A".repeat(44)] {
            assert_eq!(Edge::parse(wrong), Err(InvalidHashes), "{wrong}");
        }
    }
}
