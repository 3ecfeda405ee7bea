//! What each resource tells.

use http::{Method, StatusCode};
use serde_json::json;
use testkit::Call;

use crate::support::{Place, place, problem};

#[tokio::test]
async fn a_tenant_tells_what_it_is_called_and_where_it_is() {
    let place = place().await;
    let answer = place.get(&place.token().await, "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/json", "no-store"));
    let expected = json!({
        "slug": "demo", "name": "Demo", "issuer": "https://demo.id.example.com", "status": "active", "preset": "basic",
        "created_at": "2026-11-22T14:32:05Z",
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn an_account_tells_what_is_known_of_it_and_its_version() {
    let place = place().await;
    let ada = &place.scene.person;
    let answer = place.get(&place.token().await, &format!("/users/{}", ada.id)).await;
    let version = place.user(&ada.id).await.version;
    assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, format!("\"{version}\"").as_str()));
    let told = answer.json();
    assert_eq!((told["username"].as_str(), told["email"].as_str(), told["status"].as_str()), (Some("ada"), Some("ada@example.com"), Some("active")));
    let nobody = domain::UserId::from_random([9; 16]);
    for id in [nobody.as_str(), "ada", "x", "%00", "..%2f..", &"x".repeat(5000)] {
        let answer = place.get(&place.token().await, &format!("/users/{id}")).await;
        assert_eq!(problem(&answer), (StatusCode::NOT_FOUND, "not-found".to_owned()), "{id}");
    }
}

#[tokio::test]
async fn what_no_resource_does_is_told_with_what_it_does() {
    let place = place().await;
    let token = place.token().await;
    let ada = &place.scene.person.id;
    for (below, allow) in [
        ("/administrators".to_owned(), "GET,HEAD"),
        (format!("/administrators/{ada}"), "GET,HEAD,PUT,DELETE"),
        ("/users".to_owned(), "GET,HEAD,POST"),
        (format!("/users/{ada}/disable"), "POST"),
        (format!("/users/{ada}/sessions/x"), "DELETE"),
    ] {
        let answer = place.send(&token, Call::new(Method::PATCH, Place::path(&below))).await;
        assert_eq!(problem(&answer), (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed".to_owned()), "{below}");
        assert_eq!(answer.header("allow"), allow);
    }
    for nowhere in ["/admin/v1", "/admin/v1/", "/admin/v1/tenants/", "/admin/v2/tenants/demo", "/admin/v1/tenants/demo/else"] {
        let answer = place.send(&token, Call::get(nowhere)).await;
        assert_eq!(problem(&answer), (StatusCode::NOT_FOUND, "not-found".to_owned()), "{nowhere}");
    }
}
