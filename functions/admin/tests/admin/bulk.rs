//! Many requests in one: each as if it had come alone.

use std::sync::Arc;
use std::time::Duration;

use domain::administration::{AdminRole, Assignment};
use domain::{Timestamp, policy};
use http::StatusCode;
use runtime::Clock;
use serde_json::{Value, json};
use testkit::{Call, Endpoint, FixedClock};

use crate::support::{Place, place, problem};

async fn bulk(place: &Place, token: &str, requests: &[Value]) -> Vec<Value> {
    let answer = place.create(token, "/bulk", &json!({ "requests": requests })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()["results"].as_array().cloned().expect("results")
}

fn create(username: &str) -> Value {
    json!({ "method": "POST", "path": "/users", "body": { "username": username } })
}

#[tokio::test]
async fn each_is_done_or_refused_by_itself_and_answered_in_its_place() {
    let place = place().await;
    let token = place.token().await;
    let ada = place.scene.person.id.to_string();
    let results = bulk(
        &place,
        &token,
        &[
            create("grace"),
            create("ada"),
            json!({ "method": "PATCH", "path": format!("/users/{ada}"), "if_match": "\"2\"", "body": { "profile": { "given_name": "Augusta" } } }),
            json!({ "method": "PATCH", "path": format!("/users/{ada}"), "body": { "profile": { "given_name": "Ada" } } }),
            json!({ "method": "DELETE", "path": "/users/nobody", "if_match": "\"1\"" }),
            json!({ "method": "POST", "path": "/bulk", "body": { "requests": [] } }),
            json!({ "method": "POST", "path": "users" }),
            json!({ "method": "POST", "path": "/users", "if_match": "a\nb", "body": {} }),
            json!({ "method": "DELETE", "path": "/../other/users" }),
        ],
    )
    .await;
    let told: Vec<_> = results.iter().map(|result| (result["status"].as_u64(), result["body"]["type"].as_str().unwrap_or_default())).collect();
    assert_eq!(
        told,
        [
            (Some(201), ""),
            (Some(409), "urn:countersign:problem:taken"),
            (Some(200), ""),
            (Some(428), "urn:countersign:problem:version-required"),
            (Some(404), "urn:countersign:problem:not-found"),
            (Some(404), "urn:countersign:problem:not-found"),
            (Some(400), "urn:countersign:problem:malformed"),
            (Some(400), "urn:countersign:problem:malformed"),
            (Some(404), "urn:countersign:problem:not-found"),
        ]
    );
    let grace = results[0]["body"]["id"].as_str().expect("an id");
    assert_eq!((results[0]["etag"].as_str(), results[0]["location"].as_str()), (Some("\"1\""), Some(&*Place::path(&format!("/users/{grace}")))));
    assert_eq!(place.user(&place.scene.person.id).await.profile.given_name.as_deref(), Some("Augusta"));
}

#[tokio::test]
async fn a_role_may_in_bulk_what_it_may_alone() {
    let place = place().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await.id;
    place.assign(&place.scene, &grace, Some(Assignment::of(AdminRole::Owner))).await;
    let ada = &place.scene.person.id;
    place.assign(&place.scene, ada, Some(Assignment::of(AdminRole::HelpDesk))).await;
    let token = place.token().await;
    let results = bulk(&place, &token, &[create("eve"), json!({ "method": "DELETE", "path": format!("/users/{grace}"), "if_match": "\"1\"" })]).await;
    assert_eq!(results.iter().map(|result| result["status"].as_u64()).collect::<Vec<_>>(), [Some(403), Some(403)]);
    place.assign(&place.scene, ada, None).await;
    let nobody = place.create(&token, "/bulk", &json!({ "requests": [create("eve")] })).await;
    assert_eq!(problem(&nobody), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
}

#[tokio::test]
async fn a_key_makes_a_thing_once_whether_it_is_sent_in_bulk_or_alone() {
    let place = place().await;
    let token = place.token().await;
    let mut request = create("grace");
    request["idempotency_key"] = json!("the first");
    let first = bulk(&place, &token, &[request.clone()]).await;
    let again = bulk(&place, &token, &[request]).await;
    assert_eq!((first[0]["status"].as_u64(), &first[0]["body"]["id"]), (Some(201), &again[0]["body"]["id"]));
}

#[tokio::test]
async fn a_bulk_holds_a_thousand_requests_in_four_megabytes() {
    let place = place().await;
    let token = place.token().await;
    let requests = |count: usize| json!({ "requests": vec![json!({ "method": "DELETE", "path": "/x" }); count] });
    let full = place.create(&token, "/bulk", &requests(policy::BULK_MAX)).await;
    assert_eq!((full.status, full.json()["results"].as_array().map(Vec::len)), (StatusCode::OK, Some(policy::BULK_MAX)));
    let many = place.create(&token, "/bulk", &requests(policy::BULK_MAX + 1)).await;
    assert_eq!(problem(&many), (StatusCode::PAYLOAD_TOO_LARGE, "too-large".to_owned()));
    let mut long = create("grace");
    long["body"]["profile"] = json!({ "given_name": "x".repeat(policy::ADMIN_BODY_MAX - 1_000) });
    let whole = place.create(&token, "/bulk", &json!({ "requests": [long] })).await;
    assert_eq!((whole.status, &whole.json()["results"][0]["status"]), (StatusCode::OK, &json!(422)), "it is read, and one of its requests refused");
    long["body"]["profile"]["given_name"] = json!("x".repeat(policy::ADMIN_BODY_MAX));
    let long = place.create(&token, "/bulk", &json!({ "requests": [long] })).await;
    assert_eq!(problem(&long), (StatusCode::PAYLOAD_TOO_LARGE, "too-large".to_owned()));
    for unfit in [
        json!({ "requests": [{ "method": "GET", "path": "/users" }] }),
        json!({ "requests": [{ "method": "POST" }] }),
        json!({ "requests": [{ "method": "PUT", "path": "/x", "body": [] }] }),
        json!({ "requests": [] }),
        json!({}),
    ] {
        assert_eq!(problem(&place.create(&token, "/bulk", &unfit).await), (StatusCode::BAD_REQUEST, "malformed".to_owned()), "{unfit}");
    }
}

/// A clock that goes on by a second whenever it is looked at.
struct Ticking(Arc<FixedClock>);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        self.0.advance(Duration::from_secs(1));
        self.0.now()
    }
}

#[tokio::test]
async fn what_there_was_no_time_for_is_not_done_and_said_to_be_sent_again() {
    let place = place().await;
    let token = place.token().await;
    let mut platform = place.stage.platform.clone();
    platform.clock = Arc::new(Ticking(Arc::clone(&place.stage.clock)));
    let slow = Endpoint::of_administration(&place.stage, admin::router(admin::Deps::new(&platform)));
    let requests: Vec<_> = (0..20).map(|number| create(&format!("person{number}"))).collect();
    let call = Call::new(http::Method::POST, Place::path("/bulk")).with_body("application/json", json!({ "requests": requests }).to_string());
    let answer = slow.send(call.with("authorization", &format!("Bearer {token}"))).await;
    let results = answer.json()["results"].as_array().cloned().expect("results");
    let of = |status: u64| results.iter().filter(|result| result["status"].as_u64() == Some(status)).count();
    assert!(of(201) > 0 && of(503) > 0 && of(201) + of(503) == 20, "{results:?}");
    let people = place.get(&place.token().await, "/users?limit=100&username=person").await.json()["items"].as_array().map(Vec::len);
    assert_eq!(people, Some(of(201)));
}
