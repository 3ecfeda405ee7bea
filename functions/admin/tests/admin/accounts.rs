//! Accounts that administrators make, change and delete.

use domain::administration::{AdminRole, Assignment};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::Call;

use crate::support::{Place, place, problem};

const BCRYPT: &str = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

async fn made(place: &Place, token: &str, body: &Value) -> Value {
    let answer = place.create(token, "/users", body).await;
    assert_eq!((answer.status, answer.header("etag")), (StatusCode::CREATED, "\"1\""), "{}", answer.body);
    let user = answer.json();
    assert_eq!(answer.header("location"), format!("/admin/v1/tenants/demo/users/{}", user["id"].as_str().expect("an id")));
    user
}

#[tokio::test]
async fn an_account_is_made_with_all_that_is_said_of_it() {
    let place = place().await;
    let token = place.token().await;
    let said = json!({
        "username": "grace", "email": "Grace@Example.org", "email_verified": true, "profile": { "name": "Grace Hopper", "locale": "en" },
        "sub": "auth0|grace", "password_hash": BCRYPT,
    });
    let user = made(&place, &token, &said).await;
    assert_eq!((&user["sub"], &user["email"], &user["email_verified"]), (&json!("auth0|grace"), &json!("Grace@Example.org"), &json!(true)));
    assert_eq!((&user["profile"]["name"], &user["status"]), (&json!("Grace Hopper"), &json!("active")));
    let below = format!("/users/{}", user["id"].as_str().expect("an id"));
    assert_eq!(place.get(&token, &below).await.json(), user);
    let history = place.get(&token, &format!("{below}/history")).await.json();
    let created = &history["items"][0];
    assert_eq!((&created["type"], &created["actor"]["kind"]), (&json!("user.created"), &json!("person")));
    assert_eq!(created["actor"]["id"], place.scene.person.id.as_str());
}

#[tokio::test]
async fn a_sub_in_the_form_of_an_id_is_the_id_and_is_never_given_again() {
    let place = place().await;
    let token = place.token().await;
    let sub = domain::UserId::from_random([7; 16]).to_string();
    let user = made(&place, &token, &json!({ "username": "grace", "sub": sub })).await;
    assert_eq!((&user["id"], &user["sub"]), (&json!(sub), &json!(sub)));
    let ada = place.scene.person.sub.clone();
    for (taken, username) in [(&sub, "x"), (&ada, "y")] {
        let answer = place.create(&token, "/users", &json!({ "username": username, "sub": taken })).await;
        assert_eq!(problem(&answer), (StatusCode::CONFLICT, "taken".to_owned()), "{taken}");
    }
    assert_eq!(place.delete(&token, &format!("/users/{sub}"), 1).await.status, StatusCode::NO_CONTENT);
    let again = place.create(&token, "/users", &json!({ "username": "grace", "sub": sub })).await;
    assert_eq!(problem(&again), (StatusCode::CONFLICT, "taken".to_owned()));
    // So it is with an account that nobody gave a `sub`: the name is anybody's again, the `sub` is not.
    let plain = made(&place, &token, &json!({ "username": "plain" })).await;
    let id = plain["id"].as_str().expect("an id");
    assert_eq!(place.delete(&token, &format!("/users/{id}"), 1).await.status, StatusCode::NO_CONTENT);
    assert_eq!(problem(&place.create(&token, "/users", &json!({ "username": "z", "sub": id })).await).1, "taken");
    made(&place, &token, &json!({ "username": "plain" })).await;
}

