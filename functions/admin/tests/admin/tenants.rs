//! Tenants that the platform's administrators make, rename, suspend and resume.

use domain::administration::{AdminRole, Assignment};
use domain::{Slug, TenantId, ZoneName, policy};
use futures_util::future::join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::{SlugPlace, SlugState};
use testkit::rows::text;
use testkit::scene::Scene;
use testkit::{Answer, Call, builders};

use crate::support::{Place, place, problem};

const TENANTS: &str = "/admin/v1/tenants";

/// The system tenant, and a token of its owner.
async fn platform(place: &Place) -> (Scene, String) {
    let system = place.stage.tenant_called("system", "System").await;
    place.assign(&system, &system.person.id, Some(Assignment::of(AdminRole::Owner))).await;
    let token = system.admin_token(&builders::client(), &["admin"]).await.0;
    (system, token)
}

fn acme() -> Value {
    json!({ "slug": "acme", "name": "Acme", "preset": "workforce", "owner_email": "Grace@Example.org" })
}

fn making(body: &Value) -> Call {
    Call::new(Method::POST, TENANTS).with_body("application/json", body.to_string())
}

async fn make(place: &Place, token: &str, body: &Value) -> Answer {
    place.send(token, making(body)).await
}

async fn make_once(place: &Place, token: &str, body: &Value) -> Answer {
    place.send(token, making(body).with("idempotency-key", "key-1")).await
}

async fn post(place: &Place, token: &str, path: &str, version: u64) -> Answer {
    place.send(token, Call::new(Method::POST, format!("{TENANTS}/{path}")).with("if-match", &format!("\"{version}\""))).await
}

