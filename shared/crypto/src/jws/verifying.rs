//! Reading signed tokens under keys that were chosen before (RFC 7515 §5.2, RFC 8725 §3).

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use serde_json::{Map, Value};

use crate::base64url;
use crate::jwk::Jwk;

/// No token is longer, in bytes; what is longer isn't looked at.
pub const LONGEST: usize = 8 * 1024;

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Longer than [`LONGEST`].
    #[error("longer than any token")]
    TooLong,
    /// Not three parts of strict base64url with JSON objects, or a header member that stands twice.
    #[error("not a compact JWS")]
    Malformed,
    /// A critical header parameter, of which none is understood here (RFC 7515 §4.1.11).
    #[error("a critical header parameter")]
    Critical,
    /// Another `typ` than the reader wants, or none (RFC 8725 §3.11).
    #[error("another type of token")]
    OtherType,
    /// No `kid`, or one that isn't in the set.
    #[error("signed by no key of the set")]
    UnknownKey,
    /// Another `alg` than the key's (RFC 8725 §3.1).
    #[error("another algorithm than the key's")]
    OtherAlgorithm,
    /// The signature isn't the key's over this header and payload.
    #[error("not signed by this key")]
    Forged,
}

/// The claims of `token`, if it is of the type `typ` and signed by the key of `keys` that it names.
///
/// Expiry, issuer and audience are the caller's to check, against its own clock and configuration.
pub fn verify_with_set(keys: &[Jwk], typ: &str, token: &str) -> Result<Map<String, Value>, Refusal> {
    let parts = Parts::parse(token)?;
    let kid = parts.header.kid.as_deref().ok_or(Refusal::UnknownKey)?;
    let key = keys.iter().find(|key| key.kid == kid).ok_or(Refusal::UnknownKey)?;
    parts.verify(key, typ)
}

/// The claims of `token`, if it is of the type `typ` and signed by `key`.
pub fn verify(key: &Jwk, typ: &str, token: &str) -> Result<Map<String, Value>, Refusal> {
    Parts::parse(token)?.verify(key, typ)
}

/// The claims of a token that somebody else signed, with one of the keys that they registered, as one of `types` or without a `typ`.
///
/// Without a `kid` it must be clear which key is meant: one of its algorithm, and no other.
pub fn verify_foreign(keys: &[Jwk], types: &[&str], token: &str) -> Result<Map<String, Value>, Refusal> {
    let parts = Parts::parse(token)?;
    let meant = |key: &&Jwk| match parts.header.kid.as_deref() {
        Some(kid) => key.kid == kid,
        None => key.algorithm.as_str() == parts.header.alg,
    };
    let mut meant = keys.iter().filter(meant);
    let (Some(key), None) = (meant.next(), meant.next()) else { return Err(Refusal::UnknownKey) };
    let typ = match parts.header.typ.as_deref() {
        None => None,
        Some(written) => Some(*types.iter().find(|typ| same_type(written, typ)).ok_or(Refusal::OtherType)?),
    };
    parts.verify_as(key, typ)
}

// SECURITY: keys in a header (`jwk`, `jku`, `x5c`, `x5u`) aren't even read. A member that stands twice is an error (RFC 7515 §4).
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

struct Parts<'a> {
    header: Header,
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn parse(token: &'a str) -> Result<Self, Refusal> {
        if token.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        let header = base64url::decode(header).map_err(|_| Refusal::Malformed)?;
        Ok(Self {
            header: serde_json::from_slice(&header).map_err(|_| Refusal::Malformed)?,
            signed,
            payload,
            signature: base64url::decode(signature).map_err(|_| Refusal::Malformed)?,
        })
    }

    fn verify(self, key: &Jwk, typ: &str) -> Result<Map<String, Value>, Refusal> {
        self.verify_as(key, Some(typ))
    }

    fn verify_as(self, key: &Jwk, typ: Option<&str>) -> Result<Map<String, Value>, Refusal> {
        if self.header.crit {
            return Err(Refusal::Critical);
        }
        if typ.is_some_and(|typ| !self.header.typ.as_deref().is_some_and(|written| same_type(written, typ))) {
            return Err(Refusal::OtherType);
        }
        // SECURITY: the key's algorithm verifies; the token's is only compared with it, so `none` and HMAC can't be asked for.
        if self.header.alg != key.algorithm.as_str() {
            return Err(Refusal::OtherAlgorithm);
        }
        if !key.verifies(self.signed.as_bytes(), &self.signature) {
            return Err(Refusal::Forged);
        }
        let payload = base64url::decode(self.payload).map_err(|_| Refusal::Malformed)?;
        serde_json::from_slice(&payload).map_err(|_| Refusal::Malformed)
    }
}

// RFC 7515 §4.1.9: media types, compared without case; `application/` may be left out.
fn same_type(a: &str, b: &str) -> bool {
    fn short(typ: &str) -> &str {
        const PREFIX: &str = "application/";
        match typ.split_at_checked(PREFIX.len()) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
            _ => typ,
        }
    }
    short(a).eq_ignore_ascii_case(short(b))
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}
