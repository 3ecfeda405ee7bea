//! Claims with those of an app's rules beside them ([`domain::claim_rules`]), each in the place of what would else be told under its name.

use std::collections::BTreeMap;

use domain::claim_rules::{self, ClaimPlace};
use domain::client::Client;
use domain::tenant::Tenant;
use domain::user::User;
use serde::ser::{Error, Serialize, Serializer};
use serde_json::Value;

/// What is said, and what rules add to it. No rule names a claim that a protocol knows, so that none of those is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped<T> {
    pub(crate) said: T,
    by_rule: BTreeMap<String, Value>,
}

impl<T> Mapped<T> {
    /// What is said without any rule.
    pub(crate) const fn bare(said: T) -> Self {
        Self { said, by_rule: BTreeMap::new() }
    }

    /// What is said, with what the rules of `client` tell of `user` there.
    pub(crate) fn of(said: T, client: &Client, (tenant, user): (&Tenant, &User), place: ClaimPlace) -> Self {
        Self { said, by_rule: claim_rules::told(&client.claims, place, tenant, user) }
    }
}

impl<T: Serialize> Serialize for Mapped<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.by_rule.is_empty() {
            return self.said.serialize(serializer);
        }
        // A claim stands in a token once: both a scope and a rule may tell it.
        let Value::Object(mut claims) = serde_json::to_value(&self.said).map_err(S::Error::custom)? else {
            return Err(S::Error::custom("claims are an object"));
        };
        claims.extend(self.by_rule.clone());
        claims.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use domain::attributes::{Attribute, AttributeName, Kind, Reader, Schema, Translated, Writer};
    use domain::claim_rules::{ClaimRule, ClaimSource, Constant};
    use domain::claims::StandardClaim;
    use domain::family::Family;
    use serde_json::json;

    use super::*;
    use crate::grants::authorization_code::Redemption;
    use crate::samples::{self, NOW};
    use crate::{access_token, id_token, person_claims, userinfo};

    fn rule(claim: &str, from: ClaimSource, places: &[ClaimPlace]) -> ClaimRule {
        ClaimRule { claim: claim.to_owned(), from, when: None, places: places.iter().copied().collect() }
    }

    fn groups() -> ClaimSource {
        ClaimSource::Groups { prefix: None }
    }

    /// The ID token, the access token for the sample API or the platform, and userinfo, of an app with these rules.
    fn issued(rules: Vec<ClaimRule>, names: &[&str], to_api: bool) -> [Value; 3] {
        let attribute = |name: &str| Attribute {
            name: AttributeName::parse(name).expect("a name"),
            label: Translated::everywhere(name),
            hint: Translated::default(),
            kind: Kind::Integer,
            required: false,
            readers: [Reader::Apps].into(),
            writer: Writer::Administrator,
        };
        let floor = AttributeName::parse("floor").expect("a name");
        let tenant =
            Tenant { roster: samples::roster(), attributes: Schema { version: 1, attributes: vec![attribute("floor")] }, ..samples::tenant() };
        let user = User { attributes: [(floor, domain::attributes::Value::Integer(7))].into(), ..samples::whole_person() };
        let (client, code, issuer, api) = (Client { claims: rules, ..samples::public_client() }, samples::code(), samples::issuer(), samples::api());
        let family = Family { scopes: samples::scopes(names), ..samples::family() };
        let redemption = Redemption { tenant: &tenant, client: &client, family, user: &user, code: &code, api: to_api.then_some(&api) };
        let issuance = redemption.issuance();
        let id_token = id_token::claims(&issuer, &issuance, "h", samples::sha256, NOW);
        let access_token = access_token::claims(&issuer, &issuance, [0; 16], "sealed", NOW);
        let info = userinfo::about(&client, (&tenant, &user), issuance.scopes, domain::claims::ClaimSet::default());
        // As text, where a claim that stands twice is seen.
        let written = [serde_json::to_string(&id_token), serde_json::to_string(&access_token), serde_json::to_string(&info)];
        written.map(|text| {
            let text = text.expect("JSON");
            for name in ["groups", "floor", "sub"] {
                assert!(text.matches(&format!("\"{name}\":")).count() <= 1, "{text}");
            }
            serde_json::from_str(&text).expect("JSON")
        })
    }

    #[test]
    fn a_rule_tells_its_claim_where_it_says_and_nowhere_else() {
        let constant = |text: &str| ClaimSource::Constant { value: Constant::Text(text.to_owned()) };
        for (place, told) in [
            (ClaimPlace::IdToken, [true, false, false]),
            (ClaimPlace::AccessToken, [false, true, false]),
            (ClaimPlace::Userinfo, [false, false, true]),
        ] {
            let claims = issued(vec![rule("plan", constant("gold"), &[place])], &["openid", "read"], true);
            assert_eq!(claims.map(|claims| claims.get("plan") == Some(&json!("gold"))), told, "{place:?}");
        }
        let of_the_platform = issued(vec![rule("plan", constant("gold"), &[ClaimPlace::AccessToken])], &["openid"], false);
        assert_eq!(of_the_platform[1].get("plan"), None, "nobody else reads it");
    }

    #[test]
    fn what_a_scope_and_a_rule_tell_stands_once_as_the_rule_says() {
        let everywhere = [ClaimPlace::IdToken, ClaimPlace::AccessToken, ClaimPlace::Userinfo];
        let none = ClaimSource::Groups { prefix: Some("none".to_owned()) };
        let scopes = ["openid", "profile", "groups", "read"];
        let rules = vec![rule("groups", groups(), &everywhere), rule("floor", ClaimSource::Constant { value: Constant::Integer(1) }, &everywhere)];
        for claims in issued(rules, &scopes, true) {
            assert_eq!((&claims["groups"], &claims["floor"]), (&json!(["Engineers"]), &json!(1)));
        }
        let unruled = issued(vec![rule("groups", none, &everywhere)], &scopes, true);
        assert_eq!(unruled.map(|claims| claims.get("groups").cloned()), [None, Some(json!(["Engineers"])), Some(json!(["Engineers"]))]);
    }

    #[test]
    fn a_rule_tells_each_standard_claim_as_userinfo_states_it() {
        let (tenant, user) = (samples::tenant(), samples::whole_person());
        for claim in StandardClaim::ALL.into_iter().filter(|claim| !matches!(claim, StandardClaim::Groups | StandardClaim::Roles)) {
            let from = ClaimSource::Attribute { name: claim.as_str().to_owned() };
            let rules = [rule("x", from, &[ClaimPlace::Userinfo])];
            let told = claim_rules::told(&rules, ClaimPlace::Userinfo, &tenant, &user);
            let stated = serde_json::to_value(person_claims::of(&user, &tenant.roster, [claim].into_iter().collect())).expect("JSON");
            assert_eq!(told.get("x"), stated.get(claim.as_str()), "{}", claim.as_str());
            assert!(told.contains_key("x"), "{}", claim.as_str());
        }
    }
}
