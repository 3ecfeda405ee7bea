//! Exact keys read together: one `BatchGetItem`, over as many tables as the keys name.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use serde::de::DeserializeOwned;

use crate::error::{Cause, StoreError, from_sdk};
use crate::keys::{Key, PARTITION, SORT};
use crate::pause::Patience;
use crate::region::Database;
use crate::row::{self, Item};
use crate::tables::Table;

/// What was found; a key without a row is absent.
pub(crate) struct Found(HashMap<Key, Item>);

impl Found {
    /// The value at `key`.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, key: &Key) -> Result<Option<T>, StoreError> {
        self.0.remove(key).map(|item| row::read(key, item)).transpose()
    }

    /// The row at `key`.
    pub(crate) fn take_item(&mut self, key: &Key) -> Option<Item> {
        self.0.remove(key)
    }

    /// The value at `key`, if it was asked for.
    pub(crate) fn take_if<T: DeserializeOwned>(&mut self, key: Option<&Key>) -> Result<Option<T>, StoreError> {
        key.map_or(Ok(None), |key| self.take(key))
    }
}

/// Reads up to 100 different keys with strong consistency. What the database leaves unprocessed is asked for again, a bounded number of times.
pub(crate) async fn read(database: &Database, keys: &[Key]) -> Result<Found, StoreError> {
    let mut found = HashMap::with_capacity(keys.len());
    let mut wanted = request(database, keys);
    let mut patience = Patience::of(keys.first().map_or("", |key| &key.partition));
    loop {
        let request = database.client.batch_get_item().set_request_items(Some(wanted));
        let answer = request.send().await.map_err(|error| from_sdk(&error))?;
        for (name, items) in answer.responses.unwrap_or_default() {
            let table = keys.iter().map(|key| key.table).find(|table| database.name(*table) == name);
            found.extend(items.into_iter().filter_map(|item| Some((key_of(table?, &item)?, item))));
        }
        wanted = answer.unprocessed_keys.unwrap_or_default();
        if wanted.is_empty() {
            return Ok(Found(found));
        }
        patience.after(StoreError::unavailable(Cause::Throttled, "keys of a batch stayed unprocessed")).await?;
    }
}

fn request(database: &Database, keys: &[Key]) -> HashMap<String, KeysAndAttributes> {
    let mut by_table: HashMap<Table, Vec<Item>> = HashMap::new();
    for key in keys {
        by_table.entry(key.table).or_default().push(key.attributes());
    }
    let of_table = |(table, keys): (Table, Vec<Item>)| {
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().expect("keys are set");
        (database.name(table).to_owned(), wanted)
    };
    by_table.into_iter().map(of_table).collect()
}

fn key_of(table: Table, item: &HashMap<String, AttributeValue>) -> Option<Key> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    Some(Key { table, partition: text(PARTITION)?, sort: text(SORT)? })
}
