//! The stream of a table in the form in which Lambda gets it, so that one machine feeds `relay` as AWS does.

use serde_json::{Value, json};

use super::{Embedded, EmbeddedError};

/// How far a stream was read; the beginning is its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamPosition(Option<String>);

impl StreamPosition {
    /// Behind the record with this sequence number.
    pub fn after(sequence_number: impl Into<String>) -> Self {
        Self(Some(sequence_number.into()))
    }

    /// The sequence number of the last record that was read; `None` at the beginning.
    pub fn sequence_number(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl Embedded {
    /// At most `limit` records of the stream of the table for `role`, in order, each as a member of `Records` in Lambda's event;
    /// `position` moves behind them.
    pub fn stream_records(&self, role: &str, position: &mut StreamPosition, limit: usize) -> Result<Vec<Value>, EmbeddedError> {
        let definition = self.definitions.iter().find(|definition| definition.role == role);
        let table = definition.map(|definition| definition.name.clone()).ok_or(EmbeddedError::NoTable("a stream"))?;
        let failed = |why: String| EmbeddedError::Table { table: table.clone(), why: format!("its stream can't be read: {why}") };
        let broken = |error: dynoxide::DynoxideError| failed(error.to_string());
        let listed = self.database.list_streams(ask(json!({ "TableName": table })).map_err(&failed)?).map_err(broken)?;
        let arn = &listed.streams.first().ok_or_else(|| failed("it has none".to_owned()))?.stream_arn;
        let described = self.database.describe_stream(ask(json!({ "StreamArn": arn })).map_err(&failed)?).map_err(broken)?;
        let mut records = Vec::new();
        for shard in described.stream_description.shards {
            let mut from = json!({ "StreamArn": arn, "ShardId": shard.shard_id, "ShardIteratorType": "TRIM_HORIZON" });
            if let Some(after) = &position.0 {
                from["ShardIteratorType"] = json!("AFTER_SEQUENCE_NUMBER");
                from["SequenceNumber"] = json!(after);
            }
            let iterator = self.database.get_shard_iterator(ask(from).map_err(&failed)?).map_err(broken)?.shard_iterator;
            let request = json!({ "ShardIterator": iterator, "Limit": limit });
            records.extend(self.database.get_records(ask(request).map_err(&failed)?).map_err(broken)?.records);
        }
        if let Some(last) = records.last() {
            position.0 = Some(last.dynamodb.sequence_number.clone());
        }
        records.into_iter().map(|record| self.as_lambda_gets_it(&record, arn).map_err(|error| failed(error.to_string()))).collect()
    }

    fn as_lambda_gets_it(&self, record: &impl serde::Serialize, arn: &str) -> serde_json::Result<Value> {
        let mut record = serde_json::to_value(record)?;
        // Every stream of the embedded database says that it is in the region "dynoxide".
        record["awsRegion"] = json!(self.region.as_str());
        record["eventSourceARN"] = json!(arn.replace(":dynoxide:", &format!(":{}:", self.region)));
        Ok(record)
    }
}

fn ask<T: serde::de::DeserializeOwned>(request: Value) -> Result<T, String> {
    serde_json::from_value(request).map_err(|error| error.to_string())
}
