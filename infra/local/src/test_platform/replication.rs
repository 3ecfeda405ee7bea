//! Asynchronous replication between two embedded databases, as a global table's: item by item, the last writer wins, losers are dropped.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use testkit::Embedded;
use testkit::embedded::StreamPosition;
use tokio::sync::Mutex;

/// Records read at once.
const PAGE: usize = 1000;

/// Replicates between two regions' tables.
pub(super) struct Replication {
    regions: [Arc<Embedded>; 2],
    // The roles of global tables; others stay where they are.
    roles: Vec<String>,
    state: Mutex<State>,
}

/// A write, ordered against writes to the same item anywhere: when, then where.
type Version = (u128, usize);
/// An item: role of its table and its key.
type ItemName = (String, String);

#[derive(Default)]
struct State {
    positions: HashMap<(usize, String), StreamPosition>,
    // The version that each region has of each item.
    versions: [HashMap<ItemName, Version>; 2],
}

/// A record of a stream.
struct Write {
    role: String,
    region: usize,
    at: u128,
    record: Value,
}

impl Write {
    fn item(&self) -> ItemName {
        let keys = &self.record["dynamodb"]["Keys"];
        (self.role.clone(), format!("{} {}", keys["pk"], keys["sk"]))
    }
}

impl Replication {
    pub(super) fn between(regions: [Arc<Embedded>; 2]) -> Self {
        let replicated = regions[0].definitions().iter().filter(|table| table.replicated && table.stream.is_some());
        let roles = replicated.map(|table| table.role.clone()).collect();
        Self { regions, roles, state: Mutex::default() }
    }

    /// The same for the one table that spans zones.
    pub(super) fn of_the_directory(regions: [Arc<Embedded>; 2]) -> Self {
        Self { regions, roles: vec!["directory".to_owned()], state: Mutex::default() }
    }

    pub(super) async fn replicate(&self) {
        let mut state = self.state.lock().await;
        let mut writes = self.read(&mut state);
        writes.sort_by_key(|write| (write.at, write.region));
        for write in &writes {
            let _known = state.versions[write.region].insert(write.item(), (write.at, write.region));
        }
        for write in writes {
            let (other, version) = (1 - write.region, (write.at, write.region));
            let standing = state.versions[other].get(&write.item());
            if standing.is_none_or(|standing| *standing < version) {
                self.apply(other, &write).await;
                let _replaced = state.versions[other].insert(write.item(), version);
            }
        }
        // What was just applied stands in the other region's stream too; it isn't that region's own write, and going on would never end.
        let _echoes = self.read(&mut state);
    }

    fn read(&self, state: &mut State) -> Vec<Write> {
        let mut writes = Vec::new();
        for (region, tables) in self.regions.iter().enumerate() {
            for role in &self.roles {
                let position = state.positions.entry((region, role.clone())).or_default();
                loop {
                    let records = tables.stream_records(role, position, PAGE).expect("a stream of the embedded database");
                    let last = records.len() < PAGE;
                    writes.extend(records.into_iter().map(|record| Write { role: role.clone(), region, at: moment(&record), record }));
                    if last {
                        break;
                    }
                }
            }
        }
        writes
    }

    async fn apply(&self, region: usize, write: &Write) {
        let tables = &self.regions[region];
        let name = tables.definitions().iter().find(|table| table.role == write.role).map(|table| table.name.clone());
        let item = |image: &Value| -> serde_dynamo::Item { serde_json::from_value(image.clone()).expect("an image is an item") };
        let change = &write.record["dynamodb"];
        if change["NewImage"].is_null() {
            let delete = tables.client().delete_item().set_table_name(name).set_key(Some(item(&change["Keys"]).into()));
            delete.send().await.expect("a delete in the embedded database");
        } else {
            let put = tables.client().put_item().set_table_name(name).set_item(Some(item(&change["NewImage"]).into()));
            put.send().await.expect("a put in the embedded database");
        }
    }
}

// The embedded database numbers records by the microsecond in which they are written.
fn moment(record: &Value) -> u128 {
    record["dynamodb"]["SequenceNumber"].as_str().and_then(|number| number.parse().ok()).unwrap_or(0)
}
