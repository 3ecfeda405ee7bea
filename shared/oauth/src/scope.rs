//! Scopes: what an app asks for, cut down to what is offered (RFC 6749 §3.3, OpenID Connect Core §3.1.2.1, §5.4).
//!
//! Without `openid` a request is plain OAuth: there is an access token and no ID token.

use std::collections::BTreeSet;

use domain::api::{Api, ApiScope, Audience};
use domain::claims::{ClaimSet, RequestedClaims, StandardClaim};
use domain::roster::Roster;
use domain::user::User;

use crate::authorization_request::Reason;

/// Makes a request an OpenID Connect request (OpenID Connect Core §3.1.2.1).
pub const OPENID: &str = "openid";
/// Name and other claims of the profile (OpenID Connect Core §5.4).
pub const PROFILE: &str = "profile";
/// The e-mail address and whether it is verified (OpenID Connect Core §5.4).
pub const EMAIL: &str = "email";
/// The postal address (OpenID Connect Core §5.4).
pub const ADDRESS: &str = "address";
/// The telephone number and whether it is verified (OpenID Connect Core §5.4).
pub const PHONE: &str = "phone";
/// Refresh tokens, which work while the person is away (OpenID Connect Core §11).
pub const OFFLINE_ACCESS: &str = "offline_access";

/// The person's groups (RFC 9068 §2.2.3.1).
pub const GROUPS: &str = "groups";
/// The person's roles (RFC 9068 §2.2.3.1).
pub const ROLES: &str = "roles";

/// The account API: whatever people can do on their account's own pages.
pub const ACCOUNT: &str = "account";

/// The one scope of the admin API, which each tenant knows as an API of its own.
pub const ADMIN: &str = domain::api::ADMIN_SCOPE;

/// What is offered, as metadata states it.
pub const SUPPORTED: [&str; 9] = [OPENID, PROFILE, EMAIL, ADDRESS, PHONE, OFFLINE_ACCESS, GROUPS, ROLES, ACCOUNT];

/// The scopes of a request that are offered: OpenID Connect's own, and those of the API that it names. Others are ignored (OpenID Connect Core
/// §3.1.2.1); that nothing is left, or nothing of the API, is an error.
pub fn requested(scope: Option<&str>, api: Option<&Api>) -> Result<BTreeSet<String>, Reason> {
    let scope = scope.ok_or(Reason::ScopeMissing)?;
    if !scope.split(' ').all(|token| token.bytes().all(is_scope_character)) {
        return Err(Reason::ScopeMalformed);
    }
    let is_offered = |token: &String| is_of_everybody(token) || api.is_some_and(|api| knows(api, token));
    let offered: BTreeSet<String> = parse(scope).into_iter().filter(is_offered).collect();
    if offered.is_empty() {
        return Err(Reason::ScopeUnknown);
    }
    if meant_for(&offered, api).is_empty() { Err(Reason::ScopeElsewhere) } else { Ok(offered) }
}

/// Those of `scopes` that mean something to `api`, or to the platform's own endpoints without one (RFC 9068 §2.2.3).
pub fn meant_for(scopes: &BTreeSet<String>, api: Option<&Api>) -> BTreeSet<String> {
    let means = |scope: &&String| api.map_or_else(|| is_of_everybody(scope), |api| knows(api, scope));
    scopes.iter().filter(means).cloned().collect()
}

/// Those of `scopes` that mean something to `api` and that the person's roles open there.
pub fn granted(scopes: &BTreeSet<String>, api: Option<&Api>, roster: &Roster, user: &User) -> BTreeSet<String> {
    let mut meant = meant_for(scopes, api);
    if let Some(api) = api {
        meant.retain(|scope| roster.grants(user, &api.audience, scope));
    }
    meant
}

/// Those of `scopes` that a person may be asked about, for the API that they name: everybody's, and what their roles open. `None` when nothing of
/// the API is left.
pub fn open_to(scopes: &BTreeSet<String>, audience: Option<&Audience>, roster: &Roster, user: &User) -> Option<BTreeSet<String>> {
    let Some(audience) = audience else { return Some(scopes.clone()) };
    let open: BTreeSet<String> = scopes.iter().filter(|scope| is_of_everybody(scope) || roster.grants(user, audience, scope)).cloned().collect();
    let some_of_the_api = open.iter().any(|scope| !is_of_everybody(scope));
    some_of_the_api.then_some(open)
}

