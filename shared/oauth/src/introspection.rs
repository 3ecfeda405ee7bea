//! What a client learns about a token of its own (RFC 7662): whether it counts at this moment. About any other it learns that it doesn't.

use domain::client::{Client, ClientAuthenticationMethod};
use domain::family::{self, Evidence};
use domain::refresh::Standing;
use domain::tenant::Issuer;
use domain::{Epoch, Timestamp, policy};
use serde::Serialize;

use crate::access_token::AccessToken;
use crate::error::reasons;
use crate::parameters::RequestParameters;
use crate::refresh_token::RefreshToken;
use crate::scope;

/// How a client may authenticate here, as metadata states it: one that can't keep a secret learns nothing (RFC 7662 §2.1, §4).
pub const SUPPORTED: [ClientAuthenticationMethod; 3] =
    [ClientAuthenticationMethod::ClientSecretBasic, ClientAuthenticationMethod::ClientSecretPost, ClientAuthenticationMethod::PrivateKeyJwt];

reasons! {
    /// Why a request for introspection isn't one.
    pub enum Reason {
        /// RFC 7662 §2.1.
        ClientPublic => InvalidClient, "a public client introspects nothing";
        /// RFC 7662 §2.1.
        TokenMissing => InvalidRequest, "token is missing";
    }
}

/// The token that `client` asks about (RFC 7662 §2.1). Its `token_type_hint` isn't needed: no token can be taken for one of another kind.
pub fn token<'a>(client: &Client, parameters: &RequestParameters<'a>) -> Result<&'a str, Reason> {
    if !client.is_confidential() {
        return Err(Reason::ClientPublic);
    }
    parameters.get("token").ok_or(Reason::TokenMissing)
}

/// The answer. What doesn't count has no reason and no claims (RFC 7662 §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Introspection<'a> {
    active: bool,
    #[serde(flatten)]
    claims: Option<Claims<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    client_id: &'a str,
    scope: String,
    exp: u64,
    #[serde(flatten)]
    access: Option<AccessClaims<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct AccessClaims<'a> {
    aud: &'a str,
    iat: u64,
    jti: &'a str,
    token_type: &'static str,
}

/// The answer about whatever isn't a live token of the client.
pub const INACTIVE: Introspection<'static> = Introspection { active: false, claims: None };

/// The answer about an access token of the client whose signature and claims hold.
pub fn access<'a>(token: &'a AccessToken, evidence: &Evidence<'a>, now: Timestamp) -> Introspection<'a> {
    let Ok((family, user)) = family::live(evidence, now) else { return INACTIVE };
    if family.client_id != *token.client_id() || user.sub != token.sub() {
        return INACTIVE;
    }
    let issuer = issuer(evidence);
    let access = AccessClaims { aud: issuer, iat: token.issued_at(), jti: token.id(), token_type: "Bearer" };
    let claims = Claims {
        iss: issuer,
        sub: &user.sub,
        client_id: family.client_id.as_str(),
        scope: scope::join(token.scopes()),
        exp: token.expires_at(),
        access: Some(access),
    };
    Introspection { active: true, claims: Some(claims) }
}

/// The answer about a refresh token that opened for the client, in the epoch `current` of the tenant's placement.
pub fn refresh<'a>(token: &RefreshToken, evidence: &Evidence<'a>, current: Epoch, now: Timestamp) -> Introspection<'a> {
    let Ok((family, user)) = family::live(evidence, now) else { return INACTIVE };
    let counts = |offline: &&domain::refresh::Offline| offline.standing(token.generation, current, now) == Standing::Newest;
    let own = family.id == token.family_id && family.user_id == token.user_id;
    let Some(offline) = family.offline.as_ref().filter(counts).filter(|_| own) else { return INACTIVE };
    let claims = Claims {
        iss: issuer(evidence),
        sub: &user.sub,
        client_id: family.client_id.as_str(),
        scope: scope::join(&family.scopes),
        exp: offline.ends_at.min(offline.used_at.plus(policy::REFRESH_IDLE)).seconds(),
        access: None,
    };
    Introspection { active: true, claims: Some(claims) }
}

fn issuer<'a>(evidence: &Evidence<'a>) -> &'a str {
    Issuer::as_str(&evidence.tenant.issuer)
}

