//! Apps: registered with all that they need, changed, given other secrets, taken away.

use domain::ClientId;
use domain::administration::{AdminRole, Assignment};
use domain::client::{Access, Client, WebOrigin};
use domain::policy;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Call, builders};

use crate::support::{Place, place, problem};

fn web() -> Value {
    json!({ "name": "Shop", "type": "web", "redirect_uris": ["https://shop.example/cb"] })
}

async fn register(place: &Place, token: &str, settings: Value) -> Answer {
    place.create(token, "/apps", &json!({ "client_id": "shop", "settings": settings })).await
}

async fn standing(place: &Place, id: &str) -> Client {
    place.scene.home().find_client(&ClientId::parse(id).expect("an id")).await.expect("an answer").expect("an app")
}

fn hash(secret: &str) -> String {
    crypto::base64url::encode(crypto::derive::sha256(secret.as_bytes()))
}

#[tokio::test]
async fn an_app_is_registered_with_a_secret_that_is_told_once_and_all_that_it_is_set_up_with() {
    let place = place().await;
    let token = place.token().await;
    let made = register(&place, &token, web()).await;
    assert_eq!((made.status, made.header("etag")), (StatusCode::CREATED, "\"1\""), "{}", made.body);
    assert_eq!(made.header("location"), "/admin/v1/tenants/demo/apps/shop");
    let (app, secret) = (made.json(), made.json()["client_secret"].as_str().expect("a secret").to_owned());
    assert_eq!(
        app["configuration"],
        json!({
            "issuer": "https://demo.id.example.com", "discovery": "https://demo.id.example.com/.well-known/openid-configuration", "client_id": "shop",
            "redirect_uri": "https://shop.example/cb", "token_endpoint_auth_method": "client_secret_basic", "id_token_signed_response_alg": "ES256",
        })
    );
    assert_eq!(standing(&place, "shop").await.secrets[0].sha256, hash(&secret));
    let shown = place.get(&token, "/apps/shop").await;
    assert!(!shown.body.contains(&secret) && !shown.body.contains(&hash(&secret)));
    assert_eq!((shown.status, &shown.json()["settings"]["access"]), (StatusCode::OK, &json!(null)));
    let again = register(&place, &token, web()).await;
    assert_eq!(problem(&again), (StatusCode::CONFLICT, "taken".to_owned()));
    let drawn = place.create(&token, "/apps", &json!({ "settings": web() })).await.json();
    assert_eq!(drawn["client_id"].as_str().map(str::len), Some(22));
    for kind in ["single_page", "native"] {
        let public = json!({ "settings": { "name": "App", "type": kind, "redirect_uris": ["https://app.example/cb"] } });
        assert_eq!(place.create(&token, "/apps", &public).await.json().get("client_secret"), None, "{kind}");
    }
}

#[tokio::test]
async fn apps_are_listed_by_name_without_what_is_said_of_them() {
    let place = place().await;
    let token = place.token().await;
    register(&place, &token, web()).await;
    let listed = place.get(&token, "/apps?name=SH").await.json();
    assert_eq!(listed, json!({ "items": [{ "client_id": "shop", "name": "Shop", "type": "web" }] }));
    let first = place.get(&token, "/apps?limit=2").await.json();
    let next = first["next"].as_str().expect("a cursor");
    assert_eq!(place.get(&token, &format!("/apps?limit=2&cursor={next}")).await.json()["items"].as_array().map(Vec::len), Some(1));
    let elsewhere = place.get(&token, &format!("/users?cursor={next}")).await;
    assert_eq!(problem(&elsewhere), (StatusCode::BAD_REQUEST, "cursor".to_owned()));
}

