//! What a client learns about a token of its own (RFC 7662): whether it counts at this moment. About any other it learns that it doesn't.

use std::borrow::Cow;

use domain::api::Api;
use domain::client::{Client, ClientAuthenticationMethod};
use domain::family::{self, Evidence, Family};
use domain::refresh::Standing;
use domain::tenant::Tenant;
use domain::{Epoch, Timestamp};
use serde::Serialize;

use crate::access_token::AccessToken;
use crate::error::reasons;
use crate::grants::client_credentials;
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

impl Introspection<'_> {
    /// Whether the token counts.
    pub const fn is_active(&self) -> bool {
        self.active
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Claims<'a> {
    iss: Cow<'a, str>,
    sub: Cow<'a, str>,
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

/// The answer about an access token of the client whose signature and claims hold; `api` is the one that it is for, if it is for one.
pub fn access<'a>(token: &'a AccessToken, evidence: &Evidence<'a>, api: Option<&Api>, now: Timestamp) -> Introspection<'a> {
    let Ok((family, user)) = family::live(evidence, now) else { return INACTIVE };
    if token.audience() != token.issuer() && !counts_at(token, family, api) {
        return INACTIVE;
    }
    if family.client_id != *token.client_id() || user.sub != token.sub() {
        return INACTIVE;
    }
    active(token, Cow::Borrowed(&user.sub))
}

// An API that is gone, or was cut off since, takes no token of the family.
fn counts_at(token: &AccessToken, family: &Family, api: Option<&Api>) -> bool {
    let own = |api: &&Api| api.audience.as_str() == token.audience() && family.audience.as_ref() == Some(&api.audience);
    api.filter(own).is_some_and(|api| family.issued_at >= api.not_before)
}

/// What tells whether a token that an app got for itself counts: all of it from memory, since there is neither person nor family.
#[derive(Clone, Copy, Debug)]
pub struct OwnEvidence<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The app, which asks about its own token.
    pub client: &'a Client,
    /// The API that the token is for.
    pub api: Option<&'a Api>,
}

/// The answer about a token that the client got for itself. It ends by its expiry, by a watermark, or when the client is granted less.
pub fn own<'a>(token: &'a AccessToken, evidence: &OwnEvidence<'a>) -> Introspection<'a> {
    let Some(api) = evidence.api.filter(|api| api.audience.as_str() == token.audience()) else { return INACTIVE };
    let client = evidence.client;
    if token.sub() != client.subject() || *token.client_id() != client.id {
        return INACTIVE;
    }
    // A token says when it was issued in whole seconds: one of a watermark's own second counts as older.
    let issued_at = Timestamp::from_seconds(token.issued_at());
    let cut_off = [evidence.tenant.not_before, client.not_before, api.not_before].into_iter().any(|watermark| issued_at < watermark);
    if cut_off || !token.scopes().is_subset(&client_credentials::granted(client, api)) {
        return INACTIVE;
    }
    active(token, Cow::Owned(client.subject()))
}

fn active<'a>(token: &'a AccessToken, sub: Cow<'a, str>) -> Introspection<'a> {
    let access = AccessClaims { aud: token.audience(), iat: token.issued_at(), jti: token.id(), token_type: "Bearer" };
    let claims = Claims {
        iss: Cow::Borrowed(token.issuer()),
        sub,
        client_id: token.client_id().as_str(),
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
        iss: Cow::Owned(family.issuer(evidence.tenant).to_string()),
        sub: Cow::Borrowed(&user.sub),
        client_id: family.client_id.as_str(),
        scope: scope::join(&family.scopes),
        exp: offline.runs_out_at().seconds(),
        access: None,
    };
    Introspection { active: true, claims: Some(claims) }
}

