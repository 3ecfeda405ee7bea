//! The account API: whose token opens it, and what each resource does.

use std::time::Duration;

use crypto::derive;
use domain::policy;
use domain::user::User;
use futures_util::future::join_all;
use http::{Method, StatusCode};
use oauth::sid;
use serde_json::{Value, json};
use store::PersonKeys;
use testkit::{Answer, Call, builders};

use crate::support::{CHOSEN, Place, place};

/// An app with a token of Ada's.
pub(crate) struct App {
    pub(crate) place: Place,
    pub(crate) token: String,
}

impl App {
    async fn with(scopes: &[&str]) -> Self {
        let place = place().await;
        let (token, _) = place.scene.access_token(&builders::client(), scopes).await;
        Self { place, token }
    }

    pub(crate) async fn new() -> Self {
        Self::with(&["openid", "account"]).await
    }

    fn call(&self, method: &Method, resource: &str, body: Option<Value>) -> Call {
        let call = Call::new(method.clone(), format!("/account/v1/{resource}")).with("authorization", &format!("Bearer {}", self.token));
        match body {
            Some(body) => call.with_body("application/json", body.to_string()),
            None => call,
        }
    }

    pub(crate) async fn send(&self, method: Method, resource: &str, body: Option<Value>) -> Answer {
        self.place.endpoint.send(self.call(&method, resource, body)).await
    }

    pub(crate) async fn get(&self, resource: &str) -> Value {
        let answer = self.send(Method::GET, resource, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{resource}: {}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.json()
    }

    pub(crate) async fn ada(&self) -> User {
        self.place.scene.home().read_person(&PersonKeys::of(self.place.scene.person.id.clone())).await.expect("a read").user.expect("Ada")
    }
}

pub(crate) fn problem(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["status"], answer.status.as_u16());
    body["type"].as_str().and_then(|kind| kind.strip_prefix("urn:countersign:problem:")).expect("a slug").to_owned()
}

const DOCUMENTED: &str = include_str!("../../../../docs/how-to/account-api.md");

/// A resource and its methods, of a row of the table there.
fn documented(line: &str) -> Option<(String, &str)> {
    let mut cells = line.strip_prefix("| `")?.split(" | ");
    let resource = cells.next()?.trim_end_matches('`').replace("{sid}", "x").replace("{client_id}", "x");
    Some((resource, cells.next()?))
}

const READABLE: [&str; 5] = ["profile", "sessions", "apps", "history", "data"];

#[tokio::test]
async fn a_token_with_the_scope_account_opens_every_resource() {
    let app = App::new().await;
    for resource in READABLE {
        app.get(resource).await;
    }
    assert_eq!(app.get("profile").await["email"], "ada@example.com");
}

#[tokio::test]
async fn every_refusal_is_told_to_those_who_write_apps() {
    let app = App::new().await;
    let sent = app.send(Method::GET, "else", None).await;
    assert!(DOCUMENTED.contains(&format!("`{}`", problem(&sent))));
    let slugs =
        include_str!("../../src/api/problem.rs").split("StatusCode::").filter_map(|arm| arm.split('"').nth(1).filter(|_| arm.contains(", \"")));
    let mut told = 0;
    for slug in slugs.filter(|slug| slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')) {
        assert!(DOCUMENTED.contains(&format!("`{slug}`")), "{slug}");
        told += 1;
    }
    assert!(told > 10);
}

#[tokio::test]
async fn no_token_another_scope_a_dead_family_and_a_foreign_token_open_nothing() {
    let app = App::new().await;
    let other = app.place.stage.second_tenant().await;
    let (foreign, _) = other.access_token(&builders::client(), &["openid", "account"]).await;
    let narrow = App::with(&["openid", "profile", "email"]).await;
    for resource in READABLE {
        let bare = app.place.endpoint.send(Call::get(format!("/account/v1/{resource}"))).await;
        assert_eq!((bare.status, bare.body.as_str()), (StatusCode::UNAUTHORIZED, ""), "{resource}");
        let refused = narrow.send(Method::GET, resource, None).await;
        assert_eq!((refused.status, refused.text_of("error")), (StatusCode::FORBIDDEN, "insufficient_scope".to_owned()), "{resource}");
        assert!(refused.header("www-authenticate").contains("scope=\"account\""));
        let stranger = Call::get(format!("/account/v1/{resource}")).with("authorization", &format!("Bearer {foreign}"));
        assert_eq!(app.place.endpoint.send(stranger).await.text_of("error"), "invalid_token", "{resource}");
    }
    // An app that is for others by now is as good as none.
    let closed = App::new().await;
    closed.place.scene.close_app(&builders::client()).await;
    closed.place.stage.clock.advance(policy::CACHE_USABLE);
    for resource in READABLE {
        assert_eq!(closed.send(Method::GET, resource, None).await.text_of("error"), "invalid_token", "{resource}");
    }
    app.place.scene.disable(&app.place.stage).await;
    for resource in READABLE {
        assert_eq!(app.send(Method::GET, resource, None).await.text_of("error"), "invalid_token", "{resource}");
    }
}

