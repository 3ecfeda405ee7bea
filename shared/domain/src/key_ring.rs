//! Signing keys and their states: `next → active → retiring → gone`.

pub mod rotation;
pub mod wish;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::secret::SealedBytes;
use crate::timestamp::Timestamp;

/// A signature algorithm of RFC 7518 §3.1 that the platform signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256; the default.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256; OpenID Connect Core §15.1 demands it.
    #[serde(rename = "RS256")]
    Rs256,
}

impl Algorithm {
    /// What every tenant has keys for, in the order in which a new tenant's are made.
    pub const OF_TENANTS: [Self; 2] = [Self::Es256, Self::Rs256];

    /// The name in a JWS header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

/// Where a signing key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, not signing yet, so that clients know it before they need it.
    Next,
    /// Signing.
    Active,
    /// Published until the last token that it signed has expired.
    Retiring,
    /// Neither published nor kept.
    Gone,
}

/// One signing key of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKeyRecord {
    /// RFC 7638 thumbprint of the public key.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// Where it is in its life.
    pub state: KeyState,
    /// When it entered that state.
    pub since: Timestamp,
    /// Whether a `next` key was asked for: it signs once it has been published long enough, however long its predecessor might sign.
    #[serde(default, skip_serializing_if = "is_not")]
    pub asked: bool,
    /// The public key as JWKS shows it (RFC 7517).
    pub public_jwk: serde_json::Value,
    /// The private key (PKCS #8), sealed under the tenant's `signing` key; empty once it signs no more.
    pub private_key: SealedBytes,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_not(asked: &bool) -> bool {
    !*asked
}

/// All signing keys of a tenant, one row that changes under a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningRing {
    /// Counts the changes.
    pub version: u64,
    /// The keys, oldest first.
    pub keys: Vec<SigningKeyRecord>,
}

impl SigningRing {
    /// The key that signs with `algorithm` now.
    pub fn active(&self, algorithm: Algorithm) -> Option<&SigningKeyRecord> {
        self.keys.iter().find(|key| key.algorithm == algorithm && key.state == KeyState::Active)
    }

    /// The keys that a verifier must know: all but those that are gone.
    pub fn published(&self) -> impl Iterator<Item = &SigningKeyRecord> {
        self.keys.iter().filter(|key| key.state != KeyState::Gone)
    }
}

/// What a tenant's data key may be used for; part of the KMS encryption context, so that a role decrypts only its purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Sealed artefacts: codes, states, cookies, references.
    Sealing,
    /// Private signing keys.
    Signing,
    /// Password hashes.
    Credentials,
    /// User keys, identifier claims and lookups of personal fields.
    People,
}

impl Purpose {
    /// Every purpose, in the order in which a new tenant's keys are made.
    pub const ALL: [Self; 4] = [Self::Sealing, Self::Signing, Self::Credentials, Self::People];

    /// The name in keys and encryption contexts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sealing => "sealing",
            Self::Signing => "signing",
            Self::Credentials => "credentials",
            Self::People => "people",
        }
    }
}

/// One version of a data key, wrapped by the zone key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKeyVersion {
    /// The version; the highest seals, all open.
    pub id: u32,
    /// What KMS returned.
    pub wrapped: SealedBytes,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A tenant's data key for one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedDataKey {
    /// What it is for.
    pub purpose: Purpose,
    /// Its versions, oldest first.
    pub versions: Vec<WrappedKeyVersion>,
}

/// A user's own key, or a tenant's key of one month, wrapped under the tenant's `people` key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedUserKey {
    /// The wrapped key.
    pub wrapped: SealedBytes,
    /// When it was made.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kid: &str, algorithm: Algorithm, state: KeyState) -> SigningKeyRecord {
        SigningKeyRecord {
            kid: kid.to_owned(),
            algorithm,
            state,
            since: Timestamp::from_seconds(0),
            asked: false,
            public_jwk: serde_json::Value::Null,
            private_key: SealedBytes::new(Vec::new()),
        }
    }

    #[test]
    fn only_the_active_key_signs_and_all_but_the_gone_are_published() {
        let ring = SigningRing {
            version: 1,
            keys: vec![
                key("gone", Algorithm::Es256, KeyState::Gone),
                key("retiring", Algorithm::Es256, KeyState::Retiring),
                key("active", Algorithm::Es256, KeyState::Active),
                key("next", Algorithm::Es256, KeyState::Next),
                key("rsa", Algorithm::Rs256, KeyState::Active),
            ],
        };
        assert_eq!(ring.active(Algorithm::Es256).map(|key| key.kid.as_str()), Some("active"));
        assert_eq!(ring.active(Algorithm::Rs256).map(|key| key.kid.as_str()), Some("rsa"));
        assert_eq!(ring.published().map(|key| key.kid.as_str()).collect::<Vec<_>>(), ["retiring", "active", "next", "rsa"]);
    }
}