#[tokio::test]
async fn an_account_that_can_not_be_is_refused_and_nothing_is_made() {
    let place = place().await;
    let token = place.token().await;
    for (said, status, slug) in [
        (json!({}), 422, "invalid"),
        (json!({ "username": "a b" }), 422, "invalid"),
        (json!({ "email": "nobody" }), 422, "invalid"),
        (json!({ "username": "x", "profile": { "website": "javascript:alert(1)" } }), 422, "invalid"),
        (json!({ "username": "x", "profile": { "name": "a\u{202e}b" } }), 422, "invalid"),
        (json!({ "username": "x".repeat(1_000_000) }), 422, "invalid"),
        (json!({ "username": "x", "groups": [domain::GroupId::from_random([1; 16]).as_str()] }), 422, "invalid"),
        (json!({ "username": "x", "attributes": { "shoe": 44 } }), 422, "invalid"),
        (json!({ "username": "x", "sub": "client:app" }), 422, "invalid"),
        (json!({ "username": "x", "password_hash": "md5:abc" }), 422, "invalid"),
        (json!({ "username": "x", "temporary_password": true, "password_hash": BCRYPT }), 422, "invalid"),
        (json!({ "username": "x", "password": "nine copper whistles hum" }), 400, "malformed"),
        (json!({ "username": "ada" }), 409, "taken"),
        (json!({ "username": "x", "email": "ADA@example.com" }), 409, "taken"),
        (json!({ "username": "x", "id": "y" }), 400, "malformed"),
        (json!({ "username": "x", "status": "active" }), 400, "malformed"),
        (json!({ "username": "x", "profile": { "picture": "https://x.example" } }), 400, "malformed"),
        (json!({ "username": 1 }), 400, "malformed"),
        (json!([]), 400, "malformed"),
    ] {
        let answer = place.create(&token, "/users", &said).await;
        let shown: String = said.to_string().chars().take(100).collect();
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{shown}");
    }
    let listed = place.get(&token, "/users").await.json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    let post = || Call::new(Method::POST, Place::path("/users"));
    let form = place.send(&token, post().with_body("application/x-www-form-urlencoded", "username=x")).await;
    assert_eq!(problem(&form), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type".to_owned()));
    let endless = place.send(&token, post().with_body("application/json", vec![b' '; domain::policy::ADMIN_BODY_MAX + 1])).await;
    assert_eq!(problem(&endless), (StatusCode::PAYLOAD_TOO_LARGE, "too-large".to_owned()));
}

#[tokio::test]
async fn what_is_said_changes_and_the_rest_stays() {
    let place = place().await;
    let token = place.token().await;
    let user =
        made(&place, &token, &json!({ "username": "grace", "email": "grace@example.org", "email_verified": true, "profile": { "name": "Grace" } }))
            .await;
    let below = format!("/users/{}", user["id"].as_str().expect("an id"));
    let changed = place.patch(&token, &below, 1, &json!({ "username": "hopper", "profile": { "nickname": "Amazing" } })).await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"2\""), "{}", changed.body);
    assert_eq!((&changed.json()["username"], &changed.json()["email_verified"]), (&json!("hopper"), &json!(true)));
    assert_eq!(changed.json()["profile"], json!({ "name": "Grace", "nickname": "Amazing" }));
    let same = place.patch(&token, &below, 2, &json!({ "username": "hopper" })).await;
    assert_eq!((same.status, same.header("etag")), (StatusCode::OK, "\"2\""), "nothing changes");
    let bare = place.patch(&token, &below, 2, &json!({ "username": null, "profile": { "name": null } })).await;
    assert_eq!((&bare.json()["username"], &bare.json()["profile"]), (&Value::Null, &json!({ "nickname": "Amazing" })));
    made(&place, &token, &json!({ "username": "hopper" })).await;
    let back = place.patch(&token, &below, 3, &json!({ "username": "Hopper" })).await;
    assert_eq!(problem(&back), (StatusCode::CONFLICT, "taken".to_owned()));
    let moved = place.patch(&token, &below, 3, &json!({ "email": "other@example.org" })).await;
    assert_eq!((&moved.json()["email"], &moved.json()["email_verified"]), (&json!("other@example.org"), &json!(false)));
    made(&place, &token, &json!({ "email": "grace@example.org" })).await;
    let nameless = place.patch(&token, &below, 4, &json!({ "email": null })).await;
    assert_eq!(problem(&nameless), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()));
}

#[tokio::test]
async fn a_change_names_its_version_and_says_nothing_that_is_not_its_to_say() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.org").await;
    let below = format!("/users/{}", grace.id);
    let bare = Call::new(Method::PATCH, Place::path(&below)).with_body("application/json", r#"{"username":"x"}"#);
    assert_eq!(problem(&place.send(&token, bare).await), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()));
    let stale = place.patch(&token, &below, grace.version + 1, &json!({ "username": "x" })).await;
    assert_eq!(problem(&stale), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()));
    for said in [json!({ "id": "x" }), json!({ "sub": "x" }), json!({ "status": "disabled" }), json!({ "version": 9 }), json!({ "not_before": 0 })] {
        let answer = place.patch(&token, &below, grace.version, &said).await;
        assert_eq!(problem(&answer), (StatusCode::BAD_REQUEST, "malformed".to_owned()), "{said}");
    }
    assert_eq!(place.delete(&token, &below, grace.version + 1).await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(place.user(&grace.id).await, grace);
}

#[tokio::test]
async fn who_administers_the_tenant_is_not_deleted() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.org").await.id;
    place.assign(&place.scene, &grace, Some(Assignment::of(AdminRole::Auditor))).await;
    let below = format!("/users/{grace}");
    let refused = place.delete(&token, &below, place.user(&grace).await.version).await;
    assert_eq!(problem(&refused), (StatusCode::CONFLICT, "administers".to_owned()));
    place.assign(&place.scene, &grace, None).await;
    place.stage.clock.advance(domain::policy::FRESH_SIGN_IN);
    let version = place.user(&grace).await.version;
    let fresh = place.token().await;
    assert_eq!(place.delete(&fresh, &below, version).await.status, StatusCode::NO_CONTENT);
    assert_eq!(problem(&place.get(&fresh, &below).await).1, "not-found");
}

#[tokio::test]
async fn deleting_wants_a_sign_in_of_just_now() {
    let place = place().await;
    let grace = place.scene.add_person("grace", "grace@example.org").await;
    let session = place.scene.session().await;
    place.stage.clock.advance(domain::policy::FRESH_SIGN_IN);
    let api = domain::api::Api::of_administration(place.scene.tenant.record()).expect("an API");
    let (token, _) = place.scene.access_token_for_in(&session, &testkit::builders::client(), &api, &["admin"]).await;
    let answer = place.delete(&token, &format!("/users/{}", grace.id), grace.version).await;
    assert_eq!(
        (problem(&answer).1.as_str(), answer.header("www-authenticate")),
        ("sign-in-again", "Bearer error=\"insufficient_user_authentication\", max_age=\"600\"")
    );
}
