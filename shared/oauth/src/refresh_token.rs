//! What a sealed refresh token says (RFC 6749 §1.5): whose family, and which token of it.
//!
//! Tenant, client and expiry belong to the seal: a refresh token opens only for the client that it was issued to.

use domain::family::Family;
use domain::refresh::Generation;
use domain::{FamilyId, UserId};
use serde::{Deserialize, Serialize};

/// What a refresh token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshToken {
    /// Whose family.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// Which family.
    #[serde(rename = "f")]
    pub family_id: FamilyId,
    /// Which token of it.
    #[serde(flatten)]
    pub generation: Generation,
}

impl RefreshToken {
    /// The token `generation` of `family`.
    pub fn of(family: &Family, generation: Generation) -> Self {
        Self { user_id: family.user_id.clone(), family_id: family.id.clone(), generation }
    }
}

#[cfg(test)]
mod tests {
    use domain::Epoch;

    use super::*;
    use crate::samples;

    #[test]
    fn a_refresh_token_names_its_family_and_its_place_in_it() {
        let token = RefreshToken::of(&samples::family(), Generation { number: 7, epoch: Epoch(4) });
        let json = serde_json::to_value(&token).expect("JSON");
        let expected = serde_json::json!({ "u": samples::user().id.as_str(), "f": samples::family().id.as_str(), "g": 7, "e": 4 });
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_value::<RefreshToken>(json).expect("a token"), token);
    }
}
