//! What a query looks at: the rows of a kind in one partition, and those that wait for a time that has come.

use domain::policies::PolicyKind;
use domain::{TenantId, Timestamp, UserId};

use super::{ATTEMPTS, CONSENT, DUE, EXPIRY, FAMILY, Kind, ROTATION, SESSION, due_digits, fill, policy};

/// Rows of a kind in one partition: what their sort keys begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) partition: String,
    pub(crate) begin: String,
}

impl Kind {
    fn of_person(&self, tenant: &TenantId, user: &UserId) -> Range {
        let begin = self.sort.split('{').next().unwrap_or_default();
        Range { partition: fill(self.partition, &[tenant.as_str(), user.as_str()]), begin: begin.to_owned() }
    }
}

pub(crate) fn families(tenant: &TenantId, user: &UserId) -> Range {
    FAMILY.of_person(tenant, user)
}

pub(crate) fn sessions(tenant: &TenantId, user: &UserId) -> Range {
    SESSION.of_person(tenant, user)
}

pub(crate) fn consents(tenant: &TenantId, user: &UserId) -> Range {
    CONSENT.of_person(tenant, user)
}

/// The versions of a kind of policy before one: their partition, and the sort keys of the first and the last.
pub(crate) fn policy_versions(tenant: &TenantId, kind: PolicyKind, before: u64) -> (String, [String; 2]) {
    const LAST: u64 = 9_999_999_999;
    let (first, last) = (policy(tenant, kind, 0), policy(tenant, kind, before.saturating_sub(1).min(LAST)));
    (first.partition, [first.sort, last.sort])
}

/// What was counted under a keyed hash.
pub(crate) fn counted(tenant: &TenantId, hash: &str) -> String {
    fill(ATTEMPTS.partition, &[tenant.as_str(), hash])
}

/// Rows that wait for their time: the partition of a shard, and the sort key that every row due later than a moment lies beyond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Until {
    pub(crate) partition: String,
    pub(crate) beyond: String,
}

impl Kind {
    fn until(&self, shard: u8, now: Timestamp) -> Until {
        Until { partition: fill(self.partition, &[&shard.to_string()]), beyond: due_digits(Timestamp::from_millis(now.millis().saturating_add(1))) }
    }
}

/// The deliveries of a shard that are due at `now`.
pub(crate) fn due_until(shard: u8, now: Timestamp) -> Until {
    DUE.until(shard, now)
}

/// The tenants of a shard whose signing keys are to be looked at, at `now`.
pub(crate) fn rotation_until(shard: u8, now: Timestamp) -> Until {
    ROTATION.until(shard, now)
}

/// The sessions of a shard that may have run out at `now`.
pub(crate) fn expiries_until(shard: u8, now: Timestamp) -> Until {
    EXPIRY.until(shard, now)
}
