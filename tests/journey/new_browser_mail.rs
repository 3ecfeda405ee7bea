//! The mail "new sign-in from a new browser": stream, queue and mail service behind a sign-in.

use serde_json::json;

use super::node;
use super::places::{Place, in_both_places};

in_both_places!(
    /// A new browser is reported once, a browser that signed in before isn't.
    a_sign_in_from_a_new_browser_is_reported_once,
    |place: &Place| {
        let client_id = &place.client("none")["client_id"];
        node::journey("mail", "newBrowser", &json!({"description": place.description, "client_id": client_id}));
    }
);
