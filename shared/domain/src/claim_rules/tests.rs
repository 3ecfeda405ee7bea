use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::attributes::{Attribute, AttributeName, Kind, Reader, Schema, Translated, Writer};
use crate::id::{Slug, TenantId, UserId};
use crate::roster::{Group, GroupName, Roster};
use crate::tenant::Issuer;
use crate::timestamp::Timestamp;
use crate::user::{Email, Profile};

const THEN: Timestamp = Timestamp::from_seconds(1_000);

fn role(name: &str) -> RoleName {
    RoleName::parse(name).expect("a name")
}

fn group(number: u8) -> GroupId {
    GroupId::from_random([number; 16])
}

fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).expect("a name")
}

/// A tenant that shows apps a person's floor, and nobody their desk.
fn tenant() -> Tenant {
    let attribute = |text: &str, kind: Kind, readers: BTreeSet<Reader>| Attribute {
        name: name(text),
        label: Translated::everywhere(text),
        hint: Translated::default(),
        kind,
        required: false,
        readers,
        writer: Writer::Administrator,
    };
    let text = Kind::Text { maximum: 250, pattern: None };
    let attributes = vec![
        attribute("floor", Kind::Integer, [Reader::Apps].into()),
        attribute("motto", text.clone(), [Reader::Apps].into()),
        attribute("desk", text, [Reader::Person].into()),
    ];
    let named =
        |text: &str, roles: &[&str]| Group { name: GroupName::parse(text).expect("a name"), roles: roles.iter().copied().map(role).collect() };
    let groups = [(group(1), named("shop-staff", &["editor"])), (group(2), named("shop-buyers", &[])), (group(3), named("hq", &[]))].into();
    let roster = Roster { version: 1, roles: [role("editor"), role("guest")].into(), groups, ..Roster::default() };
    let (slug, issuer) = (Slug::parse("demo").expect("a slug"), Issuer::parse("https://demo.id.example").expect("an issuer"));
    let tenant = Tenant::named(TenantId::from_random([1; 16]), slug, "Demo", issuer, THEN);
    Tenant { roster, attributes: Schema { version: 1, attributes }, ..tenant }
}

/// Ada, on the seventh floor, of two groups and one role.
fn ada() -> User {
    let values = [
        (name("floor"), attributes::Value::Integer(7)),
        (name("desk"), attributes::Value::Text("by the door".to_owned())),
        (name("motto"), attributes::Value::Text("x".repeat(250))),
    ];
    User {
        username: Some("ada".to_owned()),
        email: Some(Email::first("ada@example.com", true)),
        profile: Profile { given_name: Some("Ada".to_owned()), ..Profile::default() },
        groups: [group(1), group(3)].into(),
        attributes: values.into(),
        ..User::new(UserId::from_random([2; 16]), THEN)
    }
}

fn rules(said: Value) -> Vec<ClaimRule> {
    serde_json::from_value(said).expect("rules")
}

/// A rule for an ID token.
fn rule(claim: &str, from: Value, when: Value) -> Value {
    let mut rule = json!({ "claim": claim, "in": ["id_token"] });
    rule["from"] = from;
    rule["when"] = when;
    rule
}

fn attribute(name: &str) -> Value {
    json!({ "type": "attribute", "name": name })
}

fn constant(value: impl Into<Value>) -> Value {
    json!({ "type": "constant", "value": value.into() })
}

fn told_to(said: Value, user: &User) -> Value {
    json!(told(&rules(said), ClaimPlace::IdToken, &tenant(), user))
}

#[test]
fn a_rule_tells_what_is_known_of_a_person_and_leaves_out_what_is_not() {
    let said = json!([
        rule("https://example.com/floor", attribute("floor"), Value::Null),
        rule("first", attribute("given_name"), Value::Null),
        rule("mail", attribute("email"), Value::Null),
        rule("proved", attribute("email_verified"), Value::Null),
        rule("second", attribute("middle_name"), Value::Null),
        rule("teams", json!({ "type": "groups", "prefix": "shop-" }), Value::Null),
        rule("groups", json!({ "type": "groups" }), Value::Null),
        rule("may", json!({ "type": "roles" }), Value::Null),
        rule("none", json!({ "type": "roles", "prefix": "root" }), Value::Null),
        rule("plan", constant("gold"), Value::Null),
        rule("limits", constant(json!(["a", "b"])), Value::Null),
        rule("beta", constant(true), Value::Null),
    ]);
    let expected = json!({
        "https://example.com/floor": 7, "first": "Ada", "mail": "ada@example.com", "proved": true, "teams": ["shop-staff"],
        "groups": ["hq", "shop-staff"], "may": ["editor"], "plan": "gold", "limits": ["a", "b"], "beta": true,
    });
    assert_eq!(told_to(said.clone(), &ada()), expected);
    let nobody = User::new(UserId::from_random([3; 16]), THEN);
    assert_eq!(told_to(said, &nobody), json!({ "plan": "gold", "limits": ["a", "b"], "beta": true }));
}

