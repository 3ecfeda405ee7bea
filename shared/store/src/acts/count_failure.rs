//! A failed sign-in counts against its account, wherever it came from.

use domain::Timestamp;

use crate::attempt::FailureKey;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, SCHEMA_VERSION};
use crate::write::{self, Change};

impl TenantStore {
    /// Counts a failure of an account at `now`.
    ///
    /// Costs 1 request, 1 write unit. After a lost answer the SDK's retry counts the failure twice: stricter, never laxer.
    pub async fn count_failure(&self, failures: &FailureKey, now: Timestamp) -> Result<(), StoreError> {
        let change = Change::or_create(
            keys::failures(&self.tenant, failures),
            "ADD #count :one SET #last_at = :now, #ends_at = :ends_at, #expires_at = :expires_at, #v = if_not_exists(#v, :v)",
        )
        .with(":one", row::number(1))
        .with(":now", row::millis(now))
        .with(":ends_at", row::millis(failures.window.ends_at))
        .with(":expires_at", row::expires_at(failures.window.ends_at))
        .with(":v", row::number(SCHEMA_VERSION));
        write::update(&self.database, change).await.map(drop)
    }
}
