//! Policies: what they say, of whom, since when and by whom, said again; and that nobody locks themself out.

use domain::ClientId;
use domain::administration::{AdminRole, Assignment};
use domain::client::{Access, AppKind, Client};
use domain::tenant::Tenant;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::rows::text;
use testkit::{Answer, Call, builders};

use crate::support::{Place, place, problem};

impl Place {
    pub(crate) async fn tenant(&self) -> Tenant {
        self.scene.home().read_bundle(&[], store::Signing::Left).await.expect("an answer").expect("a tenant").tenant
    }

    async fn restore(&self, token: &str, policy: &str, version: &str, standing: u64) -> Answer {
        self.post(token, &format!("/policies/{policy}/versions/{version}/restore"), standing).await
    }

    /// A group that Ada is in, or isn't.
    async fn group(&self, token: &str, name: &str, holds_ada: bool) -> String {
        let group = self.create_group(token, name).await;
        if holds_ada {
            let ada = self.user(&self.scene.person.id).await;
            let below = format!("/users/{}", ada.id);
            let changed = self.patch(token, &below, ada.version, &json!({ "groups": [group] })).await;
            assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        }
        group
    }
}

fn samples() -> [(&'static str, Value); 6] {
    let lifetimes = json!({ "idle_seconds": 600, "absolute_seconds": 6000 });
    [
        (
            "password",
            json!({
                "rules": {
                    "minimum_alone": 20, "minimum_with_factor": 8, "blocklist": "on", "strength": "strong", "history": 2, "composition": [],
                    "longest_days": null
                },
                "recovery": "off"
            }),
        ),
        ("registration", json!({ "who": "domains", "domains": ["example.org"], "username": "required", "terms": null })),
        ("session", json!({ "lifetimes": lifetimes, "kept": lifetimes })),
        ("access", json!({ "who": "everyone" })),
        (
            "branding",
            json!({
                "logo": "https://cdn.example/logo.svg", "accent": { "light": "#0b6e4f", "dark": "#5fd3a8" }, "welcome": { "en": "Welcome" },
                "links": { "support": "https://demo.example/help" }
            }),
        ),
        ("retention", json!({ "days": 30 })),
    ]
}

#[tokio::test]
async fn every_policy_is_shown_changed_remembered_and_restored() {
    let place = place().await;
    let token = place.token().await;
    let all = place.get(&token, "/policies").await.json();
    let kinds: Vec<&str> = all["items"].as_array().expect("a list").iter().filter_map(|item| item["policy"].as_str()).collect();
    assert_eq!(kinds, samples().each_ref().map(|(policy, _)| *policy));
    for (policy, settings) in samples() {
        let below = format!("/policies/{policy}");
        let before = place.get(&token, &below).await;
        assert_eq!((before.status, before.header("etag"), &before.json()["version"]), (StatusCode::OK, "\"0\"", &json!(0)), "{policy}");
        let changed = place.put(&token, &below, 0, &settings).await;
        assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"1\""), "{policy} {}", changed.body);
        assert_eq!(changed.json(), json!({ "policy": policy, "version": 1, "settings": settings, "groups": {} }));
        assert_eq!(place.get(&token, &below).await.json(), changed.json());
        for stale in [0, 2] {
            let refused = place.put(&token, &below, stale, &settings).await;
            assert_eq!(problem(&refused), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()), "{policy} {stale}");
        }
        let bare = place.send(&token, Call::new(Method::PUT, Place::path(&below)).with_body("application/json", settings.to_string())).await;
        assert_eq!(problem(&bare), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()), "{policy}");
        assert_eq!(problem(&place.restore(&token, policy, "0", 0).await).1, "changed-meanwhile", "{policy}");
        let restored = place.restore(&token, policy, "0", 1).await;
        assert_eq!((restored.status, restored.header("etag")), (StatusCode::OK, "\"2\""), "{policy} {}", restored.body);
        assert_eq!(restored.json()["settings"], before.json()["settings"], "{policy}");
        let versions = place.get(&token, &format!("{below}/versions")).await.json();
        let told = versions["items"].as_array().expect("a list").iter().map(|item| {
            assert_eq!((&item["policy"], &item["group"]), (&json!(policy), &Value::Null));
            (item["version"].as_u64(), item["actor"]["id"].as_str().map(str::to_owned), item["settings"].clone())
        });
        let ada = Some(place.scene.person.id.to_string());
        let original = before.json()["settings"].clone();
        let expected = [(Some(2), ada.clone(), original.clone()), (Some(1), ada, settings), (Some(0), None, original)];
        assert_eq!(told.collect::<Vec<_>>(), expected, "{policy}");
        assert_eq!(place.get(&token, &format!("{below}/versions/1")).await.json(), versions["items"][1], "{policy}");
        for none in ["3", "x", "-1", "18446744073709551616"] {
            assert_eq!(problem(&place.get(&token, &format!("{below}/versions/{none}")).await).1, "not-found", "{none}");
            assert_eq!(problem(&place.restore(&token, policy, none, 2).await), (StatusCode::NOT_FOUND, "not-found".to_owned()), "{none}");
        }
    }
    let events: Vec<_> = place.stage.rows("events").await.into_iter().filter(|row| text(row, "type") == "policy.changed").collect();
    assert_eq!(events.len(), 12);
    assert!(events.iter().all(|row| text(row, "actor") == place.scene.person.id.as_str()));
    assert_eq!(problem(&place.get(&token, "/policies/attributes").await), (StatusCode::NOT_FOUND, "not-found".to_owned()));
    assert_eq!(problem(&place.put(&token, "/policies/attributes", 0, &json!({})).await).1, "not-found");
    assert_eq!(problem(&place.get(&token, "/policies/attributes/versions").await).1, "not-found");
}

