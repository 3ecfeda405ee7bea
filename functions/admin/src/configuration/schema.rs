//! The JSON Schema (2020-12) of a configuration: from the types that are read, by way of what the API says of itself; written to `docs/config.schema.json`, which
//! is what is served.

use std::collections::BTreeSet;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Map, Value, json};

use crate::reference::KEPT;

const SCHEMA: &str = include_str!("../../../../docs/config.schema.json");
const OF_THE_DOCUMENT: &str = "#/components/schemas/";

/// The schema, for whoever asks.
pub(crate) async fn served() -> Response {
    ([(CONTENT_TYPE, "application/schema+json"), (CACHE_CONTROL, KEPT)], SCHEMA).into_response()
}

/// The schema, from the description of the whole API.
pub(crate) fn of(document: &Value) -> Value {
    let all = &document["components"]["schemas"];
    let mut named = BTreeSet::new();
    let mut schema = with_own_names(&all["Configuration"], &mut named);
    let (mut definitions, mut seen) = (Map::new(), BTreeSet::new());
    while let Some(name) = named.pop_first() {
        if seen.insert(name.clone()) {
            definitions.insert(name.clone(), with_own_names(&all[&name], &mut named));
        }
    }
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Countersign: a tenant's configuration");
    schema["$defs"] = Value::Object(definitions);
    schema
}

// The same with what it refers to among its own definitions; in a configuration groups go by their names.
fn with_own_names(schema: &Value, named: &mut BTreeSet<String>) -> Value {
    match schema {
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| match value.as_str().and_then(|value| value.strip_prefix(OF_THE_DOCUMENT)) {
                Some(other) if name == "$ref" => {
                    let other = if other == "GroupId" { "GroupName" } else { other };
                    named.insert(other.to_owned());
                    (name.clone(), json!(format!("#/$defs/{other}")))
                }
                _ => (name.clone(), with_own_names(value, named)),
            };
            Value::Object(members.iter().map(member).collect())
        }
        Value::Array(elements) => elements.iter().map(|element| with_own_names(element, named)).collect(),
        other => other.clone(),
    }
}