#[cfg(test)]
mod tests {
    use domain::family::{Family, FamilyState, RevocationReason};
    use domain::refresh::{Generation, Offline};
    use domain::user::User;
    use serde_json::json;

    use super::*;
    use crate::samples::{self, NOW};

    fn token() -> AccessToken {
        let claims = json!({
            "iss": "https://demo.id.example", "aud": "https://demo.id.example", "exp": NOW.seconds() + 9, "iat": NOW.seconds(), "jti": "j",
            "sub": "sub-of-ada", "client_id": "app", "scope": "openid email", "ref": "sealed",
        });
        crate::access_token::check(claims.as_object().expect("an object").clone(), &samples::issuer(), NOW).expect("a good token")
    }

    fn judged<T>(family: Option<&Family>, user: Option<&User>, look: impl FnOnce(&Evidence<'_>) -> T) -> T {
        let (tenant, session, client) = (samples::tenant(), samples::session(), samples::confidential_client());
        look(&Evidence { tenant: &tenant, client: Some(&client), user, session: Some(&session), family })
    }

    fn offline() -> Family {
        let offline = Offline::begin(NOW, Vec::new(), Epoch(4), NOW);
        Family { offline: Some(offline), ends_at: NOW.plus(policy::REFRESH_ABSOLUTE), ..samples::family() }
    }

    #[test]
    fn a_live_access_token_is_active_and_says_what_it_is_good_for() {
        let (family, user) = (samples::family(), samples::user());
        let answer = judged(Some(&family), Some(&user), |evidence| serde_json::to_value(access(&token(), evidence, NOW)).expect("JSON"));
        let expected = json!({
            "active": true, "iss": "https://demo.id.example", "sub": "sub-of-ada", "client_id": "app", "scope": "email openid",
            "exp": NOW.seconds() + 9, "aud": "https://demo.id.example", "iat": NOW.seconds(), "jti": "j", "token_type": "Bearer",
        });
        assert_eq!(answer, expected);
    }

    #[test]
    fn whatever_does_not_count_is_inactive_and_says_nothing_else() {
        let (family, user) = (samples::family(), samples::user());
        let state = FamilyState::Revoked { at: NOW, reason: RevocationReason::Returned };
        let revoked = Family { state, ..family.clone() };
        let renamed = User { sub: "another".to_owned(), ..user.clone() };
        for (family, user) in [(None, Some(&user)), (Some(&family), None), (Some(&revoked), Some(&user)), (Some(&family), Some(&renamed))] {
            assert!(judged(family, user, |evidence| access(&token(), evidence, NOW) == INACTIVE));
        }
        assert_eq!(serde_json::to_value(INACTIVE).expect("JSON"), json!({ "active": false }));
    }

    #[test]
    fn the_newest_refresh_token_is_active_and_no_other() {
        let (family, user) = (offline(), samples::user());
        let about = |family: &Family, number| {
            let token = RefreshToken::of(&offline(), Generation { number, epoch: Epoch(4) });
            judged(Some(family), Some(&user), |evidence| serde_json::to_value(refresh(&token, evidence, Epoch(4), NOW)).expect("JSON"))
        };
        let expected = json!({
            "active": true, "iss": "https://demo.id.example", "sub": "sub-of-ada", "client_id": "app", "scope": "email openid",
            "exp": NOW.plus(policy::REFRESH_IDLE).seconds(),
        });
        assert_eq!(about(&family, 0), expected);
        assert_eq!(about(&family, 1), json!({ "active": false }));
        assert_eq!(about(&samples::family(), 0), json!({ "active": false }));
        let idle = Offline { used_at: NOW.minus(policy::REFRESH_IDLE), ..offline().offline.expect("offline access") };
        assert_eq!(about(&Family { offline: Some(idle), ..offline() }, 0), json!({ "active": false }));
    }

    #[test]
    fn a_public_client_and_a_request_without_a_token_are_refused() {
        let with: RequestParameters<'_> = [("token", "t")].into_iter().collect();
        let without: RequestParameters<'_> = [("token_type_hint", "access_token")].into_iter().collect();
        assert_eq!(super::token(&samples::confidential_client(), &with), Ok("t"));
        assert_eq!(super::token(&samples::public_client(), &with), Err(Reason::ClientPublic));
        assert_eq!(super::token(&samples::confidential_client(), &without), Err(Reason::TokenMissing));
    }
}
