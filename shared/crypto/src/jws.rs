//! Signed tokens in compact form (RFC 7515), as RFC 8725 wants them made and read.

mod signing;
mod verifying;

pub use signing::{Generated, KeyError, SignError, SigningKey};
pub use verifying::{LONGEST, Refusal, verify, verify_foreign, verify_with_set};

use crate::{base64url, derive};

/// The `at_hash` of an access token for an ID token signed with SHA-256, as ES256 and RS256 are (OIDC Core §3.1.3.6).
pub fn at_hash(access_token: &str) -> String {
    base64url::encode(&derive::sha256(access_token.as_bytes())[..16])
}
