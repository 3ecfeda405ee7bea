//! A family of tokens dies, once and for good.

use domain::event::RecordedEvent;
use domain::family::{Family, FamilyState, RevocationReason};
use domain::{FamilyId, Timestamp, UserId};

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row;
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// It died now.
    Revoked,
    /// It was dead.
    AlreadyRevoked,
    /// It never was, or has ended, whether or not it is swept.
    Unknown,
}

const FAMILY: usize = 0;

impl TenantStore {
    /// Revokes a live family at `now` for `reason`.
    ///
    /// Costs 1 request, 5 write units: 2 for the family, 2 for the event, 1 for its index.
    pub async fn revoke_family(
        &self,
        user: &UserId,
        family: &FamilyId,
        reason: RevocationReason,
        now: Timestamp,
        event: &RecordedEvent,
    ) -> Result<Revocation, StoreError> {
        let key = keys::family(&self.tenant, user, family);
        let change = Change::of(
            key.clone(),
            "SET #state = :revoked, #at = :now, #reason = :reason",
            "attribute_exists(#pk) AND #state = :active AND #ends_at > :now",
        )
        .with(":revoked", row::text("revoked"))
        .with(":active", row::text("active"))
        .with(":now", row::millis(now))
        .with(":reason", row::value(&key, &reason)?);
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item);
        let Outcome::Refused(mut refusal) = transaction.commit().await? else { return Ok(Revocation::Revoked) };
        match refusal.take(FAMILY) {
            // The event stands, so this very revocation happened before.
            None => Ok(Revocation::AlreadyRevoked),
            Some(standing) if standing.is_empty() => Ok(Revocation::Unknown),
            Some(standing) => match row::read::<Family>(&key, standing)?.state {
                FamilyState::Revoked { .. } => Ok(Revocation::AlreadyRevoked),
                FamilyState::Active => Ok(Revocation::Unknown),
            },
        }
    }
}
