//! Zones: their regions and the epoch that moves their tenants' homes.

use domain::{Epoch, Timestamp, Zone, ZoneName};

use super::Directory;
use crate::error::StoreError;
use crate::keys;
use crate::reads::one;
use crate::row::{self, Ends};
use crate::write::{self, Change, Write};

/// What became of a new zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneCreation {
    /// It stands.
    Created,
    /// One of this name stood before.
    Taken,
}

/// What became of a wish to move an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochMove {
    /// The next epoch began.
    Moved,
    /// The zone was not in the epoch named, or there is no such zone.
    Stale,
}

impl Directory {
    /// The zone called `name`; one without regions is corrupt. One request.
    pub async fn find_zone(&self, name: &ZoneName) -> Result<Option<Zone>, StoreError> {
        let key = keys::zone(name);
        let zone: Option<Zone> = one::find(&self.store.here()?, &key).await?;
        match zone {
            Some(zone) if zone.regions.is_empty() => Err(row::corrupt(&key)),
            found => Ok(found),
        }
    }

    /// Creates a zone.
    ///
    /// Costs 1 request, 1 write unit. After a lost answer the SDK's retry finds its own row: `Taken`.
    pub async fn put_zone(&self, zone: &Zone) -> Result<ZoneCreation, StoreError> {
        let key = keys::zone(&zone.name);
        match write::put_new(&self.store.placing()?, &key, row::write(&key, zone, Ends::Never)?).await? {
            Write::Done => Ok(ZoneCreation::Created),
            Write::Refused(_) => Ok(ZoneCreation::Taken),
        }
    }

    /// Begins the epoch after `from` at `now`: every tenant of the zone gets another home.
    ///
    /// Costs 1 request, 1 write unit. A retry after a lost answer knows its own move by its moment.
    pub async fn move_epoch(&self, zone: &ZoneName, from: Epoch, now: Timestamp) -> Result<EpochMove, StoreError> {
        let key = keys::zone(zone);
        let next = Epoch(from.0.saturating_add(1));
        let change = Change::of(key.clone(), "SET #epoch = :next, #epoch_began_at = :now", "attribute_exists(#pk) AND #epoch = :from")
            .with(":from", row::number(u64::from(from.0)))
            .with(":next", row::number(u64::from(next.0)))
            .with(":now", row::millis(now));
        match write::update(&self.store.placing()?, change).await? {
            Write::Done => Ok(EpochMove::Moved),
            Write::Refused(standing) if standing.is_empty() => Ok(EpochMove::Stale),
            Write::Refused(standing) => {
                let zone: Zone = row::read(&key, standing)?;
                let ours = zone.epoch == next && zone.epoch_began_at == now;
                Ok(if ours { EpochMove::Moved } else { EpochMove::Stale })
            }
        }
    }
}
