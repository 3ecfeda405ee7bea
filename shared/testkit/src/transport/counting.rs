//! Counts requests, their longest chain, and units.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::{Value, json};

use super::access::accesses;
use super::report::{Operation, Report};
use super::wire::{self, Asked};
use crate::lock;
use crate::units::{self, Billing, Units};

const SINGLE_WRITES: [&str; 3] = ["PutItem", "UpdateItem", "DeleteItem"];
const READS: [&str; 5] = ["GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"];
const OTHER_WRITES: [&str; 2] = ["BatchWriteItem", "TransactWriteItems"];

/// An HTTP client that counts what goes through it. Clones count together.
#[derive(Clone, Debug)]
pub struct Counting {
    inner: SharedHttpClient,
    ledger: Arc<Mutex<Ledger>>,
}

#[derive(Debug, Default)]
struct Ledger {
    // Beginnings and ends of requests, in one order.
    moments: u64,
    // Requests of earlier counts, whose ends no longer matter.
    generation: u64,
    operations: Vec<Operation>,
}

impl Counting {
    /// Counts what goes through `inner`.
    pub fn new(inner: impl HttpClient + 'static) -> Self {
        Self { inner: SharedHttpClient::new(inner), ledger: Arc::default() }
    }

    /// The same as an HTTP client of the SDK.
    pub fn http(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Counts from zero.
    pub fn reset(&self) {
        let mut ledger = lock(&self.ledger);
        *ledger = Ledger { generation: ledger.generation + 1, ..Ledger::default() };
    }

    /// What was counted since the last reset.
    pub fn report(&self) -> Report {
        Report { operations: lock(&self.ledger).operations.clone() }
    }

    /// What was counted since the last reset; counting begins again.
    pub fn take(&self) -> Report {
        let report = self.report();
        self.reset();
        report
    }
}

impl HttpClient for Counting {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(CountingConnector { inner, ledger: Arc::clone(&self.ledger) })
    }
}

#[derive(Debug)]
struct CountingConnector {
    inner: SharedHttpConnector,
    ledger: Arc<Mutex<Ledger>>,
}

impl HttpConnector for CountingConnector {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let asked = Asked::read(&request);
        let place = lock(&self.ledger).begin(&asked);
        wire::replace_body(&mut request, &with_units_asked(&asked));
        let (answer, ledger) = (self.inner.call(request), Arc::clone(&self.ledger));
        wire::future(async move {
            let outcome = counted(answer.await, &asked).await;
            let mut ledger = lock(&ledger);
            match outcome {
                Ok((response, body)) => {
                    ledger.end(place, |operation| answered(operation, &asked, response.status().as_u16(), &body));
                    Ok(response)
                }
                Err(error) => {
                    ledger.end(place, |_| ());
                    Err(error)
                }
            }
        })
    }
}

impl Ledger {
    fn begin(&mut self, asked: &Asked) -> (u64, usize) {
        self.moments += 1;
        self.operations.push(Operation {
            name: asked.operation.clone(),
            accesses: accesses(&asked.operation, &asked.body),
            status: None,
            error: None,
            read_units: BTreeMap::new(),
            write_units: BTreeMap::new(),
            began: self.moments,
            ended: None,
        });
        (self.generation, self.operations.len() - 1)
    }

    fn end(&mut self, (generation, index): (u64, usize), note: impl FnOnce(&mut Operation)) {
        self.moments += 1;
        let now = self.moments;
        if let Some(operation) = self.operations.get_mut(index).filter(|_| generation == self.generation) {
            operation.ended = Some(now);
            note(operation);
        }
    }
}

/// The body that also asks what the request costs, and for the item that stood in the way of a condition.
fn with_units_asked(asked: &Asked) -> Value {
    let mut body = asked.body.clone();
    let operation = asked.operation.as_str();
    let is_single_write = SINGLE_WRITES.contains(&operation);
    if is_single_write || READS.contains(&operation) || OTHER_WRITES.contains(&operation) {
        body["ReturnConsumedCapacity"] = json!("INDEXES");
    }
    if is_single_write && body["ConditionExpression"].is_string() {
        body["ReturnValuesOnConditionCheckFailure"] = json!("ALL_OLD");
    }
    body
}

/// The answer as the caller would have got it, and as it came.
async fn counted(answer: wire::Answer, asked: &Asked) -> Result<(HttpResponse, Value), ConnectorError> {
    let (mut response, body) = wire::buffered(answer?).await?;
    let item_wanted = asked.body["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD";
    if wire::error_name(&body) == Some("ConditionalCheckFailedException") && body["Item"].is_object() && !item_wanted {
        let mut without_item = body.clone();
        without_item.as_object_mut().and_then(|members| members.remove("Item"));
        wire::replace_answer(&mut response, &without_item);
    }
    Ok((response, body))
}

fn answered(operation: &mut Operation, asked: &Asked, status: u16, body: &Value) {
    operation.status = Some(status);
    operation.error = wire::error_name(body).map(str::to_owned);
    match operation.error.as_deref() {
        Some("ConditionalCheckFailedException") => {
            let existing = body["Item"].is_object().then(|| units::item_bytes(&body["Item"]));
            let table = asked.body["TableName"].as_str().unwrap_or_default().to_owned();
            operation.write_units.insert(table, units::failed_condition(existing));
        }
        Some("TransactionCanceledException") => operation.write_units = cancelled(asked, body),
        // Throttled and failed requests cost nothing that a bill shows.
        Some(_) => {}
        None => consumed(operation, &body["ConsumedCapacity"]),
    }
}

fn consumed(operation: &mut Operation, capacity: &Value) {
    let one = std::slice::from_ref(capacity).iter().filter(|capacity| capacity.is_object());
    for table in capacity.as_array().into_iter().flatten().chain(one) {
        let name = table["TableName"].as_str().unwrap_or_default();
        let total = &table["CapacityUnits"];
        // Transactions say which are which; the others read or write.
        let is_told = table["ReadCapacityUnits"].is_number() || table["WriteCapacityUnits"].is_number();
        let is_read = READS.contains(&operation.name.as_str());
        let (read, write) = match (is_told, is_read) {
            (true, _) => (&table["ReadCapacityUnits"], &table["WriteCapacityUnits"]),
            (false, true) => (total, &Value::Null),
            (false, false) => (&Value::Null, total),
        };
        for (units, per_table) in [(read, &mut operation.read_units), (write, &mut operation.write_units)] {
            if let Some(units) = Units::of(units).filter(|units| *units != Units::ZERO) {
                *per_table.entry(name.to_owned()).or_default() += units;
            }
        }
    }
}

// AWS states no rule for a cancelled transaction. Counted as if every part had been prepared and committed, indexes apart: the most it can be
// while items stay below a KB.
fn cancelled(asked: &Asked, body: &Value) -> BTreeMap<String, Units> {
    let mut per_table = BTreeMap::new();
    let parts = asked.body["TransactItems"].as_array().into_iter().flatten();
    for (place, part) in parts.enumerate() {
        let Some(part) = part.as_object().and_then(|part| part.values().next()) else { continue };
        let bytes = |item: &Value| item.is_object().then(|| units::item_bytes(item));
        let existing = bytes(&body["CancellationReasons"][place]["Item"]);
        let table = part["TableName"].as_str().unwrap_or_default().to_owned();
        *per_table.entry(table).or_default() += units::table_write(existing, bytes(&part["Item"]), Billing::Transaction);
    }
    per_table
}