fn is_of_everybody(scope: &str) -> bool {
    SUPPORTED.contains(&scope)
}

fn knows(api: &Api, scope: &str) -> bool {
    ApiScope::parse(scope).is_ok_and(|scope| api.scopes.contains(&scope))
}

/// The scope that opens a claim (OpenID Connect Core §5.4).
pub const fn of_claim(claim: StandardClaim) -> &'static str {
    match claim {
        StandardClaim::Name
        | StandardClaim::GivenName
        | StandardClaim::FamilyName
        | StandardClaim::MiddleName
        | StandardClaim::Nickname
        | StandardClaim::PreferredUsername
        | StandardClaim::Profile
        | StandardClaim::Picture
        | StandardClaim::Website
        | StandardClaim::Gender
        | StandardClaim::Birthdate
        | StandardClaim::Zoneinfo
        | StandardClaim::Locale
        | StandardClaim::UpdatedAt => PROFILE,
        StandardClaim::Email | StandardClaim::EmailVerified => EMAIL,
        StandardClaim::Address => ADDRESS,
        StandardClaim::PhoneNumber | StandardClaim::PhoneNumberVerified => PHONE,
        StandardClaim::Groups => GROUPS,
        StandardClaim::Roles => ROLES,
    }
}

/// The claims that scopes open.
pub fn claims_of(scopes: &BTreeSet<String>) -> ClaimSet {
    StandardClaim::ALL.into_iter().filter(|&claim| scopes.contains(of_claim(claim))).collect()
}

/// What a person has to agree to: scopes, those that claims by name are worth, and an API's under its name, so that what is allowed at one API is
/// nothing at another.
pub fn to_agree_to(scopes: &BTreeSet<String>, claims: RequestedClaims, audience: Option<&Audience>) -> BTreeSet<String> {
    let under_its_name = |scope: String| match audience {
        Some(audience) if !is_of_everybody(&scope) => format!("{audience} {scope}"),
        _ => scope,
    };
    with_those_of(scopes, claims).into_iter().map(under_its_name).collect()
}

/// Scopes, and those that claims by name are worth.
pub fn with_those_of(scopes: &BTreeSet<String>, claims: RequestedClaims) -> BTreeSet<String> {
    let of_claims = claims.userinfo.and(claims.id_token).iter().map(|claim| of_claim(claim).to_owned());
    scopes.iter().cloned().chain(of_claims).collect()
}

/// The scopes of a `scope` value that is one: of the characters of RFC 6749 §3.3, and not empty.
pub fn well_formed(scope: &str) -> Option<BTreeSet<String>> {
    let is_one = scope.split(' ').all(|token| token.bytes().all(is_scope_character));
    Some(parse(scope)).filter(|scopes| is_one && !scopes.is_empty())
}

/// A `scope` value as a set.
pub fn parse(scope: &str) -> BTreeSet<String> {
    scope.split(' ').filter(|token| !token.is_empty()).map(str::to_owned).collect()
}

