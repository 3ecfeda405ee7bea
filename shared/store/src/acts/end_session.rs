//! A session is ended: its row stays as a tombstone, with the event that tells of it.

use domain::event::RecordedEvent;
use domain::session::{EndReason, Session, SessionEnd};

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row;
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnding {
    /// It ended now.
    Ended,
    /// It was ended before.
    AlreadyEnded,
    /// It was used since it was seen, so it hasn't run out.
    UsedSince,
    /// It isn't there any more.
    Unknown,
}

const SESSION: usize = 0;

impl TenantStore {
    /// Ends the session that was `seen`, once and for good; as [`EndReason::Expired`] only if it wasn't used since.
    ///
    /// Costs 1 request, 5 write units: 2 for the session, 2 for the event, 1 for its index.
    pub async fn end_session(&self, seen: &Session, end: SessionEnd, event: &RecordedEvent) -> Result<SessionEnding, StoreError> {
        let key = keys::session(&self.tenant, &seen.user_id, &seen.id);
        let change = Change::of(key.clone(), "SET #ended = :ended", "attribute_exists(#pk) AND attribute_not_exists(#ended)")
            .with(":ended", row::value(&key, &end)?);
        let change = match end.reason {
            EndReason::SignedOut | EndReason::Revoked | EndReason::NotBefore => change,
            EndReason::Expired => change
                .only_if("attribute_exists(#pk) AND attribute_not_exists(#ended) AND #last_used_at = :seen")
                .with(":seen", row::millis(seen.last_used_at)),
        };
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item);
        let Outcome::Refused(mut refusal) = transaction.commit().await? else { return Ok(SessionEnding::Ended) };
        match refusal.take(SESSION) {
            // The event stands, so this very ending happened before.
            None => Ok(SessionEnding::AlreadyEnded),
            Some(standing) if standing.is_empty() => Ok(SessionEnding::Unknown),
            Some(standing) => {
                let session: Session = row::read(&key, standing)?;
                Ok(if session.ended.is_some() { SessionEnding::AlreadyEnded } else { SessionEnding::UsedSince })
            }
        }
    }
}