#[tokio::test]
async fn an_app_that_can_not_be_is_refused_and_nothing_is_registered() {
    let place = place().await;
    let token = place.token().await;
    let private = json!({ "kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE" });
    for (settings, status, slug) in [
        (json!({ "name": "Shop", "type": "web", "redirect_uris": ["javascript:alert(1)"] }), 400, "malformed"),
        (json!({ "name": "Shop", "type": "web", "redirect_uris": ["https://shop.example/#x"] }), 400, "malformed"),
        (json!({ "name": "Shop", "type": "web", "redirect_uris": ["https://*.shop.example"] }), 422, "invalid"),
        (json!({ "name": "Shop", "type": "web" }), 422, "invalid"),
        (json!({ "name": "\u{202e}", "type": "web", "redirect_uris": ["https://shop.example"] }), 422, "invalid"),
        (json!({ "name": "Shop", "type": "machine", "authentication": "private_key_jwt", "jwks": [private] }), 422, "invalid"),
        (json!({ "name": "Shop", "type": "machine", "authentication": "private_key_jwt", "jwks": [{ "x": "x".repeat(9000) }] }), 422, "invalid"),
        (json!({ "name": "Shop", "type": "machine", "authentication": "private_key_jwt", "jwks": [{ "kty": "oct", "k": "AAAA" }] }), 422, "invalid"),
        (json!({ "name": "Shop", "type": "web", "redirect_uris": ["https://shop.example"], "secrets": [] }), 400, "malformed"),
    ] {
        let shown = settings.to_string();
        let answer = register(&place, &token, settings).await;
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{shown}");
    }
    for id in ["account", "a b", "", "a/b"] {
        let answer = place.create(&token, "/apps", &json!({ "client_id": id, "settings": web() })).await;
        let expected = if id == "account" { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST };
        assert_eq!(problem(&answer).0, expected, "{id}");
    }
    assert_eq!(place.get(&token, "/apps").await.json()["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn what_is_said_of_an_app_is_all_that_it_is_from_then_on() {
    let place = place().await;
    let token = place.token().await;
    let secret = register(&place, &token, web()).await.json()["client_secret"].as_str().expect("a secret").to_owned();
    let group = place.create_group(&token, "Staff").await;
    let said = json!({
        "name": "Shop 2", "type": "web", "redirect_uris": ["https://shop.example/2"], "access": { "groups": [group] }, "consent": "implied",
    });
    let changed = place.put(&token, "/apps/shop", 1, &said).await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"2\""), "{}", changed.body);
    let client = standing(&place, "shop").await;
    assert_eq!((client.name.as_str(), client.secrets[0].sha256.as_str()), ("Shop 2", hash(&secret).as_str()), "secrets stay");
    assert!(matches!(client.access, Some(Access::Groups(groups)) if groups.len() == 1));
    assert_eq!(place.get(&token, "/apps?name=shop%202").await.json()["items"].as_array().map(Vec::len), Some(1));
    for (version, body, status, slug) in [
        (1, said.clone(), 412, "changed-meanwhile"),
        (2, json!({ "name": "Shop", "type": "native", "redirect_uris": ["https://shop.example"] }), 422, "invalid"),
        (2, json!({ "name": "Shop", "type": "web", "redirect_uris": [] }), 422, "invalid"),
        (2, json!({ "name": "Shop", "type": "web", "redirect_uris": ["https://shop.example"], "client_id": "x" }), 400, "malformed"),
    ] {
        let answer = place.put(&token, "/apps/shop", version, &body).await;
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{body}");
    }
    let bare = place.send(&token, Call::new(Method::PUT, Place::path("/apps/shop")).with_body("application/json", said.to_string())).await;
    assert_eq!(problem(&bare), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()));
    assert_eq!(problem(&place.put(&token, "/apps/unknown", 1, &said).await).1, "not-found");
    assert_eq!(standing(&place, "shop").await.version, 2);
}

