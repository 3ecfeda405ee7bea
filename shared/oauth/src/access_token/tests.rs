use serde_json::{Map, Value, json};

use domain::family::Family;
use domain::policy;
use domain::tenant::Tenant;

use super::*;
use crate::grants::authorization_code::Redemption;
use crate::samples::{self, NOW};

fn issued() -> Map<String, Value> {
    let (issuer, user, code) = (samples::issuer(), samples::user(), samples::code());
    let tenant = samples::tenant();
    let redemption =
        Redemption { tenant: &tenant, client: &samples::public_client(), family: samples::family(), user: &user, code: &code, api: None };
    let json = serde_json::to_value(claims(&issuer, &redemption.issuance(), [0; 16], "sealed", NOW)).expect("JSON");
    json.as_object().expect("an object").clone()
}

fn checked(name: &str, value: Value) -> Result<AccessToken, Reason> {
    let mut claims = issued();
    claims.insert(name.to_owned(), value);
    check(claims, &samples::tenant(), NOW)
}

#[test]
fn an_access_token_has_the_claims_of_rfc_9068_and_one_sealed_one() {
    let expected = json!({
        "iss": "https://demo.id.example",
        "exp": NOW.seconds() + 600,
        "aud": "https://demo.id.example",
        "sub": "sub-of-ada",
        "client_id": "app",
        "iat": NOW.seconds(),
        "jti": "AAAAAAAAAAAAAAAAAAAAAA",
        "scope": "email openid",
        "auth_time": NOW.seconds() - 60,
        "ref": "sealed",
    });
    assert_eq!(Value::Object(issued()), expected);
}

#[test]
fn an_api_is_told_groups_and_roles_where_they_were_granted_and_the_platform_never() {
    let (issuer, user, code, api) = (samples::issuer(), samples::whole_person(), samples::code(), samples::api());
    let tenant = Tenant { roster: samples::roster(), ..samples::tenant() };
    let told = |names: &[&str], api| {
        let family = Family { scopes: samples::scopes(names), ..samples::family() };
        let redemption = Redemption { tenant: &tenant, client: &samples::public_client(), family, user: &user, code: &code, api };
        let json = serde_json::to_value(claims(&issuer, &redemption.issuance(), [0; 16], "sealed", NOW)).expect("JSON");
        (json.get("groups").cloned(), json.get("roles").cloned())
    };
    let (groups, roles) = (Some(json!(["Engineers"])), Some(json!(["engineer"])));
    assert_eq!(told(&["openid", "read", "groups", "roles"], Some(&api)), (groups.clone(), roles));
    assert_eq!(told(&["openid", "read", "groups"], Some(&api)), (groups, None));
    assert_eq!(told(&["openid", "read"], Some(&api)), (None, None));
    assert_eq!(told(&["openid", "groups", "roles"], None), (None, None));
}

#[test]
fn internal_keys_stand_in_the_sealed_claim_alone() {
    let (user, code) = (samples::user(), samples::code());
    let tenant = samples::tenant();
    let redemption =
        Redemption { tenant: &tenant, client: &samples::public_client(), family: samples::family(), user: &user, code: &code, api: None };
    let sealed = serde_json::to_value(reference(&redemption.issuance())).expect("JSON");
    assert_eq!(sealed, json!({ "u": user.id.as_str(), "f": samples::family().id.as_str(), "s": samples::session().id.as_str() }));
    let visible = Value::Object(issued()).to_string();
    assert!(!visible.contains(user.id.as_str()) && !visible.contains(samples::family().id.as_str()));
}

#[test]
fn an_issued_token_is_accepted_until_its_last_second() {
    let token = check(issued(), &samples::tenant(), NOW).expect("a good token");
    assert_eq!((token.sub(), token.client_id().as_str(), token.reference()), ("sub-of-ada", "app", Some("sealed")));
    assert_eq!(token.scopes(), &samples::scopes(&["openid", "email"]));
    let at = |seconds| check(issued(), &samples::tenant(), Timestamp::from_seconds(NOW.seconds() + seconds)).map(|_| ());
    assert_eq!(at(599), Ok(()));
    assert_eq!(at(600), Err(Reason::Expired));
}

#[test]
fn a_token_of_another_issuer_or_audience_is_refused() {
    assert_eq!(checked("iss", json!("https://other.id.example")), Err(Reason::OtherIssuer));
    assert_eq!(checked("aud", json!("https://api.example")), Err(Reason::OtherAudience));
    assert_eq!(checked("aud", json!("app")), Err(Reason::OtherAudience));
    assert_eq!(checked("aud", json!([])), Err(Reason::OtherAudience));
    assert!(checked("aud", json!(["https://api.example", "https://demo.id.example"])).is_ok());
}

