//! Which shard of a spread partition a row is in; stable for ever, because rows are found again by it.

use domain::delivery::DeliveryId;
use domain::event::Subject;
use domain::placement::spread;
use domain::session::Expiry;
use domain::{JobId, TenantId, policy};

/// The shard of a tenant's day that events about `subject` are in; part of an event's key.
pub fn event_shard(subject: &Subject) -> u8 {
    shard(&subject.index_key().unwrap_or_default(), policy::EVENT_SHARDS)
}

/// The shard that a delivery's due row is in.
pub(crate) fn due_shard(delivery: &DeliveryId) -> u8 {
    shard(delivery.event.as_str(), policy::DUE_SHARDS)
}

/// The shard that the row about a tenant's next look at its keys is in.
pub(crate) fn rotation_shard(tenant: &TenantId) -> u8 {
    shard(tenant.as_str(), policy::DUE_SHARDS)
}

/// The shard that a session is looked at from.
pub(crate) fn expiry_shard(expiry: &Expiry) -> u8 {
    shard(expiry.session_id.as_str(), policy::DUE_SHARDS)
}

/// The shard that the row about a job that is to be worked on is in.
pub(crate) fn job_shard(job: &JobId) -> u8 {
    shard(job.as_str(), policy::DUE_SHARDS)
}

fn shard(text: &str, shards: u8) -> u8 {
    u8::try_from(spread(text) % u64::from(shards.max(1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::UserId;

    use super::*;

    #[test]
    fn a_subject_keeps_its_shard_across_releases() {
        assert_eq!(event_shard(&Subject::Tenant), 1);
        assert_eq!(event_shard(&Subject::User(UserId::from_random([7; 16]))), 7);
    }

    #[test]
    fn people_spread_over_every_shard() {
        let shards: BTreeSet<u8> = (0..=255).map(|bits| event_shard(&Subject::User(UserId::from_random([bits; 16])))).collect();
        assert_eq!(shards, (0..policy::EVENT_SHARDS).collect());
    }
}