#[tokio::test]
async fn a_cookie_opens_nothing_and_offline_access_alone_asks_for_a_sign_in() {
    let place = place().await;
    let session = place.scene.session().await;
    let cookies = place.scene.cookies(&session);
    assert_eq!(place.endpoint.send(Call::get("/account/v1/profile").with_cookies(&cookies)).await.status, StatusCode::UNAUTHORIZED);
    let (token, _) = place.scene.offline_access_token(&builders::client(), &["openid", "account", "offline_access"]).await;
    let app = App { place, token };
    let answer = app.send(Method::GET, "profile", None).await;
    assert_eq!((answer.status, problem(&answer)), (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned()));
    assert_eq!(answer.header("www-authenticate"), "Bearer error=\"insufficient_user_authentication\", max_age=\"600\"");
}

#[tokio::test]
async fn a_profile_is_patched_and_what_is_no_field_of_the_persons_is_refused() {
    let app = App::new().await;
    let before = app.ada().await;
    let changed = app.send(Method::PATCH, "profile", Some(json!({ "nickname": "Countess", "name": null }))).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!((&changed.json()["nickname"], &changed.json()["name"]), (&json!("Countess"), &Value::Null));
    let after = app.ada().await;
    assert_eq!(after.profile.given_name, before.profile.given_name, "what isn't named stays");
    for wrong in [json!({ "status": "disabled" }), json!({ "email": "eve@example.org" }), json!({ "name": 1 }), json!([]), json!("x")] {
        let answer = app.send(Method::PATCH, "profile", Some(wrong.clone())).await;
        assert_eq!((answer.status, problem(&answer)), (StatusCode::BAD_REQUEST, "malformed".to_owned()), "{wrong}");
    }
    let invalid = app.send(Method::PATCH, "profile", Some(json!({ "website": "javascript:alert(1)", "name": "a\u{202e}b" }))).await;
    assert_eq!((invalid.status, problem(&invalid)), (StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields".to_owned()));
    assert_eq!(invalid.json()["fields"], json!(["name", "website"]));
    assert_eq!(app.ada().await, after);
}

#[tokio::test]
async fn a_password_changes_by_who_knows_it_and_ends_the_app_s_session_too() {
    let app = App::new().await;
    app.place.stage.clock.advance(Duration::from_secs(1));
    let change = |current: &str, new: &str| app.send(Method::POST, "password", Some(json!({ "current_password": current, "new_password": new })));
    for (current, new, slug) in [("wrong", CHOSEN, "wrong-password"), (builders::PASSWORD, "short", "unacceptable-password")] {
        let answer = change(current, new).await;
        assert_eq!((answer.status, problem(&answer).as_str()), (StatusCode::UNPROCESSABLE_ENTITY, slug));
    }
    let extra = json!({ "current_password": builders::PASSWORD, "new_password": CHOSEN, "version": 7 });
    assert_eq!(problem(&app.send(Method::POST, "password", Some(extra)).await), "malformed");
    assert_eq!(change(builders::PASSWORD, CHOSEN).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.send(Method::GET, "profile", None).await.text_of("error"), "invalid_token");
    assert_eq!(app.place.events("password.changed").await.len(), 1);
}

#[tokio::test]
async fn an_address_is_waited_for_and_forgotten() {
    let app = App::new().await;
    let asked = app.send(Method::POST, "email", Some(json!({ "email": "new@example.org" }))).await;
    assert_eq!((asked.status, &asked.json()["pending_email"]), (StatusCode::ACCEPTED, &json!("new@example.org")));
    assert_eq!(app.get("profile").await["email"], "ada@example.com");
    assert_eq!(app.send(Method::DELETE, "email", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get("profile").await["pending_email"], Value::Null);
    for (email, slug) in [("none", "invalid-email"), ("ada@example.com", "same-email")] {
        assert_eq!(problem(&app.send(Method::POST, "email", Some(json!({ "email": email }))).await), slug);
    }
}

#[tokio::test]
async fn sessions_and_apps_are_listed_and_ended_by_their_names() {
    let app = App::new().await;
    app.place.scene.allow(&builders::client(), &["openid", "account"]).await;
    let other = app.place.scene.session().await;
    let name = sid::of(&other.id, derive::sha256);
    let listed = app.get("sessions").await;
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(2));
    assert_eq!((&listed["sessions"][0]["is_this"], &listed["sessions"][1]["sid"]), (&json!(true), &json!(name)));
    assert_eq!(app.send(Method::DELETE, &format!("sessions/{name}"), None).await.status, StatusCode::NO_CONTENT);
    let own = listed["sessions"][0]["sid"].as_str().expect("a name");
    for nobodys in [name.as_str(), own, "forged"] {
        assert_eq!(problem(&app.send(Method::DELETE, &format!("sessions/{nobodys}"), None).await), "not-found", "{nobodys}");
    }
    app.place.scene.session().await;
    assert_eq!(app.send(Method::DELETE, "sessions", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get("sessions").await["sessions"].as_array().map(Vec::len), Some(1));
    let id = builders::client().id;
    assert_eq!(app.get("apps").await["apps"][0]["client_id"], id.as_str());
    assert_eq!(problem(&app.send(Method::DELETE, "apps/nobody", None).await), "not-found");
    assert_eq!(app.send(Method::DELETE, &format!("apps/{id}"), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.send(Method::GET, "apps", None).await.text_of("error"), "invalid_token", "it removed itself");
}

#[tokio::test]
async fn history_comes_a_page_at_a_time() {
    let app = App::new().await;
    for _ in 0..policy::HISTORY_PAGE {
        app.place.stage.clock.advance(Duration::from_secs(1));
        app.place.scene.signed_in(domain::event::Browser::New).await;
    }
    let first = app.get("history").await;
    assert_eq!(first["entries"][0]["what"], "signed_in_from_new_browser");
    assert_eq!(
        (&first["entries"][0]["is_alert"], &first["entries"][0]["from"]["address"], &first["entries"][0]["from"]["country"]),
        (&json!(true), &json!("198.51.100.7"), &json!("DE"))
    );
    let next = first["next"].as_str().expect("a next page");
    let second = app.get(&format!("history?before={next}")).await;
    assert_eq!(second["next"], Value::Null);
    assert_eq!(problem(&app.send(Method::GET, "history?before=forged", None).await), "malformed");
}

#[tokio::test]
async fn who_administers_the_tenant_is_not_deleted() {
    let app = App::new().await;
    runtime::Provisioner::new(&app.place.stage.platform).make_owner(&app.place.stage.tenant, "ada").await.expect("an owner");
    let refused = app.send(Method::POST, "deletion", None).await;
    assert_eq!((refused.status, problem(&refused)), (StatusCode::CONFLICT, "administers".to_owned()));
}

#[tokio::test]
async fn what_only_the_person_may_do_wants_a_sign_in_of_just_now() {
    let app = App::new().await;
    let asked = app.send(Method::POST, "deletion", None).await;
    assert_eq!((asked.status, &asked.json()["deletion_due_at"]), (StatusCode::ACCEPTED, &json!("2026-12-06T14:32:05Z")));
    assert_eq!(problem(&app.send(Method::POST, "deletion", None).await), "conflict");
    assert_eq!(app.send(Method::DELETE, "deletion", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(problem(&app.send(Method::DELETE, "deletion", None).await), "conflict");
    app.place.stage.clock.advance(policy::FRESH_SIGN_IN.saturating_sub(Duration::from_secs(1)));
    assert_eq!(app.send(Method::GET, "data", None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_of_now_in_a_session_that_began_earlier_does_not_stand_for_its_person() {
    let place = place().await;
    let session = place.scene.session().await;
    place.stage.clock.advance(policy::FRESH_SIGN_IN);
    let (token, _) = place.scene.access_token_in(&session, &builders::client(), &["openid", "account"]).await;
    let app = App { place, token };
    app.get("profile").await;
    let before = app.ada().await;
    let email = json!({ "email": "new@example.org" });
    for (method, resource, body) in [(Method::GET, "data", None), (Method::POST, "deletion", None), (Method::POST, "email", Some(email))] {
        let answer = app.send(method, resource, body).await;
        assert_eq!((answer.status, problem(&answer)), (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned()), "{resource}");
    }
    assert_eq!(app.ada().await, before);
}

#[tokio::test]
async fn a_flood_of_passwords_is_asked_to_come_again_and_the_rest_is_answered() {
    let app = App::new().await;
    let change = json!({ "current_password": "wrong", "new_password": CHOSEN });
    let calls = (0..policy::PASSWORD_TURNS + 2).map(|_| app.send(Method::POST, "password", Some(change.clone())));
    let answers = join_all(calls).await;
    let busy: Vec<_> = answers.iter().filter(|answer| problem(answer) == "busy").collect();
    assert_eq!(busy.len(), 2);
    assert!(busy.iter().all(|answer| (answer.status, answer.header("retry-after")) == (StatusCode::TOO_MANY_REQUESTS, "2")));
    app.get("profile").await;
}

#[tokio::test]
async fn each_resource_says_what_it_does_and_nothing_else_is_there() {
    let app = App::new().await;
    for (resource, methods) in DOCUMENTED.lines().filter_map(documented) {
        let answer = app.send(Method::TRACE, &resource, None).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, methods), "{resource}");
        assert_eq!(problem(&answer), "method-not-allowed");
    }
    assert_eq!(DOCUMENTED.lines().filter_map(documented).count(), 12);
    for nothing in ["else", "profile/x", "password/x"] {
        assert_eq!(problem(&app.send(Method::GET, nothing, None).await), "not-found", "{nothing}");
    }
}
