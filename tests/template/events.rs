//! `events/<function>.<case>.json`: a real event for each trigger of each function.

use std::collections::BTreeSet;
use std::fs;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::{dynamodb, sqs};
use serde_json::Value;

use super::functions_by_folder;
use crate::repository::{files, root};

/// Events by the function that they are for.
fn events() -> Vec<(String, Value)> {
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let event = serde_json::from_slice(&fs::read(&path).expect("a file")).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, event)
    };
    files(&root().join("events"), "json").into_iter().map(read).collect()
}

fn function_of(name: &str) -> &str {
    let mut parts = name.split('.');
    let function = parts.next().unwrap_or_default();
    assert!(parts.next().is_some_and(|case| case != "json"), "{name} is named <function>.<case>.json");
    function
}

#[test]
fn every_function_has_an_event_and_no_other_has() {
    let with_event: BTreeSet<String> = events().iter().map(|(name, _)| function_of(name).to_owned()).collect();
    assert_eq!(with_event, functions_by_folder().into_keys().collect());
}

#[test]
fn every_event_is_what_its_trigger_sends() {
    for (name, event) in events() {
        let read = match function_of(&name) {
            "relay" => serde_json::from_value::<dynamodb::Event>(event).map(|event| event.records.len()),
            "deliver" => serde_json::from_value::<sqs::SqsEvent>(event).map(|event| event.records.len()),
            "first-administrator" => serde_json::from_value::<first_administrator::Asked>(event).map(|_| 1),
            "key-rotation" | "transfer" | "webhook-retry" => serde_json::from_value::<EventBridgeEvent>(event).map(|_| 1),
            _ => serde_json::from_value::<ApiGatewayV2httpRequest>(event).map(|event| usize::from(event.raw_path.is_some())),
        };
        let count = read.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(count > 0, "{name} holds nothing");
    }
}
