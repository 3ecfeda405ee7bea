//! The standard claims about a person (OpenID Connect Core §5.1), those of a set that are known: what is unknown is left out, never null (§5.3.2).

use std::collections::{BTreeMap, BTreeSet};

use domain::attributes::{self, Reader, Schema, Value};
use domain::claims::{ClaimSet, StandardClaim};
use domain::roster::Roster;
use domain::user::{Address, User};
use serde::Serialize;

/// Claims about a person, ready to stand in a userinfo response or an ID token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PersonClaims<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birthdate: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zoneinfo: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number_verified: Option<bool>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    groups: BTreeSet<&'a str>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    roles: BTreeSet<&'a str>,
    /// Those that the tenant keeps beside the standard ones, none of which has a registered name.
    #[serde(flatten)]
    attributes: BTreeMap<&'a str, &'a Value>,
}

impl<'a> PersonClaims<'a> {
    /// The same with the person's attributes that the tenant shows to apps.
    #[must_use]
    pub fn with_attributes(self, schema: &'a Schema, user: &'a User) -> Self {
        Self { attributes: attributes::shown(schema, &user.attributes, Reader::Apps), ..self }
    }
}

/// What is known of `user` among `claims`; groups and roles as the tenant's `roster` has them now.
pub fn of<'a>(user: &'a User, roster: &'a Roster, claims: ClaimSet) -> PersonClaims<'a> {
    let known = &user.profile;
    let text = |claim, value: Option<&'a String>| value.filter(|_| claims.has(claim)).map(String::as_str);
    PersonClaims {
        name: text(StandardClaim::Name, known.name.as_ref()),
        given_name: text(StandardClaim::GivenName, known.given_name.as_ref()),
        family_name: text(StandardClaim::FamilyName, known.family_name.as_ref()),
        middle_name: text(StandardClaim::MiddleName, known.middle_name.as_ref()),
        nickname: text(StandardClaim::Nickname, known.nickname.as_ref()),
        preferred_username: user.username.as_deref().filter(|_| claims.has(StandardClaim::PreferredUsername)),
        profile: text(StandardClaim::Profile, known.profile.as_ref()),
        picture: text(StandardClaim::Picture, known.picture.as_ref()),
        website: text(StandardClaim::Website, known.website.as_ref()),
        gender: text(StandardClaim::Gender, known.gender.as_ref()),
        birthdate: text(StandardClaim::Birthdate, known.birthdate.as_ref()),
        zoneinfo: text(StandardClaim::Zoneinfo, known.zoneinfo.as_ref()),
        locale: text(StandardClaim::Locale, known.locale.as_ref()),
        updated_at: claims.has(StandardClaim::UpdatedAt).then(|| user.updated_at.seconds()),
        email: user.email.as_ref().filter(|_| claims.has(StandardClaim::Email)).map(|email| email.address.as_str()),
        email_verified: user.email.as_ref().filter(|_| claims.has(StandardClaim::EmailVerified)).map(|email| email.verified),
        // §5.3.2: an address of which nothing is known is left out, too.
        address: known.address.as_ref().filter(|address| claims.has(StandardClaim::Address) && **address != Address::default()),
        phone_number: known.phone.as_ref().filter(|_| claims.has(StandardClaim::PhoneNumber)).map(|phone| phone.number.as_str()),
        phone_number_verified: known.phone.as_ref().filter(|_| claims.has(StandardClaim::PhoneNumberVerified)).map(|phone| phone.verified),
        groups: if claims.has(StandardClaim::Groups) { roster.groups_of(user) } else { BTreeSet::new() },
        roles: if claims.has(StandardClaim::Roles) { roster.roles_of(user) } else { BTreeSet::new() },
        attributes: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use domain::user::Profile;
    use serde_json::{Value, json};

    use super::*;
    use crate::samples;

    fn shown(user: &User, claims: &[StandardClaim]) -> Value {
        serde_json::to_value(of(user, &samples::roster(), claims.iter().copied().collect())).expect("JSON")
    }

    #[test]
    fn each_claim_is_there_when_it_is_asked_for_and_known() {
        let whole = samples::whole_person();
        for claim in StandardClaim::ALL {
            let alone = shown(&whole, &[claim]);
            assert_eq!(alone.as_object().expect("an object").keys().collect::<Vec<_>>(), [claim.as_str()]);
        }
        assert_eq!(shown(&whole, &[StandardClaim::Address]), json!({ "address": { "locality": "London", "country": "UK" } }));
        assert_eq!(
            shown(&whole, &[StandardClaim::PhoneNumber, StandardClaim::PhoneNumberVerified]),
            json!({ "phone_number": "+44 20 7946 0000", "phone_number_verified": false })
        );
        assert_eq!(shown(&whole, &[]), json!({}));
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let profile = Profile { address: Some(Address::default()), ..Profile::default() };
        let sparse = User { email: None, profile, ..samples::user() };
        assert_eq!(shown(&sparse, &StandardClaim::ALL), json!({ "preferred_username": "ada", "updated_at": 2 }));
    }
}
