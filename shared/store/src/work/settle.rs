//! A try at a delivery has ended.

use domain::delivery::{Delivery, DeliveryState};
use domain::policy;

use super::{Work, change_untouched, due_at, move_due};
use crate::error::StoreError;
use crate::keys;
use crate::row;
use crate::shard::due_shard;
use crate::transaction::{Outcome, Transaction};

/// Whether a try's end was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It was.
    Settled,
    /// The lease had run out and another one took the delivery.
    Lost,
}

impl Work {
    /// Writes down what became of `leased`. What is done is remembered as long as its event may come again; what is parked stays in sight.
    ///
    /// Costs 1 request, 4 write units; 6 when it is due again.
    pub async fn settle(&self, leased: &Delivery, state: DeliveryState) -> Result<Settlement, StoreError> {
        let Some(leased_until) = due_at(leased) else { return Ok(Settlement::Lost) };
        let change = |update| change_untouched(leased, leased_until, update);
        let ended = |text, at| move |change: crate::write::Change| change.with(":state", row::text(text)).with(":at", row::millis(at));
        let due = keys::due(&leased.id, leased_until, due_shard(&leased.id));
        let database = self.store.here()?;
        let transaction = Transaction::unnamed(&database);
        let transaction = match state {
            DeliveryState::Done { at } => {
                let change = change("SET #state = :state, #at = :at, #expires_at = :expires_at REMOVE #due_at")
                    .with(":expires_at", row::expires_at(at.plus(policy::DELIVERY_REMEMBERED)));
                transaction.change(ended("done", at)(change)).remove(&due)
            }
            DeliveryState::Parked { at } => {
                transaction.change(ended("parked", at)(change("SET #state = :state, #at = :at REMOVE #due_at"))).remove(&due)
            }
            DeliveryState::Due { due_at } => {
                let change = change("SET #due_at = :due_at").with(":due_at", row::millis(due_at));
                move_due(transaction.change(change), &leased.id, leased_until, due_at)?
            }
        };
        match transaction.commit().await? {
            Outcome::Committed => Ok(Settlement::Settled),
            Outcome::Refused(_) => Ok(Settlement::Lost),
        }
    }
}
