//! Whose signing keys are to be looked at.

use domain::Timestamp;
use domain::key_ring::rotation::DueLook;

use super::Work;
use super::list_due::due_rows;
use crate::error::StoreError;
use crate::keys;
use crate::row;

/// Looks that are due, the longest due first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DueLooks {
    /// The looks.
    pub looks: Vec<DueLook>,
    /// A `Corrupt` for each row that doesn't parse, as in [`super::Due`].
    pub corrupt: Vec<StoreError>,
}

impl Work {
    /// At most `limit` looks of `shard` (below `policy::DUE_SHARDS`) that are due at `now`. One request.
    pub async fn list_looks(&self, shard: u8, now: Timestamp, limit: u16) -> Result<DueLooks, StoreError> {
        let rows = due_rows(&self.store.here()?, keys::rotation_until(shard, now), limit).await?;
        let mut due = DueLooks::default();
        for (key, item) in rows {
            match row::read(&key, item) {
                Ok(look) => due.looks.push(look),
                Err(corrupt) => due.corrupt.push(corrupt),
            }
        }
        Ok(due)
    }
}
