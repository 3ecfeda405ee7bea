//! A tenant's configuration as one document: exported, planned, applied as a whole or not at all.

mod bounds;
mod refusals;
mod schema;

use domain::administration::{AdminRole, Assignment};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Call, builders};

use crate::support::{Place, place, problem};

impl Place {
    /// The configuration of a tenant, and its version.
    async fn exported(&self, token: &str, slug: &str) -> (Value, String) {
        let call = Call::get(format!("/admin/v1/tenants/{slug}/config")).with("accept", "application/json");
        let shown = self.send(token, call).await;
        assert_eq!((shown.status, shown.header("content-type")), (StatusCode::OK, "application/json"), "{}", shown.body);
        (shown.json(), shown.header("etag").to_owned())
    }

    async fn plan(&self, token: &str, said: &Value) -> Answer {
        self.create(token, "/config/plan", said).await
    }

    /// Applies a configuration to the one that stands.
    async fn apply(&self, token: &str, slug: &str, said: &Value) -> Answer {
        let (_, etag) = self.exported(token, slug).await;
        self.apply_to(token, slug, &etag, said).await
    }

    async fn apply_to(&self, token: &str, slug: &str, etag: &str, said: &Value) -> Answer {
        let call = Call::new(Method::PUT, format!("/admin/v1/tenants/{slug}/config")).with_body("application/json", said.to_string());
        self.send(token, call.with("if-match", etag)).await
    }
}

/// What there may be in a configuration, beside the two apps that the sample tenant has.
fn full(standing: &Value) -> Value {
    let mut full = standing.clone();
    full["attributes"] = json!([
        { "name": "staff_number", "label": { "en": "Staff number" }, "kind": { "type": "text", "maximum": 9 }, "required": false, "readers": ["apps"], "writer": "administrator" },
        { "name": "hired", "label": { "en": "Hired: when?" }, "kind": { "type": "date" }, "required": false, "readers": [], "writer": "administrator" },
    ]);
    full["roles"] = json!(["editor", "reader"]);
    full["groups"] = json!({ "Guests": { "roles": [] }, "Staff & co": { "roles": ["editor"] } });
    full["apis"] = json!({ "https://api.example/v1": {
        "name": "API", "scopes": ["read", "write"], "access_token_signed_response_alg": "ES256", "access_token_seconds": 300, "scope_roles": { "write": ["editor"] },
    } });
    full["apps"]["shop"] = json!({
        "name": "Shop", "type": "web", "redirect_uris": ["https://shop.example/cb"], "access": { "groups": ["Staff & co", "Guests"] },
        "backchannel_logout": { "uri": "https://shop.example/out", "session_required": true }, "origins": ["https://shop.example"],
        "sessions": { "idle_seconds": 600, "absolute_seconds": 6000 }, "lifetimes": { "id_token_seconds": 120 },
        "claims": [
            { "claim": "staff", "from": { "type": "attribute", "name": "staff_number" }, "when": { "type": "group", "group": "Staff & co" }, "in": ["id_token"] },
            { "claim": "groups", "from": { "type": "groups" }, "in": ["userinfo"] },
        ],
    });
    full["apps"]["robot"] = json!({ "name": "Robot", "type": "machine", "apis": { "https://api.example/v1": ["read"] } });
    full["policies"]["password"] = json!({ "settings": { "rules": { "minimum_alone": 20 } }, "groups": { "Staff & co": { "minimum_alone": 30 } } });
    full["policies"]["registration"] = json!({ "settings": { "who": "domains", "domains": ["EXAMPLE.com"] } });
    full["policies"]["session"] = json!({
        "settings": { "lifetimes": { "idle_seconds": 600, "absolute_seconds": 6000 } },
        "groups": { "Guests": { "idle_seconds": 60, "absolute_seconds": 600 } },
    });
    full["policies"]["branding"] = json!({ "settings": { "welcome": { "en": "Hello" } } });
    full["policies"]["retention"] = json!({ "settings": { "days": 30 } });
    full
}

