//! What an app learns about a person at the userinfo endpoint (OpenID Connect Core §5.3, §5.4): claims of granted scopes, absent where unknown.

use std::collections::BTreeSet;

use domain::Timestamp;
use domain::claim_rules::ClaimPlace;
use domain::claims::ClaimSet;
use domain::client::Client;
use domain::family::Evidence;
use domain::tenant::{Issuer, Tenant};
use domain::user::User;
use serde::Serialize;

use crate::access_token::AccessToken;
use crate::bearer::{self, Reason};
use crate::mapped::Mapped;
use crate::person_claims::{self, PersonClaims};
use crate::scope;

/// The body of a userinfo response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UserInfo<'a> {
    sub: &'a str,
    #[serde(flatten)]
    claims: PersonClaims<'a>,
}

/// The `typ` of a signed response (RFC 8725 §3.11): a type of its own, so that it can't stand in for an ID token.
pub const TYP: &str = "userinfo+jwt";

/// A userinfo response as claims, for a client that registered `userinfo_signed_response_alg` (OpenID Connect Core §5.3.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedUserInfo<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: u64,
    #[serde(flatten)]
    info: Mapped<UserInfo<'a>>,
}

impl<'a> Mapped<UserInfo<'a>> {
    /// The same, to be signed for the client of `token`.
    pub fn to_be_signed(self, issuer: &'a Issuer, token: &'a AccessToken, now: Timestamp) -> SignedUserInfo<'a> {
        SignedUserInfo { iss: issuer.as_str(), aud: token.client_id().as_str(), iat: now.seconds(), info: self }
    }
}

/// Decides what the holder of `token` learns, of what was found under the token's reference.
pub fn answer<'a>(token: &AccessToken, evidence: &Evidence<'a>, now: Timestamp) -> Result<Mapped<UserInfo<'a>>, Reason> {
    let (family, user) = bearer::holder(token, evidence, (scope::OPENID, Reason::OpenidMissing), now)?;
    let client = evidence.client.ok_or(Reason::Dead)?;
    Ok(about(client, (evidence.tenant, user), token.scopes(), family.claims.userinfo))
}

/// What `client` learns of somebody by the scopes of a token, by what it asked for by name, and by its rules.
pub fn about<'a>(client: &Client, (tenant, user): (&'a Tenant, &'a User), scopes: &BTreeSet<String>, by_name: ClaimSet) -> Mapped<UserInfo<'a>> {
    let claims = person_claims::of(user, &tenant.roster, scope::claims_of(scopes).and(by_name));
    let claims = if scopes.contains(scope::PROFILE) { claims.with_attributes(&tenant.attributes, user) } else { claims };
    Mapped::of(UserInfo { sub: &user.sub, claims }, client, (tenant, user), ClaimPlace::Userinfo)
}

#[cfg(test)]
mod tests {
    use domain::attributes::{Attribute, AttributeName, Kind, Reader, Schema, Translated, Writer};
    use domain::claim_rules::{ClaimRule, ClaimSource, Constant};
    use domain::claims::{RequestedClaims, StandardClaim};
    use domain::family::{Family, FamilyState, RevocationReason};
    use domain::user::Profile;
    use domain::{ClientId, UserId};
    use serde_json::{Value, json};

    use super::*;
    use crate::samples::{self, NOW};

    fn token(scope: &str) -> AccessToken {
        let claims = json!({
            "iss": "https://demo.id.example", "aud": "https://demo.id.example", "exp": NOW.seconds() + 1, "iat": NOW.seconds(), "jti": "j",
            "sub": "sub-of-ada", "client_id": "app", "scope": scope, "ref": "sealed",
        });
        crate::access_token::check(claims.as_object().expect("an object").clone(), &samples::tenant(), NOW).expect("a good token")
    }

    fn learned(scope: &str, user: &User) -> Value {
        learned_of(scope, user, &samples::family())
    }

    fn learned_of(scope: &str, user: &User, family: &Family) -> Value {
        judged(Some(family), Some(user), |evidence| serde_json::to_value(answer(&token(scope), evidence, NOW).expect("an answer")).expect("JSON"))
    }

    fn refusal(scope: &str, family: Option<&Family>, user: Option<&User>) -> Option<Reason> {
        judged(family, user, |evidence| answer(&token(scope), evidence, NOW).err())
    }

