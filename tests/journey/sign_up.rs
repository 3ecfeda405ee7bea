//! An account of one's own, in Chromium.

use serde_json::json;

use super::node;
use super::places::{Place, in_both_places};
use crate::repository::root;

in_both_places!(
    /// Sign-up, the mail that proves the address, and on to the app; with JavaScript and without, in two languages, in two browsers.
    somebody_makes_an_account,
    |place: &Place| {
        let input = json!({
            "demo_app": place.description["demo_app_url"],
            "issuer": place.issuer(),
            "inbox_url": place.description["inbox_url"],
            "screenshots": root().join("target/screenshots").join(place.name),
        });
        node::journey("sign_up", "makeAccounts", &input);
    }
);