/// The same without anything but the app by which it is administered.
fn emptied(standing: &Value) -> Value {
    let mut emptied = standing.clone();
    emptied["attributes"] = json!([]);
    emptied["roles"] = json!([]);
    emptied["groups"] = json!({});
    emptied["apis"] = json!({});
    emptied["apps"] = json!({ "sample-public": standing["apps"]["sample-public"] });
    for (_, policy) in emptied["policies"].as_object_mut().expect("policies") {
        policy.as_object_mut().expect("a policy").remove("groups");
    }
    emptied
}

fn names(plan: &Answer) -> Vec<String> {
    let text = |change: &Value, name: &str| change[name].as_str().expect("a text").to_owned();
    let changes = plan.json()["changes"].as_array().expect("changes").clone();
    changes.iter().map(|change| format!("{} {} {}", text(change, "act"), text(change, "kind"), text(change, "name"))).collect()
}

#[tokio::test]
async fn a_tenant_is_shown_as_yaml_unless_json_is_preferred() {
    let place = place().await;
    let token = place.token().await;
    let shown = place.get(&token, "/config").await;
    assert_eq!((shown.status, shown.header("content-type"), shown.header("cache-control")), (StatusCode::OK, "application/yaml", "no-store"));
    insta::assert_snapshot!(shown.body, @r#"
    version: 1
    attributes: []
    roles: []
    groups: {}
    apis: {}
    apps:
      sample-confidential:
        name: Sample web app
        type: web
        security_profile: oidc
        authentication: client_secret_basic
        grant_types:
        - authorization_code
        - refresh_token
        redirect_uris:
        - https://app.example/callback
        id_token_signed_response_alg: ES256
        consent: ask
      sample-public:
        name: Sample app
        type: single_page
        security_profile: oauth2.1
        authentication: none
        grant_types:
        - authorization_code
        - refresh_token
        redirect_uris:
        - https://app.example/callback
        id_token_signed_response_alg: ES256
        consent: ask
    policies:
      password:
        settings:
          rules:
            minimum_alone: 15
            minimum_with_factor: 8
            blocklist: "on"
            strength: good
            history: 0
            composition: []
            longest_days: null
          recovery: by_mail
      registration:
        settings:
          who: closed
          username: not_asked
      session:
        settings:
          lifetimes:
            idle_seconds: 43200
            absolute_seconds: 604800
      access:
        settings:
          who: everyone
      branding:
        settings: {}
      retention:
        settings:
          days: 90
    "#);
    let (json, etag) = place.exported(&token, "demo").await;
    assert_eq!(shown.header("etag"), etag);
    assert_eq!(json["apps"]["sample-public"]["type"], "single_page");
    assert!(!shown.body.contains("sha256") && !shown.body.contains("ada@example.com"), "nothing secret or personal");
}

#[tokio::test]
async fn what_is_exported_and_taken_away_is_there_again_when_it_is_applied_and_then_nothing_is_left_to_change() {
    let place = place().await;
    let token = place.token().await;
    let (standing, _) = place.exported(&token, "demo").await;
    let made = place.apply(&token, "demo", &full(&standing)).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let (full, etag) = place.exported(&token, "demo").await;
    assert_eq!(made.header("etag"), etag);
    let emptied = place.apply(&token, "demo", &emptied(&full)).await;
    assert_eq!(emptied.status, StatusCode::OK, "{}", emptied.body);
    assert_eq!(place.exported(&token, "demo").await.0["apps"].as_object().map(serde_json::Map::len), Some(1));
    let again = place.apply(&token, "demo", &full).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    let (restored, etag) = place.exported(&token, "demo").await;
    assert_eq!(restored, full);
    assert_eq!((again.header("etag"), etag != made.header("etag")), (etag.as_str(), true));
    let plan = place.plan(&token, &full).await;
    assert_eq!(
        (plan.status, plan.header("etag"), plan.json()),
        (StatusCode::OK, etag.as_str(), json!({ "changes": [], "writes": 0, "writes_at_most": 100 }))
    );
    let same = place.apply(&token, "demo", &full).await;
    assert_eq!((same.status, same.header("etag")), (StatusCode::OK, etag.as_str()), "nothing is written for nothing");
    // As text it is the same.
    let text = place.get(&token, "/config").await.body;
    let call = Call::new(Method::POST, Place::path("/config/plan")).with_body("application/yaml", text);
    assert_eq!(place.send(&token, call).await.json()["changes"], json!([]));
    let applied = place.stage.event_types().await.iter().filter(|kind| *kind == "configuration.applied").count();
    assert_eq!(applied, 3, "one for each that changed something");
}

#[tokio::test]
async fn an_export_makes_another_tenant_the_same_though_its_groups_have_other_ids() {
    let place = place().await;
    let token = place.token().await;
    let (standing, _) = place.exported(&token, "demo").await;
    let mut full = full(&standing);
    assert_eq!(place.apply(&token, "demo", &full).await.status, StatusCode::OK);
    full = place.exported(&token, "demo").await.0;
    let other = place.stage.second_tenant().await;
    place.assign(&other, &other.person.id, Some(Assignment::of(AdminRole::Owner))).await;
    let (of_other, _) = other.admin_token(&builders::client(), &["admin"]).await;
    let applied = place.apply(&of_other, "other", &full).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.body);
    assert_eq!(place.exported(&of_other, "other").await.0, full);
    let ids = async |scene: &testkit::scene::Scene| {
        let record = scene.home().read_bundle(&[], store::Signing::Left).await.expect("an answer").expect("a tenant").tenant;
        record.roster.groups.into_keys().collect::<Vec<_>>()
    };
    let (here, there) = (ids(&place.scene).await, ids(&other).await);
    assert!(here.len() == 2 && here.iter().all(|id| !there.contains(id)));
}