#[test]
fn a_token_of_another_issuer_of_the_tenant_is_accepted_for_itself_as_long_as_the_domain_is_the_tenants() {
    let (tenant, domain) = samples::tenant_with_a_domain();
    let there = domain.issuer();
    let with = |iss: &str, aud: &str| {
        let mut claims = issued();
        claims.extend([("iss".to_owned(), json!(iss)), ("aud".to_owned(), json!(aud))]);
        claims
    };
    let both = [tenant.clone(), tenant.clone().at(&domain).expect("a domain of its own")];
    for at in &both {
        for issuer in [there.as_str(), samples::issuer().as_str()] {
            assert_eq!(check(with(issuer, issuer), at, NOW).map(|token| token.issuer), Ok(issuer.to_owned()));
        }
        assert_eq!(check(with(there.as_str(), samples::issuer().as_str()), at, NOW).map(|_| ()), Err(Reason::OtherAudience));
    }
    let without = Tenant { domains: tenant.domains.without(&domain).expect("a domain"), ..tenant };
    assert_eq!(read(with(there.as_str(), there.as_str()), &without, NOW).map(|_| ()), Err(Reason::OtherIssuer));
    assert!(read(issued(), &without, NOW).is_ok());
}

#[test]
fn a_token_for_an_api_is_read_here_and_honoured_nowhere() {
    let mut of_api = issued();
    of_api.insert("aud".to_owned(), json!("https://api.example"));
    assert_eq!(read(of_api, &samples::tenant(), NOW).map(|token| token.audience), Ok("https://api.example".to_owned()));
    let at = |name: &str, value| {
        let mut claims = issued();
        claims.insert(name.to_owned(), value);
        read(claims, &samples::tenant(), NOW).map(|_| ())
    };
    assert_eq!(at("aud", json!(["https://api.example"])), Err(Reason::OtherAudience));
    assert_eq!(at("iss", json!("https://other.id.example")), Err(Reason::OtherIssuer));
    assert_eq!(at("exp", json!(NOW.seconds())), Err(Reason::Expired));
}

#[test]
fn an_apps_own_token_is_for_its_api_and_names_no_person() {
    let (issuer, machine, api) = (samples::issuer(), samples::machine(), samples::api());
    let issuance = OwnIssuance { client: &machine, api: &api, scopes: samples::scopes(&["read", "write"]) };
    let json = serde_json::to_value(own_claims(&issuer, &issuance, [0; 16], NOW)).expect("JSON");
    let expected = json!({
        "iss": "https://demo.id.example",
        "exp": NOW.seconds() + 3600,
        "aud": "https://api.example",
        "sub": "client:app",
        "client_id": "app",
        "iat": NOW.seconds(),
        "jti": "AAAAAAAAAAAAAAAAAAAAAA",
        "scope": "read write",
    });
    assert_eq!(json, expected);
    let mut for_us = json.as_object().expect("an object").clone();
    assert_eq!(read(for_us.clone(), &samples::tenant(), NOW).map(|token| token.reference), Ok(None));
    assert_eq!(check(for_us.clone(), &samples::tenant(), NOW), Err(Reason::OtherAudience));
    for_us.insert("aud".to_owned(), json!("https://demo.id.example"));
    assert_eq!(check(for_us, &samples::tenant(), NOW), Err(Reason::NoPerson));
}

#[test]
fn an_api_of_the_platforms_own_takes_tokens_for_it_alone() {
    let named = |text: &str| domain::api::Audience::parse(text).expect("an audience");
    let with = |name: &str, value: Value| {
        let mut claims = issued();
        claims.insert(name.to_owned(), value);
        claims.insert("aud".to_owned(), json!("https://api.example"));
        check_for(claims, &samples::tenant(), &named("https://api.example"), NOW).map(|token| token.sub)
    };
    assert_eq!(with("scope", json!("admin")), Ok("sub-of-ada".to_owned()));
    assert_eq!(with("iss", json!("https://other.id.example")), Err(Reason::OtherIssuer));
    assert_eq!(with("exp", json!(NOW.seconds())), Err(Reason::Expired));
    assert_eq!(check_for(issued(), &samples::tenant(), &named("https://api.example"), NOW), Err(Reason::OtherAudience));
}

#[test]
fn what_a_token_states_is_read_before_it_is_verified() {
    let token = |claims: Value| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
    assert_eq!(stated_issuer(&token(json!({ "iss": "https://demo.id.example" }))).as_deref(), Some("https://demo.id.example"));
    for wrong in [token(json!({})), token(json!({ "iss": 1 })), "a".to_owned(), "a.%.b".to_owned(), String::new()] {
        assert_eq!(stated_issuer(&wrong), None, "{wrong}");
    }
}

#[test]
fn an_api_says_what_signs_its_tokens_and_how_long_they_live() {
    let api = Api { access_token_signed_response_alg: Algorithm::Rs256, ..samples::api() };
    assert_eq!((algorithm(Some(&api)), lifetime(&samples::public_client(), Some(&api)).as_secs()), (Algorithm::Rs256, 3600));
    assert_eq!((algorithm(None), lifetime(&samples::public_client(), None)), (Algorithm::Es256, policy::ACCESS_TOKEN));
}

#[test]
fn a_claim_that_is_missing_or_of_another_type_is_refused() {
    for name in ["iss", "aud", "exp", "iat", "jti", "sub", "client_id", "scope", "ref"] {
        let mut without = issued();
        without.remove(name);
        let reason = if name == "ref" { Reason::NoPerson } else { Reason::Claims };
        assert_eq!(check(without, &samples::tenant(), NOW), Err(reason), "{name}");
        assert_eq!(checked(name, json!({})), Err(Reason::Claims), "{name}");
    }
    for exp in [json!("9999999999"), json!(-1), json!(1e30)] {
        assert_eq!(checked("exp", exp.clone()), Err(Reason::Claims), "{exp}");
    }
}
