//! Which rows a request touches, in the terms in which a role allows it.

use serde_json::Value;

/// One row, or one partition, that a request touches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Access {
    /// The action that a role must allow, `dynamodb:PutItem`.
    pub action: String,
    /// The table's physical name.
    pub table: String,
    /// The partition key; empty when the request names none, as a scan does.
    pub partition: String,
}

/// The members of a transaction, and the actions that allow them (a transaction has no action of its own).
const PARTS: [(&str, &str); 5] =
    [("Put", "PutItem"), ("Update", "UpdateItem"), ("Delete", "DeleteItem"), ("ConditionCheck", "ConditionCheckItem"), ("Get", "GetItem")];

/// What `operation` with this body touches.
pub(super) fn accesses(operation: &str, body: &Value) -> Vec<Access> {
    match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let items = body["TransactItems"].as_array().into_iter().flatten();
            let parts = items.flat_map(|item| PARTS.iter().map(move |(member, action)| (&item[member], *action)));
            parts.filter(|(part, _)| part.is_object()).map(|(part, action)| access(action, &part["TableName"], partition(part))).collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            tables.flat_map(|(table, asked)| batch_partitions(asked).into_iter().map(|key| access(operation, &table.as_str().into(), key))).collect()
        }
        _ => vec![access(operation, &body["TableName"], partition(body))],
    }
}

fn access(action: &str, table: &Value, partition: &str) -> Access {
    let table = table.as_str().unwrap_or_default().to_owned();
    Access { action: format!("dynamodb:{action}"), table, partition: partition.to_owned() }
}

fn batch_partitions(asked: &Value) -> Vec<&str> {
    let keys = asked["Keys"].as_array().into_iter().flatten().map(pk);
    let writes = asked.as_array().into_iter().flatten();
    keys.chain(writes.map(|write| partition(if write["PutRequest"].is_object() { &write["PutRequest"] } else { &write["DeleteRequest"] }))).collect()
}

fn partition(request: &Value) -> &str {
    if request["Key"].is_object() {
        pk(&request["Key"])
    } else if request["Item"].is_object() {
        pk(&request["Item"])
    } else {
        queried(request)
    }
}

fn pk(item: &Value) -> &str {
    item["pk"]["S"].as_str().unwrap_or_default()
}

// The value that a query compares the partition key with, the first comparison of its key condition.
fn queried(request: &Value) -> &str {
    let condition = request["KeyConditionExpression"].as_str().unwrap_or_default();
    let placeholder = condition.split_once('=').map(|(_, after)| after.trim_start());
    let end = |text: &str| text.find(|c: char| !(c.is_alphanumeric() || matches!(c, ':' | '_'))).unwrap_or(text.len());
    let placeholder = placeholder.map(|text| &text[..end(text)]).unwrap_or_default();
    request["ExpressionAttributeValues"][placeholder]["S"].as_str().unwrap_or_default()
}