#[tokio::test]
async fn a_plan_says_what_would_change_field_by_field_and_changes_nothing() {
    let place = place().await;
    let token = place.token().await;
    let (standing, etag) = place.exported(&token, "demo").await;
    let said = json!({ "version": 1, "roles": ["editor"], "policies": { "retention": { "settings": { "days": 30 } } },
        "apis": { "https://api.example": { "name": "API", "scopes": ["read"], "scope_roles": { "read": ["editor"] } } } });
    let plan = place.plan(&token, &said).await;
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan.json()).expect("JSON"), @r#"
    {
      "changes": [
        {
          "act": "create",
          "kind": "role",
          "name": "editor",
          "fields": []
        },
        {
          "act": "create",
          "kind": "api",
          "name": "https://api.example",
          "fields": [
            {
              "at": "/name",
              "before": null,
              "after": "API"
            },
            {
              "at": "/scopes",
              "before": null,
              "after": [
                "read"
              ]
            },
            {
              "at": "/access_token_signed_response_alg",
              "before": null,
              "after": "ES256"
            },
            {
              "at": "/access_token_seconds",
              "before": null,
              "after": 600
            },
            {
              "at": "/scope_roles",
              "before": null,
              "after": {
                "read": [
                  "editor"
                ]
              }
            }
          ]
        },
        {
          "act": "change",
          "kind": "policy",
          "name": "retention",
          "fields": [
            {
              "at": "/settings/days",
              "before": 90,
              "after": 30
            }
          ]
        }
      ],
      "writes": 5,
      "writes_at_most": 100
    }
    "#);
    assert_eq!(place.exported(&token, "demo").await, (standing.clone(), etag));
    let applied = place.apply(&token, "demo", &said).await;
    assert_eq!(applied.json(), plan.json());
    let mut sample = standing["apps"].clone();
    sample["sample-public"]["redirect_uris"] = json!(["https://app.example/other"]);
    let plan = place.plan(&token, &json!({ "version": 1, "apps": sample })).await.json();
    let fields = json!([{ "at": "/redirect_uris", "before": ["https://app.example/callback"], "after": ["https://app.example/other"] }]);
    assert_eq!(plan["changes"], json!([{ "act": "change", "kind": "app", "name": "sample-public", "fields": fields }]));
}

