//! What an app would be told of a person, before anybody signs in: the claims of the very functions that make tokens, without those that only a sign-in
//! could fill.

use std::collections::BTreeSet;

use domain::api::Api;
use domain::claims::{ClaimSet, RequestedClaims};
use domain::client::Client;
use domain::family::{Family, FamilyState};
use domain::tenant::Tenant;
use domain::user::User;
use domain::{Epoch, FamilyId, SessionId, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::grants::issuance::Issuance;
use crate::{Sha256, access_token, id_token, scope, userinfo};

/// What a sign-in says: a preview has none.
const OF_A_SIGN_IN: [&str; 10] = ["exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid", "jti", "ref"];

/// Who would be told what.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The app, with the rules that are tried.
    pub client: &'a Client,
    /// The person.
    pub user: &'a User,
    /// For which API the access token would be; for the platform's own endpoints without one.
    pub api: Option<&'a Api>,
    /// What the app would be granted.
    pub scopes: &'a BTreeSet<String>,
}

/// The claims, each absent where there would be no such token or answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Of an ID token.
    pub id_token: Option<Map<String, Value>>,
    /// Of an access token.
    pub access_token: Option<Map<String, Value>>,
    /// Of the userinfo endpoint.
    pub userinfo: Option<Map<String, Value>>,
}

/// What would be told at `now`.
pub fn of(asked: &Asked<'_>, sha256: Sha256, now: Timestamp) -> Preview {
    let family = family(asked, now);
    let issuance = Issuance {
        tenant: asked.tenant,
        client: asked.client,
        family: &family,
        user: asked.user,
        api: asked.api,
        scopes: asked.scopes,
        authenticated_at: now,
        methods: &[],
        nonce: None,
    };
    let issuer = asked.tenant.issuer();
    // Userinfo is asked with a token for the platform's own endpoints.
    let there = scope::meant_for(asked.scopes, None);
    let userinfo = there.contains(scope::OPENID).then(|| userinfo::about(asked.client, (asked.tenant, asked.user), &there, ClaimSet::default()));
    let access_token = (!issuance.access_scopes().is_empty()).then(|| access_token::claims(issuer, &issuance, [0; 16], "", now));
    Preview {
        id_token: id_token::claims(issuer, &issuance, "", sha256, now).and_then(shown),
        access_token: access_token.and_then(shown),
        userinfo: userinfo.and_then(shown),
    }
}

/// Claims without those of a sign-in.
pub fn shown(claims: impl Serialize) -> Option<Map<String, Value>> {
    let Ok(Value::Object(mut claims)) = serde_json::to_value(claims) else { return None };
    claims.retain(|name, _| !OF_A_SIGN_IN.contains(&name.as_str()));
    Some(claims)
}

fn family(asked: &Asked<'_>, now: Timestamp) -> Family {
    Family {
        id: FamilyId::from_random([0; 16]),
        user_id: asked.user.id.clone(),
        client_id: asked.client.id.clone(),
        session_id: SessionId::from_random([0; 16]),
        scopes: asked.scopes.clone(),
        claims: RequestedClaims::default(),
        audience: asked.api.map(|api| api.audience.clone()),
        state: FamilyState::Active,
        issued_at: now,
        ends_at: now,
        session_ends_at: now,
        epoch: Epoch(0),
        offline: None,
        domain: None,
    }
}

#[cfg(test)]
mod tests {
    use domain::claim_rules::{ClaimPlace, ClaimRule, ClaimSource};
    use serde_json::json;

    use super::*;
    use crate::samples::{self, NOW};

    fn previewed(names: &[&str], api: Option<&Api>) -> Value {
        let from = ClaimSource::Groups { prefix: None };
        let places = [ClaimPlace::IdToken, ClaimPlace::AccessToken, ClaimPlace::Userinfo].into();
        let rules = vec![ClaimRule { claim: "teams".to_owned(), from, when: None, places }];
        let (client, tenant) = (Client { claims: rules, ..samples::public_client() }, Tenant { roster: samples::roster(), ..samples::tenant() });
        let (user, scopes) = (samples::whole_person(), samples::scopes(names));
        let asked = Asked { tenant: &tenant, client: &client, user: &user, api, scopes: &scopes };
        serde_json::to_value(of(&asked, samples::sha256, NOW)).expect("JSON")
    }

    #[test]
    fn a_preview_says_what_tokens_would_but_for_the_sign_in() {
        let expected = json!({
            "id_token": { "iss": "https://demo.id.example", "sub": "sub-of-ada", "aud": "app", "teams": ["Engineers"] },
            "access_token": {
                "iss": "https://demo.id.example", "sub": "sub-of-ada", "aud": "https://api.example", "client_id": "app", "scope": "read", "teams": ["Engineers"],
            },
            "userinfo": { "sub": "sub-of-ada", "email": "Ada@example.com", "email_verified": true, "teams": ["Engineers"] },
        });
        assert_eq!(previewed(&["openid", "email", "read"], Some(&samples::api())), expected);
        assert_eq!(previewed(&["openid", "email"], None)["access_token"].get("teams"), None);
    }

    #[test]
    fn what_would_not_be_issued_is_not_shown() {
        let plain = previewed(&["email"], None);
        assert_eq!((plain["id_token"].is_null(), plain["userinfo"].is_null(), plain["access_token"].is_null()), (true, true, false));
        let elsewhere = previewed(&["openid"], Some(&samples::api()));
        assert_eq!((elsewhere["access_token"].is_null(), elsewhere["id_token"].is_null()), (true, false));
    }
}
