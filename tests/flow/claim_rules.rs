//! What an app is told by its rules: the preview is what tokens and userinfo say.

use std::collections::BTreeMap;

use domain::attributes::{Attribute, AttributeName, Kind, Reader, Translated, Writer};
use domain::policy;
use http::{Method, StatusCode};
use local::TestPlatform;
use runtime::Provisioner;
use serde_json::{Value, json};
use testkit::jwt::Shown;

use super::administration::Owner;
use super::relying_party::RelyingParty;
use super::visitor::Visitor;

/// What only a sign-in says.
const OF_A_SIGN_IN: [&str; 10] = ["exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid", "jti", "ref"];
const APP: &str = "/apps/demo-public";
const SCOPE: &str = "openid profile email groups offline_access orders:read";

fn rule(claim: &str, from: Value, places: &[&str]) -> Value {
    let mut rule = json!({ "claim": claim, "in": places });
    rule["from"] = from;
    rule
}

fn when(mut rule: Value, condition: Value) -> Value {
    rule["when"] = condition;
    rule
}

fn constant(value: impl Into<Value>) -> Value {
    json!({ "type": "constant", "value": value.into() })
}

/// Sets of rules by what they are about.
fn sets(group: &str) -> BTreeMap<&'static str, Value> {
    let all = ["id_token", "access_token", "userinfo"];
    let attribute = |name: &str| json!({ "type": "attribute", "name": name });
    let role = |role: &str| json!({ "type": "role", "role": role });
    let long = constant("x".repeat(policy::CLAIM_VALUE_BYTES_MAX - 2));
    BTreeMap::from([
        ("no rules", json!([])),
        (
            "attributes and constants",
            json!([
                rule("department", attribute("department"), &all),
                rule("https://shop.example/mail", attribute("email"), &["access_token"]),
                rule("second_name", attribute("middle_name"), &all),
                rule("plan", constant(json!(["gold", "early"])), &["id_token", "userinfo"]),
                rule("beta", constant(true), &["access_token"]),
            ]),
        ),
        (
            "groups and roles",
            json!([
                rule("groups", json!({ "type": "groups", "prefix": "shop-" }), &["id_token", "access_token"]),
                rule("roles", json!({ "type": "roles" }), &["access_token", "userinfo"]),
                rule("https://shop.example/teams", json!({ "type": "groups" }), &["id_token"]),
            ]),
        ),
        (
            "conditions and what is too long",
            json!([
                when(rule("level", constant("root"), &all), role("guest")),
                when(rule("level", constant("staff"), &all), json!({ "type": "group", "group": group })),
                rule("level", constant("none"), &all),
                when(rule("editing", constant(1), &["id_token"]), role("editor")),
                when(rule("selling", constant(1), &["userinfo"]), json!({ "type": "attribute", "name": "department", "equals": "sales" })),
                rule("first", long.clone(), &["access_token"]),
                rule("second", long, &["access_token"]),
            ]),
        ),
    ])
}

