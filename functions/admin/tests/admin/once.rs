//! Requests that make something once, however often they are sent.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Call};

use crate::support::{Place, place, problem};

async fn make(place: &Place, token: &str, (below, key): (&str, &str), body: &Value) -> Answer {
    let call = Call::new(Method::POST, Place::path(below)).with_body("application/json", body.to_string());
    place.send(token, call.with("idempotency-key", key)).await
}

fn bodies() -> [(&'static str, Value, Value); 4] {
    let app = |name: &str| json!({ "settings": { "name": name, "type": "web", "redirect_uris": ["https://shop.example/cb"] } });
    let api = |name: &str| json!({ "audience": "https://api.example", "settings": { "name": name } });
    [
        ("/users", json!({ "username": "grace" }), json!({ "username": "alan" })),
        ("/apps", app("Shop"), app("Other")),
        ("/invitations", json!({ "email": "grace@example.com" }), json!({ "email": "alan@example.com" })),
        ("/apis", api("API"), api("Other")),
    ]
}

#[tokio::test]
async fn what_is_sent_again_makes_nothing_more_and_is_answered_the_same() {
    let place = place().await;
    let token = place.token().await;
    for (below, body, other) in bodies() {
        let first = make(&place, &token, (below, "key-1"), &body).await;
        assert_eq!(first.status, StatusCode::CREATED, "{below} {}", first.body);
        place.stage.clock.advance(std::time::Duration::from_secs(1));
        let again = make(&place, &token, (below, "key-1"), &body).await;
        assert_eq!((again.status, again.json(), again.header("location")), (StatusCode::CREATED, first.json(), first.header("location")), "{below}");
        let refused = make(&place, &token, (below, "key-1"), &other).await;
        assert_eq!(problem(&refused), (StatusCode::UNPROCESSABLE_ENTITY, "other-request".to_owned()), "{below}");
    }
    assert_eq!(place.get(&token, "/users").await.json()["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(place.get(&token, "/apps").await.json()["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn the_same_request_under_another_key_or_by_somebody_else_is_another() {
    let place = place().await;
    let token = place.token().await;
    let app = &bodies()[1].1;
    let first = make(&place, &token, ("/apps", "key-1"), app).await.json();
    let second = make(&place, &token, ("/apps", "key-2"), app).await.json();
    assert_ne!((&first["client_id"], &first["client_secret"]), (&second["client_id"], &second["client_secret"]));
    let system = place.stage.tenant_called("system", "System").await;
    place.assign(&system, &system.person.id, Some(domain::administration::Assignment::of(domain::administration::AdminRole::Admin))).await;
    let (theirs, _) = system.admin_token(&testkit::builders::client(), &["admin"]).await;
    let third = make(&place, &theirs, ("/apps", "key-1"), app).await.json();
    assert_ne!(first["client_id"], third["client_id"]);
    let user = &bodies()[0].1;
    assert_eq!(make(&place, &token, ("/users", "key-1"), user).await.status, StatusCode::CREATED);
    assert_eq!(problem(&make(&place, &token, ("/users", "key-2"), user).await), (StatusCode::CONFLICT, "taken".to_owned()));
}

#[tokio::test]
async fn of_many_at_once_one_makes_it() {
    let place = &place().await;
    let token = &place.token().await;
    let body = &bodies()[0].1;
    let tries = (0..8).map(|_| async move { make(place, token, ("/users", "key-1"), body).await });
    let answers = futures_util::future::join_all(tries).await;
    let ids: std::collections::BTreeSet<String> = answers.iter().map(|answer| answer.json()["id"].to_string()).collect();
    assert_eq!((ids.len(), answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count()), (1, 8));
}

#[tokio::test]
async fn a_key_is_a_text_of_some_length_and_one() {
    let place = place().await;
    let token = place.token().await;
    let body = &bodies()[0].1;
    for wrong in ["", &"x".repeat(256), "\u{e4}"] {
        let answer = make(&place, &token, ("/users", wrong), body).await;
        assert_eq!(problem(&answer), (StatusCode::BAD_REQUEST, "idempotency-key".to_owned()), "{wrong}");
    }
    let call = Call::new(Method::POST, Place::path("/users")).with_body("application/json", body.to_string());
    let twice = place.send(&token, call.with("idempotency-key", "a").with("idempotency-key", "b")).await;
    assert_eq!(problem(&twice), (StatusCode::BAD_REQUEST, "idempotency-key".to_owned()));
    assert_eq!(place.get(&token, "/users").await.json()["items"].as_array().map(Vec::len), Some(1));
}
