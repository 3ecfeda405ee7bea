//! Public signing keys as JWKs (RFC 7517, RFC 7518 §6), named by their thumbprint (RFC 7638).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use domain::key_ring::Algorithm;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{base64url, derive};

/// A public key for verifying signatures, as JWKS shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// `kty` and the members that belong to it.
    #[serde(flatten)]
    pub public: PublicKey,
    /// What the key is for; always `sig` (RFC 7517 §4.2).
    #[serde(rename = "use")]
    pub usage: Usage,
    /// The one algorithm that the key may be used with (RFC 8725 §3.1).
    #[serde(rename = "alg")]
    pub algorithm: Algorithm,
    /// The key's thumbprint.
    pub kid: String,
}

/// What a key may be used for (RFC 7517 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Usage {
    /// Signatures.
    #[serde(rename = "sig")]
    Signature,
}

/// The public numbers of a key, each in base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum PublicKey {
    /// A point of an elliptic curve (RFC 7518 §6.2.1).
    #[serde(rename = "EC")]
    Ec {
        /// The curve.
        crv: Curve,
        /// Its first coordinate, 32 bytes.
        x: String,
        /// Its second coordinate, 32 bytes.
        y: String,
    },
    /// An RSA modulus and exponent (RFC 7518 §6.3.1).
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus, without leading zeros.
        n: String,
        /// The exponent, without leading zeros.
        e: String,
    },
}

/// An elliptic curve that the platform signs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// NIST's P-256.
    #[serde(rename = "P-256")]
    P256,
}

impl Jwk {
    /// Names a public key by its thumbprint and ties it to one algorithm.
    pub fn new(algorithm: Algorithm, public: PublicKey) -> Self {
        let kid = public.thumbprint();
        Self { public, usage: Usage::Signature, algorithm, kid }
    }

    /// A key as somebody else's key set shows it (RFC 7517 §4): public, for signatures, of one algorithm. `None` for any other.
    pub fn of_foreign_set(member: &Value) -> Option<Self> {
        // A private part has no place in what is registered.
        if member.get("d").is_some() || member.get("use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        let public: PublicKey = serde_json::from_value(member.clone()).ok()?;
        let of_type = match public {
            PublicKey::Ec { .. } => Algorithm::Es256,
            PublicKey::Rsa { .. } => Algorithm::Rs256,
        };
        let fits = member.get("alg").is_none_or(|algorithm| algorithm == of_type.as_str());
        let kid = member.get("kid").and_then(Value::as_str).map_or_else(|| public.thumbprint(), str::to_owned);
        fits.then_some(Self { public, usage: Usage::Signature, algorithm: of_type, kid })
    }

    /// Whether `signature` is this key's over `message`. A key whose type doesn't fit its algorithm has signed nothing.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match (self.algorithm, &self.public) {
            (Algorithm::Es256, PublicKey::Ec { crv: Curve::P256, x, y }) => uncompressed_point(x, y)
                .is_some_and(|point| UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()),
            (Algorithm::Rs256, PublicKey::Rsa { n, e }) => match (base64url::decode(n), base64url::decode(e)) {
                (Ok(n), Ok(e)) => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok(),
                _ => false,
            },
            (Algorithm::Es256, PublicKey::Rsa { .. }) | (Algorithm::Rs256, PublicKey::Ec { .. }) => false,
        }
    }
}

impl PublicKey {
    /// The key's name: SHA-256 of its required members in lexicographic order (RFC 7638 §3).
    pub fn thumbprint(&self) -> String {
        // Members stand here in lexicographic order, and serde_json writes no white space.
        let required = match self {
            Self::Ec { crv, x, y } => json!({ "crv": crv, "kty": "EC", "x": x, "y": y }),
            Self::Rsa { n, e } => json!({ "e": e, "kty": "RSA", "n": n }),
        };
        base64url::encode(derive::sha256(required.to_string().as_bytes()))
    }

    /// Reads the uncompressed form of SEC 1 §2.3.3: `4`, then both coordinates.
    pub(crate) fn from_uncompressed_point(point: &[u8]) -> Option<Self> {
        match point.split_first() {
            Some((4, coordinates)) if coordinates.len() == 64 => {
                let (x, y) = coordinates.split_at(32);
                Some(Self::Ec { crv: Curve::P256, x: base64url::encode(x), y: base64url::encode(y) })
            }
            _ => None,
        }
    }
}

// RFC 7518 §6.2.1.2: a coordinate has the full length of the curve, leading zeros included.
fn uncompressed_point(x: &str, y: &str) -> Option<Vec<u8>> {
    let (x, y) = (base64url::decode(x).ok()?, base64url::decode(y).ok()?);
    (x.len() == 32 && y.len() == 32).then(|| [&[4], &x[..], &y[..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        // RFC 7638 §3.1.
        let key = PublicKey::Rsa {
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw".to_owned(),
            e: "AQAB".to_owned(),
        };
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn a_key_is_written_with_the_members_of_rfc_7517_and_read_back() {
        let key = Jwk::new(Algorithm::Es256, PublicKey::Ec { crv: Curve::P256, x: "eA".to_owned(), y: "eQ".to_owned() });
        let written = serde_json::to_value(&key).expect("a JWK");
        assert_eq!(written, json!({ "kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ", "use": "sig", "alg": "ES256", "kid": key.kid }));
        assert_eq!(serde_json::from_value::<Jwk>(written).expect("the same JWK"), key);
    }
}
