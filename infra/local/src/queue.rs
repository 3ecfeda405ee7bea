//! A queue in memory with what SQS and its event source mapping do: batches, hidden while handed out, handed out again when they fail, dead
//! letters in the end.
//!
//! It ends with the process: a nudge that is lost heals, because due rows are swept.

use std::collections::{BTreeSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use aws_lambda_events::event::streams::SqsEventResponse;
use cloud::queue::{Nudges, QueueError, body};
use domain::Timestamp;
use domain::delivery::DeliveryId;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use runtime::Clock;
use serde_json::json;

use crate::background::{Progress, Source};
use crate::shelf::Shelf;
use crate::template::{PartialFailures, QueueConsumer};

/// A function that takes batches of messages; a panic is a function error.
pub type QueueFunction = Arc<dyn Fn(SqsEvent) -> BoxFuture<'static, SqsEventResponse> + Send + Sync>;

#[derive(Clone, Debug)]
struct Message {
    id: String,
    body: String,
    visible_at: Timestamp,
    receives: u32,
}

/// Messages that wait to be consumed.
pub struct Queue {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    messages: VecDeque<Message>,
    sent: u64,
    loses_next: bool,
}

impl Queue {
    /// An empty queue; `clock` says when a message is visible again.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// Adds a message.
    pub fn send(&self, body: String) {
        let mut state = self.lock();
        state.sent += 1;
        let id = format!("{:08}", state.sent);
        state.messages.push_back(Message { id, body, visible_at: Timestamp::from_millis(0), receives: 0 });
    }

    /// How many messages wait, hidden ones included.
    pub fn len(&self) -> usize {
        self.lock().messages.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next nudges are taken and never seen again, as an outage may have it.
    pub fn lose_next(&self) {
        self.lock().loses_next = true;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Nudges for Queue {
    async fn nudge(&self, deliveries: &[DeliveryId]) -> Result<(), QueueError> {
        if std::mem::take(&mut self.lock().loses_next) {
            return Ok(());
        }
        for delivery in deliveries {
            self.send(body(delivery));
        }
        Ok(())
    }
}

/// A queue with the function that consumes it.
pub struct Consumer {
    queue: Arc<Queue>,
    mapping: QueueConsumer,
    function: QueueFunction,
    dead_letters: Arc<Shelf>,
}

impl Consumer {
    /// Consumes `queue` as `mapping` says; messages that are given up go to `dead_letters`.
    pub fn new(queue: Arc<Queue>, mapping: QueueConsumer, function: QueueFunction, dead_letters: Arc<Shelf>) -> Self {
        Self { queue, mapping, function, dead_letters }
    }

    // Messages that may be handed out now, hidden from this moment on; those handed out too often leave the queue.
    fn receive(&self) -> (Vec<Message>, Vec<Message>) {
        let now = self.queue.clock.now();
        let mut state = self.queue.lock();
        let spent = |message: &Message| message.visible_at <= now && self.mapping.receives.is_some_and(|most| message.receives >= most);
        let (dead, alive): (VecDeque<_>, VecDeque<_>) = state.messages.drain(..).partition(spent);
        state.messages = alive;
        let visible = state.messages.iter_mut().filter(|message| message.visible_at <= now).take(self.mapping.batch_size);
        let received = visible.map(|message| {
            message.visible_at = now.plus(self.mapping.visibility);
            message.receives += 1;
            message.clone()
        });
        (received.collect(), dead.into())
    }

    fn bury(&self, dead: &[Message]) {
        for message in dead {
            tracing::error!(alarm = "dead_letter", function = self.mapping.function, message.id, "a message was given up");
            let document = json!({"messageId": message.id, "body": message.body, "receives": message.receives});
            if let Err(error) = self.dead_letters.add(document) {
                tracing::error!(%error, "a dead letter was not kept");
            }
        }
    }

    // The ids of the messages that weren't worked off; without an answer all of them.
    async fn failures(&self, messages: &[Message]) -> BTreeSet<String> {
        let all = || messages.iter().map(|message| message.id.clone()).collect();
        let Ok(answer) = AssertUnwindSafe(async { (self.function)(event(messages, &self.mapping)).await }).catch_unwind().await else { return all() };
        if self.mapping.partial == PartialFailures::Ignored {
            return BTreeSet::new();
        }
        let named = answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier.unwrap_or_default());
        let named: BTreeSet<_> = named.collect();
        // An identifier that names no message of the batch fails all of it, as in Lambda.
        if named.iter().all(|id| messages.iter().any(|message| message.id == *id)) { named } else { all() }
    }
}

#[async_trait]
impl Source for Consumer {
    async fn step(&mut self) -> Progress {
        let (messages, dead) = self.receive();
        self.bury(&dead);
        if messages.is_empty() {
            return Progress::Idle;
        }
        let failed = self.failures(&messages).await;
        let worked_off = |message: &Message| messages.iter().any(|received| received.id == message.id) && !failed.contains(&message.id);
        self.queue.lock().messages.retain(|message| !worked_off(message));
        // A failed message is hidden for a while, so there may be others to take up at once.
        Progress::Advanced
    }
}

fn event(messages: &[Message], mapping: &QueueConsumer) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = messages.iter().map(|message| record(message, mapping)).collect();
    event
}

fn record(message: &Message, mapping: &QueueConsumer) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = Some(message.id.clone());
    record.receipt_handle = Some(format!("{}-{}", message.id, message.receives));
    record.body = Some(message.body.clone());
    record.attributes.insert("ApproximateReceiveCount".to_owned(), message.receives.to_string());
    record.event_source = Some("aws:sqs".to_owned());
    record.event_source_arn = Some(mapping.queue.clone());
    record
}
