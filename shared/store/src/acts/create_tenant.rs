//! A tenant begins: its record, its keys and its first event.

use domain::Timestamp;
use domain::event::RecordedEvent;
use domain::key_ring::{SigningRing, WrappedDataKey};
use domain::listing::List;
use domain::tenant::Tenant;

use super::rotate_keys::put_look;
use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::listing;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};

/// A tenant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTenant {
    /// Its record.
    pub tenant: Tenant,
    /// Its data keys, one per purpose.
    pub data_keys: Vec<WrappedDataKey>,
    /// Its signing keys.
    pub signing: SigningRing,
    /// When they are to be looked at first.
    pub first_look_at: Timestamp,
}

/// What became of a new tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantCreation {
    /// It stands.
    Created,
    /// One of this id stood before.
    Exists,
}

impl TenantStore {
    /// Creates a tenant. Its slug is claimed in the directory, before.
    ///
    /// Costs 1 request, 9 write units (record, its list, ring, event, first look) and 2 per data key; the signing keys may take 2 more per KB.
    pub async fn create_tenant(&self, new: &NewTenant, event: &RecordedEvent) -> Result<TenantCreation, StoreError> {
        self.own(&new.tenant.id)?;
        let key = keys::tenant(&self.tenant);
        let ring = keys::signing_ring(&self.tenant);
        let (event_key, event_item) = event_row::write(self, event)?;
        let mut record = row::write(&key, &new.tenant, Ends::Never)?;
        listing::enlist(&self.tenant, &mut record, List::Tenants, (new.tenant.slug.as_str(), new.tenant.id.as_str()));
        let mut transaction = Transaction::named(&self.database, &event.id)
            .put_new(&key, record)
            .put_new(&ring, row::write(&ring, &new.signing, Ends::Never)?)
            .put_new(&event_key, event_item);
        for data_key in &new.data_keys {
            let key = keys::data_key(&self.tenant, data_key.purpose);
            transaction = transaction.put_new(&key, row::write(&key, data_key, Ends::Never)?);
        }
        match put_look(transaction, self, new.first_look_at)?.commit().await? {
            Outcome::Committed => Ok(TenantCreation::Created),
            Outcome::Refused(_) => Ok(TenantCreation::Exists),
        }
    }
}
