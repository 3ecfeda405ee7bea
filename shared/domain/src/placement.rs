//! Where a tenant lives: its zone, its one writing region, and the epoch that moves it.
//!
//! A global table settles conflicts silently by last writer, so each tenant has one writer. Failover is the epoch moving.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::TenantId;
use crate::policy;
use crate::timestamp::Timestamp;

/// An AWS region's name, `eu-west-1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Region(String);

impl Region {
    /// Names a region.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The region's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A residency zone's name, `eu`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ZoneName(String);

impl ZoneName {
    /// Names a zone.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The zone's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Counts the moves of a zone's writing regions; it only grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u32);

/// A zone as the directory tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// The zone's name.
    pub name: ZoneName,
    /// Its regions in a fixed order; never empty.
    pub regions: Vec<Region>,
    /// The current epoch.
    pub epoch: Epoch,
    /// When the current epoch began.
    pub epoch_began_at: Timestamp,
}

/// A tenant's place: who writes for it, in which epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The tenant.
    pub tenant: TenantId,
    /// Its zone.
    pub zone: ZoneName,
    /// The region whose tables decide.
    pub home: Region,
    /// The epoch in which this holds.
    pub epoch: Epoch,
    /// When that epoch began.
    pub epoch_began_at: Timestamp,
}

/// Why the home region can't act yet, or no longer honours an artefact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHonoured {
    /// The epoch moved less than a minute ago; the old home may still be writing.
    #[error("the home region moved less than a minute ago")]
    Settling,
    /// Minted before the epoch began, and of a kind that doesn't survive a failover.
    #[error("minted in an earlier epoch")]
    EarlierEpoch,
    /// Minted in an epoch that this directory record doesn't know yet.
    #[error("minted in a later epoch than the directory tells")]
    LaterEpoch,
}

/// Whether a kind of sealed artefact outlives the epoch that minted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcrossEpochs {
    /// Sessions, links and access tokens: something else guards their one use.
    Survives,
    /// Codes, pushed requests and sign-in state: their one use was decided where they were minted.
    Dies,
}

impl Zone {
    /// Where `tenant` is at home: `regions[(hash(tenant id) + epoch) mod n]`.
    ///
    /// # Panics
    /// Never for a zone that the store has read: it refuses one without regions.
    pub fn place(&self, tenant: &TenantId) -> Placement {
        let count = self.regions.len() as u64;
        let index = spread(tenant.as_str()).wrapping_add(u64::from(self.epoch.0)) % count.max(1);
        Placement {
            tenant: tenant.clone(),
            zone: self.name.clone(),
            home: self.regions[usize::try_from(index).unwrap_or(0)].clone(),
            epoch: self.epoch,
            epoch_began_at: self.epoch_began_at,
        }
    }
}

impl Placement {
    /// Whether an artefact minted in `minted` may be used now.
    pub fn honours(&self, minted: Epoch, across: AcrossEpochs, now: Timestamp) -> Result<(), NotHonoured> {
        self.settled(now)?;
        match (minted.cmp(&self.epoch), across) {
            (std::cmp::Ordering::Equal, _) | (std::cmp::Ordering::Less, AcrossEpochs::Survives) => Ok(()),
            (std::cmp::Ordering::Less, AcrossEpochs::Dies) => Err(NotHonoured::EarlierEpoch),
            (std::cmp::Ordering::Greater, _) => Err(NotHonoured::LaterEpoch),
        }
    }

    /// A new home waits until the old one can't be writing any more: directory records are trusted for 30 s.
    pub fn settled(&self, now: Timestamp) -> Result<(), NotHonoured> {
        let first_epoch = self.epoch == Epoch(0);
        if first_epoch || now.since(self.epoch_began_at) >= policy::EPOCH_SETTLES_AFTER { Ok(()) } else { Err(NotHonoured::Settling) }
    }
}

/// How long a directory record that is `age` old may still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Use it.
    Fresh,
    /// Use it, and read it again beside the first read of this request.
    RefreshBeside,
    /// Read it again before anything else.
    Stale,
}

/// Directory records, tenant bundles, clients and APIs: fresh for 15 s, refreshed beside the first read to 30 s, blocking when older.
pub fn freshness(age: Duration) -> Freshness {
    if age < policy::CACHE_FRESH {
        Freshness::Fresh
    } else if age < policy::CACHE_USABLE {
        Freshness::RefreshBeside
    } else {
        Freshness::Stale
    }
}

/// A number that is the same for a text in every release and on every machine, and even modulo small numbers. Not a secret, not a defence.
pub fn spread(text: &str) -> u64 {
    // FNV-1a, 64 bits. Its lowest bits see only the lowest bits of each character; the upper half sees them all.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(epoch: u32) -> Zone {
        Zone {
            name: ZoneName::new("eu"),
            regions: vec![Region::new("eu-west-1"), Region::new("eu-central-1")],
            epoch: Epoch(epoch),
            epoch_began_at: Timestamp::from_seconds(1000),
        }
    }

    #[test]
    fn moving_the_epoch_by_one_moves_every_tenant_of_a_two_region_zone() {
        for bits in 0..50_u8 {
            let tenant = TenantId::from_random([bits; 16]);
            assert_ne!(zone(0).place(&tenant).home, zone(1).place(&tenant).home);
            assert_eq!(zone(0).place(&tenant).home, zone(2).place(&tenant).home);
        }
    }

    #[test]
    fn a_code_of_an_earlier_epoch_is_refused_and_a_session_survives() {
        let place = zone(3).place(&TenantId::from_random([1; 16]));
        let now = Timestamp::from_seconds(2000);
        assert_eq!(place.honours(Epoch(3), AcrossEpochs::Dies, now), Ok(()));
        assert_eq!(place.honours(Epoch(2), AcrossEpochs::Dies, now), Err(NotHonoured::EarlierEpoch));
        assert_eq!(place.honours(Epoch(2), AcrossEpochs::Survives, now), Ok(()));
        assert_eq!(place.honours(Epoch(4), AcrossEpochs::Survives, now), Err(NotHonoured::LaterEpoch));
    }

    #[test]
    fn tenants_spread_over_the_regions_of_a_zone() {
        let place = |bits: u32| zone(0).place(&TenantId::from_random(std::array::from_fn(|index| bits.to_be_bytes()[index % 4]))).home;
        let first = (0..1000).filter(|bits| place(*bits) == zone(0).regions[0]).count();
        assert!((400..600).contains(&first), "{first}");
    }

    #[test]
    fn a_new_home_waits_a_minute_before_it_acts() {
        let place = zone(1).place(&TenantId::from_random([1; 16]));
        assert_eq!(place.settled(Timestamp::from_seconds(1059)), Err(NotHonoured::Settling));
        assert_eq!(place.settled(Timestamp::from_seconds(1060)), Ok(()));
    }

    #[test]
    fn a_cached_record_is_fresh_for_15_seconds_and_unusable_after_30() {
        assert_eq!(freshness(Duration::from_millis(14_999)), Freshness::Fresh);
        assert_eq!(freshness(Duration::from_secs(15)), Freshness::RefreshBeside);
        assert_eq!(freshness(Duration::from_millis(29_999)), Freshness::RefreshBeside);
        assert_eq!(freshness(Duration::from_secs(30)), Freshness::Stale);
    }
}
