//! The authorization code flow with PKCE (RFC 6749 §4.1, RFC 7636, OpenID Connect Core 1.0 §3.1), by a client library and by a person.
//!
//! Consent is remembered per person and app, so each app is one test's own.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::node;
use super::places::{Place, built, fresh_folder, in_both_places};
use super::python;
use super::running::{Running, free_pair_of_ports, get};
use crate::repository::root;

in_both_places!(
    /// A public client: first a person in Chromium denies, allows and comes back, then the library does the circle with consent given.
    a_public_app_and_a_person_in_a_browser,
    |place: &Place| {
        in_chromium(place);
        whole_circle(place, "none", &json!({"consent_given": true, "id_token_alg": "ES256"}));
    }
);

in_both_places!(
    /// A confidential client, by HTTP Basic, with ES256; then it asks for offline access, refreshes, gives its token back, and signs the person out.
    an_app_that_authenticates_by_http_basic,
    |place: &Place| {
        whole_circle(place, "client_secret_basic", &json!({"consent_given": false, "id_token_alg": "ES256"}));
        let client_id = &place.client("client_secret_basic")["client_id"];
        node::journey("oauth4webapi", "wholeCircle", &json!({"description": place.description, "client_id": client_id}));
    }
);

in_both_places!(
    /// A confidential client of the profile `oidc`, by its secret in the body, with RS256; then the same by `authlib` in Python.
    an_app_that_authenticates_in_the_body,
    |place: &Place| {
        whole_circle(place, "client_secret_post", &json!({"consent_given": false, "id_token_alg": "RS256"}));
        let client_id = &place.client("client_secret_post")["client_id"];
        python::journey("authlib_client", &json!({"description": place.description, "client_id": client_id}));
    }
);

/// A relying party whose provider is down is nothing that differs between places.
#[test]
fn the_demo_app_says_when_its_provider_is_down() {
    let file = fresh_folder("provider-down").join("local.json");
    let app = json!({"client_id": "demo-public", "redirect_uris": ["http://127.0.0.1/callback"]});
    let nobody = format!("http://localhost:{}/t/demo", free_pair_of_ports());
    fs::write(&file, json!({"tenants": {"demo": {"issuer": nobody, "clients": [app]}}}).to_string()).expect("target is writable");
    let port = free_pair_of_ports();
    let running = Running::start("provider-down", Command::new(built("demo-app")).arg(&file).arg(port.to_string()));
    running.wait_until("the demo app", || get(port, "/"));
    let input = json!({"demo_app": format!("http://127.0.0.1:{port}"), "screenshots": root().join("target/screenshots/local")});
    node::journey("browser", "providerDown", &input);
}

fn in_chromium(place: &Place) {
    let input = json!({
        "demo_app": place.description["demo_app_url"],
        "issuer": place.issuer(),
        "person": place.person(),
        "screenshots": root().join("target/screenshots").join(place.name),
    });
    node::journey("browser", "demoApp", &input);
}

fn whole_circle(place: &Place, authentication: &str, more: &Value) {
    let mut input = json!({"description": place.description, "client_id": place.client(authentication)["client_id"]});
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    node::journey("openid_client", "wholeCircle", &input);
}