#[tokio::test]
async fn a_section_that_is_absent_is_left_and_one_that_is_there_is_complete() {
    let place = place().await;
    let token = place.token().await;
    let (standing, _) = place.exported(&token, "demo").await;
    assert_eq!(place.apply(&token, "demo", &full(&standing)).await.status, StatusCode::OK);
    let nothing = place.plan(&token, &json!({ "version": 1 })).await;
    assert_eq!(names(&nothing), Vec::<String>::new());
    let (full, _) = place.exported(&token, "demo").await;
    // A role goes with what it opened and with the group that had it, in one.
    let mut api = full["apis"].clone();
    api["https://api.example/v1"]["scope_roles"] = json!({});
    let said = json!({ "version": 1, "roles": ["reader"], "apis": api, "groups": { "Guests": {}, "Staff & co": { "roles": ["reader"] } } });
    let applied = place.apply(&token, "demo", &said).await;
    assert_eq!(names(&applied), ["remove role editor", "change group Staff & co", "change api https://api.example/v1"], "{}", applied.body);
    // Attributes stand in the order in which pages ask.
    let mut attributes = full["attributes"].as_array().expect("attributes").clone();
    attributes.reverse();
    let turned = place.apply(&token, "demo", &json!({ "version": 1, "attributes": attributes })).await;
    assert_eq!(names(&turned), ["change attribute_order attributes"], "{}", turned.body);
    assert_eq!(place.exported(&token, "demo").await.0["attributes"], json!(attributes));
}

#[tokio::test]
async fn of_two_that_were_made_of_the_same_configuration_one_is_applied() {
    let place = place().await;
    let token = place.token().await;
    let (standing, etag) = place.exported(&token, "demo").await;
    let with = |id: &str| {
        let mut said = standing.clone();
        said["apps"][id] = json!({ "name": "App", "type": "native", "redirect_uris": ["com.example.app:/cb"] });
        said
    };
    let (one, other) = (with("one"), with("other"));
    let (one, other) = futures_util::future::join(place.apply_to(&token, "demo", &etag, &one), place.apply_to(&token, "demo", &etag, &other)).await;
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{} {}", one.body, other.body);
    assert_eq!(place.exported(&token, "demo").await.0["apps"].as_object().map(serde_json::Map::len), Some(3));
    let none = Call::new(Method::PUT, Place::path("/config")).with_body("application/json", r#"{"version":1}"#);
    assert_eq!(problem(&place.send(&token, none).await), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()));
    for stale in [etag.as_str(), "\"x\"", "*", ""] {
        let answer = place.apply_to(&token, "demo", stale, &json!({ "version": 1 })).await;
        assert_eq!(problem(&answer), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()), "{stale}");
    }
    // What is changed by its own resource is another configuration, too.
    let (_, etag) = place.exported(&token, "demo").await;
    assert_eq!(place.put_bare(&token, "/roles/editor", 0).await.status, StatusCode::NO_CONTENT);
    assert_eq!(problem(&place.apply_to(&token, "demo", &etag, &json!({ "version": 1 })).await).1, "changed-meanwhile");
}

#[tokio::test]
async fn policies_that_are_applied_have_their_versions_and_apps_get_their_secrets_afterwards() {
    let place = place().await;
    let token = place.token().await;
    let (standing, _) = place.exported(&token, "demo").await;
    assert_eq!(place.apply(&token, "demo", &full(&standing)).await.status, StatusCode::OK);
    let versions = place.get(&token, "/policies/password/versions").await.json();
    let told: Vec<_> = versions["items"]
        .as_array()
        .expect("versions")
        .iter()
        .map(|version| (version["version"].as_u64(), version["group"].is_string(), version["actor"].is_object()))
        .collect();
    assert_eq!(told, [(Some(2), true, true), (Some(1), false, true), (Some(0), false, false)]);
    let restored = place.send(&token, Call::new(Method::POST, Place::path("/policies/password/versions/0/restore")).with("if-match", "\"2\"")).await;
    assert_eq!(restored.status, StatusCode::OK, "{}", restored.body);
    let shop = place.get(&token, "/apps/shop").await;
    assert_eq!((shop.json()["secrets"].clone(), shop.header("etag")), (json!([]), "\"1\""));
    let secret = place.send_with(&token, "/apps/shop/secrets", 1, &json!({})).await;
    assert_eq!(secret.status, StatusCode::CREATED, "{}", secret.body);
    // What is said of it otherwise leaves its secret.
    let (mut said, _) = place.exported(&token, "demo").await;
    said["apps"]["shop"]["name"] = json!("Shop 2");
    assert_eq!(names(&place.apply(&token, "demo", &said).await), ["change app shop"]);
    assert_eq!(place.get(&token, "/apps/shop").await.json()["secrets"].as_array().map(Vec::len), Some(1));
}
