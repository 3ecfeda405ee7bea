//! APIs: registered, changed, their scopes bound to roles, taken away.

use http::StatusCode;
use serde_json::json;

use crate::support::{place, problem};

const ID: &str = "aHR0cHM6Ly9hcGkuZXhhbXBsZQ";

#[tokio::test]
async fn an_api_is_registered_changed_and_taken_away() {
    let place = place().await;
    let token = place.token().await;
    let asked = json!({ "audience": "https://api.example", "settings": { "name": "Orders", "scopes": ["read", "write"] } });
    let made = place.create(&token, "/apis", &asked).await;
    assert_eq!((made.status, made.header("etag")), (StatusCode::CREATED, "\"1\""), "{}", made.body);
    assert_eq!(made.header("location"), format!("/admin/v1/tenants/demo/apis/{ID}"));
    let expected = json!({
        "id": ID, "audience": "https://api.example", "created_at": "2026-11-22T14:32:05Z",
        "settings": {
            "name": "Orders", "scopes": ["read", "write"], "access_token_signed_response_alg": "ES256", "access_token_seconds": 600,
        },
    });
    assert_eq!(made.json(), expected);
    assert_eq!(place.get(&token, &format!("/apis/{ID}")).await.json(), expected);
    assert_eq!(place.get(&token, "/apis?name=ord").await.json()["items"], json!([expected]));
    assert_eq!(problem(&place.create(&token, "/apis", &asked).await), (StatusCode::CONFLICT, "taken".to_owned()));
    let settings = json!({ "name": "Orders 2", "scopes": ["read"], "access_token_signed_response_alg": "RS256", "access_token_seconds": 60 });
    let changed = place.put(&token, &format!("/apis/{ID}"), 1, &settings).await;
    assert_eq!((changed.status, changed.header("etag"), &changed.json()["settings"]["access_token_seconds"]), (StatusCode::OK, "\"2\"", &json!(60)));
    assert_eq!(problem(&place.put(&token, &format!("/apis/{ID}"), 1, &settings).await).1, "changed-meanwhile");
    assert_eq!(problem(&place.delete(&token, &format!("/apis/{ID}"), 1).await).1, "changed-meanwhile");
    assert_eq!(place.delete(&token, &format!("/apis/{ID}"), 2).await.status, StatusCode::NO_CONTENT);
    for gone in [ID, "x", "aa", "%2F"] {
        assert_eq!(problem(&place.get(&token, &format!("/apis/{gone}")).await), (StatusCode::NOT_FOUND, "not-found".to_owned()), "{gone}");
    }
}

#[tokio::test]
async fn an_api_that_can_not_be_is_refused() {
    let place = place().await;
    let token = place.token().await;
    let with = |audience: &str, settings: serde_json::Value| json!({ "audience": audience, "settings": settings });
    for (asked, status, slug) in [
        (with("api", json!({ "name": "API" })), 400, "malformed"),
        (with("https://api.example#x", json!({ "name": "API" })), 400, "malformed"),
        (with("https://demo.id.example.com", json!({ "name": "API" })), 422, "invalid"),
        (with("https://admin.id.example.com/admin/v1", json!({ "name": "API" })), 422, "invalid"),
        (with("https://api.example", json!({ "name": "" })), 422, "invalid"),
        (with("https://api.example", json!({ "name": "API", "scopes": ["openid"] })), 400, "malformed"),
        (with("https://api.example", json!({ "name": "API", "access_token_seconds": 59 })), 422, "invalid"),
        (with("https://api.example", json!({ "name": "API", "version": 9 })), 400, "malformed"),
    ] {
        let answer = place.create(&token, "/apis", &asked).await;
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{asked}");
    }
    assert_eq!(place.get(&token, "/apis").await.json(), json!({ "items": [] }));
}

#[tokio::test]
async fn a_scope_is_bound_to_roles_of_the_tenant() {
    let place = place().await;
    let token = place.token().await;
    let asked = json!({ "audience": "https://api.example", "settings": { "name": "Orders", "scopes": ["read", "write"] } });
    place.create(&token, "/apis", &asked).await;
    let below = format!("/apis/{ID}/scope-roles");
    let fresh = place.get(&token, &below).await;
    assert_eq!((fresh.status, fresh.header("etag"), fresh.json()), (StatusCode::OK, "\"0\"", json!({})));
    assert_eq!(place.put_bare(&token, "/roles/editor", 0).await.status, StatusCode::NO_CONTENT);
    let bound = place.put(&token, &below, 1, &json!({ "write": ["editor"] })).await;
    assert_eq!((bound.status, bound.header("etag")), (StatusCode::NO_CONTENT, "\"2\""), "{}", bound.body);
    assert_eq!(place.get(&token, &below).await.json(), json!({ "write": ["editor"] }));
    for (version, said, status, slug) in [
        (1, json!({}), 412, "changed-meanwhile"),
        (2, json!({ "delete": ["editor"] }), 422, "invalid"),
        (2, json!({ "write": ["root"] }), 422, "invalid"),
        (2, json!({ "write": "editor" }), 400, "malformed"),
    ] {
        let answer = place.put(&token, &below, version, &said).await;
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{said}");
    }
    assert_eq!(problem(&place.delete(&token, "/roles/editor", 2).await), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()));
    assert_eq!(place.put(&token, &below, 2, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(place.delete(&token, "/roles/editor", 3).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn an_api_that_is_taken_away_binds_no_role_any_more() {
    let place = place().await;
    let token = place.token().await;
    let asked = json!({ "audience": "https://api.example", "settings": { "name": "Orders", "scopes": ["read", "write"] } });
    place.create(&token, "/apis", &asked).await;
    place.put_bare(&token, "/roles/editor", 0).await;
    let bound = place.put(&token, &format!("/apis/{ID}/scope-roles"), 1, &json!({ "write": ["editor"] })).await;
    assert_eq!((bound.status, bound.header("etag")), (StatusCode::NO_CONTENT, "\"2\""), "{}", bound.body);
    assert_eq!(place.delete(&token, &format!("/apis/{ID}"), 1).await.status, StatusCode::NO_CONTENT);
    assert!(place.tenant().await.roster.scopes.is_empty());
    let gone = place.delete(&token, "/roles/editor", 3).await;
    assert_eq!((gone.status, gone.header("etag")), (StatusCode::NO_CONTENT, "\"4\""), "{}", gone.body);
}
