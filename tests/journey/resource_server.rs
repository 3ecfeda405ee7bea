//! APIs that know nothing but their issuer and their own name validate access tokens (RFC 9068 §4), each by a library that isn't ours. A third one,
//! `jsonwebtoken`, does so in `tests/flow/resource_server.rs`, where time can be moved.

use serde_json::json;

use super::places::{Place, in_both_places};
use super::{node, python};

in_both_places!(
    /// By npm's `jose`.
    an_api_validates_by_jose,
    |place: &Place| {
        let algorithms = node::journey("resource_server", "validates", &json!({"description": place.description}));
        assert_eq!(algorithms, json!(["ES256", "RS256"]));
    }
);

in_both_places!(
    /// By Python's `authlib`.
    an_api_validates_by_authlib,
    |place: &Place| {
        let algorithms = python::journey("resource_server", &json!({"description": place.description}));
        assert_eq!(algorithms, json!(["ES256", "RS256"]));
    }
);
