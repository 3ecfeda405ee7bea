//! What every request of a tenant needs and a warm function keeps: the tenant and its wrapped keys.

use domain::key_ring::{Purpose, SigningRing, WrappedDataKey};
use domain::tenant::Tenant;

use super::batch;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;

/// A tenant and those of its keys that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The tenant.
    pub tenant: Tenant,
    /// Its data keys of the purposes asked for, in their order; one that it doesn't have is absent.
    pub data_keys: Vec<WrappedDataKey>,
    /// Its signing keys.
    pub signing: Option<SigningRing>,
}

/// Whether a bundle holds the signing keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// With them.
    Included,
    /// Without: the role may not read them, or has no use for them.
    Left,
}

impl TenantStore {
    /// The tenant, its data keys for `purposes` and, if asked for, its signing keys; `None` when there is no such tenant. One request.
    pub async fn read_bundle(&self, purposes: &[Purpose], signing: Signing) -> Result<Option<Bundle>, StoreError> {
        let tenant = keys::tenant(&self.tenant);
        let data_keys: Vec<_> = purposes.iter().map(|purpose| keys::data_key(&self.tenant, *purpose)).collect();
        let ring = (signing == Signing::Included).then(|| keys::signing_ring(&self.tenant));
        let wanted: Vec<_> = std::iter::once(&tenant).chain(&data_keys).chain(&ring).cloned().collect();
        let mut found = batch::read(&self.database, &wanted).await?;
        let Some(tenant) = found.take(&tenant)? else { return Ok(None) };
        let data_keys: Result<Vec<_>, _> = data_keys.iter().filter_map(|key| found.take(key).transpose()).collect();
        Ok(Some(Bundle { tenant, data_keys: data_keys?, signing: found.take_if(ring.as_ref())? }))
    }
}
