//! One exact key.

use serde::de::DeserializeOwned;

use crate::error::{StoreError, from_sdk};
use crate::keys::Key;
use crate::region::Database;
use crate::row::{self, Item};

/// The value at `key`, read with strong consistency.
pub(crate) async fn find<T: DeserializeOwned>(database: &Database, key: &Key) -> Result<Option<T>, StoreError> {
    find_item(database, key).await?.map(|item| row::read(key, item)).transpose()
}

/// The row at `key`, read with strong consistency.
pub(crate) async fn find_item(database: &Database, key: &Key) -> Result<Option<Item>, StoreError> {
    let answer = database
        .client
        .get_item()
        .table_name(database.name(key.table))
        .set_key(Some(key.attributes()))
        .consistent_read(true)
        .send()
        .await
        .map_err(|error| from_sdk(&error))?;
    Ok(answer.item)
}