#[tokio::test]
async fn a_secret_is_replaced_while_both_are_good_and_the_last_one_stays() {
    let place = place().await;
    let token = place.token().await;
    let first = register(&place, &token, web()).await.json()["secrets"][0]["id"].as_str().expect("an id").to_owned();
    let add = |version: u64| Call::new(Method::POST, Place::path("/apps/shop/secrets")).with("if-match", &format!("\"{version}\""));
    assert_eq!(problem(&place.delete(&token, &format!("/apps/shop/secrets/{first}"), 1).await), (StatusCode::CONFLICT, "last-secret".to_owned()));
    let second = place.send(&token, add(1)).await;
    assert_eq!((second.status, second.header("etag")), (StatusCode::CREATED, "\"2\""), "{}", second.body);
    let listed = place.get(&token, "/apps/shop/secrets").await;
    let ids: Vec<_> = listed.json()["items"].as_array().expect("secrets").iter().map(|secret| secret["id"].clone()).collect();
    assert_eq!((ids, listed.header("etag")), (vec![first.clone().into(), second.json()["id"].clone()], "\"2\""));
    let secrets = standing(&place, "shop").await.secrets;
    assert_eq!((secrets.len(), secrets[1].sha256.as_str()), (2, hash(second.json()["client_secret"].as_str().expect("a secret")).as_str()));
    assert_eq!(problem(&place.send(&token, add(2)).await), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()), "two at most");
    assert_eq!(problem(&place.send(&token, add(1)).await).1, "changed-meanwhile");
    assert_eq!(problem(&place.delete(&token, "/apps/shop/secrets/unknown", 2).await).1, "not-found");
    assert_eq!(place.delete(&token, &format!("/apps/shop/secrets/{first}"), 2).await.status, StatusCode::NO_CONTENT);
    assert_eq!(standing(&place, "shop").await.secrets.len(), 1);
    let public = builders::client().id;
    let none = place.send(&token, Call::new(Method::POST, Place::path(&format!("/apps/{public}/secrets"))).with("if-match", "\"1\"")).await;
    assert_eq!(problem(&none), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()));
}

/// A token of Ada's as a developer of apps, one of which is `app`.
async fn developing(place: &Place, app: &str) -> String {
    let apps = [ClientId::parse(app).expect("an id")].into();
    place.assign(&place.scene, &place.scene.person.id, Some(Assignment { roles: [AdminRole::AppDeveloper].into(), apps })).await;
    place.token().await
}

fn public(change: Value) -> Value {
    let mut said = json!({ "name": "Sample", "type": "single_page", "redirect_uris": ["https://app.example/callback"] });
    let Value::Object(change) = change else { panic!("an object") };
    said.as_object_mut().expect("an object").extend(change);
    said
}

