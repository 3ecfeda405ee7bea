//! A person says what their account lacked: attributes, agreement to terms, or both.

use domain::event::RecordedEvent;
use domain::user::User;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row;
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// It stands.
    Completed,
    /// The record changed meanwhile, or its person may not act any more: read again.
    Stale,
}

impl TenantStore {
    /// Writes the attributes and the accepted terms of `user`, whose version is one ahead of the one that was read.
    ///
    /// Costs 1 request, 5 write units and 2 more per KB that the person's record has: 2 for the person, 2 for the event, 1 for its index.
    pub async fn complete_profile(&self, user: &User, event: &RecordedEvent) -> Result<Completion, StoreError> {
        let key = keys::user(&self.tenant, &user.id);
        let (attributes, terms) = (row::value(&key, &user.attributes)?, row::value(&key, &user.terms)?);
        let update = "SET #attributes = :attributes, #terms = :terms, #version = :version, #updated_at = :updated_at";
        let change = Change::of(key, update, "attribute_exists(#pk) AND #version = :before AND #status = :active")
            .with(":attributes", attributes)
            .with(":terms", terms)
            .with(":version", row::number(user.version))
            .with(":before", row::number(user.version.saturating_sub(1)))
            .with(":updated_at", row::millis(user.updated_at))
            .with(":active", row::text("active"));
        let (event_key, event_item) = event_row::write(self, event)?;
        match Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item).commit().await? {
            Outcome::Committed => Ok(Completion::Completed),
            Outcome::Refused(_) => Ok(Completion::Stale),
        }
    }
}
