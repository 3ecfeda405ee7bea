//! What wakes a function besides a request: a table's stream, a queue, the clock.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use testkit::stacks::TableDefinition;
use testkit::template::Template;

use super::DeploymentError;
use super::resource::{Resource, referred};

/// What becomes of a batch whose function failed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFunctionError {
    /// It is halved, so that the record at fault ends up alone.
    Bisect,
    /// It is tried again as it is.
    Retry,
}

/// Whether a function's answer says which records failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialFailures {
    /// It does (`ReportBatchItemFailures`).
    Reported,
    /// Its answer isn't looked at.
    Ignored,
}

/// A function that follows a table's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamMapping {
    /// What the table is for, `events`.
    pub table: String,
    /// The function's folder.
    pub function: String,
    /// The most records of one invocation.
    pub batch_size: usize,
    /// How often a batch is tried again; without a number, until it works.
    pub retries: Option<u32>,
    /// What becomes of a failed batch.
    pub on_error: OnFunctionError,
    /// Whether the answer names failed records.
    pub partial: PartialFailures,
}

/// A function that consumes a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueConsumer {
    /// The queue's logical id.
    pub queue: String,
    /// The function's folder.
    pub function: String,
    /// The most messages of one invocation.
    pub batch_size: usize,
    /// How long a message that was handed out stays hidden, unless it is deleted.
    pub visibility: Duration,
    /// How often a message is handed out before it goes to the dead letters; without a number, for ever.
    pub receives: Option<u32>,
    /// Whether the answer names failed messages.
    pub partial: PartialFailures,
}

/// A function that is woken by the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The function's folder.
    pub function: String,
    /// How often.
    pub every: Duration,
}

const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
const QUEUE: &str = "AWS::SQS::Queue";
/// SQS's own default.
const VISIBILITY_SECONDS: u32 = 30;
/// Lambda's own defaults.
const STREAM_BATCH: u32 = 100;
const QUEUE_BATCH: u32 = 10;

type Functions = BTreeMap<String, String>;

/// The mappings whose source isn't one of the template's queues; they must follow a table.
pub(super) fn streams(
    template: &Template,
    zone: &Template,
    tables: &[TableDefinition],
    functions: &Functions,
) -> Result<Vec<StreamMapping>, DeploymentError> {
    let mappings = Resource::all(template, MAPPING).filter(|mapping| queue_of(template, mapping).is_none());
    mappings
        .map(|mapping| {
            Ok(StreamMapping {
                table: table_of(zone, tables, &mapping)?,
                function: function(&mapping, functions)?,
                batch_size: size(mapping.number("/BatchSize")?, STREAM_BATCH),
                retries: mapping.number("/MaximumRetryAttempts")?,
                on_error: match mapping.property("/BisectBatchOnFunctionError") {
                    Value::Bool(true) => OnFunctionError::Bisect,
                    _ => OnFunctionError::Retry,
                },
                partial: partial(&mapping),
            })
        })
        .collect()
}

pub(super) fn queues(template: &Template, functions: &Functions) -> Result<Vec<QueueConsumer>, DeploymentError> {
    let consumers = Resource::all(template, MAPPING).filter_map(|mapping| queue_of(template, &mapping).map(|queue| (mapping, queue)));
    consumers
        .map(|(mapping, queue)| {
            let visibility = queue.number("/VisibilityTimeout")?.unwrap_or(VISIBILITY_SECONDS);
            Ok(QueueConsumer {
                function: function(&mapping, functions)?,
                batch_size: size(mapping.number("/BatchSize")?, QUEUE_BATCH),
                visibility: Duration::from_secs(u64::from(visibility)),
                receives: queue.number("/RedrivePolicy/maxReceiveCount")?,
                partial: partial(&mapping),
                queue: queue.name,
            })
        })
        .collect()
}

pub(super) fn schedules(template: &Template, functions: &Functions) -> Result<Vec<Schedule>, DeploymentError> {
    let mut schedules = Vec::new();
    for resource in Resource::all(template, "AWS::Serverless::Function") {
        for (name, event) in resource.property("/Events").as_object().into_iter().flatten() {
            let rate = event["Properties"]["Schedule"].as_str().filter(|_| event["Type"] == "Schedule");
            let every = rate.and_then(every).ok_or_else(|| resource.wrong(format!("has an event that isn't understood here: {name}")))?;
            let function = functions.get(&resource.name).cloned().unwrap_or_default();
            schedules.push(Schedule { function, every });
        }
    }
    schedules.sort_by(|one, other| one.function.cmp(&other.function));
    Ok(schedules)
}

fn function(mapping: &Resource, functions: &Functions) -> Result<String, DeploymentError> {
    let name = mapping.reference("FunctionName")?;
    functions.get(&name).cloned().ok_or_else(|| mapping.wrong(format!("names {name}, which isn't a function")))
}

fn queue_of(template: &Template, mapping: &Resource) -> Option<Resource> {
    let source = referred(mapping.property("/EventSourceArn"))?;
    Resource::find(template, source).filter(|resource| resource.kind == QUEUE)
}

// The stream of a table comes in by a parameter, which is the zone stack's output of the same name: `!GetAtt Table.StreamArn`.
fn table_of(zone: &Template, tables: &[TableDefinition], mapping: &Resource) -> Result<String, DeploymentError> {
    let parameter = mapping.reference("EventSourceArn")?;
    let table = referred(&zone.document()["Outputs"][&parameter]["Value"]);
    let table = tables.iter().find(|definition| Some(definition.logical_id.as_str()) == table);
    table.map(|table| table.role.clone()).ok_or_else(|| mapping.wrong(format!("follows {parameter}, which is no stream of the zone's tables")))
}

fn partial(mapping: &Resource) -> PartialFailures {
    let types = mapping.property("/FunctionResponseTypes").as_array();
    let reported = types.is_some_and(|types| types.iter().any(|kind| kind == "ReportBatchItemFailures"));
    if reported { PartialFailures::Reported } else { PartialFailures::Ignored }
}

fn size(given: Option<u32>, default: u32) -> usize {
    usize::try_from(given.unwrap_or(default).max(1)).unwrap_or(1)
}

// `rate(5 minutes)`; a cron expression isn't understood here.
fn every(expression: &str) -> Option<Duration> {
    let (count, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let seconds = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 60 * 60,
        "day" => 24 * 60 * 60,
        _ => return None,
    };
    let count: u32 = count.parse().ok().filter(|count| *count > 0)?;
    Some(Duration::from_secs(seconds) * count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_and_everything_else_refused() {
        assert_eq!(every("rate(1 minute)"), Some(Duration::from_mins(1)));
        assert_eq!(every("rate(5 minutes)"), Some(Duration::from_mins(5)));
        assert_eq!(every("rate(2 days)"), Some(Duration::from_hours(48)));
        for other in ["rate(0 minutes)", "rate(1 week)", "cron(0 10 * * ? *)", "1 minute", ""] {
            assert_eq!(every(other), None, "{other}");
        }
    }
}
