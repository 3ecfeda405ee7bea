//! Help for people who can't get in; where they are signed in, what apps hold of them, what happened.

use domain::attempt::{Reservation, window};
use domain::policy;
use http::{Method, StatusCode};
use serde_json::json;
use store::AttemptKey;
use testkit::{Call, builders};

use crate::support::{Place, place, problem};

async fn post(place: &Place, token: &str, below: &str) -> testkit::Answer {
    place.send(token, Call::new(Method::POST, Place::path(below))).await
}

#[tokio::test]
async fn whoever_was_slowed_begins_anew_under_each_of_their_names() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.org").await;
    let home = place.scene.home();
    let window = window(runtime::Clock::now(&*place.stage.clock), policy::ATTEMPT_WINDOW);
    let keys: Vec<AttemptKey> = ["grace", "grace@example.org", "ada"]
        .map(|name| AttemptKey { identifier: place.scene.tenant.name_typed(name).expect("keys").lookup, source: "s".repeat(43), window })
        .into();
    for key in &keys {
        assert_eq!(home.reserve_attempt(key, 1).await, Ok(Reservation::Granted));
        assert_eq!(home.reserve_attempt(key, 1).await, Ok(Reservation::Exhausted));
    }
    let below = format!("/users/{}/unlock", grace.id);
    assert_eq!(post(&place, &token, &below).await.status, StatusCode::NO_CONTENT);
    for (key, expected) in keys.iter().zip([Reservation::Granted, Reservation::Granted, Reservation::Exhausted]) {
        assert_eq!(home.reserve_attempt(key, 1).await, Ok(expected));
    }
    let history = place.get(&token, &format!("/users/{}/history", grace.id)).await.json();
    assert_eq!(history["items"][0]["type"], "user.unlocked");
    let nobody = format!("/users/{}/unlock", domain::UserId::from_random([9; 16]));
    assert_eq!(problem(&post(&place, &token, &nobody).await), (StatusCode::NOT_FOUND, "not-found".to_owned()));
}

#[tokio::test]
async fn a_password_has_to_be_changed_and_one_that_is_not_there_can_not() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.org").await;
    let below = format!("/users/{}/require-password-change", grace.id);
    assert_eq!(post(&place, &token, &below).await.status, StatusCode::NO_CONTENT);
    let now = runtime::Clock::now(&*place.stage.clock);
    let standing = place.scene.home().read_recovery(&grace.id, &now.month()).await.expect("an answer").password.expect("a password");
    assert!(standing.has_to_change(&domain::password_policy::PasswordPolicy::default(), now));
    let made = place.create(&token, "/users", &json!({ "username": "plain" })).await.json();
    let plain = made["id"].as_str().expect("an id");
    let none = post(&place, &token, &format!("/users/{plain}/require-password-change")).await;
    assert_eq!(problem(&none), (StatusCode::CONFLICT, "no-password".to_owned()));
    let nobody = format!("/users/{}/require-password-change", domain::UserId::from_random([9; 16]));
    assert_eq!(problem(&post(&place, &token, &nobody).await), (StatusCode::NOT_FOUND, "not-found".to_owned()));
}

