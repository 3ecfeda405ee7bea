//! What is known of a person under a name.

use serde_json::Value;

use crate::attributes::{self, Reader};
use crate::claims::StandardClaim;
use crate::tenant::Tenant;
use crate::user::{Address, User};

/// What a rule may tell under `name`: a standard claim, or an attribute that the tenant shows to apps.
pub(super) fn under(name: &str, tenant: &Tenant, user: &User) -> Option<Value> {
    match StandardClaim::parse(name) {
        Some(claim) => standard(claim, user),
        None => attributes::shown(&tenant.attributes, &user.attributes, Reader::Apps).get(name).and_then(|value| serde_json::to_value(value).ok()),
    }
}

fn standard(claim: StandardClaim, user: &User) -> Option<Value> {
    let (known, email) = (&user.profile, user.email.as_ref());
    let text = |value: &Option<String>| value.clone().map(Value::from);
    match claim {
        StandardClaim::Name => text(&known.name),
        StandardClaim::GivenName => text(&known.given_name),
        StandardClaim::FamilyName => text(&known.family_name),
        StandardClaim::MiddleName => text(&known.middle_name),
        StandardClaim::Nickname => text(&known.nickname),
        StandardClaim::PreferredUsername => text(&user.username),
        StandardClaim::Profile => text(&known.profile),
        StandardClaim::Picture => text(&known.picture),
        StandardClaim::Website => text(&known.website),
        StandardClaim::Gender => text(&known.gender),
        StandardClaim::Birthdate => text(&known.birthdate),
        StandardClaim::Zoneinfo => text(&known.zoneinfo),
        StandardClaim::Locale => text(&known.locale),
        StandardClaim::UpdatedAt => Some(user.updated_at.seconds().into()),
        StandardClaim::Email => email.map(|email| email.address.as_str().into()),
        StandardClaim::EmailVerified => email.map(|email| email.verified.into()),
        StandardClaim::Address => {
            known.address.as_ref().filter(|address| **address != Address::default()).and_then(|it| serde_json::to_value(it).ok())
        }
        StandardClaim::PhoneNumber => known.phone.as_ref().map(|phone| phone.number.as_str().into()),
        StandardClaim::PhoneNumberVerified => known.phone.as_ref().map(|phone| phone.verified.into()),
        // They have sources of their own, which say which of them.
        StandardClaim::Groups | StandardClaim::Roles => None,
    }
}
