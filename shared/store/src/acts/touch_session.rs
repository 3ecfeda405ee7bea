//! A session was used.

use domain::session::Session;
use domain::{SessionId, Timestamp, UserId};

use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;
use crate::row;
use crate::write::{self, Change, Write};

/// Whether a session was there to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Its last use is `now` or later.
    Touched,
    /// It has ended or was ended, whether or not it is swept.
    Gone,
}

impl TenantStore {
    /// Remembers that a session was used at `now`; the last use only grows.
    ///
    /// Costs 1 request, 1 write unit.
    pub async fn touch_session(&self, user: &UserId, session: &SessionId, now: Timestamp) -> Result<Touch, StoreError> {
        let key = keys::session(&self.tenant, user, session);
        let change = Change::of(
            key.clone(),
            "SET #last_used_at = :now",
            "attribute_exists(#pk) AND attribute_not_exists(#ended) AND #ends_at > :now AND #last_used_at <= :now",
        )
        .with(":now", row::millis(now));
        match write::update(&self.database, change).await? {
            Write::Done => Ok(Touch::Touched),
            Write::Refused(standing) if standing.is_empty() => Ok(Touch::Gone),
            // Either it has ended, or another tab was later than this one.
            Write::Refused(standing) => {
                let session: Session = row::read(&key, standing)?;
                Ok(if session.ended.is_none() && now < session.ends_at { Touch::Touched } else { Touch::Gone })
            }
        }
    }
}
