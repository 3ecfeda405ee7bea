//! Every place of the API that takes an address, and every kind of address that none of them takes.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Call};

use crate::support::{Place, place, problem};

/// A place that takes an address: what is sent where with it in, and one that it takes.
struct Takes {
    name: &'static str,
    method: Method,
    below: &'static str,
    body: fn(&str) -> Value,
    fine: &'static str,
}

const APPS: &str = "/apps";

fn app(with: &Value) -> Value {
    let mut settings = json!({ "name": "Shop", "type": "web", "redirect_uris": ["https://shop.example/cb"] });
    settings.as_object_mut().expect("an object").extend(with.as_object().expect("an object").clone());
    json!({ "settings": settings })
}

fn takes() -> Vec<Takes> {
    let of_app = |name, body, fine| Takes { name, method: Method::POST, below: APPS, body, fine };
    let of_policy = |name, below, body, fine| Takes { name, method: Method::PUT, below, body, fine };
    vec![
        of_app("redirect_uris", |uri| app(&json!({ "redirect_uris": [uri] })), "https://shop.example/back"),
        of_app("post_logout_redirect_uris", |uri| app(&json!({ "post_logout_redirect_uris": [uri] })), "https://shop.example/bye"),
        of_app(
            "backchannel_logout",
            |uri| app(&json!({ "backchannel_logout": { "uri": uri, "session_required": true } })),
            "https://shop.example/out",
        ),
        of_app("origins", |uri| app(&json!({ "origins": [uri] })), "https://shop.example"),
        of_policy("logo", "/policies/branding", |uri| json!({ "logo": uri }), "https://cdn.example/logo.png"),
        of_policy("links", "/policies/branding", |uri| json!({ "links": { "privacy": uri } }), "https://shop.example/privacy"),
        of_policy(
            "terms",
            "/policies/registration",
            |uri| json!({ "who": "open", "terms": { "version": "1", "url": uri } }),
            "https://shop.example/terms",
        ),
        Takes {
            name: "website",
            method: Method::POST,
            below: "/users",
            body: |uri| json!({ "username": "grace", "profile": { "website": uri } }),
            fine: "https://grace.example/",
        },
    ]
}

/// What runs, what leads somewhere else than it says, and what stands for more than itself.
const REFUSED: [&str; 12] = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "https://*.shop.example/logo.png",
    "https://*",
    "*",
    "//shop.example/logo.png",
    "https://ada:secret@shop.example/logo.png",
];
/// What an app isn't answered at, as it is compared and sent on to the byte.
const REFUSED_OF_APPS: [&str; 2] = ["https://shop.example/*", "https://shop.example\\@evil.example/"];

async fn send(place: &Place, token: &str, takes: &Takes, address: &str) -> Answer {
    let call = Call::new(takes.method.clone(), Place::path(takes.below)).with_body("application/json", (takes.body)(address).to_string());
    if takes.method != Method::PUT {
        return place.send(token, call).await;
    }
    let version = place.get(token, takes.below).await.header("etag").to_owned();
    place.send(token, call.with("if-match", &version)).await
}

#[tokio::test]
async fn no_place_takes_an_address_that_runs_or_stands_for_others() {
    let place = place().await;
    let token = place.token().await;
    let mut taken = Vec::new();
    for takes in takes() {
        let of_apps = if takes.below == APPS { &REFUSED_OF_APPS[..] } else { &[] };
        for address in REFUSED.iter().chain(of_apps) {
            let answer = send(&place, &token, &takes, address).await;
            if answer.status.is_success() {
                taken.push(format!("{} takes {address}", takes.name));
                continue;
            }
            let (status, slug) = problem(&answer);
            let refused = [(StatusCode::BAD_REQUEST, "malformed"), (StatusCode::UNPROCESSABLE_ENTITY, "invalid")];
            assert!(refused.contains(&(status, slug.as_str())), "{} {address}: {status} {slug}", takes.name);
        }
    }
    assert_eq!(taken, Vec::<String>::new());
    assert!(place.tenant().await.policies.is_untouched());
}

#[tokio::test]
async fn each_place_takes_an_address_of_its_kind() {
    for takes in takes() {
        let place = place().await;
        let answer = send(&place, &place.token().await, &takes, takes.fine).await;
        assert!(answer.status.is_success(), "{}: {} {}", takes.name, answer.status, answer.body);
    }
}
