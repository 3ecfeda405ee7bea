//! An administrator's script, by documented calls alone: an API, an app and a person are registered, and the person gets a token for the API.

use serde_json::json;

use super::node;
use super::places::{Place, in_both_places};

in_both_places!(
    /// By `fetch` and `jose`.
    somebody_administers_their_tenant,
    |place: &Place| {
        let done = node::journey("admin", "administers", &json!({ "description": place.description }));
        let expected = json!({ "claims": { "aud": true, "scope": "read" }, "without": 401, "problem": "urn:countersign:problem:token" });
        assert_eq!(done, expected);
    }
);
