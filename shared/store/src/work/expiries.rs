//! When a session is to be looked at: a row that is moved on until the session is over.

use domain::Timestamp;
use domain::session::Expiry;

use super::Work;
use crate::error::StoreError;
use crate::keys;
use crate::row::{self, Ends};
use crate::shard::expiry_shard;
use crate::write;

impl Work {
    /// Arranges for a look at a session. One that is arranged already stays as it is.
    ///
    /// Costs 1 request, 1 write unit, also when it was arranged before.
    pub async fn write_expiry(&self, expiry: &Expiry) -> Result<(), StoreError> {
        let database = self.store.here()?;
        let key = keys::expiry(expiry, expiry_shard(expiry));
        // What stands there says the very same: the key holds all of it.
        write::put_new(&database, &key, row::write(&key, expiry, Ends::Never)?).await?;
        Ok(())
    }

    /// The session was looked at, and is looked at again at `next`, if ever. Cut off in between, it is looked at twice.
    ///
    /// Costs 1 request, 1 write unit; with a next time 1 of each more.
    pub async fn move_expiry(&self, seen: &Expiry, next: Option<Timestamp>) -> Result<(), StoreError> {
        if let Some(due_at) = next {
            self.write_expiry(&Expiry { due_at, ..seen.clone() }).await?;
        }
        if next == Some(seen.due_at) {
            return Ok(());
        }
        write::remove(&self.store.here()?, &keys::expiry(seen, expiry_shard(seen))).await
    }
}
