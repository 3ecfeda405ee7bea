//! A delivery is taken to be tried: it becomes due again when the lease ends, so that a crash heals by itself.

use domain::Timestamp;
use domain::delivery::{Delivery, DeliveryState};

use super::{Work, change_untouched, due_at, move_due};
use crate::error::StoreError;
use crate::row;
use crate::transaction::{Outcome, Transaction};

/// Who may try a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lease {
    /// This caller, until the moment that the delivery is due at.
    Leased(Delivery),
    /// Another one, or nobody any more.
    Lost,
}

impl Work {
    /// Takes `seen` until `until`, unless it was touched since it was read. The attempt is counted now.
    ///
    /// Costs 1 request, 6 write units; none when it isn't due.
    pub async fn lease(&self, seen: &Delivery, until: Timestamp) -> Result<Lease, StoreError> {
        let Some(due_at) = due_at(seen) else { return Ok(Lease::Lost) };
        let leased = Delivery { attempts: seen.attempts.saturating_add(1), state: DeliveryState::Due { due_at: until }, ..seen.clone() };
        let change = change_untouched(seen, due_at, "SET #attempts = :attempts, #due_at = :until")
            .with(":attempts", row::number(u64::from(leased.attempts)))
            .with(":until", row::millis(until));
        let database = self.store.here()?;
        let transaction = move_due(Transaction::unnamed(&database).change(change), &seen.id, due_at, until)?;
        match transaction.commit().await? {
            Outcome::Committed => Ok(Lease::Leased(leased)),
            Outcome::Refused(_) => Ok(Lease::Lost),
        }
    }
}
