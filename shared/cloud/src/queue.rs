//! Nudges: telling `deliver` which deliveries are due (Amazon SQS `SendMessageBatch`). A lost one heals, because `webhook-retry` sweeps.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::delivery::DeliveryId;

use crate::aws::{Aws, Patience};
use crate::failure::Failure;

/// The most messages that one `SendMessageBatch` takes.
const BATCH: usize = 10;

/// Some nudges weren't queued; the due rows stand, so nothing is lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{lost} of {asked} nudges not queued: {why}")]
pub struct QueueError {
    /// How many aren't in the queue, as far as is known.
    pub lost: usize,
    /// How many there were.
    pub asked: usize,
    /// Why.
    pub why: String,
}

/// Tells `deliver` that deliveries are due.
#[async_trait]
pub trait Nudges: Send + Sync {
    /// Queues one nudge per delivery; those that fail don't keep the others back.
    async fn nudge(&self, deliveries: &[DeliveryId]) -> Result<(), QueueError>;
}

/// Amazon SQS.
#[derive(Clone, Debug)]
pub struct Sqs {
    client: Client,
    queue_url: String,
}

impl Sqs {
    /// A queue of a region.
    pub fn new(aws: &Aws, queue_url: impl Into<String>) -> Self {
        Self { client: Client::new(&aws.config(Patience::Background)), queue_url: queue_url.into() }
    }

    /// Sends at most ten nudges; says how many failed and why.
    async fn send(&self, deliveries: &[DeliveryId]) -> Result<(), (usize, String)> {
        let all = |why: String| (deliveries.len(), why);
        let entries = deliveries.iter().enumerate().map(|(place, delivery)| entry(place, delivery)).collect::<Result<Vec<_>, _>>();
        let answer = self
            .client
            .send_message_batch()
            .queue_url(&self.queue_url)
            .set_entries(Some(entries.map_err(|error| all(error.to_string()))?))
            .send()
            .await
            .map_err(|error| all(Failure::of(&error, |sqs| sqs.code()).to_string()))?;
        match answer.failed() {
            [] => Ok(()),
            failed @ [first, ..] => Err((failed.len(), first.code().to_owned())),
        }
    }
}

#[async_trait]
impl Nudges for Sqs {
    async fn nudge(&self, deliveries: &[DeliveryId]) -> Result<(), QueueError> {
        let mut failed: Option<QueueError> = None;
        for batch in deliveries.chunks(BATCH) {
            if let Err((lost, why)) = self.send(batch).await {
                failed.get_or_insert(QueueError { lost: 0, asked: deliveries.len(), why }).lost += lost;
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

fn entry(place: usize, delivery: &DeliveryId) -> Result<SendMessageBatchRequestEntry, BuildError> {
    SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(body(delivery)).build()
}

/// The text of a nudge: the delivery's id as JSON.
pub fn body(delivery: &DeliveryId) -> String {
    serde_json::to_string(delivery).expect("an id of three texts is JSON")
}
