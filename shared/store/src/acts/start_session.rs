//! Signing in: the session, an upgraded or replaced password and what tells of it, together or not at all.

use domain::credential::PasswordCredential;
use domain::event::RecordedEvent;
use domain::policy;
use domain::session::Session;

use super::change_password::replaced;
use super::watermark::watermark;
use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// A password hashed anew with today's parameters, while its clear text is at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordUpgrade {
    /// The same password, of the same version, under the new hash.
    pub credential: PasswordCredential,
    /// The version whose hash was verified.
    pub expected_version: u64,
}

/// What became of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStart {
    /// The session stands.
    Started,
    /// The sign-in state was used before: its session stands, or stood.
    AlreadyStarted,
    /// The password changed while it was verified, or its person may not act any more; only where it was to be upgraded or replaced.
    PasswordChanged,
}

const SESSION: usize = 0;

impl TenantStore {
    /// Starts `session`. Its id derives from the sign-in state, so making it claims the state; an ended session that isn't swept yet still does.
    ///
    /// Costs 1 request, 5 write units: 2 for the session, 2 for the event, 1 for its index; 2 more with an upgrade.
    pub async fn start_session(
        &self,
        session: &Session,
        upgrade: Option<&PasswordUpgrade>,
        event: &RecordedEvent,
    ) -> Result<SessionStart, StoreError> {
        let key = keys::session(&self.tenant, &session.user_id, &session.id);
        let item = row::write(&key, session, Ends::At(session.ends_at.plus(policy::SESSION_REMEMBERED)))?;
        let (event_key, event_item) = event_row::write(self, event)?;
        let mut transaction = Transaction::named(&self.database, &event.id).put_new(&key, item).put_new(&event_key, event_item);
        if let Some(upgrade) = upgrade {
            transaction = transaction.change(self.upgrade(session, upgrade)?);
        }
        match transaction.commit().await? {
            Outcome::Committed => Ok(SessionStart::Started),
            Outcome::Refused(refusal) if refusal.failed(SESSION) => Ok(SessionStart::AlreadyStarted),
            Outcome::Refused(_) => Ok(SessionStart::PasswordChanged),
        }
    }

    /// Starts `session` with a password that takes the place of the one before it, as [`Self::change_password`] does: what stood on that one is over.
    ///
    /// Costs 1 request, 12 write units: 2 each for session, credential and person, 3 each for the two events.
    pub async fn start_session_with_new_password(
        &self,
        session: &Session,
        credential: &PasswordCredential,
        [changed, started]: [&RecordedEvent; 2],
    ) -> Result<SessionStart, StoreError> {
        let key = keys::session(&self.tenant, &session.user_id, &session.id);
        let item = row::write(&key, session, Ends::At(session.ends_at.plus(policy::SESSION_REMEMBERED)))?;
        let now = session.authenticated_at;
        let mut transaction = Transaction::named(&self.database, &started.id)
            .put_new(&key, item)
            .change(replaced(self, &session.user_id, credential, now)?)
            .change(watermark(self, &session.user_id, now));
        for event in [changed, started] {
            let (key, item) = event_row::write(self, event)?;
            transaction = transaction.put_new(&key, item);
        }
        match transaction.commit().await? {
            Outcome::Committed => Ok(SessionStart::Started),
            Outcome::Refused(refusal) if refusal.failed(SESSION) => Ok(SessionStart::AlreadyStarted),
            Outcome::Refused(_) => Ok(SessionStart::PasswordChanged),
        }
    }

    fn upgrade(&self, session: &Session, upgrade: &PasswordUpgrade) -> Result<Change, StoreError> {
        let key = keys::password(&self.tenant, &session.user_id);
        let sealed_hash = row::value(&key, &upgrade.credential.sealed_hash)?;
        let change = Change::of(key, "SET #sealed_hash = :sealed_hash", "attribute_exists(#pk) AND #version = :expected_version")
            .with(":sealed_hash", sealed_hash)
            .with(":expected_version", row::number(upgrade.expected_version));
        Ok(change)
    }
}
