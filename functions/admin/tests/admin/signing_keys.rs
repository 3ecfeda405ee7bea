//! Signing keys: seen by who may, and what is wanted of them waits for `key-rotation`, which alone holds them.

use domain::api::Api;
use domain::key_ring::Algorithm;
use domain::key_ring::wish::{AskedOfKeys, KeyWish};
use http::StatusCode;
use serde_json::json;
use testkit::builders;
use testkit::rows::{self, text};

use crate::support::{Place, place, problem};

/// What is wanted of keys, as rows say it.
async fn asked(place: &Place) -> Vec<rows::Value> {
    place.stage.rows("work").await.into_iter().filter_map(|mut row| row.remove("asked")).collect()
}

#[tokio::test]
async fn keys_are_shown_without_what_they_sign_with() {
    let place = place().await;
    let token = place.token().await;
    let shown = place.get(&token, "/keys").await;
    assert_eq!((shown.status, shown.header("etag")), (StatusCode::OK, "\"1\""));
    let keys = shown.json()["items"].as_array().cloned().expect("keys");
    let told: Vec<_> = keys.iter().map(|key| (key["algorithm"].as_str().unwrap_or_default(), key["state"].as_str().unwrap_or_default())).collect();
    assert_eq!(told, [("ES256", "active"), ("RS256", "active")]);
    for key in keys {
        assert_eq!(key["kid"], key["public_jwk"]["kid"]);
        assert!(!key.to_string().contains("private") && key["public_jwk"].get("d").is_none(), "{key}");
    }
}

#[tokio::test]
async fn what_is_wanted_of_keys_waits_for_their_rotation_and_names_who_wants_it() {
    let place = place().await;
    let token = place.token().await;
    let wish = KeyWish::Rotate { algorithms: [Algorithm::Es256].into() };
    let answer = place.send_with(&token, "/keys/changes", 1, &json!({ "how": "rotate", "algorithms": ["ES256"] })).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::ACCEPTED, ""));
    assert_eq!(asked(&place).await, [rows::value(&AskedOfKeys { seen: 1, wish })]);
    let events = place.stage.rows("events").await;
    let event = events.iter().find(|row| text(row, "type") == "signing_keys.change_asked").expect("an event");
    assert!(event.contains_key("actor"), "{event:?}");
    // Nothing has happened to the keys yet.
    assert_eq!(place.get(&token, "/keys").await.header("etag"), "\"1\"");
}

#[tokio::test]
async fn what_can_not_be_wanted_of_keys_is_refused() {
    let place = place().await;
    let token = place.token().await;
    let kid = place.get(&token, "/keys").await.json()["items"][0]["kid"].clone();
    for (wish, version, refusal) in [
        (json!({ "how": "rotate", "algorithms": [] }), 1, (StatusCode::UNPROCESSABLE_ENTITY, "invalid")),
        (json!({ "how": "retire", "kid": kid }), 1, (StatusCode::UNPROCESSABLE_ENTITY, "invalid")),
        (json!({ "how": "retire", "kid": "nobody's" }), 1, (StatusCode::UNPROCESSABLE_ENTITY, "invalid")),
        (json!({ "how": "withdraw", "algorithms": ["HS256"] }), 1, (StatusCode::BAD_REQUEST, "malformed")),
        (json!({ "how": "retire", "kid": "a", "algorithms": [] }), 1, (StatusCode::BAD_REQUEST, "malformed")),
        (json!({ "how": "forge" }), 1, (StatusCode::BAD_REQUEST, "malformed")),
        (json!({ "how": "rotate", "algorithms": ["ES256"] }), 2, (StatusCode::PRECONDITION_FAILED, "changed-meanwhile")),
    ] {
        let answer = place.send_with(&token, "/keys/changes", version, &wish).await;
        assert_eq!(problem(&answer), (refusal.0, refusal.1.to_owned()), "{wish}");
    }
    let unnamed = place.create(&token, "/keys/changes", &json!({ "how": "rotate", "algorithms": ["ES256"] })).await;
    assert_eq!(problem(&unnamed), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()));
    assert_eq!(asked(&place).await, []);
}

#[tokio::test]
async fn keys_are_changed_after_a_sign_in_of_just_now() {
    let place = place().await;
    let session = place.scene.session().await;
    let api = Api::of_administration(place.scene.tenant.record()).expect("the admin API");
    place.stage.clock.advance(domain::policy::FRESH_SIGN_IN);
    let (late, _) = place.scene.access_token_for_in(&session, &builders::client(), &api, &["admin"]).await;
    let wish = json!({ "how": "withdraw", "algorithms": ["ES256"] });
    let refused = place.send_with(&late, "/keys/changes", 1, &wish).await;
    assert_eq!(problem(&refused), (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned()));
    assert_eq!(asked(&place).await, []);
    let again = place.token().await;
    assert_eq!(place.send_with(&again, "/keys/changes", 1, &wish).await.status, StatusCode::ACCEPTED);
}
