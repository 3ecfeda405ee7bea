//! A wrong secret counts against its client and its network, after it was found wrong: a right one costs nothing.

use domain::attempt::Reservation;

use crate::attempt::ClientAttemptKey;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, SCHEMA_VERSION};
use crate::write::{self, Change, Write};

impl TenantStore {
    /// Counts a wrong secret unless `max` are counted already in its window.
    ///
    /// Costs 1 request, 1 write unit, granted or not. After a lost answer the SDK's retry counts it twice: stricter, never laxer.
    pub async fn count_wrong_secret(&self, attempt: &ClientAttemptKey, max: u32) -> Result<Reservation, StoreError> {
        let change = Change::or_create(
            keys::client_attempts(&self.tenant, attempt),
            "ADD #count :one SET #ends_at = :ends_at, #expires_at = :expires_at, #v = if_not_exists(#v, :v)",
        )
        .only_if("attribute_not_exists(#count) OR #count < :max")
        .with(":one", row::number(1))
        .with(":max", row::number(u64::from(max)))
        .with(":ends_at", row::millis(attempt.window.ends_at))
        .with(":expires_at", row::expires_at(attempt.window.ends_at))
        .with(":v", row::number(SCHEMA_VERSION));
        match write::update(&self.database, change).await? {
            Write::Done => Ok(Reservation::Granted),
            Write::Refused(_) => Ok(Reservation::Exhausted),
        }
    }
}