#[cfg(test)]
mod tests {
    use domain::family::{FamilyState, RevocationReason};
    use domain::policy;
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
        crate::access_token::check(claims.as_object().expect("an object").clone(), &samples::tenant(), NOW).expect("a good token")
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
        let answer = judged(Some(&family), Some(&user), |evidence| serde_json::to_value(access(&token(), evidence, None, NOW)).expect("JSON"));
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
            assert!(judged(family, user, |evidence| access(&token(), evidence, None, NOW) == INACTIVE));
        }
        assert_eq!(serde_json::to_value(INACTIVE).expect("JSON"), json!({ "active": false }));
    }

    fn newest() -> RefreshToken {
        RefreshToken::of(&offline(), Generation { number: 0, epoch: Epoch(4) })
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
        for foreign in [
            RefreshToken { family_id: domain::FamilyId::from_random([8; 16]), ..newest() },
            RefreshToken { user_id: domain::UserId::from_random([8; 16]), ..newest() },
        ] {
            assert!(judged(Some(&family), Some(&user), |evidence| refresh(&foreign, evidence, Epoch(4), NOW) == INACTIVE));
        }
        let idle = Offline { used_at: NOW.minus(policy::REFRESH_IDLE), ..offline().offline.expect("offline access") };
        assert_eq!(about(&Family { offline: Some(idle), ..offline() }, 0), json!({ "active": false }));
    }

    #[test]
    fn a_token_for_an_api_is_active_while_that_api_takes_it() {
        let (family, user) = (Family { audience: Some(samples::api().audience), ..samples::family() }, samples::user());
        let token = own_token(&[("sub", json!("sub-of-ada")), ("ref", json!("sealed"))]);
        let about = |family: &Family, api: Option<&Api>| {
            judged(Some(family), Some(&user), |evidence| serde_json::to_value(access(&token, evidence, api, NOW)).expect("JSON"))
        };
        let answer = about(&family, Some(&samples::api()));
        assert_eq!((&answer["active"], &answer["aud"], &answer["sub"]), (&json!(true), &json!("https://api.example"), &json!("sub-of-ada")));
        let inactive = json!({ "active": false });
        assert_eq!(about(&family, None), inactive);
        assert_eq!(about(&samples::family(), Some(&samples::api())), inactive, "the family is of no API");
        let cut_off = Api { not_before: Timestamp::from_millis(family.issued_at.millis() + 1), ..samples::api() };
        assert_eq!(about(&family, Some(&cut_off)), inactive);
        let other = Api { audience: domain::api::Audience::parse("https://other.example").expect("an audience"), ..samples::api() };
        assert_eq!(about(&family, Some(&other)), inactive);
    }

    fn own_token(changes: &[(&str, serde_json::Value)]) -> AccessToken {
        let mut claims = json!({
            "iss": "https://demo.id.example", "aud": "https://api.example", "exp": NOW.seconds() + 9, "iat": NOW.seconds(), "jti": "j",
            "sub": "client:app", "client_id": "app", "scope": "read",
        });
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        crate::access_token::read(claims.as_object().expect("an object").clone(), &samples::tenant(), NOW).expect("a good token")
    }

    fn own_answer(token: &AccessToken, change: impl FnOnce(&mut Tenant, &mut Client, &mut Option<Api>)) -> serde_json::Value {
        let (mut tenant, mut client, mut api) = (samples::tenant(), samples::machine(), Some(samples::api()));
        change(&mut tenant, &mut client, &mut api);
        let evidence = OwnEvidence { tenant: &tenant, client: &client, api: api.as_ref() };
        serde_json::to_value(own(token, &evidence)).expect("JSON")
    }

    #[test]
    fn an_apps_own_token_is_active_until_a_watermark_passes_or_it_is_granted_less() {
        let token = own_token(&[]);
        let expected = json!({
            "active": true, "iss": "https://demo.id.example", "sub": "client:app", "client_id": "app", "scope": "read",
            "exp": NOW.seconds() + 9, "aud": "https://api.example", "iat": NOW.seconds(), "jti": "j", "token_type": "Bearer",
        });
        assert_eq!(own_answer(&token, |_, _, _| ()), expected);
        let of_now = |tenant: &mut Tenant, client: &mut Client, api: &mut Option<Api>| {
            (tenant.not_before, client.not_before) = (NOW, NOW);
            api.as_mut().expect("an API").not_before = NOW;
        };
        assert_eq!(own_answer(&token, of_now), expected);
        let inactive = json!({ "active": false });
        let later = Timestamp::from_millis(NOW.millis() + 1);
        assert_eq!(own_answer(&token, |tenant, _, _| tenant.not_before = later), inactive);
        assert_eq!(own_answer(&token, |_, client, _| client.not_before = later), inactive);
        assert_eq!(own_answer(&token, |_, _, api| api.as_mut().expect("an API").not_before = later), inactive);
        assert_eq!(own_answer(&token, |_, _, api| *api = None), inactive);
        assert_eq!(own_answer(&token, |_, _, api| api.as_mut().expect("an API").scopes.clear()), inactive);
        assert_eq!(own_answer(&token, |_, client, _| client.apis.clear()), inactive);
        for (name, value) in [("sub", "sub-of-ada"), ("client_id", "other"), ("aud", "https://other.example"), ("scope", "read delete")] {
            assert_eq!(own_answer(&own_token(&[(name, json!(value))]), |_, _, _| ()), inactive, "{name}");
        }
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