#[tokio::test]
async fn a_temporary_password_is_told_once_and_good_for_one_sign_in() {
    let place = place().await;
    let token = place.token().await;
    let made = place.create(&token, "/users", &json!({ "username": "grace", "temporary_password": true })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let password = made.json()["temporary_password"].as_str().expect("a password").to_owned();
    assert_eq!((password.len(), password.matches('-').count()), (19, 3), "{password}");
    let id = domain::UserId::parse(made.json()["id"].as_str().expect("an id")).expect("an id");
    assert!(!place.get(&token, &format!("/users/{id}")).await.body.contains(&password));
    let now = runtime::Clock::now(&*place.stage.clock);
    let standing = place.scene.home().read_recovery(&id, &now.month()).await.expect("an answer").password.expect("a password");
    assert!(standing.has_to_change(&domain::password_policy::PasswordPolicy::default(), now));
    let hash = place.scene.tenant.open_password_hash(&id, standing.comparable().expect("a hash")).expect("keys");
    let typed = domain::Secret::new(password);
    assert_eq!(crypto::password::is_one_of(&typed, &[hash], &mut crypto::password::Workspace::new()), Ok(true));
    let other = place.create(&token, "/users", &json!({ "username": "alan", "temporary_password": true })).await;
    assert_ne!(other.json()["temporary_password"], made.json()["temporary_password"]);
}

#[tokio::test]
async fn a_session_is_shown_and_ended_by_the_name_that_apps_know_it_by() {
    let place = place().await;
    let token = place.token().await;
    let other = place.scene.session().await;
    let below = format!("/users/{}/sessions", place.scene.person.id);
    let listed = place.get(&token, &below).await.json();
    let sids: Vec<&str> = listed["items"].as_array().expect("items").iter().filter_map(|session| session["sid"].as_str()).collect();
    let sid = oauth::sid::of(&other.id, crypto::derive::sha256);
    assert_eq!((sids.len(), sids.contains(&sid.as_str())), (2, true));
    let end = |sid: &str| Call::new(Method::DELETE, Place::path(&format!("{below}/{sid}")));
    assert_eq!(place.send(&token, end(&sid)).await.status, StatusCode::NO_CONTENT);
    for gone in [sid.as_str(), "x", other.id.as_str()] {
        assert_eq!(problem(&place.send(&token, end(gone)).await), (StatusCode::NOT_FOUND, "not-found".to_owned()), "{gone}");
    }
    assert_eq!(place.get(&token, &below).await.json()["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_an_app_holds_is_shown_and_taken_back_with_every_token() {
    let place = place().await;
    let token = place.token().await;
    let client = builders::client();
    place.scene.allow(&client, &["openid", "email"]).await;
    let (of_ada, _) = place.scene.offline_access_token(&builders::confidential_client(), &["openid", "offline_access"]).await;
    assert!(!of_ada.is_empty());
    let below = format!("/users/{}/grants", place.scene.person.id);
    let listed = place.get(&token, &below).await.json();
    let of = |id: &str| listed["items"].as_array().expect("items").iter().find(|grant| grant["client_id"] == id).cloned().unwrap_or_default();
    assert_eq!(of(client.id.as_str())["scopes"], json!(["admin", "email", "openid"]), "the consent, and the token that asks");
    assert_eq!(of(builders::confidential_client().id.as_str())["live"], 1);
    let confidential = builders::confidential_client().id;
    let revoke = |id: &str| Call::new(Method::DELETE, Place::path(&format!("{below}/{id}")));
    assert_eq!(place.send(&token, revoke(confidential.as_str())).await.status, StatusCode::NO_CONTENT);
    for nothing in [confidential.as_str(), "unknown", "a%20b"] {
        assert_eq!(problem(&place.send(&token, revoke(nothing)).await), (StatusCode::NOT_FOUND, "not-found".to_owned()), "{nothing}");
    }
    assert_eq!(place.send(&token, revoke(client.id.as_str())).await.status, StatusCode::NO_CONTENT);
    assert_eq!(problem(&place.get(&token, &below).await), (StatusCode::UNAUTHORIZED, "token".to_owned()), "the token that asked is gone as well");
}

#[tokio::test]
async fn what_happened_is_told_a_page_at_a_time_with_who_did_it() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.org").await;
    let below = format!("/users/{}", grace.id);
    for turn in 0..policy::HISTORY_PAGE {
        place.stage.clock.advance(std::time::Duration::from_millis(1));
        assert_eq!(post(&place, &token, &format!("{below}/unlock")).await.status, StatusCode::NO_CONTENT, "{turn}");
    }
    let first = place.get(&token, &format!("{below}/history")).await.json();
    assert_eq!(first["items"].as_array().map(Vec::len), Some(policy::HISTORY_PAGE));
    assert_eq!(first["items"][0]["actor"], json!({ "kind": "person", "id": place.scene.person.id.as_str() }));
    let next = first["next"].as_str().expect("a cursor");
    let last = place.get(&token, &format!("{below}/history?cursor={next}")).await.json();
    let kinds: Vec<&str> = last["items"].as_array().expect("items").iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!((kinds, last.get("next")), (vec!["user.created"], None));
    assert_eq!(problem(&place.get(&token, &format!("{below}/history?cursor=x")).await), (StatusCode::BAD_REQUEST, "cursor".to_owned()));
    let nobody = format!("/users/{}/history", domain::UserId::from_random([9; 16]));
    assert_eq!(problem(&place.get(&token, &nobody).await), (StatusCode::NOT_FOUND, "not-found".to_owned()));
}

#[tokio::test]
async fn what_happened_names_a_session_as_apps_know_it_and_no_family() {
    let place = place().await;
    let token = place.token().await;
    place.stage.clock.advance(std::time::Duration::from_millis(1));
    let session = place.scene.session().await;
    let family = place.scene.family_in(&session, &builders::client(), &["openid"]).await;
    let history = place.get(&token, &format!("/users/{}/history", place.scene.person.id)).await;
    assert!(!history.body.contains(session.id.as_str()) && !history.body.contains(family.id.as_str()), "{}", history.body);
    let items = history.json()["items"].clone();
    let of = |kind: &str| items.as_array().expect("items").iter().find(|event| event["type"] == kind).cloned().expect("an event");
    assert_eq!(of("session.started")["data"]["sid"], oauth::sid::of(&session.id, crypto::derive::sha256));
    assert_eq!(of("grant.issued")["data"], json!({ "client_id": builders::client().id.as_str() }));
}