#[test]
fn an_attribute_that_is_not_for_apps_is_told_by_no_rule() {
    let hidden = json!([
        rule("place", attribute("desk"), Value::Null),
        rule("near", constant(true), json!({ "type": "attribute", "name": "desk", "equals": "by the door" })),
    ]);
    assert_eq!(told_to(hidden, &ada()), json!({}));
}

#[test]
fn a_condition_says_of_whom_and_the_first_rule_that_applies_counts() {
    let staff = json!({ "type": "role", "role": "editor" });
    let hq = json!({ "type": "group", "group": group(3) });
    let seventh = json!({ "type": "attribute", "name": "floor", "equals": 7 });
    let other = json!({ "type": "attribute", "name": "floor", "equals": "7" });
    let said = |when: Value| json!([rule("kind", constant("some"), when), rule("kind", constant("other"), Value::Null)]);
    for (when, kind) in [(staff, "some"), (hq, "some"), (seventh, "some"), (other, "other"), (json!({ "type": "group", "group": group(2) }), "other")]
    {
        assert_eq!(told_to(said(when.clone()), &ada()), json!({ "kind": kind }), "{when}");
    }
    // What is unknown decides nothing.
    let fallback = json!([rule("kind", attribute("middle_name"), Value::Null), rule("kind", constant("other"), Value::Null)]);
    assert_eq!(told_to(fallback, &ada()), json!({ "kind": "other" }));
    let gone = User { groups: [group(9)].into(), ..ada() };
    assert_eq!(told_to(said(json!({ "type": "group", "group": group(9) })), &gone), json!({ "kind": "other" }), "a group that is gone");
}

#[test]
fn a_claim_is_told_where_its_rule_says() {
    let said = rules(json!([{ "claim": "plan", "from": constant("gold"), "in": ["access_token", "userinfo"] }]));
    let there = |place| told(&said, place, &tenant(), &ada()).contains_key("plan");
    assert_eq!([ClaimPlace::IdToken, ClaimPlace::AccessToken, ClaimPlace::Userinfo].map(there), [false, true, true]);
}

#[test]
fn what_would_be_more_than_tokens_carry_is_left_out_as_a_whole_and_what_follows_is_told() {
    let long = constant("x".repeat(policy::CLAIM_VALUE_BYTES_MAX - 2));
    let one = || rule("one", long.clone(), Value::Null);
    let said = json!([
        one(),
        rule("two", long.clone(), Value::Null),
        rule("two", constant("short"), Value::Null),
        rule("three", constant("x"), Value::Null)
    ]);
    let claims = told_to(said, &ada());
    let names: Vec<&String> = claims.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["one", "three"], "a shorter rule of the same claim doesn't stand in for what was left out");
    let exactly = policy::CLAIMS_BYTES_MAX - policy::CLAIM_VALUE_BYTES_MAX - "one".len() - "rest".len() - 2;
    for (length, fits) in [(exactly, true), (exactly + 1, false)] {
        let claims = told_to(json!([one(), rule("rest", constant("y".repeat(length)), Value::Null)]), &ada());
        assert_eq!(claims.get("rest").is_some(), fits, "{length}");
    }
}

#[test]
fn what_means_something_to_a_token_is_told_by_no_rule_whatever_a_row_says() {
    let registered = [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "jti",
        "nonce",
        "auth_time",
        "acr",
        "amr",
        "azp",
        "at_hash",
        "c_hash",
        "s_hash",
        "sid",
        "client_id",
        "scope",
        "scp",
        "cnf",
        "act",
        "may_act",
        "events",
        "typ",
        "ref",
        "entitlements",
        "email_verified",
        "email",
        "name",
        "updated_at",
        "phone_number_verified",
        "address",
        "authorization_details",
    ];
    for claim in registered {
        let said = json!([rule(claim, constant("x"), Value::Null)]);
        assert_eq!(check(&rules(said.clone()), &tenant()), Err((0, InvalidRule::Registered)), "{claim}");
        assert_eq!(told_to(said, &ada()), json!({}), "{claim}");
    }
    for (claim, from) in [("groups", constant("root")), ("roles", json!({ "type": "groups" })), ("groups", attribute("given_name"))] {
        let said = json!([rule(claim, from, Value::Null)]);
        assert_eq!(check(&rules(said.clone()), &tenant()), Err((0, InvalidRule::Registered)), "{claim}");
        assert_eq!(told_to(said, &ada()), json!({}), "{claim}");
    }
}

