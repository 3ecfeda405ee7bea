//! The standard claims about a person (OpenID Connect Core §5.1), and small sets of them that travel inside codes and families.

use serde::{Deserialize, Serialize};

/// A standard claim but `sub`, which always goes along; and the groups and roles of a person.
// INVARIANT: a place in this list is never given to another claim; sets that were written before would come to mean it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum StandardClaim {
    /// `name`
    Name,
    /// `given_name`
    GivenName,
    /// `family_name`
    FamilyName,
    /// `middle_name`
    MiddleName,
    /// `nickname`
    Nickname,
    /// `preferred_username`
    PreferredUsername,
    /// `profile`
    Profile,
    /// `picture`
    Picture,
    /// `website`
    Website,
    /// `gender`
    Gender,
    /// `birthdate`
    Birthdate,
    /// `zoneinfo`
    Zoneinfo,
    /// `locale`
    Locale,
    /// `updated_at`
    UpdatedAt,
    /// `email`
    Email,
    /// `email_verified`
    EmailVerified,
    /// `address`
    Address,
    /// `phone_number`
    PhoneNumber,
    /// `phone_number_verified`
    PhoneNumberVerified,
    /// `groups` (RFC 9068 §2.2.3.1)
    Groups,
    /// `roles` (RFC 9068 §2.2.3.1)
    Roles,
}

impl StandardClaim {
    /// Every claim, in the order of the specification's scopes.
    pub const ALL: [Self; 21] = [
        Self::Name,
        Self::GivenName,
        Self::FamilyName,
        Self::MiddleName,
        Self::Nickname,
        Self::PreferredUsername,
        Self::Profile,
        Self::Picture,
        Self::Website,
        Self::Gender,
        Self::Birthdate,
        Self::Zoneinfo,
        Self::Locale,
        Self::UpdatedAt,
        Self::Email,
        Self::EmailVerified,
        Self::Address,
        Self::PhoneNumber,
        Self::PhoneNumberVerified,
        Self::Groups,
        Self::Roles,
    ];

    /// The claim's registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::MiddleName => "middle_name",
            Self::Nickname => "nickname",
            Self::PreferredUsername => "preferred_username",
            Self::Profile => "profile",
            Self::Picture => "picture",
            Self::Website => "website",
            Self::Gender => "gender",
            Self::Birthdate => "birthdate",
            Self::Zoneinfo => "zoneinfo",
            Self::Locale => "locale",
            Self::UpdatedAt => "updated_at",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
            Self::Address => "address",
            Self::PhoneNumber => "phone_number",
            Self::PhoneNumberVerified => "phone_number_verified",
            Self::Groups => "groups",
            Self::Roles => "roles",
        }
    }

    /// The claim of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|claim| claim.as_str() == name)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of standard claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimSet(u32);

impl ClaimSet {
    /// Whether the claim is in it.
    pub const fn has(self, claim: StandardClaim) -> bool {
        self.0 & claim.bit() != 0
    }

    /// Whether nothing is in it.
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// What is in either.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in it.
    pub fn iter(self) -> impl Iterator<Item = StandardClaim> {
        StandardClaim::ALL.into_iter().filter(move |&claim| self.has(claim))
    }
}

impl FromIterator<StandardClaim> for ClaimSet {
    fn from_iter<T: IntoIterator<Item = StandardClaim>>(claims: T) -> Self {
        Self(claims.into_iter().fold(0, |set, claim| set | claim.bit()))
    }
}

/// What an app asked for by name, beyond its scopes (OpenID Connect Core §5.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedClaims {
    /// At the userinfo endpoint.
    #[serde(rename = "u", default, skip_serializing_if = "ClaimSet::is_empty")]
    pub userinfo: ClaimSet,
    /// In the ID token.
    #[serde(rename = "i", default, skip_serializing_if = "ClaimSet::is_empty")]
    pub id_token: ClaimSet,
}

impl RequestedClaims {
    /// Whether nothing was asked for by name.
    pub const fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_has_a_place_of_its_own_and_is_found_by_its_name() {
        let all: ClaimSet = StandardClaim::ALL.into_iter().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), StandardClaim::ALL);
        for claim in StandardClaim::ALL {
            assert_eq!(StandardClaim::parse(claim.as_str()), Some(claim));
            assert_eq!(ClaimSet::from_iter([claim]).iter().collect::<Vec<_>>(), [claim]);
        }
        assert_eq!(StandardClaim::parse("sub"), None);
    }

    #[test]
    fn a_set_is_a_number_and_an_empty_one_is_left_out() {
        let asked =
            RequestedClaims { userinfo: ClaimSet::from_iter([StandardClaim::Name, StandardClaim::MiddleName]), id_token: ClaimSet::default() };
        let json = serde_json::to_value(asked).expect("JSON");
        assert_eq!(json, serde_json::json!({ "u": 9 }));
        assert_eq!(serde_json::from_value::<RequestedClaims>(json).expect("the same"), asked);
        assert!(RequestedClaims::default().is_empty() && !asked.is_empty());
        // A claim of a later release is nobody's here.
        let later: ClaimSet = serde_json::from_value(serde_json::json!(1_u32 << 31)).expect("a set");
        assert_eq!(later.iter().count(), 0);
    }
}
