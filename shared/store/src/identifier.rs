//! A person's identifier as a key: the HMAC of its canonical form, so that no key tells a name or an address.

use domain::identifier::IdentifierKind;

/// An identifier that is unique within its tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// What kind of identifier.
    pub kind: IdentifierKind,
    /// The version of the canonical form, `domain::identifier::CANONICAL_VERSION` when written now.
    pub version: u8,
    /// HMAC of the canonical form under the tenant's `people` key, in base64url.
    pub hmac: String,
}
