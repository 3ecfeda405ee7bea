//! Signing keys move on in their life, with the event that tells of it and the time of the next look at them.

use domain::Timestamp;
use domain::event::RecordedEvent;
use domain::key_ring::SigningRing;
use domain::key_ring::rotation::DueLook;
use domain::key_ring::wish::AskedOfKeys;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::shard::rotation_shard;
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRotation {
    /// The ring is what it was to become.
    Rotated,
    /// The ring isn't the one that was seen: another one was faster, and knows when to look again.
    Stale,
}

const RING: usize = 0;

impl TenantStore {
    /// Makes the ring that was `seen` the ring `after` it, to be looked at again at `next_look`; `due` is the row that brought this about, if one did.
    ///
    /// Costs 1 request: 2 write units per KB of the ring, which has about 1 KB for a key of ES256 and 3 KB for one of RS256, 2 for the event
    /// and 2 per row of a look.
    pub async fn rotate_keys(
        &self,
        (seen, after): (&SigningRing, &SigningRing),
        due: Option<&DueLook>,
        next_look: Timestamp,
        event: &RecordedEvent,
    ) -> Result<KeyRotation, StoreError> {
        let key = keys::signing_ring(&self.tenant);
        let change = Change::of(key.clone(), "SET #version = :version, #keys = :keys", "attribute_exists(#pk) AND #version = :seen")
            .with(":version", row::number(after.version))
            .with(":keys", row::value(&key, &after.keys)?)
            .with(":seen", row::number(seen.version));
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item);
        match move_look(transaction, self, due, next_look)?.commit().await? {
            Outcome::Committed => Ok(KeyRotation::Rotated),
            // Only the event is there before: this very rotation happened, and its answer was lost.
            Outcome::Refused(refusal) if !refusal.failed(RING) => Ok(KeyRotation::Rotated),
            Outcome::Refused(_) => Ok(KeyRotation::Stale),
        }
    }

    /// Has `asked` done to the keys at the next run of their rotation.
    ///
    /// Costs 1 request, 4 write units.
    pub async fn ask_of_keys(&self, asked: AskedOfKeys, now: Timestamp, event: &RecordedEvent) -> Result<(), StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let look = DueLook { asked: Some(asked), ..DueLook::at(self.tenant.clone(), now) };
        let transaction = Transaction::named(&self.database, &event.id).put_new(&event_key, event_item);
        // Only the event can be there before: this very act happened, and its answer was lost.
        put_due(transaction, &look)?.commit().await.map(drop)
    }

    /// Has the keys looked at again at `next_look`: `due` brought about that they were looked at and needed nothing. Without it, one more look.
    ///
    /// Costs 1 request, 4 write units; 2 without a due row.
    pub async fn put_off_look(&self, due: Option<&DueLook>, next_look: Timestamp) -> Result<(), StoreError> {
        let transaction = move_look(Transaction::unnamed(&self.database), self, due, next_look)?;
        // None of its parts has a condition that could fail.
        transaction.commit().await.map(drop)
    }
}

/// Adds the row that has a tenant's keys looked at. Its key is the tenant and the time, so two looks put off to one time are one.
pub(super) fn put_look<'a>(transaction: Transaction<'a>, store: &TenantStore, at: Timestamp) -> Result<Transaction<'a>, StoreError> {
    put_due(transaction, &DueLook::at(store.tenant.clone(), at))
}

fn put_due<'a>(transaction: Transaction<'a>, look: &DueLook) -> Result<Transaction<'a>, StoreError> {
    let key = keys::rotation(look, rotation_shard(&look.tenant));
    Ok(transaction.put(&key, row::write(&key, look, Ends::Never)?))
}

fn move_look<'a>(transaction: Transaction<'a>, store: &TenantStore, from: Option<&DueLook>, to: Timestamp) -> Result<Transaction<'a>, StoreError> {
    let transaction = put_look(transaction, store, to)?;
    let Some(from) = from.filter(|from| from.due_at != to) else { return Ok(transaction) };
    store.own(&from.tenant)?;
    Ok(transaction.remove(&keys::rotation(from, rotation_shard(&from.tenant))))
}