async fn names(place: &Place, token: &str, query: &str) -> Vec<String> {
    let listed = place.send(token, Call::get(format!("{TENANTS}{query}"))).await.json();
    listed["items"].as_array().expect("items").iter().map(|item| item["slug"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_tenant_is_made_with_keys_settings_and_the_invitation_of_its_owner() {
    let place = place().await;
    let (system, token) = platform(&place).await;
    let made = make(&place, &token, &acme()).await;
    assert_eq!(
        (made.status, made.header("etag"), made.header("location")),
        (StatusCode::CREATED, "\"0\"", "/admin/v1/tenants/acme"),
        "{}",
        made.body
    );
    let expected = json!({
        "slug": "acme", "name": "Acme", "issuer": "https://acme.id.example.com", "status": "active", "preset": "workforce",
        "created_at": "2026-11-22T14:32:05Z",
    });
    assert_eq!(made.json(), expected);
    assert_eq!(place.send(&token, Call::get(format!("{TENANTS}/acme"))).await.json(), expected);
    let invitations = place.send(&token, Call::get(format!("{TENANTS}/acme/invitations"))).await.json();
    let invited = &invitations["items"][0];
    assert_eq!((invited["email"].as_str(), invited["administers"].clone()), (Some("Grace@Example.org"), json!({ "roles": ["owner"], "apps": [] })));
    let events = place.stage.rows("events").await;
    let of = |kind: &str| events.iter().filter(|row| text(row, "type") == kind && text(row, "actor") == system.person.id.as_str()).count();
    assert_eq!((of("tenant.created"), of("invitation.sent")), (1, 1));
    let directory = place.stage.platform.store.directory();
    let named = directory.find_slug(&Slug::parse("acme").expect("a slug"), &place.stage.platform.zone).await.expect("an answer").expect("a place");
    assert_eq!(named.state, SlugState::Given);
    let keys: Vec<_> = place.stage.rows("keys").await.into_iter().filter(|row| text(row, "pk").contains(named.tenant.as_str())).collect();
    assert_eq!(keys.iter().filter(|row| text(row, "pk").starts_with("DATAKEYS#")).count(), 4);
    assert_eq!(keys.iter().filter(|row| text(row, "pk").starts_with("SIGNKEYS#")).count(), 1);
}

#[tokio::test]
async fn tenants_are_listed_by_slug_for_the_platform_alone() {
    let place = place().await;
    let (_, token) = platform(&place).await;
    make(&place, &token, &acme()).await;
    assert_eq!(names(&place, &token, "").await, ["acme", "demo", "system"]);
    assert_eq!(names(&place, &token, "?slug=d").await, ["demo"]);
    let first = place.send(&token, Call::get(format!("{TENANTS}?limit=2"))).await.json();
    let next = first["next"].as_str().expect("a cursor");
    assert_eq!(names(&place, &token, &format!("?limit=2&cursor={next}")).await, ["system"]);
    let ada = place.token().await;
    for call in [Call::get(TENANTS), making(&acme())] {
        assert_eq!(problem(&place.send(&ada, call).await), (StatusCode::UNAUTHORIZED, "token".to_owned()), "an owner of a tenant");
    }
    for path in ["demo/suspend", "demo/resume"] {
        assert_eq!(problem(&post(&place, &ada, path, 0).await), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
    }
}

#[tokio::test]
async fn a_tenant_that_can_not_be_is_refused_and_nothing_is_made() {
    let place = place().await;
    let (_, token) = platform(&place).await;
    let with = |name: &str, value: Value| {
        let mut body = acme();
        body[name] = value;
        body
    };
    let directory = place.stage.platform.store.directory();
    let there = SlugPlace { tenant: TenantId::from_random([9; 16]), zone: ZoneName::new("us"), state: SlugState::Given };
    directory.claim_slug(&Slug::parse("elsewhere").expect("a slug"), &there).await.expect("an answer");
    for (body, status, slug) in [
        (with("slug", json!("system")), 422, "invalid"),
        (with("slug", json!("admin")), 422, "invalid"),
        (with("slug", json!("www")), 422, "invalid"),
        (with("slug", json!("Acme")), 422, "invalid"),
        (with("slug", json!("a.b")), 422, "invalid"),
        (with("slug", json!("")), 422, "invalid"),
        (with("slug", json!("demo")), 409, "taken"),
        (with("slug", json!("elsewhere")), 409, "taken"),
        (with("name", json!("\u{202e}")), 422, "invalid"),
        (with("owner_email", json!("grace")), 422, "invalid"),
        (with("zone", json!("mars")), 422, "invalid"),
        (with("zone", json!("")), 422, "invalid"),
        (with("zone", json!("a#b")), 422, "invalid"),
        (with("zone", json!("x".repeat(5000))), 422, "invalid"),
        (with("slug", json!("x".repeat(5000))), 422, "invalid"),
        (with("preset", json!("lax")), 400, "malformed"),
        (with("owner", json!("x")), 400, "malformed"),
    ] {
        let answer = make(&place, &token, &body).await;
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{body}");
    }
    assert_eq!(names(&place, &token, "").await, ["demo", "system"]);
}

#[tokio::test]
async fn the_same_request_makes_one_tenant_and_one_invitation() {
    let place = &place().await;
    let (_, token) = platform(place).await;
    let first = make_once(place, &token, &acme()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let again = make_once(place, &token, &acme()).await;
    assert_eq!((again.status, again.json(), again.header("location")), (StatusCode::CREATED, first.json(), first.header("location")));
    let mut other = acme();
    other["slug"] = json!("other");
    assert_eq!(problem(&make_once(place, &token, &other).await), (StatusCode::UNPROCESSABLE_ENTITY, "other-request".to_owned()));
    assert_eq!(problem(&make(place, &token, &acme()).await), (StatusCode::CONFLICT, "taken".to_owned()), "another request");
    let sent = place.stage.rows("events").await.iter().filter(|row| text(row, "type") == "invitation.sent").count();
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn a_slug_that_was_claimed_for_this_zone_is_made_once_by_the_same_request() {
    let place = place().await;
    let (_, token) = platform(&place).await;
    let claimed = SlugPlace { tenant: TenantId::from_random([9; 16]), zone: place.stage.platform.zone.clone(), state: SlugState::Claimed };
    place.stage.platform.store.directory().claim_slug(&Slug::parse("acme").expect("a slug"), &claimed).await.expect("a claim");
    let first = make_once(&place, &token, &acme()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let again = make_once(&place, &token, &acme()).await;
    assert_eq!((again.status, again.json()), (StatusCode::CREATED, first.json()));
    assert_eq!(problem(&make(&place, &token, &acme()).await), (StatusCode::CONFLICT, "taken".to_owned()), "another request");
    let other = place.send(&token, making(&acme()).with("idempotency-key", "key-2")).await;
    assert_eq!(problem(&other), (StatusCode::CONFLICT, "taken".to_owned()), "under another key");
}

#[tokio::test]
async fn of_many_who_want_a_slug_at_once_one_gets_it() {
    let place = &place().await;
    let (_, token) = platform(place).await;
    let body = &acme();
    let mut answers: Vec<_> = join_all((0..5).map(|_| make(place, &token, body))).await.iter().map(|answer| answer.status).collect();
    answers.sort();
    assert_eq!(answers[0], StatusCode::CREATED);
    assert!(answers[1..].iter().all(|status| *status == StatusCode::CONFLICT), "{answers:?}");
}

#[tokio::test]
async fn a_tenant_is_called_otherwise_by_who_may_change_it() {
    let place = place().await;
    let token = place.token().await;
    let said = |name: &str| json!({ "name": name });
    assert_eq!(place.get(&token, "").await.header("etag"), "\"0\"");
    let renamed = place.patch(&token, "", 0, &said("Demo & Sons")).await;
    assert_eq!((renamed.status, renamed.header("etag"), renamed.json()["name"].as_str()), (StatusCode::OK, "\"1\"", Some("Demo & Sons")));
    assert_eq!(place.get(&token, "").await.json(), renamed.json());
    assert_eq!(problem(&place.patch(&token, "", 0, &said("Else")).await), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()));
    assert_eq!(problem(&place.patch(&token, "", 1, &said(" x")).await), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()));
    assert_eq!(problem(&place.patch(&token, "", 1, &json!({ "slug": "x" })).await), (StatusCode::BAD_REQUEST, "malformed".to_owned()));
    let again = place.patch(&token, "", 1, &said("Demo")).await;
    assert_eq!((again.status, again.header("etag")), (StatusCode::OK, "\"2\""));
}

#[tokio::test]
async fn a_suspended_tenant_refuses_everybody_but_the_platform_until_it_is_resumed() {
    let place = place().await;
    let (_, token) = platform(&place).await;
    let ada = place.token().await;
    assert_eq!(problem(&post(&place, &token, "demo/suspend", 7).await).1, "changed-meanwhile");
    let suspended = post(&place, &token, "demo/suspend", 0).await;
    assert_eq!((suspended.status, suspended.header("etag"), suspended.json()["status"].as_str()), (StatusCode::OK, "\"1\"", Some("suspended")));
    let same = post(&place, &token, "demo/suspend", 1).await;
    assert_eq!((same.status, same.header("etag")), (StatusCode::OK, "\"1\""), "it is so already");
    place.stage.clock.advance(policy::CACHE_USABLE);
    assert_eq!(problem(&place.get(&ada, "").await), (StatusCode::FORBIDDEN, "tenant-closed".to_owned()), "its own owner");
    assert_eq!(place.send(&token, Call::get(format!("{TENANTS}/demo/users"))).await.status, StatusCode::OK);
    let resumed = post(&place, &token, "demo/resume", 1).await;
    assert_eq!((resumed.status, resumed.header("etag"), resumed.json()["status"].as_str()), (StatusCode::OK, "\"2\"", Some("active")));
    place.stage.clock.advance(policy::CACHE_USABLE);
    assert_eq!(place.get(&ada, "").await.status, StatusCode::OK);
    let told: Vec<_> =
        place.stage.rows("events").await.iter().map(|row| text(row, "type").to_owned()).filter(|kind| kind.starts_with("tenant.s")).collect();
    assert_eq!(told, ["tenant.suspended"]);
}

#[tokio::test]
async fn the_system_tenant_stays_and_suspending_wants_a_sign_in_of_just_now() {
    let place = place().await;
    let (system, token) = platform(&place).await;
    assert_eq!(problem(&post(&place, &token, "system/suspend", 0).await), (StatusCode::CONFLICT, "system-tenant".to_owned()));
    let session = system.session().await;
    place.stage.clock.advance(policy::FRESH_SIGN_IN);
    let api = domain::api::Api::of_administration(system.tenant.record()).expect("an API");
    let (old, _) = system.access_token_for_in(&session, &builders::client(), &api, &["admin"]).await;
    assert_eq!(problem(&post(&place, &old, "demo/suspend", 0).await), (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned()));
}

#[tokio::test]
async fn a_tenant_is_deleted_with_a_grace_and_restored_as_it_stood() {
    let place = place().await;
    let (_, token) = platform(&place).await;
    let delete =
        |slug: &'static str, version: u64| Call::new(Method::DELETE, format!("{TENANTS}/{slug}")).with("if-match", &format!("\"{version}\""));
    assert_eq!(problem(&place.send(&token, delete("system", 0)).await), (StatusCode::CONFLICT, "system-tenant".to_owned()));
    assert_eq!(problem(&place.send(&place.token().await, delete("demo", 0)).await), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
    assert_eq!(problem(&place.send(&token, delete("demo", 3)).await), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()));
    assert_eq!(post(&place, &token, "demo/suspend", 0).await.status, StatusCode::OK);
    let ending = place.send(&token, delete("demo", 1)).await;
    let due_at = place.scene.person.created_at.plus(policy::TENANT_GRACE).rfc3339();
    assert_eq!(
        (ending.status, ending.json()["status"].as_str(), ending.json()["ends_at"].as_str()),
        (StatusCode::OK, Some("ending"), Some(due_at.as_str()))
    );
    for path in ["demo/suspend", "demo/resume"] {
        assert_eq!(problem(&post(&place, &token, path, 2).await), (StatusCode::CONFLICT, "ending".to_owned()), "{path}");
    }
    let restored = post(&place, &token, "demo/restore", 2).await;
    assert_eq!((restored.status, restored.json()["status"].as_str(), restored.json().get("ends_at")), (StatusCode::OK, Some("suspended"), None));
    let events = place.stage.rows("events").await;
    let told = |kind: &str| events.iter().filter(|row| text(row, "type") == kind).count();
    assert_eq!((told("tenant.deletion_requested"), told("tenant.restored")), (1, 1));
}
