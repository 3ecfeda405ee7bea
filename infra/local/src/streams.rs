//! Follows a table's stream as Lambda's event source mapping does: batches in order, partial failures, halving, bounded retries, and a place
//! for records that were given up.
//!
//! The age of records is not limited here: a laptop that slept is no outage.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use testkit::Embedded;
use testkit::embedded::{EmbeddedError, StreamPosition};

use crate::background::{Progress, Source};
use crate::shelf::{Shelf, write_whole};
use crate::template::{OnFunctionError, PartialFailures, StreamMapping};

/// A function that takes batches of stream records; a panic is a function error.
pub type StreamFunction = Arc<dyn Fn(Event) -> BoxFuture<'static, DynamoDbEventResponse> + Send + Sync>;

/// How far a stream was worked off, in a file so that a second start doesn't begin again, or in memory.
#[derive(Debug, Default)]
pub struct Checkpoint {
    file: Option<PathBuf>,
    position: StreamPosition,
}

impl Checkpoint {
    /// One that stands in `file`.
    pub fn in_file(file: PathBuf) -> io::Result<Self> {
        let position = match fs::read_to_string(&file) {
            Ok(text) => StreamPosition::after(text.trim()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => StreamPosition::default(),
            Err(error) => return Err(error),
        };
        Ok(Self { file: Some(file), position })
    }

    fn advance(&mut self, sequence_number: &str) -> io::Result<()> {
        self.position = StreamPosition::after(sequence_number);
        self.file.as_ref().map_or(Ok(()), |file| write_whole(file, format!("{sequence_number}\n").as_bytes()))
    }
}

/// Why a stream stands still.
#[derive(Debug, thiserror::Error)]
enum Standstill {
    #[error(transparent)]
    Stream(#[from] EmbeddedError),
    #[error("a record isn't what Lambda hands over: {0}")]
    Record(#[from] serde_json::Error),
    #[error("the disk said no: {0}")]
    Disk(#[from] io::Error),
}

#[derive(Debug)]
struct Batch {
    records: Vec<Value>,
    retries: u32,
}

/// A table's stream with the function that follows it.
pub struct StreamFollower {
    tables: Arc<Embedded>,
    mapping: StreamMapping,
    function: StreamFunction,
    checkpoint: Checkpoint,
    parked: Arc<Shelf>,
    pending: VecDeque<Batch>,
}

impl StreamFollower {
    /// Follows the stream that `mapping` names, from `checkpoint` on; records that are given up go to `parked`.
    pub fn new(tables: Arc<Embedded>, mapping: StreamMapping, function: StreamFunction, checkpoint: Checkpoint, parked: Arc<Shelf>) -> Self {
        Self { tables, mapping, function, checkpoint, parked, pending: VecDeque::new() }
    }

    async fn advance(&mut self) -> Result<Progress, Standstill> {
        let Some(batch) = self.next_batch()? else { return Ok(Progress::Idle) };
        match self.first_failure(&batch).await? {
            None => {
                self.checkpoint.advance(last_sequence_number(&batch.records))?;
                Ok(Progress::Advanced)
            }
            Some(place) => {
                self.take_up_again(batch, place)?;
                Ok(Progress::Failed)
            }
        }
    }

    fn next_batch(&mut self) -> Result<Option<Batch>, Standstill> {
        if let Some(batch) = self.pending.pop_front() {
            return Ok(Some(batch));
        }
        let mut position = self.checkpoint.position.clone();
        let records = self.tables.stream_records(&self.mapping.table, &mut position, self.mapping.batch_size)?;
        Ok((!records.is_empty()).then_some(Batch { records, retries: 0 }))
    }

    // The place of the first record that wasn't worked off; the function may have done later ones, but order comes first.
    async fn first_failure(&self, batch: &Batch) -> Result<Option<usize>, Standstill> {
        let event: Event = serde_json::from_value(json!({ "Records": batch.records }))?;
        let Ok(answer) = AssertUnwindSafe(async { (self.function)(event).await }).catch_unwind().await else { return Ok(Some(0)) };
        let failures = answer.batch_item_failures.iter().filter(|_| self.mapping.partial == PartialFailures::Reported);
        // An identifier that names no record of the batch fails all of it, as in Lambda.
        let place = |identifier: Option<&str>| batch.records.iter().position(|record| Some(sequence_number(record)) == identifier).unwrap_or(0);
        Ok(failures.map(|failure| place(failure.item_identifier.as_deref())).min())
    }

    fn take_up_again(&mut self, mut batch: Batch, failed: usize) -> Result<(), Standstill> {
        let rest = batch.records.split_off(failed);
        if !batch.records.is_empty() {
            self.checkpoint.advance(last_sequence_number(&batch.records))?;
            self.pending.push_front(Batch { records: rest, retries: 0 });
        } else if rest.len() > 1 && self.mapping.on_error == OnFunctionError::Bisect {
            // A halving doesn't count as a retry.
            let (first, second) = rest.split_at(rest.len() / 2);
            self.pending.push_front(Batch { records: second.to_vec(), retries: 0 });
            self.pending.push_front(Batch { records: first.to_vec(), retries: 0 });
        } else if self.mapping.retries.is_some_and(|most| batch.retries >= most) {
            self.park(&rest, batch.retries + 1)?;
        } else {
            self.pending.push_front(Batch { records: rest, retries: batch.retries + 1 });
        }
        Ok(())
    }

    // What Lambda writes to an on-failure target in S3: where the records are in the stream, and the records.
    fn park(&mut self, records: &[Value], invocations: u32) -> Result<(), Standstill> {
        let (Some(first), last) = (records.first(), last_sequence_number(records)) else { return Ok(()) };
        tracing::error!(alarm = "stream_record_parked", function = self.mapping.function, sequence_number = last, "stream records were given up");
        self.parked.add(json!({
            "requestContext": {
                "functionArn": self.mapping.function,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": invocations,
            },
            "DDBStreamBatchInfo": {
                "streamArn": first["eventSourceARN"],
                "startSequenceNumber": sequence_number(first),
                "endSequenceNumber": last,
                "batchSize": records.len(),
            },
            "payload": { "Records": records },
        }))?;
        self.checkpoint.advance(last)?;
        Ok(())
    }
}

#[async_trait]
impl Source for StreamFollower {
    async fn step(&mut self) -> Progress {
        self.advance().await.unwrap_or_else(|error| {
            tracing::error!(function = self.mapping.function, %error, "a stream stands still");
            Progress::Failed
        })
    }
}

fn sequence_number(record: &Value) -> &str {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default()
}

fn last_sequence_number(records: &[Value]) -> &str {
    records.last().map_or("", sequence_number)
}
