//! A refresh token was used: the family says which one counts now (RFC 6749 §6). Of many uses at once one changes it.

use domain::Timestamp;
use domain::family::Family;
use domain::refresh::Offline;

use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;
use crate::row;
use crate::write::{self, Change, Write};

/// What became of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshing {
    /// It stands.
    Done,
    /// The family isn't what it was when it was read: it as it stands, to be decided on again.
    Stale(Box<Family>),
    /// It is swept.
    Unknown,
}

impl TenantStore {
    /// Writes what `family`, as it was read, knows of its refresh tokens from now on.
    ///
    /// After a lost answer the SDK's retry finds its own write and is `Stale`: decided on again, it is a retry that gets the same successor.
    ///
    /// Costs 1 request, 1 write unit.
    pub async fn refresh_family(&self, family: &Family, next: &Offline, now: Timestamp) -> Result<Refreshing, StoreError> {
        let key = keys::family(&self.tenant, &family.user_id, &family.id);
        let expected = family.offline.as_ref().map(|offline| offline.newest);
        let change = Change::of(
            key.clone(),
            "SET #offline = :next",
            "attribute_exists(#pk) AND #state = :active AND #offline.#newest = :expected AND #ends_at > :now",
        )
        .with(":next", row::value(&key, next)?)
        .with(":active", row::text("active"))
        .with(":expected", row::value(&key, &expected)?)
        .with(":now", row::millis(now));
        match write::update(&self.database, change).await? {
            Write::Done => Ok(Refreshing::Done),
            Write::Refused(standing) if standing.is_empty() => Ok(Refreshing::Unknown),
            Write::Refused(standing) => Ok(Refreshing::Stale(Box::new(row::read(&key, standing)?))),
        }
    }
}
