//! Rows as values: the value's own attributes, beside them the key, the schema version `v` and, on everything that ends, `expires_at`.
//!
//! INVARIANT: `expires_at` (whole seconds, rounded up) is what the sweeper reads. Conditions and decisions compare the value's own `ends_at` in
//! milliseconds, because the sweeper may be days late.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::keys::Key;

/// A row as the database knows it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The format that rows are written in. A later one is read one release before it is written.
pub(crate) const SCHEMA_VERSION: u64 = 1;
pub(crate) const VERSION: &str = "v";
pub(crate) const EXPIRES_AT: &str = "expires_at";

/// Whether the sweeper may ever take a row.
#[derive(Clone, Copy)]
pub(crate) enum Ends {
    Never,
    At(Timestamp),
}

/// The row of `value` at `key`.
pub(crate) fn write<T: Serialize>(key: &Key, value: &T, ends: Ends) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(value).map_err(|_| corrupt(key))?;
    item.extend(key.attributes());
    item.insert(VERSION.to_owned(), number(SCHEMA_VERSION));
    if let Ends::At(at) = ends {
        item.insert(EXPIRES_AT.to_owned(), expires_at(at));
    }
    Ok(item)
}

/// The value of the row that was found at `key`. Attributes that this release doesn't know are passed over.
pub(crate) fn read<T: DeserializeOwned>(key: &Key, item: Item) -> Result<T, StoreError> {
    let version = item.get(VERSION).and_then(|version| version.as_n().ok()).and_then(|version| version.parse().ok());
    if version != Some(SCHEMA_VERSION) {
        return Err(corrupt(key));
    }
    serde_dynamo::from_item(item).map_err(|_| corrupt(key))
}

pub(crate) fn corrupt(key: &Key) -> StoreError {
    StoreError::Corrupt { key: key.to_string() }
}

/// A part of a row as an attribute value.
pub(crate) fn value<T: Serialize>(key: &Key, part: &T) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(part).map_err(|_| corrupt(key))
}

/// A number as the database takes it.
pub(crate) fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A moment in the milliseconds of every attribute but `expires_at`.
pub(crate) fn millis(at: Timestamp) -> AttributeValue {
    number(at.millis())
}

/// A moment in the seconds that the sweeper reads, never before the moment itself.
pub(crate) fn expires_at(at: Timestamp) -> AttributeValue {
    number(at.millis().div_ceil(1000))
}

/// A text as the database takes it.
pub(crate) fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