#[tokio::test]
async fn a_developer_has_the_apps_of_their_own_tenant_and_an_app_of_the_same_id_elsewhere_is_not_theirs() {
    let place = place().await;
    let other = place.stage.second_tenant().await;
    let id = builders::client().id;
    let token = developing(&place, id.as_str()).await;
    let below = format!("/apps/{id}");
    assert_eq!(place.get(&token, &below).await.status, StatusCode::OK);
    assert_eq!(place.put(&token, &below, 1, &public(json!({}))).await.status, StatusCode::OK);
    assert_eq!(problem(&place.get(&token, "/apps/sample-confidential").await), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
    let there = place.send(&token, Call::get(format!("/admin/v1/tenants/other{below}"))).await;
    assert_eq!(problem(&there), (StatusCode::UNAUTHORIZED, "token".to_owned()));
    // A developer of the platform is let into every tenant, and has apps of the system tenant alone.
    let system = place.stage.tenant_called("system", "System").await;
    let assignment = Assignment { roles: [AdminRole::AppDeveloper].into(), apps: [id].into() };
    place.assign(&system, &system.person.id, Some(assignment)).await;
    let (of_the_platform, _) = system.admin_token(&builders::client(), &["admin"]).await;
    for (slug, status) in [("system", StatusCode::OK), ("other", StatusCode::FORBIDDEN), ("demo", StatusCode::FORBIDDEN)] {
        let shown = place.send(&of_the_platform, Call::get(format!("/admin/v1/tenants/{slug}{below}"))).await;
        assert_eq!(shown.status, status, "{slug}");
    }
    assert_eq!(other.home().find_client(&builders::client().id).await.expect("an answer").map(|app| app.version), Some(1));
}

#[tokio::test]
async fn what_an_app_is_trusted_with_is_not_its_developers_to_say() {
    let place = place().await;
    let owner = place.token().await;
    let id = builders::client().id;
    let below = format!("/apps/{id}");
    place.create(&owner, "/apps", &json!({ "client_id": "robot", "settings": { "name": "Robot", "type": "machine" } })).await;
    let token = developing(&place, id.as_str()).await;
    let trusted = place.put(&token, &below, 1, &public(json!({ "consent": "implied" }))).await;
    assert_eq!(problem(&trusted), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
    let asking = place.put(&token, &below, 1, &public(json!({ "name": "Renamed", "consent": "ask" }))).await;
    assert_eq!((asking.status, standing(&place, id.as_str()).await.name.as_str()), (StatusCode::OK, "Renamed"));
    let token = developing(&place, "robot").await;
    let robot = |apis: Value| json!({ "name": "Robot", "type": "machine", "apis": apis });
    let granted = place.put(&token, "/apps/robot", 1, &robot(json!({ "https://api.example": ["read"] }))).await;
    assert_eq!(problem(&granted), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
    // What it is trusted with already, its developer may leave or take away.
    place.assign(&place.scene, &place.scene.person.id, Some(Assignment::of(AdminRole::Admin))).await;
    let admin = place.token().await;
    let granted = place.put(&admin, "/apps/robot", 1, &robot(json!({ "https://api.example": ["read"] }))).await;
    assert_eq!(granted.status, StatusCode::OK, "{}", granted.body);
    assert_eq!(place.put(&admin, &below, 2, &public(json!({ "consent": "implied" }))).await.status, StatusCode::OK);
    let token = developing(&place, "robot").await;
    for (version, apis) in [(2, json!({ "https://api.example": ["read"] })), (3, json!({}))] {
        assert_eq!(place.put(&token, "/apps/robot", version, &robot(apis)).await.status, StatusCode::OK);
    }
    let again = place.put(&token, "/apps/robot", 4, &robot(json!({ "https://api.example": ["read"] }))).await;
    assert_eq!(problem(&again), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
}

#[tokio::test]
async fn what_is_shown_of_an_app_is_what_may_be_said_of_it() {
    let place = place().await;
    let token = place.token().await;
    place.scene.register(&builders::machine()).await;
    for client in [builders::client(), builders::confidential_client(), builders::machine()] {
        let below = format!("/apps/{}", client.id);
        let shown = place.get(&token, &below).await.json();
        let again = place.put(&token, &below, 1, &shown["settings"]).await;
        assert_eq!((again.status, &again.json()["settings"]), (StatusCode::OK, &shown["settings"]), "{}", again.body);
    }
}

#[tokio::test]
async fn a_tenants_apps_call_from_so_many_origins_in_all() {
    let place = place().await;
    let token = place.token().await;
    let origin = |number: usize| format!("https://app-{number}.example");
    let each = policy::APP_ADDRESSES_MAX;
    for app in 0..policy::TENANT_ORIGINS_MAX / each {
        let origins = (0..each).map(|number| WebOrigin::parse(&origin(app * each + number)).expect("an origin")).collect();
        let id = ClientId::parse(&format!("app-{app}")).expect("an id");
        place.scene.register(&Client { id, origins, ..builders::client() }).await;
    }
    let said = |origin: String| {
        let mut settings = web();
        settings["origins"] = json!([origin]);
        settings
    };
    let more = register(&place, &token, said(origin(policy::TENANT_ORIGINS_MAX))).await;
    assert_eq!(problem(&more), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()));
    assert_eq!(more.json()["detail"], "app: origins: a tenant's apps call from at most 500 in all");
    let long = register(&place, &token, said(format!("https://{}.example", "a".repeat(policy::ORIGIN_MAX)))).await;
    assert_eq!(problem(&long), (StatusCode::BAD_REQUEST, "malformed".to_owned()));
    assert_eq!(register(&place, &token, said(origin(7))).await.status, StatusCode::CREATED, "one that is the tenant's already");
    assert_eq!(place.put(&token, "/apps/shop", 1, &said(origin(8))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_app_is_taken_away_by_who_signed_in_just_now() {
    let place = place().await;
    let token = place.token().await;
    register(&place, &token, web()).await;
    assert_eq!(problem(&place.delete(&token, "/apps/shop", 2).await).1, "changed-meanwhile");
    assert_eq!(place.delete(&token, "/apps/shop", 1).await.status, StatusCode::NO_CONTENT);
    assert_eq!(problem(&place.get(&token, "/apps/shop").await).1, "not-found");
    assert_eq!(problem(&place.delete(&token, "/apps/shop", 1).await).1, "not-found");
    assert_eq!(place.get(&token, "/apps?name=shop").await.json()["items"], json!([]));
}
