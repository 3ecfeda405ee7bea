//! The attributes that a tenant keeps of its people.

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{place, problem};

fn staff_number() -> Value {
    json!({
        "name": "staff_number", "label": { "en": "Staff number", "de": "Personalnummer" }, "kind": { "type": "text", "maximum": 9, "pattern": "[A-Z]-[0-9]+" },
        "required": false, "readers": ["apps"], "writer": "administrator",
    })
}

fn city() -> Value {
    let of = json!([{ "value": "london", "label": { "en": "London" } }, { "value": "lodz" }]);
    json!({
        "name": "city", "label": { "en": "City" }, "hint": { "en": "Where you work" }, "kind": { "type": "choice", "of": of }, "required": true,
        "readers": ["person"], "writer": "person",
    })
}

#[tokio::test]
async fn attributes_are_said_all_at_once_and_shown_as_they_were_said() {
    let place = place().await;
    let token = place.token().await;
    let none = place.get(&token, "/attributes").await;
    assert_eq!((none.status, none.header("etag"), none.json()), (StatusCode::OK, "\"0\"", json!({ "attributes": [] })));
    let both = json!({ "attributes": [staff_number(), city()] });
    let said = place.put(&token, "/attributes", 0, &both).await;
    assert_eq!((said.status, said.header("etag"), said.json()), (StatusCode::OK, "\"1\"", both.clone()), "{}", said.body);
    assert_eq!(place.get(&token, "/attributes").await.json(), both);
    assert_eq!(problem(&place.put(&token, "/attributes", 0, &both).await).1, "changed-meanwhile");
    // What isn't said has the most careful meaning.
    let short = json!({ "name": "hired", "label": { "en": "Hired" }, "kind": { "type": "date" } });
    let said = place.put(&token, "/attributes", 1, &json!({ "attributes": [short] })).await.json();
    assert_eq!(said["attributes"][0]["writer"], "administrator");
    assert_eq!((&said["attributes"][0]["required"], &said["attributes"][0]["readers"]), (&json!(false), &json!([])));
    assert_eq!(place.stage.event_types().await.iter().filter(|kind| *kind == "attributes.changed").count(), 2);
}

#[tokio::test]
async fn what_cannot_be_an_attribute_is_refused() {
    let place = place().await;
    let token = place.token().await;
    let with = |name: &str, value: Value| {
        let mut attribute = staff_number();
        attribute[name] = value;
        json!({ "attributes": [attribute] })
    };
    let pages = json!({ "attributes": (0..31).map(|number| json!({ "name": format!("a{number}"), "label": { "en": "A" }, "kind": { "type": "boolean" } })).collect::<Vec<_>>() });
    for (body, status, slug) in [
        (with("name", json!("email")), 422, "invalid"),
        (with("name", json!("client_id")), 422, "invalid"),
        (with("name", json!("Staff")), 400, "malformed"),
        (with("name", json!("a".repeat(1_000_000))), 400, "malformed"),
        (with("label", json!({})), 422, "invalid"),
        (with("label", json!({ "en": "pay\u{202e}fdp" })), 422, "invalid"),
        (with("label", json!({ "english": "Staff" })), 422, "invalid"),
        (with("kind", json!({ "type": "text", "maximum": 0 })), 422, "invalid"),
        (with("kind", json!({ "type": "text", "maximum": 9, "pattern": "(" })), 422, "invalid"),
        (with("kind", json!({ "type": "text", "maximum": 9, "more": 1 })), 400, "malformed"),
        (with("kind", json!({ "type": "boolean", "more": 1 })), 400, "malformed"),
        (with("kind", json!({ "type": "choice", "of": [] })), 422, "invalid"),
        (with("kind", json!({ "type": "choice", "of": [{ "value": "a", "more": 1 }] })), 400, "malformed"),
        (with("kind", json!({ "type": "file" })), 400, "malformed"),
        (with("writer", json!("person")), 422, "invalid"),
        (with("readers", json!(["everybody"])), 400, "malformed"),
        (with("more", json!(1)), 400, "malformed"),
        (json!({ "attributes": [staff_number(), staff_number()] }), 422, "invalid"),
        (json!({}), 400, "malformed"),
        (pages, 422, "invalid"),
    ] {
        let answer = place.put(&token, "/attributes", 0, &body).await;
        let shown: String = body.to_string().chars().take(200).collect();
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{shown}");
    }
    assert_eq!(place.put(&token, "/attributes", 0, &with("name", json!("staff"))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_somebody_has_of_an_attribute_that_is_gone_is_taken_no_more_and_goes_with_their_next_change() {
    let place = place().await;
    let token = place.token().await;
    let both = json!({ "attributes": [staff_number(), city()] });
    assert_eq!(place.put(&token, "/attributes", 0, &both).await.status, StatusCode::OK);
    let ada = format!("/users/{}", place.scene.person.id);
    let of_ada = async || place.user(&place.scene.person.id).await;
    let version = of_ada().await.version;
    let said = json!({ "attributes": { "staff_number": "A-1", "city": "london" } });
    assert_eq!(place.patch(&token, &ada, version, &said).await.status, StatusCode::OK);
    assert_eq!(place.put(&token, "/attributes", 1, &json!({ "attributes": [city()] })).await.status, StatusCode::OK);
    let again = place.patch(&token, &ada, version + 1, &said).await;
    assert_eq!(problem(&again), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()), "there is no such attribute");
    // It waits in their record for the attribute to come back, until that is written anew.
    assert_eq!(of_ada().await.attributes.len(), 2);
    assert_eq!(place.patch(&token, &ada, version + 1, &json!({ "username": "ada2" })).await.status, StatusCode::OK);
    assert_eq!(of_ada().await.attributes.len(), 1);
}
