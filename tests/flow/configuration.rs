//! A configuration is exported, taken away by the API, applied again; killed while it is applied, it is there or it isn't.

use domain::policy;
use http::{Method, StatusCode};
use local::TestPlatform;
use serde_json::{Value, json};
use testkit::endpoint::{Answer, Call};

use super::administration::Owner;
use super::crash_points::{POINTS_MAX, SWEEPS};
use super::founding::{administer, platform_token};
use super::ledger::rows;
use super::relying_party::RelyingParty;
use super::visitor::Visitor;

const OF_ACME: &str = "/admin/v1/tenants/acme";

fn said() -> Value {
    json!({
        "version": 1, "roles": ["editor"], "groups": { "Staff": { "roles": ["editor"] } },
        "attributes": [{ "name": "staff_number", "label": { "en": "Staff number" }, "kind": { "type": "integer" } }],
        "apis": { "https://api.example": { "name": "API", "scopes": ["read"], "scope_roles": { "read": ["editor"] } } },
        "policies": { "retention": { "settings": { "days": 30 } }, "session": {
            "settings": { "lifetimes": { "idle_seconds": 3600, "absolute_seconds": 36000 } }, "groups": { "Staff": { "idle_seconds": 600, "absolute_seconds": 6000 } },
        } },
    })
}

async fn exported(owner: &Owner<'_>) -> (Value, String) {
    owner.see("/config").await
}

async fn apply(owner: &Owner<'_>, said: &Value) -> Answer {
    let (_, etag) = exported(owner).await;
    owner.send(Method::PUT, "/config", &etag, Some(said)).await
}

/// Takes away by the API what the configuration made.
async fn delete_all(owner: &Owner<'_>) {
    let gone = async |below: &str, of: &str, body: Option<&Value>| {
        let (_, version) = owner.see(of).await;
        let method = if body.is_some() { Method::PUT } else { Method::DELETE };
        let answer = owner.send(method, below, &version, body).await;
        assert!(answer.status.is_success(), "{below}: {}", answer.body);
    };
    let id = async |of: &str, member: &str, is: &str| {
        let items = owner.see(of).await.0["items"].as_array().expect("a list").clone();
        items.iter().find(|item| item[member] == is).and_then(|item| item["id"].as_str()).expect("an id").to_owned()
    };
    let (group, api) = (id("/groups", "name", "Staff").await, id("/apis", "audience", "https://api.example").await);
    gone(&format!("/apis/{api}/scope-roles"), &format!("/apis/{api}/scope-roles"), Some(&json!({}))).await;
    gone(&format!("/apis/{api}"), &format!("/apis/{api}"), None).await;
    gone(&format!("/policies/session/groups/{group}"), "/policies/session", None).await;
    gone(&format!("/groups/{group}"), "/groups", None).await;
    gone("/roles/editor", "/roles", None).await;
    gone("/attributes", "/attributes", Some(&json!({ "attributes": [] }))).await;
    gone("/policies/retention", "/policies/retention", Some(&json!({ "days": 7 }))).await;
}

#[tokio::test]
async fn what_is_exported_deleted_and_applied_is_the_same_export_and_the_next_plan_is_empty() {
    let platform = TestPlatform::start().await;
    let owner = Owner::of(&platform).await;
    let mut said = said();
    let (standing, _) = exported(&owner).await;
    // What the demo has already stays.
    for section in ["apis", "groups"] {
        for (name, thing) in standing[section].as_object().expect("things") {
            said[section][name] = thing.clone();
        }
    }
    let made = apply(&owner, &said).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let (full, _) = exported(&owner).await;
    delete_all(&owner).await;
    assert_ne!(exported(&owner).await.0, full);
    let again = apply(&owner, &full).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert_eq!(exported(&owner).await.0, full);
    let plan = owner.send(Method::POST, "/config/plan", "", Some(&full)).await;
    assert_eq!((plan.status, &plan.json()["changes"]), (StatusCode::OK, &json!([])));
    // The demo's apps work as before.
    platform.clock.advance(policy::CACHE_USABLE);
    let app = RelyingParty::public(&platform);
    let code = Visitor::ada(&platform, 2).arrive(&platform, &app).await;
    app.tokens(&platform, &code).await;
}

#[tokio::test]
async fn an_export_makes_another_tenant_the_same() {
    let platform = TestPlatform::start().await;
    let owner = Owner::of(&platform).await;
    let (full, _) = exported(&owner).await;
    let token = platform_token(&platform).await;
    let acme = json!({ "slug": "acme", "name": "Acme", "preset": "regulated", "owner_email": "alan@example.org" });
    let made = administer(&platform, &token, Call::new(Method::POST, "/admin/v1/tenants").with_body("application/json", acme.to_string())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let there = async || administer(&platform, &token, Call::get(format!("{OF_ACME}/config")).with("accept", "application/json")).await;
    let etag = there().await.header("etag").to_owned();
    let call = Call::new(Method::PUT, format!("{OF_ACME}/config")).with("if-match", &etag).with_body("application/json", full.to_string());
    let applied = administer(&platform, &token, call).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.body);
    assert_eq!(there().await.json(), full);
}

#[tokio::test]
async fn an_apply_that_is_killed_has_done_all_of_it_or_nothing() {
    let mut platform = TestPlatform::start().await;
    let token = Owner::of(&platform).await.into_token();
    let mut days = 30;
    for sweep in SWEEPS.into_iter().filter(|sweep| !sweep.cold) {
        for nth in 1..=POINTS_MAX {
            days += 1;
            let ended = {
                let owner = Owner::with(&platform, token.clone());
                let (mut said, etag) = exported(&owner).await;
                said["roles"] = json!([format!("role-{days}")]);
                said["policies"]["retention"]["settings"]["days"] = json!(days);
                let (before, _) = exported(&owner).await;
                let ended = sweep.kill(nth, &platform, owner.send(Method::PUT, "/config", &etag, Some(&said))).await;
                let (after, _) = exported(&owner).await;
                assert!(after == before || after == said, "{sweep:?} {nth}: half of it");
                ended
            };
            if let Some(answer) = ended {
                assert_eq!(answer.status, StatusCode::OK, "{sweep:?} {nth}: {}", answer.body);
                break;
            }
            sweep.restart(&mut platform);
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
    let told = rows(&platform, "events").await;
    let applied = told.iter().filter(|row| format!("{row:?}").contains("configuration.applied")).count();
    let owner = Owner::with(&platform, token);
    let (versions, _) = owner.see("/policies/retention").await;
    assert_eq!(versions["version"].as_u64(), u64::try_from(applied).ok(), "as many events as changes");
}
