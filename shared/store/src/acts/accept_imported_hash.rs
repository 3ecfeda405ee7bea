//! A tenant accepts password hashes of a kind from elsewhere.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::event::RecordedEvent;
use domain::policy;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of a kind of hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashAcceptance {
    /// It is noted with the tenant.
    Accepted,
    /// The tenant has as many kinds as it may have.
    TooMany,
}

const HAS_ROOM: &str =
    "attribute_exists(#pk) AND (attribute_not_exists(#imported_hashes) OR size(#imported_hashes) < :most OR contains(#imported_hashes, :one))";

impl TenantStore {
    /// Notes a kind of imported hashes with the tenant; one that is noted already stays so.
    ///
    /// Costs 1 request, 4 write units: 2 for the tenant, 2 for the event, which has no index.
    pub async fn accept_imported_hash(&self, kind: &str, event: &RecordedEvent) -> Result<HashAcceptance, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let noted = Change::of(keys::tenant(&self.tenant), "ADD #imported_hashes :kind", HAS_ROOM)
            .with(":kind", AttributeValue::Ss(vec![kind.to_owned()]))
            .with(":one", AttributeValue::S(kind.to_owned()))
            .with(":most", AttributeValue::N(policy::IMPORTED_HASHES_MAX.to_string()));
        match Transaction::named(&self.database, &event.id).change(noted).put_new(&event_key, event_item).commit().await? {
            Outcome::Committed => Ok(HashAcceptance::Accepted),
            Outcome::Refused(_) => Ok(HashAcceptance::TooMany),
        }
    }
}
