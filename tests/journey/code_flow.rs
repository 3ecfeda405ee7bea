//! The authorization code flow with PKCE (RFC 6749 §4.1, RFC 7636, OpenID Connect Core 1.0 §3.1), by a client library and by a person.
//!
//! Consent is remembered per person and app, so each app is one test's own.

use serde_json::{Value, json};

use super::node;
use super::places::{Place, in_both_places};

in_both_places!(
    /// A public client: first a person in Chromium denies, allows and comes back, then the library does the circle with consent given.
    a_public_app_and_a_person_in_a_browser,
    |place: &Place| {
        in_chromium(place);
        whole_circle(place, "none", &json!({"consent_given": true, "id_token_alg": "ES256"}));
    }
);

in_both_places!(
    /// A confidential client, by HTTP Basic, with ES256.
    an_app_that_authenticates_by_http_basic,
    |place: &Place| whole_circle(place, "client_secret_basic", &json!({"consent_given": false, "id_token_alg": "ES256"}))
);

in_both_places!(
    /// A confidential client of the profile `oidc`, by its secret in the body, with RS256.
    an_app_that_authenticates_in_the_body,
    |place: &Place| whole_circle(place, "client_secret_post", &json!({"consent_given": false, "id_token_alg": "RS256"}))
);

fn in_chromium(place: &Place) {
    let input = json!({
        "demo_app": place.description["demo_app_url"],
        "issuer": place.issuer(),
        "person": place.person(),
        "screenshots": crate::repository::root().join("target/screenshots").join(place.name),
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
