//! Files of people go in and out by links: to a folder on one machine, to a bucket in AWS.

use serde_json::json;

use super::node;
use super::places::{Place, in_both_places};

in_both_places!(
    /// By `fetch`, within the minutes that schedules take.
    a_file_of_people_goes_in_and_comes_out_by_links,
    |place: &Place| {
        let done = node::journey("transfers", "bringsAFileInAndOut", &json!({ "description": place.description }));
        assert_eq!(done, json!({ "tampered": 403 }));
    }
);
