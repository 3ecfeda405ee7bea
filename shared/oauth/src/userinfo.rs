//! What an app learns about a person at the userinfo endpoint (OpenID Connect Core §5.3, §5.4): claims of granted scopes, absent where unknown.

use std::collections::BTreeSet;

use domain::Timestamp;
use domain::family::{self, Family};
use domain::user::User;
use serde::Serialize;

use crate::access_token::AccessToken;
use crate::bearer::Reason;
use crate::scope;

/// The body of a userinfo response. What is unknown is left out, never null (OpenID Connect Core §5.3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UserInfo<'a> {
    sub: &'a str,
    #[serde(flatten)]
    profile: Option<ProfileClaims<'a>>,
    #[serde(flatten)]
    email: Option<EmailClaims<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct ProfileClaims<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
    preferred_username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zoneinfo: Option<&'a str>,
    updated_at: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct EmailClaims<'a> {
    email: &'a str,
    email_verified: bool,
}

/// Every claim that this endpoint may answer, as metadata states it.
pub const CLAIMS: [&str; 10] =
    ["sub", "name", "given_name", "family_name", "preferred_username", "locale", "zoneinfo", "updated_at", "email", "email_verified"];

/// Decides what the holder of `token` learns. `family` and `user` are what the store found under the token's reference.
pub fn answer<'a>(token: &AccessToken, family: Option<&Family>, user: Option<&'a User>, now: Timestamp) -> Result<UserInfo<'a>, Reason> {
    family::live(family, user, now).map_err(|_| Reason::Dead)?;
    let (Some(family), Some(user)) = (family, user) else { return Err(Reason::Dead) };
    if family.client_id != *token.client_id() || family.user_id != user.id || user.sub != token.sub() {
        return Err(Reason::OtherFamily);
    }
    if !token.scopes().contains(scope::OPENID) {
        return Err(Reason::OpenidMissing);
    }
    Ok(claims(user, token.scopes()))
}

fn claims<'a>(user: &'a User, scopes: &BTreeSet<String>) -> UserInfo<'a> {
    UserInfo {
        sub: &user.sub,
        profile: scopes.contains(scope::PROFILE).then(|| profile_claims(user)),
        email: if scopes.contains(scope::EMAIL) { email_claims(user) } else { None },
    }
}

fn profile_claims(user: &User) -> ProfileClaims<'_> {
    ProfileClaims {
        name: user.profile.name.as_deref(),
        given_name: user.profile.given_name.as_deref(),
        family_name: user.profile.family_name.as_deref(),
        preferred_username: &user.username,
        locale: user.profile.locale.as_deref(),
        zoneinfo: user.profile.zoneinfo.as_deref(),
        updated_at: user.updated_at.seconds(),
    }
}

fn email_claims(user: &User) -> Option<EmailClaims<'_>> {
    user.email.as_ref().map(|email| EmailClaims { email: &email.address, email_verified: email.verified })
}

#[cfg(test)]
mod tests {
    use domain::family::{FamilyState, RevocationReason};
    use domain::user::{Email, Profile};
    use domain::{ClientId, UserId};
    use serde_json::{Value, json};

    use super::*;
    use crate::samples::{self, NOW};

    fn token(scope: &str) -> AccessToken {
        let claims = json!({
            "iss": "https://demo.id.example", "aud": "https://demo.id.example", "exp": NOW.seconds() + 1,
            "sub": "sub-of-ada", "client_id": "app", "scope": scope, "ref": "sealed",
        });
        crate::access_token::check(claims.as_object().expect("an object").clone(), &samples::issuer(), NOW).expect("a good token")
    }

    fn learned(scope: &str, user: &User) -> Value {
        let info = answer(&token(scope), Some(&samples::family()), Some(user), NOW).expect("an answer");
        serde_json::to_value(info).expect("JSON")
    }

    fn refusal(scope: &str, family: Option<&Family>, user: Option<&User>) -> Option<Reason> {
        answer(&token(scope), family, user, NOW).err()
    }

    #[test]
    fn each_scope_opens_its_claims_and_no_others() {
        let ada = samples::user();
        assert_eq!(learned("openid", &ada), json!({ "sub": "sub-of-ada" }));
        let profile = json!({ "sub": "sub-of-ada", "name": "Ada Lovelace", "preferred_username": "ada", "updated_at": 2 });
        assert_eq!(learned("openid profile", &ada), profile);
        assert_eq!(learned("openid email", &ada), json!({ "sub": "sub-of-ada", "email": "Ada@example.com", "email_verified": true }));
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let sparse = User { email: None, profile: Profile::default(), ..samples::user() };
        assert_eq!(learned("openid profile email", &sparse), json!({ "sub": "sub-of-ada", "preferred_username": "ada", "updated_at": 2 }));
    }

    #[test]
    fn metadata_names_every_claim_and_nothing_more() {
        let text = |text: &str| Some(text.to_owned());
        let profile = Profile { name: text("n"), given_name: text("g"), family_name: text("f"), locale: text("en"), zoneinfo: text("Europe/London") };
        let whole = User { profile, email: Some(Email { address: "a@b".to_owned(), verified: false }), ..samples::user() };
        let answered: BTreeSet<String> = learned("openid profile email", &whole).as_object().expect("an object").keys().cloned().collect();
        assert_eq!(answered, CLAIMS.iter().map(|name| (*name).to_owned()).collect());
    }

    #[test]
    fn a_token_without_openid_opens_nothing() {
        let (family, user) = (samples::family(), samples::user());
        assert_eq!(refusal("openid", Some(&family), Some(&user)), None);
        assert_eq!(refusal("profile email", Some(&family), Some(&user)), Some(Reason::OpenidMissing));
    }

    #[test]
    fn a_token_of_a_dead_family_opens_nothing() {
        let user = samples::user();
        let state = FamilyState::Revoked { at: NOW, reason: RevocationReason::CodeReplayed };
        let revoked = Family { state, ..samples::family() };
        let ended = Family { ends_at: NOW, ..samples::family() };
        for family in [None, Some(&revoked), Some(&ended)] {
            assert_eq!(refusal("openid", family, Some(&user)), Some(Reason::Dead));
        }
        assert_eq!(refusal("openid", Some(&samples::family()), None), Some(Reason::Dead));
    }

    #[test]
    fn a_token_that_is_not_of_the_family_it_names_opens_nothing() {
        let (family, user) = (samples::family(), samples::user());
        let of_another_client = Family { client_id: ClientId::parse("other").expect("a client id"), ..family.clone() };
        let of_another_person = Family { user_id: UserId::from_random([8; 16]), ..family.clone() };
        let with_another_sub = User { sub: "another".to_owned(), ..user.clone() };
        for (family, user) in [(&of_another_client, &user), (&of_another_person, &user), (&family, &with_another_sub)] {
            assert_eq!(refusal("openid", Some(family), Some(user)), Some(Reason::OtherFamily));
        }
    }
}