/// A set as a `scope` value.
pub fn join(scopes: &BTreeSet<String>) -> String {
    scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
fn is_scope_character(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn requested(scope: Option<&str>) -> Result<BTreeSet<String>, Reason> {
        super::requested(scope, None)
    }

    fn set(scopes: &[&str]) -> BTreeSet<String> {
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    #[test]
    fn what_is_offered_is_granted_and_the_rest_ignored() {
        assert_eq!(requested(Some("openid profile email")), Ok(set(&["openid", "profile", "email"])));
        assert_eq!(requested(Some("openid of_another https://api.example/read")), Ok(set(&["openid"])));
        assert_eq!(requested(Some(" openid  email ")), Ok(set(&["openid", "email"])));
    }

    #[test]
    fn an_apis_scopes_are_known_beside_everybodys_where_it_is_asked_for() {
        let api = samples::api();
        let of_api = |scope| super::requested(Some(scope), Some(&api));
        assert_eq!(of_api("openid read unknown"), Ok(set(&["openid", "read"])));
        assert_eq!(of_api("write"), Ok(set(&["write"])));
        assert_eq!(of_api("openid profile"), Err(Reason::ScopeElsewhere));
        assert_eq!(of_api("unknown"), Err(Reason::ScopeUnknown));
        assert_eq!(requested(Some("openid read")), Ok(set(&["openid"])));
        assert_eq!(Reason::ScopeElsewhere.code().as_str(), "invalid_scope");
    }

    #[test]
    fn a_token_carries_what_its_reader_understands() {
        let (api, granted) = (samples::api(), set(&["openid", "offline_access", "read", "forgotten"]));
        assert_eq!(meant_for(&granted, Some(&api)), set(&["read"]));
        assert_eq!(meant_for(&granted, None), set(&["openid", "offline_access"]));
    }

    #[test]
    fn what_is_allowed_at_one_api_is_nothing_at_another() {
        let asked = |audience: &str| {
            to_agree_to(&set(&["openid", "read"]), RequestedClaims::default(), Some(&Audience::parse(audience).expect("an audience")))
        };
        assert_eq!(asked("https://api.example"), set(&["openid", "https://api.example read"]));
        assert!(asked("https://api.example").is_disjoint(&set(&["https://other.example read", "read"])));
        assert_eq!(to_agree_to(&set(&["openid"]), RequestedClaims::default(), None), set(&["openid"]));
    }

    #[test]
    fn a_request_without_openid_is_plain_oauth() {
        assert_eq!(requested(Some("profile")), Ok(set(&["profile"])));
    }

    #[test]
    fn a_request_for_nothing_that_is_offered_is_refused() {
        assert_eq!(requested(None), Err(Reason::ScopeMissing));
        assert_eq!(requested(Some("of_another")), Err(Reason::ScopeUnknown));
        assert_eq!(requested(Some("OPENID")), Err(Reason::ScopeUnknown));
        assert_eq!(requested(Some(" ")), Err(Reason::ScopeUnknown));
    }

    #[test]
    fn a_scope_of_other_characters_is_refused_even_beside_a_good_one() {
        for malformed in ["openid \"x\"", "openid a\\b", "openid\tprofile", "openid ü"] {
            assert_eq!(requested(Some(malformed)), Err(Reason::ScopeMalformed), "{malformed}");
        }
    }

    #[test]
    fn a_scope_opens_its_claims_and_a_claim_is_worth_its_scope() {
        let names = |scopes: &[&str]| claims_of(&set(scopes)).iter().map(StandardClaim::as_str).collect::<Vec<_>>();
        assert_eq!(names(&["openid"]), Vec::<&str>::new());
        assert_eq!(names(&["openid", "email"]), ["email", "email_verified"]);
        assert_eq!(names(&["address", "phone"]), ["address", "phone_number", "phone_number_verified"]);
        assert_eq!(names(&["groups", "roles"]), ["groups", "roles"]);
        // OpenID Connect Core §5.4.
        let profile = "name, family_name, given_name, middle_name, nickname, preferred_username, profile, picture, website, gender, birthdate, \
                       zoneinfo, locale, updated_at";
        assert_eq!(names(&["profile"]).into_iter().collect::<BTreeSet<_>>(), profile.split(", ").collect());

        let claims =
            RequestedClaims { userinfo: [StandardClaim::Name].into_iter().collect(), id_token: [StandardClaim::Email].into_iter().collect() };
        assert_eq!(with_those_of(&set(&["openid"]), claims), set(&["openid", "profile", "email"]));
        assert_eq!(with_those_of(&set(&["openid"]), RequestedClaims::default()), set(&["openid"]));
    }

    #[test]
    fn no_api_can_define_a_scope_that_is_offered_to_everybody() {
        assert_eq!(domain::api::SCOPES_OF_PEOPLE, SUPPORTED);
    }

    #[test]
    fn a_set_is_written_as_it_is_read() {
        assert_eq!(join(&parse("profile openid openid")), "openid profile");
    }
}
