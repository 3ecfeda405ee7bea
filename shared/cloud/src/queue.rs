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
            .map_err(|error| all(Failure::of(&error, ProvideErrorMetadata::code).to_string()))?;
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
///
/// # Panics
/// Never: an id is three texts.
pub fn body(delivery: &DeliveryId) -> String {
    serde_json::to_string(delivery).expect("an id of three texts is JSON")
}

#[cfg(test)]
mod tests {
    use domain::delivery::Channel;
    use domain::{EventId, TenantId, Timestamp};
    use serde_json::{Value, json};

    use super::*;
    use crate::canned::Canned;

    fn deliveries(count: u8) -> Vec<DeliveryId> {
        let delivery = |number| DeliveryId {
            tenant: TenantId::from_random([1; 16]),
            event: EventId::new(Timestamp::from_seconds(1_795_357_925), [number; 10]),
            channel: Channel::MailNewBrowser,
        };
        (0..count).map(delivery).collect()
    }

    fn sqs(canned: &Canned) -> Sqs {
        Sqs::new(&canned.aws(), "https://sqs.eu-west-1.amazonaws.com/1/deliver")
    }

    fn entries(body: &str) -> Vec<Value> {
        let body: Value = serde_json::from_str(body).expect("a JSON body");
        body["Entries"].as_array().cloned().expect("entries")
    }

    #[tokio::test]
    async fn nudges_go_ten_at_a_time_and_each_is_a_delivery_id() {
        let canned = Canned::answering(&[(200, r#"{"Successful":[],"Failed":[]}"#); 3]);
        let deliveries = deliveries(21);
        assert_eq!(sqs(&canned).nudge(&deliveries).await, Ok(()));
        let sent: Vec<_> = canned.requests().iter().map(|request| entries(&request.body)).collect();
        assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 1]);
        for (entry, delivery) in sent.iter().flatten().zip(&deliveries) {
            let body = entry["MessageBody"].as_str().expect("a body");
            assert_eq!(serde_json::from_str::<DeliveryId>(body).expect("a delivery id"), *delivery);
        }
    }

    #[tokio::test]
    async fn nudges_that_fail_are_told_and_do_not_keep_the_others_back() {
        let refused = json!({"Successful": [], "Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": false}]}).to_string();
        let denied = r#"{"__type":"com.amazonaws.sqs#AccessDeniedException"}"#;
        let canned = Canned::answering(&[(200, refused.as_str()), (400, denied), (200, r#"{"Successful":[],"Failed":[]}"#)]);
        let error = sqs(&canned).nudge(&deliveries(30)).await.expect_err("eleven are lost");
        assert_eq!((error.lost, error.asked, error.why.as_str()), (11, 30, "InternalError"));
        assert_eq!(canned.requests().len(), 3);
    }

    #[tokio::test]
    async fn without_deliveries_nothing_is_sent() {
        let canned = Canned::answering(&[]);
        assert_eq!(sqs(&canned).nudge(&[]).await, Ok(()));
        assert!(canned.requests().is_empty());
    }
}