    fn judged<T>(family: Option<&Family>, user: Option<&User>, look: impl FnOnce(&Evidence<'_>) -> T) -> T {
        let (tenant, session) = (samples::tenant(), samples::session());
        let client = Client { id: family.map_or(samples::public_client().id, |family| family.client_id.clone()), ..samples::public_client() };
        look(&Evidence { tenant: &tenant, client: Some(&client), user, session: Some(&session), family })
    }

    #[test]
    fn each_scope_opens_its_claims_and_no_others() {
        let ada = samples::user();
        assert_eq!(learned("openid", &ada), json!({ "sub": "sub-of-ada" }));
        let profile = json!({ "sub": "sub-of-ada", "name": "Ada Lovelace", "preferred_username": "ada", "updated_at": 2 });
        assert_eq!(learned("openid profile", &ada), profile);
        assert_eq!(learned("openid email", &ada), json!({ "sub": "sub-of-ada", "email": "Ada@example.com", "email_verified": true }));
        assert_eq!(learned("openid address phone", &ada), json!({ "sub": "sub-of-ada" }));
        let whole = samples::whole_person();
        assert_eq!(learned("openid address", &whole), json!({ "sub": "sub-of-ada", "address": { "locality": "London", "country": "UK" } }));
        assert_eq!(
            learned("openid phone", &whole),
            json!({ "sub": "sub-of-ada", "phone_number": "+44 20 7946 0000", "phone_number_verified": false })
        );
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let sparse = User { email: None, profile: Profile::default(), ..samples::user() };
        assert_eq!(learned("openid profile email", &sparse), json!({ "sub": "sub-of-ada", "preferred_username": "ada", "updated_at": 2 }));
    }

    #[test]
    fn the_scope_profile_opens_the_attributes_that_are_for_apps() {
        let attribute = |name: &str, readers: &[Reader]| Attribute {
            name: AttributeName::parse(name).expect("a name"),
            label: Translated::everywhere(name),
            hint: Translated::default(),
            kind: Kind::Integer,
            required: false,
            readers: readers.iter().copied().collect(),
            writer: Writer::Administrator,
        };
        let schema = Schema { version: 1, attributes: vec![attribute("floor", &[Reader::Apps]), attribute("desk", &[Reader::Person])] };
        let values = schema.attributes.iter().map(|attribute| (attribute.name.clone(), domain::attributes::Value::Integer(7))).collect();
        let (tenant, session) = (Tenant { attributes: schema, ..samples::tenant() }, samples::session());
        let (family, ada) = (samples::family(), User { attributes: values, ..samples::user() });
        let client = Client { id: family.client_id.clone(), ..samples::public_client() };
        let evidence = Evidence { tenant: &tenant, client: Some(&client), user: Some(&ada), session: Some(&session), family: Some(&family) };
        let learned = |scope: &str| serde_json::to_value(answer(&token(scope), &evidence, NOW).expect("an answer")).expect("JSON");
        assert_eq!(learned("openid"), json!({ "sub": "sub-of-ada" }));
        let profile = json!({ "sub": "sub-of-ada", "name": "Ada Lovelace", "preferred_username": "ada", "updated_at": 2, "floor": 7 });
        assert_eq!(learned("openid profile"), profile);
    }

    #[test]
    fn a_claim_by_name_is_there_beside_those_of_the_scopes() {
        let claims =
            RequestedClaims { userinfo: [StandardClaim::Email].into_iter().collect(), id_token: [StandardClaim::Name].into_iter().collect() };
        let (ada, family) = (samples::user(), Family { claims, ..samples::family() });
        assert_eq!(learned_of("openid", &ada, &family), json!({ "sub": "sub-of-ada", "email": "Ada@example.com" }));
    }

    #[test]
    fn what_is_signed_says_by_whom_and_for_whom() {
        let (issuer, token, family, ada) = (samples::issuer(), token("openid email"), samples::family(), samples::user());
        let expected = json!({
            "iss": "https://demo.id.example", "aud": "app", "iat": NOW.seconds(),
            "sub": "sub-of-ada", "email": "Ada@example.com", "email_verified": true,
        });
        let signed = judged(Some(&family), Some(&ada), |evidence| {
            let info = answer(&token, evidence, NOW).expect("an answer");
            serde_json::to_value(info.to_be_signed(&issuer, &token, NOW)).expect("JSON")
        });
        assert_eq!(signed, expected);
    }

    #[test]
    fn what_a_rule_tells_is_signed_as_well() {
        let (issuer, token, tenant, ada) = (samples::issuer(), token("openid"), samples::tenant(), samples::user());
        let from = ClaimSource::Constant { value: Constant::Text("gold".to_owned()) };
        let rule = ClaimRule { claim: "plan".to_owned(), from, when: None, places: [ClaimPlace::Userinfo].into() };
        let client = Client { claims: vec![rule], ..samples::public_client() };
        let info = about(&client, (&tenant, &ada), token.scopes(), ClaimSet::default());
        let signed = serde_json::to_value(info.to_be_signed(&issuer, &token, NOW)).expect("JSON");
        let expected = json!({ "iss": "https://demo.id.example", "aud": "app", "iat": NOW.seconds(), "sub": "sub-of-ada", "plan": "gold" });
        assert_eq!(signed, expected);
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
        let of_another_person = Family { user_id: UserId::from_random([8; 16]), ..samples::family() };
        assert_eq!(refusal("openid", Some(&of_another_person), Some(&user)), Some(Reason::Dead));
    }

    #[test]
    fn a_token_that_is_not_of_the_family_it_names_opens_nothing() {
        let (family, user) = (samples::family(), samples::user());
        let of_another_client = Family { client_id: ClientId::parse("other").expect("a client id"), ..family.clone() };
        let with_another_sub = User { sub: "another".to_owned(), ..user.clone() };
        for (family, user) in [(&of_another_client, &user), (&family, &with_another_sub)] {
            assert_eq!(refusal("openid", Some(family), Some(user)), Some(Reason::OtherFamily));
        }
    }
}
