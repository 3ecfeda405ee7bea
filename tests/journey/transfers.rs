//! Files of people go in and out by links: to a folder on one machine, to a bucket in AWS.

use serde_json::{Value, json};

use super::node;
use super::places::{Place, in_both_places};

in_both_places!(
    /// By `fetch`, as the console of the deployment would.
    a_file_of_people_goes_in_and_comes_out_by_links,
    |place: &Place| {
        let console = "https://admin.countersign.example";
        let done = node::journey("transfers", "bringsAFileInAndOut", &json!({ "description": place.description, "origin": console }));
        assert!(done["tampered"].as_u64().is_some_and(|status| status >= 400), "{done}");
        assert_eq!(done["foreign"], Value::Null, "no page of elsewhere reads what a link answers");
        // On one machine the console is at the origin of the links.
        let shared = if place.name == "local" { Value::Null } else { json!(console) };
        assert_eq!(done["shared"], shared);
    }
);
