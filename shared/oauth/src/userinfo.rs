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