#[tokio::test]
async fn versions_come_a_page_at_a_time_the_latest_first() {
    let place = place().await;
    let token = place.token().await;
    for version in 0..3_u64 {
        let days = 7 + version;
        assert_eq!(place.put(&token, "/policies/retention", version, &json!({ "days": days })).await.status, StatusCode::OK);
    }
    let mut cursor = String::new();
    for expected in [vec![3, 2], vec![1, 0]] {
        let page = place.get(&token, &format!("/policies/retention/versions?limit=2{cursor}")).await.json();
        let versions: Vec<u64> = page["items"].as_array().expect("a list").iter().filter_map(|item| item["version"].as_u64()).collect();
        assert_eq!(versions, expected);
        cursor = page["next"].as_str().map_or_else(String::new, |next| format!("&cursor={next}"));
    }
    assert_eq!(cursor, "");
    assert_eq!(place.get(&token, "/policies/session/versions").await.json(), json!({ "items": [] }), "never changed");
    for (query, slug) in [("limit=0", "malformed"), ("limit=101", "malformed"), ("cursor=x", "cursor"), ("page=2", "malformed")] {
        let refused = place.get(&token, &format!("/policies/retention/versions?{query}")).await;
        assert_eq!(problem(&refused), (StatusCode::BAD_REQUEST, slug.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn what_a_policy_cant_say_is_refused_and_nothing_is_changed() {
    let place = place().await;
    let token = place.token().await;
    let nobodys = domain::GroupId::from_random([9; 16]);
    let lifetimes = |idle: i64, absolute: i64| json!({ "lifetimes": { "idle_seconds": idle, "absolute_seconds": absolute } });
    for (policy, settings, status, slug) in [
        ("password", json!({ "rules": { "minimum_alone": 7 } }), 422, "invalid"),
        ("password", json!({ "rules": { "minimum_alone": 65 } }), 422, "invalid"),
        ("password", json!({ "rules": { "history": 6 } }), 422, "invalid"),
        ("password", json!({ "rules": { "longest_days": 0 } }), 400, "malformed"),
        ("password", json!({ "minimum_alone": 20 }), 400, "malformed"),
        ("registration", json!({ "who": "domains" }), 422, "invalid"),
        ("registration", json!({ "who": "domains", "domains": ["a b"] }), 422, "invalid"),
        ("registration", json!({ "terms": { "version": "1", "url": "http://a.example" } }), 422, "invalid"),
        ("session", lifetimes(59, 600), 422, "invalid"),
        ("session", lifetimes(600, 599), 422, "invalid"),
        ("session", lifetimes(60, 31_536_001), 422, "invalid"),
        ("session", lifetimes(-1, 600), 400, "malformed"),
        ("session", json!({}), 400, "malformed"),
        ("access", json!({ "who": { "groups": [] } }), 422, "invalid"),
        ("access", json!({ "who": { "groups": [nobodys] } }), 422, "invalid"),
        ("access", json!({ "who": "nobody" }), 400, "malformed"),
        ("branding", json!({ "accent": { "light": "#ffd400", "dark": "#ffd400" } }), 422, "invalid"),
        ("branding", json!({ "logo": "https://cdn.example/logo" }), 422, "invalid"),
        ("branding", json!({ "css": "*{}" }), 400, "malformed"),
        ("retention", json!({ "days": 6 }), 422, "invalid"),
        ("retention", json!({ "days": 3651 }), 422, "invalid"),
        ("retention", json!({ "days": 1.5 }), 400, "malformed"),
        ("retention", json!([]), 400, "malformed"),
    ] {
        let answer = place.put(&token, &format!("/policies/{policy}"), 0, &settings).await;
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{policy} {settings}");
    }
    assert!(place.tenant().await.policies.is_untouched());
    assert_eq!(place.stage.count("identity", "retention#").await, 0);
}

#[tokio::test]
async fn a_policy_says_something_else_of_a_group_until_that_is_taken_back() {
    let place = place().await;
    let token = place.token().await;
    let group = place.group(&token, "Cashiers", false).await;
    let below = format!("/policies/session/groups/{group}");
    let short = json!({ "idle_seconds": 60, "absolute_seconds": 600 });
    assert_eq!(problem(&place.get(&token, &below).await).1, "not-found");
    assert_eq!(problem(&place.delete(&token, &below, 0).await).1, "not-found");
    let said = place.put(&token, &below, 0, &short).await;
    assert_eq!((said.status, said.header("etag")), (StatusCode::OK, "\"1\""), "{}", said.body);
    assert_eq!(said.json(), json!({ "policy": "session", "version": 1, "settings": short }));
    assert_eq!(place.get(&token, &below).await.json(), said.json());
    assert_eq!(place.get(&token, "/policies/session").await.json()["groups"], json!({ group.as_str(): short }));
    let rules = place.put(&token, &format!("/policies/password/groups/{group}"), 0, &json!({ "minimum_alone": 30 })).await;
    assert_eq!((rules.status, &rules.json()["settings"]["minimum_alone"]), (StatusCode::OK, &json!(30)), "{}", rules.body);
    for (path, version, settings, status, slug) in [
        (below.clone(), 0, short.clone(), 412, "changed-meanwhile"),
        (below.clone(), 1, json!({ "idle_seconds": 59, "absolute_seconds": 600 }), 422, "invalid"),
        (below.clone(), 1, json!({ "idle_seconds": 60 }), 400, "malformed"),
        (format!("/policies/password/groups/{group}"), 1, json!({ "minimum_alone": 7 }), 422, "invalid"),
        (format!("/policies/password/groups/{group}"), 1, json!({ "recovery": "off" }), 400, "malformed"),
        (format!("/policies/session/groups/{}", domain::GroupId::from_random([9; 16])), 1, short.clone(), 404, "not-found"),
        ("/policies/session/groups/x".to_owned(), 1, short.clone(), 404, "not-found"),
        (format!("/policies/retention/groups/{group}"), 0, json!({ "days": 7 }), 404, "not-found"),
    ] {
        let answer = place.put(&token, &path, version, &settings).await;
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{path} {settings}");
    }
    // A group stays as long as a policy says something of it.
    let groups = place.get(&token, "/groups").await.header("etag").trim_matches('"').parse::<u64>().expect("a version");
    let kept = place.delete(&token, &format!("/groups/{group}"), groups).await;
    assert_eq!(problem(&kept), (StatusCode::CONFLICT, "named-by-policy".to_owned()));
    assert_eq!(problem(&place.delete(&token, &below, 0).await).1, "changed-meanwhile");
    let gone = place.delete(&token, &below, 1).await;
    assert_eq!((gone.status, gone.header("etag")), (StatusCode::NO_CONTENT, "\"2\""));
    assert_eq!(place.delete(&token, &format!("/policies/password/groups/{group}"), 1).await.status, StatusCode::NO_CONTENT);
    assert_eq!(place.delete(&token, &format!("/groups/{group}"), groups).await.status, StatusCode::NO_CONTENT);
    let version = place.get(&token, "/policies/session/versions/2").await.json();
    assert_eq!((&version["group"], &version["settings"]), (&json!(group), &Value::Null));
    // What was said of a group that is gone isn't said again.
    assert_eq!(problem(&place.restore(&token, "session", "1", 2).await), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()));
    assert_eq!(place.restore(&token, "session", "0", 2).await.header("etag"), "\"3\"");
}

#[tokio::test]
async fn who_may_use_apps_is_never_said_so_that_its_author_or_every_owner_is_out() {
    let place = place().await;
    let token = place.token().await;
    let (hers, others) = (place.group(&token, "Staff", true).await, place.group(&token, "Guests", false).await);
    let only = |group: &str| json!({ "who": { "groups": [group] } });
    let out = (StatusCode::CONFLICT, "locks-out".to_owned());
    let refused = place.put(&token, "/policies/access", 0, &only(&others)).await;
    assert_eq!(problem(&refused), out);
    assert_eq!(refused.json()["detail"], "you would not be let in any more");
    assert!(place.tenant().await.policies.is_untouched());
    let token = place.token().await;
    assert_eq!(place.put(&token, "/policies/access", 0, &only(&hers)).await.header("etag"), "\"1\"");
    assert_eq!(place.put(&token, "/policies/access", 1, &json!({ "who": "everyone" })).await.header("etag"), "\"2\"");
    // Who may do it and isn't an owner leaves the owner, who is in no group, a way in as well.
    let grace = place.scene.add_person("grace", "grace@example.org").await;
    place.assign(&place.scene, &grace.id, Some(Assignment::of(AdminRole::Owner))).await;
    place.assign(&place.scene, &place.scene.person.id, Some(Assignment::of(AdminRole::Security))).await;
    let refused = place.put(&token, "/policies/access", 2, &only(&hers)).await;
    assert_eq!((problem(&refused), refused.json()["detail"].as_str()), (out.clone(), Some("no owner would be let in any more")));
    place.assign(&place.scene, &place.scene.person.id, Some(Assignment::of(AdminRole::Owner))).await;
    assert_eq!(place.put(&token, "/policies/access", 2, &only(&hers)).await.header("etag"), "\"3\"");
    // Restoring is checked anew: Ada left the group.
    let ada = place.user(&place.scene.person.id).await;
    let left = place.patch(&token, &format!("/users/{}", ada.id), ada.version, &json!({ "groups": [others] })).await;
    assert_eq!(left.status, StatusCode::OK);
    assert_eq!(problem(&place.restore(&token, "access", "1", 3).await), out);
    assert_eq!(place.restore(&token, "access", "0", 3).await.header("etag"), "\"4\"");
}

#[tokio::test]
async fn an_app_by_which_somebody_administers_is_for_them_or_stays_as_it_is() {
    let place = place().await;
    let token = place.token().await;
    let (hers, others) = (place.group(&token, "Staff", true).await, place.group(&token, "Guests", false).await);
    let app = Client { id: ClientId::parse("console").expect("an id"), kind: Some(AppKind::SinglePage), ..builders::client() };
    place.scene.register(&app).await;
    let token = place.scene.admin_token(&app, &["admin"]).await.0;
    let below = format!("/apps/{}", app.id);
    let settings = |access: Value| {
        let mut settings = serde_json::to_value(app.settings()).expect("JSON");
        settings["access"] = access;
        settings
    };
    let refused = place.put(&token, &below, 1, &settings(json!({ "groups": [others] }))).await;
    assert_eq!(problem(&refused), (StatusCode::CONFLICT, "locks-out".to_owned()));
    let changed = place.put(&token, &below, 1, &settings(json!({ "groups": [hers] }))).await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"2\""), "{}", changed.body);
    place.stage.clock.advance(domain::policy::CACHE_USABLE);
    // The app says itself whom it is for, so that whatever is said of all apps is nothing to it.
    let token = place.scene.admin_token(&app, &["admin"]).await.0;
    let said = place.put(&token, "/policies/access", 0, &json!({ "who": { "groups": [others] } })).await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.body);
    let none = place.put(&token, &below, 2, &settings(Value::Null)).await;
    assert_eq!(problem(&none), (StatusCode::CONFLICT, "locks-out".to_owned()), "the policy counts for it then");
    assert_eq!(place.put(&token, &below, 2, &settings(json!("everyone"))).await.status, StatusCode::OK);
    let standing = place.scene.home().find_client(&app.id).await.expect("an answer").expect("an app");
    assert_eq!(standing.access, Some(Access::Everyone));
}

#[tokio::test]
async fn events_are_kept_as_long_as_the_tenant_says_when_it_has_said_it_for_30_seconds() {
    let place = place().await;
    let token = place.token().await;
    assert_eq!(place.put(&token, "/policies/retention", 0, &json!({ "days": 7 })).await.status, StatusCode::OK);
    place.stage.clock.advance(domain::policy::CACHE_USABLE);
    let token = place.token().await;
    assert_eq!(place.put(&token, "/policies/retention", 1, &json!({ "days": 8 })).await.status, StatusCode::OK);
    let kept = place.stage.rows("events").await.into_iter().filter(|row| text(row, "type") == "policy.changed").map(|row| {
        let number = |name: &str| testkit::rows::number(&row, name);
        (number("ends_at") - number("at")) / 86_400_000
    });
    let mut days: Vec<_> = kept.collect();
    days.sort_unstable();
    assert_eq!(days, [7, 90]);
}
