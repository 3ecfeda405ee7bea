//! The pages of one's own account, in Chromium.

use serde_json::json;

use super::node;
use super::places::{Place, in_both_places};
use crate::repository::root;

in_both_places!(
    /// Every section, with JavaScript and without, in two languages; another address by its mail, other devices, the data as a file.
    somebody_keeps_an_account,
    |place: &Place| {
        let input = json!({
            "demo_app": place.description["demo_app_url"],
            "issuer": place.issuer(),
            "inbox_url": place.description["inbox_url"],
            "screenshots": root().join("target/screenshots").join(place.name),
        });
        node::journey("account", "keepAccounts", &input);
    }
);
