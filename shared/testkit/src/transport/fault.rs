//! What can go wrong between a client and DynamoDB, and what the client sees of it.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Map, Value, json};

use super::wire::{self, Asked};

/// One thing that goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The table asks for patience; nothing happened (F12).
    Throttled,
    /// Somebody else's write of the same row is under way; nothing happened (F13). Reads outside transactions have no conflicts and pass.
    Conflict,
    /// A server error; nothing happened.
    FailsBefore,
    /// A server error, though the request took effect (F11).
    FailsAfter,
    /// The request took effect and the connection broke before the answer (F11).
    AnswerLost,
    /// The connection can't be made; nothing happened.
    Unreachable,
    /// `BatchGetItem` answers with nothing but unprocessed keys; other requests pass.
    Unprocessed,
    /// The answer is late.
    Late(Duration),
    /// The request takes no effect and nobody ever answers.
    Hangs,
}

impl Fault {
    /// Every fault that answers at once, for seeded mixtures.
    pub const QUICK: [Self; 6] = [Self::Throttled, Self::Conflict, Self::FailsBefore, Self::FailsAfter, Self::AnswerLost, Self::Unreachable];

    /// What is answered instead of asking the server; `None` when it must be asked.
    pub(super) fn instead(self, asked: &Asked) -> Option<HttpResponse> {
        match self {
            Self::Throttled => Some(wire::error(400, "ProvisionedThroughputExceededException", json!({}))),
            Self::Conflict => conflict(asked),
            Self::FailsBefore => Some(server_error()),
            Self::Unprocessed if asked.operation == "BatchGetItem" => {
                Some(wire::answer(200, &json!({"Responses": {}, "UnprocessedKeys": asked.body["RequestItems"]})))
            }
            Self::Unprocessed | Self::FailsAfter | Self::AnswerLost | Self::Unreachable | Self::Late(_) | Self::Hangs => None,
        }
    }
}

/// DynamoDB's own trouble.
pub(super) fn server_error() -> HttpResponse {
    wire::error(500, "InternalServerError", json!({}))
}

fn conflict(asked: &Asked) -> Option<HttpResponse> {
    match asked.operation.as_str() {
        "PutItem" | "UpdateItem" | "DeleteItem" => Some(wire::error(400, "TransactionConflictException", json!({}))),
        "TransactWriteItems" | "TransactGetItems" => {
            let parts = asked.body["TransactItems"].as_array().map_or(1, Vec::len);
            // One part is in the way, the first; the others have nothing to say.
            let reasons = (0..parts).map(|part| if part == 0 { "TransactionConflict" } else { "None" });
            let listed: Vec<_> = reasons.clone().collect();
            let message = format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", listed.join(", "));
            let reasons: Vec<Value> = reasons.map(reason).collect();
            Some(wire::error(400, "TransactionCanceledException", json!({ "message": message, "CancellationReasons": reasons })))
        }
        _ => None,
    }
}

fn reason(code: &str) -> Value {
    let mut reason = Map::from_iter([("Code".to_owned(), json!(code))]);
    if code == "TransactionConflict" {
        reason.insert("Message".to_owned(), json!("Transaction is ongoing for the item"));
    }
    Value::Object(reason)
}
