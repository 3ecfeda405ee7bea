//! `docs/config.schema.json`: what a configuration may say, for editors and pipelines.

use std::path::Path;

use boon::{Compiler, Schemas};
use http::StatusCode;
use serde_json::{Value, json};
use testkit::Call;

use super::full;
use crate::support::place;

fn written() -> String {
    let mut text = serde_json::to_string_pretty(&admin::configuration_schema()).expect("JSON");
    text.push('\n');
    text
}

#[test]
fn the_schema_is_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/config.schema.json");
    if option_env!("UPDATE_DOCS").is_some() {
        std::fs::write(&path, written()).expect("the schema is writable");
    }
    let text = std::fs::read_to_string(&path).expect("docs/config.schema.json");
    assert!(text == written(), "docs/config.schema.json is stale: UPDATE_DOCS=1 cargo test --workspace --test admin");
    assert!(!text.contains("#/components/"), "it refers to itself alone");
}

#[tokio::test]
async fn the_schema_is_served_to_whoever_asks() {
    let place = place().await;
    let answer = place.endpoint.send(Call::get("/admin/v1/config.schema.json")).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/schema+json"));
    assert!(answer.body == written(), "what is served is what is written");
}

#[tokio::test]
async fn what_is_exported_is_what_the_schema_says_and_what_is_not_taken_is_not() {
    let place = place().await;
    let token = place.token().await;
    let schema = admin::configuration_schema();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("https://schema.example/config.json", schema).expect("a schema");
    let compiled = compiler.compile("https://schema.example/config.json", &mut schemas).expect("a schema of the draft that it names");
    let errors = |document: &Value| schemas.validate(document, compiled).map_err(|error| format!("{error:#}"));
    let (standing, _) = place.exported(&token, "demo").await;
    assert_eq!(errors(&standing), Ok(()));
    let full = full(&standing);
    assert_eq!(errors(&full), Ok(()));
    assert_eq!(place.apply(&token, "demo", &full).await.status, StatusCode::OK);
    assert_eq!(errors(&place.exported(&token, "demo").await.0), Ok(()));
    for (at, value) in [
        ("/version", json!(2)),
        ("/more", json!(1)),
        ("/roles", json!("editor")),
        ("/groups/Guests/more", json!(1)),
        ("/apis/https:~1~1api.example~1v1/more", json!(1)),
        ("/apps/shop/more", json!(1)),
        ("/apps/shop/sessions/more", json!(1)),
        ("/apps/shop/backchannel_logout/more", json!(1)),
        ("/apps/shop/claims/0/more", json!(1)),
        ("/policies/more", json!({ "settings": {} })),
        ("/policies/retention/groups", json!({ "Guests": {} })),
        ("/policies/retention/settings/days", json!(6)),
        ("/attributes/0/more", json!(1)),
    ] {
        let mut other = full.clone();
        let (parent, name) = at.rsplit_once('/').expect("a pointer");
        other.pointer_mut(parent).expect("a place").as_object_mut().expect("an object").insert(name.to_owned(), value);
        assert!(errors(&other).is_err(), "{at}");
        let refused = place.plan(&token, &other).await;
        assert!(refused.status.is_client_error(), "{at}: {}", refused.body);
    }
}
