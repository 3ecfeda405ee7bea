//! The key of a month, made by whoever needs it first.

use domain::key_ring::WrappedUserKey;

use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::write::{self, Write};

impl TenantStore {
    /// Puts the tenant's key of `month` (`2026-11`) unless there is one; answers the one that stands, `key` or the winner's.
    ///
    /// Costs 1 request, 1 write unit.
    pub async fn put_month_key(&self, month: &str, key: &WrappedUserKey) -> Result<WrappedUserKey, StoreError> {
        let place = keys::month_key(&self.tenant, month);
        let item = row::write(&place, key, Ends::Never)?;
        match write::put_new(&self.database, &place, item).await? {
            Write::Done => Ok(key.clone()),
            Write::Refused(standing) => row::read(&place, standing),
        }
    }
}
