//! Every place of the API that takes a name: none takes one that hides something or has no end, and what looks like a page's script is a name like any other.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Call};

use crate::support::{Place, place, problem};

/// What is sent where with a name in.
struct Takes {
    name: &'static str,
    method: Method,
    below: &'static str,
    body: fn(&str) -> Value,
}

fn takes() -> Vec<Takes> {
    let takes = |name, method, below, body| Takes { name, method, below, body };
    vec![
        takes("an app", Method::POST, "/apps", |name| json!({ "settings": { "name": name, "type": "machine" } })),
        takes("an API", Method::POST, "/apis", |name| json!({ "audience": "https://a.example", "settings": { "name": name, "scopes": ["read"] } })),
        takes("a group", Method::POST, "/groups", |name| json!({ "name": name })),
        takes("a person", Method::POST, "/users", |name| json!({ "username": "grace", "profile": { "name": name } })),
        takes("who is invited", Method::POST, "/invitations", |name| json!({ "email": "grace@example.org", "given_name": name })),
        takes("the tenant", Method::PATCH, "", |name| json!({ "name": name })),
        takes("a welcome", Method::PUT, "/policies/branding", |name| json!({ "welcome": { "en": name } })),
    ]
}

async fn send(place: &Place, token: &str, takes: &Takes, name: &str) -> Answer {
    let kind = if takes.method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
    let call = Call::new(takes.method.clone(), Place::path(takes.below)).with_body(kind, (takes.body)(name).to_string());
    let standing = place.get(token, takes.below).await;
    let versioned = takes.method != Method::POST || takes.below == "/groups";
    place.send(token, if versioned { call.with("if-match", standing.header("etag")) } else { call }).await
}

#[tokio::test]
async fn no_place_takes_a_name_that_hides_something_or_has_no_end() {
    let place = place().await;
    let token = place.token().await;
    for takes in takes() {
        for name in ["a\u{202e}b", "a\u{2066}b", "a\u{200b}b", "a\0b", "a\nb", "a\u{85}b", &"x".repeat(1_000_000), &"\u{1f469}".repeat(200_000)] {
            let answer = send(&place, &token, &takes, name).await;
            let shown: String = name.chars().take(5).collect();
            let (status, slug) = problem(&answer);
            let refused = [(StatusCode::BAD_REQUEST, "malformed"), (StatusCode::UNPROCESSABLE_ENTITY, "invalid")];
            assert!(refused.contains(&(status, slug.as_str())), "{} {shown:?}: {status} {slug}", takes.name);
            assert!(answer.body.len() < 1000, "{} {shown:?}: a refusal doesn't repeat it", takes.name);
        }
    }
    assert!(place.tenant().await.policies.is_untouched());
}

#[tokio::test]
async fn each_place_takes_a_name_that_looks_like_a_script_as_it_is() {
    let place = place().await;
    let token = place.token().await;
    for takes in takes() {
        let name = "<script>alert('Zoë')</script>";
        let answer = send(&place, &token, &takes, name).await;
        assert!(answer.status.is_success(), "{}: {} {}", takes.name, answer.status, answer.body);
        assert!(answer.body.contains(name), "{}: {}", takes.name, answer.body);
        assert_eq!(answer.header("content-type"), "application/json", "{}", takes.name);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{}", takes.name);
    }
}
