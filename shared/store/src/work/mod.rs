//! Deliveries: what an event causes to be sent, when it is due, and who is trying. A lost nudge heals, because a due row is swept by time.
//! Beside them, when whose signing keys are to be looked at which sessions may have run out, and which jobs are to be worked on.

mod expiries;
mod find_delivery;
mod lease;
mod list_due;
mod open_jobs;
mod settle;
mod write_delivery;

pub use lease::Lease;
pub use list_due::Due;
pub use open_jobs::OpenJob;
pub use settle::Settlement;
pub use write_delivery::DeliveryWriting;

use domain::Timestamp;
use domain::delivery::{Delivery, DeliveryId, DeliveryState};

use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::region::Store;
use crate::row::{self, Ends, Item};
use crate::shard::due_shard;
use crate::transaction::Transaction;
use crate::write::Change;

/// What is to be done in this region.
#[derive(Clone, Debug)]
pub struct Work {
    store: Store,
}

impl Work {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }
}

/// When `delivery` is due, if it is.
fn due_at(delivery: &Delivery) -> Option<Timestamp> {
    match delivery.state {
        DeliveryState::Due { due_at } => Some(due_at),
        DeliveryState::Done { .. } | DeliveryState::Parked { .. } => None,
    }
}

/// The row that makes a delivery due at a moment.
fn due_row(id: &DeliveryId, due_at: Timestamp) -> Result<(Key, Item), StoreError> {
    let key = keys::due(id, due_at, due_shard(id));
    let item = row::write(&key, id, Ends::Never)?;
    Ok((key, item))
}

/// Moves the due row of a delivery; one that stays where it is isn't touched.
fn move_due<'a>(transaction: Transaction<'a>, id: &DeliveryId, from: Timestamp, to: Timestamp) -> Result<Transaction<'a>, StoreError> {
    if from == to {
        return Ok(transaction);
    }
    let (key, item) = due_row(id, to)?;
    Ok(transaction.put_new(&key, item).remove(&keys::due(id, from, due_shard(id))))
}

/// A change of a delivery that nobody has touched since it was seen due at `due_at` after `attempts`.
fn change_untouched(delivery: &Delivery, due_at: Timestamp, update: &'static str) -> Change {
    Change::of(
        keys::delivery(&delivery.id),
        update,
        "attribute_exists(#pk) AND #state = :state_seen AND #attempts = :attempts_seen AND #due_at = :due_seen",
    )
    .with(":state_seen", row::text("due"))
    .with(":attempts_seen", row::number(u64::from(delivery.attempts)))
    .with(":due_seen", row::millis(due_at))
}
