//! What the API says of itself: `docs/openapi.json`, and `docs/how-to/admin-api.md`, which names every problem.

use std::path::Path;

use http::StatusCode;
use testkit::Call;

use crate::support::place;

const PAGE: &str = include_str!("../../../../docs/how-to/admin-api.md");

fn document() -> String {
    let mut text = serde_json::to_string_pretty(&admin::document()).expect("JSON");
    text.push('\n');
    text
}

#[test]
fn the_document_is_what_the_routes_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if option_env!("UPDATE_DOCS").is_some() {
        std::fs::write(&path, document()).expect("the document is writable");
    }
    let written = std::fs::read_to_string(&path).expect("docs/openapi.json");
    assert!(written == document(), "docs/openapi.json is stale: UPDATE_DOCS=1 cargo test --workspace --test admin");
}

#[tokio::test]
async fn the_document_is_served_to_whoever_asks() {
    let place = place().await;
    let answer = place.endpoint.send(Call::get("/admin/v1/openapi.json")).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(answer.json()["openapi"], "3.1.0");
    assert!(answer.body == document(), "what is served is what is written");
}

#[test]
fn every_operation_says_what_it_is_about_and_what_it_refuses() {
    let document = admin::document();
    let mut told = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("operations") {
            let shown = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{shown}");
            assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{shown}");
            for status in ["400", "401", "403", "404", "503"] {
                assert!(operation["responses"].get(status).is_some(), "{shown} {status}");
            }
            for (status, response) in operation["responses"].as_object().expect("answers") {
                assert!(response["description"].as_str().is_some_and(|words| !words.is_empty()), "{shown} {status}");
            }
            assert_eq!(operation["responses"].get("422").is_some(), method != "get", "{shown}");
            told += 1;
        }
    }
    assert!(told > 15, "{told}");
}

#[test]
fn every_problem_is_documented() {
    let arms = include_str!("../../src/problem.rs").split("StatusCode::").filter_map(|arm| arm.split('"').nth(1));
    let mut told = 0;
    for slug in arms.filter(|slug| !slug.is_empty() && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')) {
        assert!(PAGE.contains(&format!("`{slug}`")), "{slug}");
        told += 1;
    }
    assert!(told > 10, "{told}");
}
