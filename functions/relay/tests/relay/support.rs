//! A stage with the function on it, and the records of its stream.

use std::sync::Arc;

use aws_lambda_events::event::dynamodb::Event;
use domain::policy;
use domain::session::Expiry;
use relay::Deps;
use runtime::Clock;
use serde_json::{Value, json};
use testkit::embedded::StreamPosition;
use testkit::{LocalQueue, Scene, Stage};

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) queue: Arc<LocalQueue>,
    pub(crate) deps: Deps,
    position: StreamPosition,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let queue = Arc::new(LocalQueue::default());
    let deps = Deps::new(&stage.platform, queue.clone());
    let mut place = Place { stage, scene, queue, deps, position: StreamPosition::default() };
    // What the tenant's making left is read by now.
    place.records();
    place
}

/// A batch of records.
pub(crate) fn batch(records: &[Value]) -> Event {
    serde_json::from_value(json!({ "Records": records })).expect("records in the form of Lambda")
}

impl Place {
    /// What happened to the events since the last look.
    pub(crate) fn records(&mut self) -> Vec<Value> {
        self.stage.embedded.stream_records("events", &mut self.position, 100).expect("a stream")
    }

    /// Relays records; says which were named as failed.
    pub(crate) async fn relay(&self, records: &[Value]) -> Vec<String> {
        let answer = relay::receive(&self.deps, batch(records)).await;
        answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier.unwrap_or_default()).collect()
    }

    /// When which sessions are to be looked at.
    pub(crate) async fn looks(&self) -> Vec<Expiry> {
        let work = self.stage.platform.store.work();
        let far = self.stage.clock.now().plus(policy::SESSION_ABSOLUTE);
        let mut looks = Vec::new();
        for shard in 0..policy::DUE_SHARDS {
            looks.extend(work.list_expiries(shard, far, 100).await.expect("a list").rows);
        }
        looks
    }

    /// How many deliveries and due rows there are.
    pub(crate) async fn work(&self) -> (usize, usize) {
        let rows = self.stage.rows("work").await;
        let count = |kind: &str| rows.iter().filter(|row| testkit::rows::text(row, "pk").starts_with(kind)).count();
        (count("DELIVERY#"), count("DUE#"))
    }
}

/// The sequence number by which a record is named.
pub(crate) fn sequence_number(record: &Value) -> String {
    record["dynamodb"]["SequenceNumber"].as_str().expect("a sequence number").to_owned()
}
