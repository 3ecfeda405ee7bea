//! An attempt is counted before it is made, so that parallel guesses count too.

use domain::attempt::Reservation;
use domain::event::RecordedEvent;

use crate::attempt::AttemptKey;
use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Item, SCHEMA_VERSION};
use crate::transaction::{Outcome, Transaction};
use crate::write::{self, Change, Write};

const COUNTER: usize = 0;

impl TenantStore {
    /// Counts an attempt unless `max` are counted already in its window.
    ///
    /// Costs 1 request, 1 write unit, granted or not. After a lost answer the SDK's retry counts the attempt twice: stricter, never laxer.
    pub async fn reserve_attempt(&self, attempt: &AttemptKey, max: u32) -> Result<Reservation, StoreError> {
        match write::update(&self.database, self.counted(attempt, max)).await? {
            Write::Done => Ok(Reservation::Granted),
            Write::Refused(_) => Ok(Reservation::Exhausted),
        }
    }

    /// Counts an attempt as [`Self::reserve_attempt`] does, and says which of its window it is; `None` when `max` are counted already.
    ///
    /// Costs what that does.
    pub async fn count_attempt(&self, attempt: &AttemptKey, max: u32) -> Result<Option<u32>, StoreError> {
        let counted = write::update_and_tell(&self.database, self.counted(attempt, max)).await?;
        let key = keys::attempts(&self.tenant, attempt);
        let number = |mut item: Item| item.remove("count").and_then(|count| count.as_n().ok()?.parse().ok()).ok_or_else(|| row::corrupt(&key));
        counted.map(number).transpose()
    }

    /// Counts what an event causes to be sent, together with the event, unless `max` are counted already in its window.
    ///
    /// Costs 1 request, 5 write units: 2 for the counter, 2 for the event, 1 for its index.
    pub async fn record_counted(&self, event: &RecordedEvent, attempt: &AttemptKey, max: u32) -> Result<Reservation, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).change(self.counted(attempt, max)).put_new(&event_key, event_item);
        match transaction.commit().await? {
            Outcome::Refused(refusal) if refusal.failed(COUNTER) => Ok(Reservation::Exhausted),
            // The event stands, so this very one was counted before.
            Outcome::Committed | Outcome::Refused(_) => Ok(Reservation::Granted),
        }
    }

    fn counted(&self, attempt: &AttemptKey, max: u32) -> Change {
        // The window is part of the key: a counter whose window has ended is never met again, swept or not.
        Change::or_create(
            keys::attempts(&self.tenant, attempt),
            "ADD #count :one SET #ends_at = :ends_at, #expires_at = :expires_at, #v = if_not_exists(#v, :v)",
        )
        .only_if("attribute_not_exists(#count) OR #count < :max")
        .with(":one", row::number(1))
        .with(":max", row::number(u64::from(max)))
        .with(":ends_at", row::millis(attempt.window.ends_at))
        .with(":expires_at", row::expires_at(attempt.window.ends_at))
        .with(":v", row::number(SCHEMA_VERSION))
    }
}
