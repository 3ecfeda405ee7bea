//! The admin API's document by a linter that isn't ours: Spectral, with all its rules for such documents but three.

use serde_json::json;

use super::node;
use crate::repository::root;

#[test]
fn a_linter_finds_nothing_in_the_admin_apis_document() {
    let linted = node::journey("lint", "lints", &json!({ "path": root().join("docs/openapi.json") }));
    assert!(linted["rules"].as_u64().is_some_and(|rules| rules > 40), "{linted}");
    assert_eq!(linted["found"], json!([]));
}