/// Ada is in sales, and in two groups of which one has a role; her id, and that group's.
async fn arrange(platform: &TestPlatform, owner: &Owner<'_>) -> (String, String) {
    let department = Attribute {
        name: AttributeName::parse("department").expect("a name"),
        label: Translated::everywhere("Department"),
        hint: Translated::default(),
        kind: Kind::Text { maximum: 50, pattern: None },
        required: false,
        readers: [Reader::Apps].into(),
        writer: Writer::Administrator,
    };
    let provisioner = Provisioner::new(platform.platform());
    provisioner.change_attributes(&platform.demo.tenant, |schema| schema.attributes = vec![department]).await.expect("a schema");
    let mut groups = Vec::new();
    for role in ["editor", "guest"] {
        let (_, version) = owner.see("/roles").await;
        let version = if version.is_empty() { "\"0\"".to_owned() } else { version };
        assert_eq!(owner.send(Method::PUT, &format!("/roles/{role}"), &version, None).await.status, StatusCode::NO_CONTENT);
    }
    for said in [json!({ "name": "shop-staff", "roles": ["editor"] }), json!({ "name": "hq" })] {
        let (_, version) = owner.see("/groups").await;
        let made = owner.send(Method::POST, "/groups", &version, Some(&said)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        groups.push(made.text_of("id"));
    }
    let (people, _) = owner.see("/users").await;
    let ada = people["items"][0]["id"].as_str().expect("an id").to_owned();
    let (_, version) = owner.see(&format!("/users/{ada}")).await;
    let said = json!({ "attributes": { "department": "sales" }, "groups": groups });
    let changed = owner.send(Method::PATCH, &format!("/users/{ada}"), &version, Some(&said)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    (ada, groups.swap_remove(0))
}

fn without_sign_in(mut claims: Value) -> Value {
    claims.as_object_mut().expect("claims").retain(|name, _| !OF_A_SIGN_IN.contains(&name.as_str()));
    claims
}

fn claims(token: &str) -> Value {
    without_sign_in(Shown::read(token).expect("a token").claims)
}

#[tokio::test]
async fn what_is_previewed_of_a_person_is_what_their_tokens_and_userinfo_say() {
    let platform = TestPlatform::start().await;
    let owner = Owner::of(&platform).await;
    let (ada, group) = arrange(&platform, &owner).await;
    let audience = platform.demo.apis()[0].audience.clone();
    let app = RelyingParty::public(&platform).at_resource(&audience, SCOPE);
    let mut browser = Visitor::ada(&platform, 2);
    let asking = json!({ "user": ada, "scope": SCOPE, "resource": audience });
    let mut told = String::new();
    for (about, rules) in sets(&group) {
        let mut trying = asking.clone();
        trying["claims"] = rules.clone();
        let tried = owner.send(Method::POST, &format!("{APP}/preview"), "", Some(&trying)).await;
        assert_eq!(tried.status, StatusCode::OK, "{about}: {}", tried.body);
        let (standing, version) = owner.see(APP).await;
        let mut settings = standing["settings"].clone();
        settings["claims"] = rules;
        let saved = owner.send(Method::PUT, APP, &version, Some(&settings)).await;
        assert_eq!((saved.status, &saved.json()["settings"]), (StatusCode::OK, &settings), "{about}: {}", saved.body);
        let preview = owner.send(Method::POST, &format!("{APP}/preview"), "", Some(&asking)).await.json();
        assert_eq!(preview, tried.json(), "{about}: rules that stand do what they did when they were tried");

        platform.clock.advance(policy::CACHE_USABLE);
        let tokens = app.redeem(&platform, &browser.arrive(&platform, &app).await).await;
        let refreshed = app.refreshed(&platform, &tokens.text_of("refresh_token")).await;
        let there = app.redeem_with(&platform, &browser.arrive(&platform, &app).await, ("resource", &app.issuer)).await;
        let userinfo = app.userinfo(&platform, &there.text_of("access_token")).await.json();
        for answer in [&tokens, &refreshed] {
            let said = json!({
                "id_token": claims(&answer.text_of("id_token")),
                "access_token": claims(&answer.text_of("access_token")),
                "userinfo": without_sign_in(userinfo.clone()),
            });
            assert_eq!(said, preview, "{about}");
        }
        told.push_str(&shown(about, &preview));
    }
    insta::assert_snapshot!(told, @r#"
    attributes and constants
      id_token: {"aud":"demo-public","department":"sales","iss":"http://localhost:8080/t/demo","plan":["gold","early"],"sub":"<ada>"}
      access_token: {"aud":"https://api.demo.example","beta":true,"client_id":"demo-public","department":"sales","groups":["hq","shop-staff"],"https://shop.example/mail":"ada@demo.example","iss":"http://localhost:8080/t/demo","scope":"orders:read","sub":"<ada>"}
      userinfo: {"department":"sales","email":"ada@demo.example","email_verified":true,"family_name":"Lovelace","given_name":"Ada","groups":["hq","shop-staff"],"locale":"en-GB","name":"Ada Lovelace","plan":["gold","early"],"preferred_username":"ada","sub":"<ada>","updated_at":1795357925,"zoneinfo":"Europe/London"}
    conditions and what is too long
      id_token: {"aud":"demo-public","editing":1,"iss":"http://localhost:8080/t/demo","level":"staff","sub":"<ada>"}
      access_token: {"aud":"https://api.demo.example","client_id":"demo-public","first":"<long>","groups":["hq","shop-staff"],"iss":"http://localhost:8080/t/demo","level":"staff","scope":"orders:read","sub":"<ada>"}
      userinfo: {"department":"sales","email":"ada@demo.example","email_verified":true,"family_name":"Lovelace","given_name":"Ada","groups":["hq","shop-staff"],"level":"staff","locale":"en-GB","name":"Ada Lovelace","preferred_username":"ada","selling":1,"sub":"<ada>","updated_at":1795357925,"zoneinfo":"Europe/London"}
    groups and roles
      id_token: {"aud":"demo-public","groups":["shop-staff"],"https://shop.example/teams":["hq","shop-staff"],"iss":"http://localhost:8080/t/demo","sub":"<ada>"}
      access_token: {"aud":"https://api.demo.example","client_id":"demo-public","groups":["shop-staff"],"iss":"http://localhost:8080/t/demo","roles":["editor"],"scope":"orders:read","sub":"<ada>"}
      userinfo: {"department":"sales","email":"ada@demo.example","email_verified":true,"family_name":"Lovelace","given_name":"Ada","groups":["hq","shop-staff"],"locale":"en-GB","name":"Ada Lovelace","preferred_username":"ada","roles":["editor"],"sub":"<ada>","updated_at":1795357925,"zoneinfo":"Europe/London"}
    no rules
      id_token: {"aud":"demo-public","iss":"http://localhost:8080/t/demo","sub":"<ada>"}
      access_token: {"aud":"https://api.demo.example","client_id":"demo-public","groups":["hq","shop-staff"],"iss":"http://localhost:8080/t/demo","scope":"orders:read","sub":"<ada>"}
      userinfo: {"department":"sales","email":"ada@demo.example","email_verified":true,"family_name":"Lovelace","given_name":"Ada","groups":["hq","shop-staff"],"locale":"en-GB","name":"Ada Lovelace","preferred_username":"ada","sub":"<ada>","updated_at":1795357925,"zoneinfo":"Europe/London"}
    "#);
}

/// A preview in a few lines, of nobody in particular.
fn shown(about: &str, preview: &Value) -> String {
    let sub = preview["userinfo"]["sub"].as_str().expect("a sub");
    let line = |place: &str| {
        let claims: BTreeMap<&String, &Value> = preview[place].as_object().expect("claims").iter().collect();
        format!("  {place}: {}\n", json!(claims))
    };
    let text = format!("{about}\n{}", ["id_token", "access_token", "userinfo"].map(line).concat());
    text.replace(sub, "<ada>").replace(&"x".repeat(policy::CLAIM_VALUE_BYTES_MAX - 2), "<long>")
}