#[test]
fn rules_that_can_not_be_are_refused_by_which_and_why() {
    let fine = rule("fine", attribute("floor"), Value::Null);
    let long = "x".repeat(policy::CLAIM_NAME_MAX + 1);
    for (wrong, why) in [
        (rule("", constant("x"), Value::Null), InvalidRule::Name),
        (rule("_claim_sources", constant("x"), Value::Null), InvalidRule::Name),
        (rule("1st", constant("x"), Value::Null), InvalidRule::Name),
        (rule("a b", constant("x"), Value::Null), InvalidRule::Name),
        (rule("a\"b", constant("x"), Value::Null), InvalidRule::Name),
        (rule("ä", constant("x"), Value::Null), InvalidRule::Name),
        (rule(&long, constant("x"), Value::Null), InvalidRule::Name),
        (rule("x", attribute("desk"), Value::Null), InvalidRule::Attribute),
        (rule("x", attribute("unknown"), Value::Null), InvalidRule::Attribute),
        (rule("x", attribute("groups"), Value::Null), InvalidRule::Attribute),
        (rule("x", constant("x".repeat(policy::CLAIM_VALUE_BYTES_MAX - 1)), Value::Null), InvalidRule::Value),
        (rule("x", constant(vec!["x"; policy::CLAIM_VALUE_BYTES_MAX]), Value::Null), InvalidRule::Value),
        (rule("x", constant(1_u64 << 53), Value::Null), InvalidRule::Value),
        (rule("x", json!({ "type": "groups", "prefix": "x".repeat(policy::CLAIM_VALUE_BYTES_MAX) }), Value::Null), InvalidRule::Value),
        (rule("x", constant("x"), json!({ "type": "role", "role": "root" })), InvalidRule::Role),
        (rule("x", constant("x"), json!({ "type": "group", "group": group(9) })), InvalidRule::Group),
        (rule("x", constant("x"), json!({ "type": "attribute", "name": "desk", "equals": "x" })), InvalidRule::Attribute),
        (rule("x", constant("x"), json!({ "type": "attribute", "name": "floor", "equals": "x".repeat(2000) })), InvalidRule::Value),
        (json!({ "claim": "x", "from": constant("x"), "in": [] }), InvalidRule::Nowhere),
    ] {
        let shown: String = wrong.to_string().chars().take(100).collect();
        assert_eq!(check(&rules(json!([fine, wrong])), &tenant()), Err((1, why)), "{shown}");
    }
    let many = |count: usize| check(&rules(json!(vec![fine.clone(); count])), &tenant());
    assert_eq!(many(policy::CLAIM_RULES_MAX), Ok(()));
    assert_eq!(many(policy::CLAIM_RULES_MAX + 1), Err((policy::CLAIM_RULES_MAX, InvalidRule::TooMany)));
}

#[test]
fn a_rule_is_read_as_it_is_written_and_says_nothing_else() {
    let said = json!([
        { "claim": "x", "from": { "type": "groups", "prefix": "shop-" }, "when": { "type": "role", "role": "editor" }, "in": ["id_token", "userinfo"] },
        { "claim": "y", "from": { "type": "constant", "value": ["a"] }, "in": ["access_token"] },
    ]);
    assert_eq!(serde_json::to_value(rules(said.clone())).expect("JSON"), said);
    for wrong in [
        json!({ "claim": "x", "from": { "type": "script", "value": "1" }, "in": ["id_token"] }),
        json!({ "claim": "x", "from": { "type": "constant", "value": { "a": 1 } }, "in": ["id_token"] }),
        json!({ "claim": "x", "from": { "type": "constant", "value": 1.5 }, "in": ["id_token"] }),
        json!({ "claim": "x", "from": { "type": "constant", "value": null }, "in": ["id_token"] }),
        json!({ "claim": "x", "from": { "type": "roles", "prefx": "x" }, "in": ["id_token"] }),
        json!({ "claim": "x", "from": { "type": "roles" }, "in": ["id_token"], "unless": {} }),
        json!({ "claim": "x", "from": { "type": "roles" }, "in": ["cookie"] }),
        json!({ "claim": "x", "from": { "type": "roles" } }),
    ] {
        assert!(serde_json::from_value::<ClaimRule>(wrong.clone()).is_err(), "{wrong}");
    }
}
