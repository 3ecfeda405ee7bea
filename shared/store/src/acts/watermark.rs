//! A person's watermark: whatever of theirs began before it is over.

use domain::{Timestamp, UserId};

use crate::keys;
use crate::region::TenantStore;
use crate::row;
use crate::write::Change;

/// Moves the watermark to `now`, where the person may act. 2 write units.
pub(super) fn watermark(store: &TenantStore, user_id: &UserId, now: Timestamp) -> Change {
    Change::of(
        keys::user(&store.tenant, user_id),
        "SET #not_before = :now, #updated_at = :now ADD #version :one",
        "attribute_exists(#pk) AND #status = :active",
    )
    .with(":now", row::millis(now))
    .with(":one", row::number(1))
    .with(":active", row::text("active"))
}
