//! A delivery is written down, due from its first moment.

use domain::delivery::Delivery;

use super::{Work, due_at, due_row};
use crate::error::StoreError;
use crate::keys;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};

/// What became of a new delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryWriting {
    /// It stands.
    Written,
    /// It stood before, whatever became of it since.
    Seen,
}

impl Work {
    /// Writes a delivery and its due row.
    ///
    /// Costs 1 request, 4 write units, also when it is seen.
    pub async fn write_delivery(&self, delivery: &Delivery) -> Result<DeliveryWriting, StoreError> {
        let database = self.store.here()?;
        let key = keys::delivery(&delivery.id);
        let mut transaction = Transaction::unnamed(&database).put_new(&key, row::write(&key, delivery, Ends::Never)?);
        if let Some(due_at) = due_at(delivery) {
            let (key, item) = due_row(&delivery.id, due_at)?;
            transaction = transaction.put_new(&key, item);
        }
        match transaction.commit().await? {
            Outcome::Committed => Ok(DeliveryWriting::Written),
            Outcome::Refused(_) => Ok(DeliveryWriting::Seen),
        }
    }
}
