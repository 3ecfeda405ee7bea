//! A person allows an app to learn something.

use domain::UserId;
use domain::consent::Consent;
use domain::event::RecordedEvent;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, SCHEMA_VERSION};
use crate::transaction::Transaction;
use crate::write::Change;

impl TenantStore {
    /// Writes `consent`, which holds what was allowed before as well.
    ///
    /// Costs 1 request, 5 write units: 2 for the consent, 2 for the event, 1 for its index.
    pub async fn grant_consent(&self, user: &UserId, consent: &Consent, event: &RecordedEvent) -> Result<(), StoreError> {
        let key = keys::consent(&self.tenant, user, &consent.client_id);
        let scopes = row::value(&key, &consent.scopes)?;
        // A consent never ends by itself, and this sets all of it, so an update can't leave a stub.
        let change = Change::or_create(key, "SET #client_id = :client_id, #scopes = :scopes, #given_at = :given_at, #v = if_not_exists(#v, :v)")
            .with(":client_id", row::text(consent.client_id.as_str()))
            .with(":scopes", scopes)
            .with(":given_at", row::millis(consent.given_at))
            .with(":v", row::number(SCHEMA_VERSION));
        let (event_key, event_item) = event_row::write(self, event)?;
        // Without a foreign row under the event's id nothing here can be refused; its own row means that it happened.
        Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item).commit().await.map(drop)
    }
}
