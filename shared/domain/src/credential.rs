//! What a person proves an account with, in a partition of its own that few roles may read.

use serde::{Deserialize, Serialize};

use crate::password_policy::PasswordPolicy;
use crate::secret::SealedBytes;
use crate::timestamp::Timestamp;

/// A password at rest: what it is compared with, as `crypto::password` writes it, sealed under the tenant's `credentials` key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordCredential {
    /// The sealed hash.
    pub sealed_hash: SealedBytes,
    /// Counts the changes of the password; links and states name the version they were made for.
    pub version: u64,
    /// When it was last changed by its owner.
    pub changed_at: Timestamp,
    /// The sealed hashes of those before it that may not come back, the last one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<SealedBytes>,
    /// When its owner said that somebody else uses it: from then on it matches nothing, until another one takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_at: Option<Timestamp>,
    /// When an administrator said that its owner chooses another one: from then on it is good for that alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlived_at: Option<Timestamp>,
}

impl PasswordCredential {
    /// A person's first password.
    pub const fn first(sealed_hash: SealedBytes, now: Timestamp) -> Self {
        Self { sealed_hash, version: 1, changed_at: now, former: Vec::new(), locked_at: None, outlived_at: None }
    }

    /// The password that its owner chose next; as many of the former ones are kept as the tenant's history asks for.
    #[must_use]
    pub fn followed_by(&self, sealed_hash: SealedBytes, policy: &PasswordPolicy, now: Timestamp) -> Self {
        // The new one is the first of the history.
        let former = self.last(policy.history().saturating_sub(1)).cloned().collect();
        Self { sealed_hash, version: self.version + 1, changed_at: now, former, locked_at: None, outlived_at: None }
    }

    /// The same password, which opens nothing any more: whatever was issued for the version before is over as well.
    #[must_use]
    pub fn locked(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, locked_at: Some(now), ..self.clone() }
    }

    /// The same password, which its owner has to change at the next sign-in.
    #[must_use]
    pub fn outlived(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, outlived_at: Some(now), ..self.clone() }
    }

    /// Whether its owner has to choose another one before a session begins: it is too old, or an administrator said so.
    pub fn has_to_change(&self, policy: &PasswordPolicy, now: Timestamp) -> bool {
        self.outlived_at.is_some() || policy.is_outlived(self.changed_at, now)
    }

    /// The hash that a typed password is compared with; none while it is locked.
    // SECURITY: whoever compares a password asks here, so that a locked one is accepted nowhere.
    pub fn comparable(&self) -> Option<&SealedBytes> {
        if self.locked_at.is_some() { None } else { Some(&self.sealed_hash) }
    }

    /// The hashes that a new password may match none of, this one among them: at most `policy::PASSWORD_HISTORY_MAX`. One that is locked, or has to be
    /// changed by now, doesn't come back whatever the tenant says.
    pub fn may_not_come_back(&self, policy: &PasswordPolicy, now: Timestamp) -> impl Iterator<Item = &SealedBytes> {
        let never = self.locked_at.is_some() || self.has_to_change(policy, now);
        self.last(policy.history().max(usize::from(never)))
    }

    fn last(&self, count: usize) -> impl Iterator<Item = &SealedBytes> {
        std::iter::once(&self.sealed_hash).chain(&self.former).take(count)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;
    use std::time::Duration;

    use super::*;

    const AT: Timestamp = Timestamp::from_seconds(100);

    fn hash(number: u8) -> SealedBytes {
        SealedBytes::new(vec![number])
    }

    fn policy(history: u8) -> PasswordPolicy {
        PasswordPolicy { history, ..PasswordPolicy::default() }
    }

    #[test]
    fn as_many_former_passwords_are_kept_and_looked_at_as_the_tenant_asks_for() {
        for (history, kept) in [(0, 0), (1, 0), (2, 1), (4, 3), (5, 4), (255, 4)] {
            let policy = policy(history);
            let latest = (2..10).fold(PasswordCredential::first(hash(1), AT), |before, number| before.followed_by(hash(number), &policy, AT));
            assert_eq!((latest.version, &latest.sealed_hash), (9, &hash(9)));
            assert_eq!(latest.former, [8, 7, 6, 5].map(hash)[..kept], "{history}");
            let looked_at: Vec<_> = latest.may_not_come_back(&policy, AT).cloned().collect();
            assert_eq!(looked_at, [9, 8, 7, 6, 5].map(hash)[..usize::from(history).min(5)], "{history}");
        }
    }

    #[test]
    fn a_shorter_history_forgets_and_a_longer_one_begins_with_what_there_is() {
        let long = (2..10).fold(PasswordCredential::first(hash(1), AT), |before, number| before.followed_by(hash(number), &policy(5), AT));
        assert_eq!(long.followed_by(hash(10), &policy(2), AT).former, [hash(9)]);
        assert_eq!(long.followed_by(hash(10), &policy(0), AT).former, []);
        assert_eq!(PasswordCredential::first(hash(1), AT).may_not_come_back(&policy(5), AT).count(), 1);
    }

    #[test]
    fn a_locked_password_is_compared_with_nothing_and_never_comes_back() {
        let standing = PasswordCredential { former: vec![hash(9)], ..PasswordCredential::first(hash(1), AT) };
        assert_eq!(standing.comparable(), Some(&hash(1)));
        let later = Timestamp::from_seconds(200);
        let locked = standing.locked(later);
        assert_eq!(locked, PasswordCredential { version: 2, locked_at: Some(later), ..standing.clone() });
        assert_eq!(locked.comparable(), None);
        assert_eq!(standing.may_not_come_back(&policy(0), later).count(), 0);
        assert_eq!(locked.may_not_come_back(&policy(0), later).cloned().collect::<Vec<_>>(), [hash(1)]);
        assert_eq!(locked.may_not_come_back(&policy(2), later).cloned().collect::<Vec<_>>(), [hash(1), hash(9)]);
        let next = locked.followed_by(hash(2), &policy(0), later);
        assert_eq!((next.version, next.comparable()), (3, Some(&hash(2))));
    }

    #[test]
    fn a_password_that_has_to_be_changed_is_followed_by_another_one() {
        let aging = PasswordPolicy { longest_days: NonZeroU16::new(1), ..policy(0) };
        let standing = PasswordCredential { former: vec![hash(9)], ..PasswordCredential::first(hash(1), AT) };
        let (day, nearly) = (Duration::from_hours(24), Duration::from_millis(86_399_999));
        assert_eq!(standing.may_not_come_back(&aging, AT.plus(nearly)).count(), 0);
        assert_eq!(standing.may_not_come_back(&aging, AT.plus(day)).cloned().collect::<Vec<_>>(), [hash(1)]);
        assert_eq!(standing.may_not_come_back(&policy(0), AT.plus(day)).count(), 0);
    }

    #[test]
    fn a_password_that_an_administrator_wants_changed_is_compared_and_never_comes_back() {
        let standing = PasswordCredential::first(hash(1), AT);
        assert!(!standing.has_to_change(&policy(0), AT));
        let outlived = standing.outlived(AT);
        assert_eq!((outlived.version, outlived.comparable()), (2, Some(&hash(1))));
        assert!(outlived.has_to_change(&policy(0), AT));
        assert_eq!(outlived.may_not_come_back(&policy(0), AT).cloned().collect::<Vec<_>>(), [hash(1)]);
        assert!(!outlived.followed_by(hash(2), &policy(0), AT).has_to_change(&policy(0), AT));
    }

    #[test]
    fn a_credential_written_before_it_had_a_history_reads_back() {
        let read: PasswordCredential = serde_json::from_str(r#"{"sealed_hash":"AQ","version":3,"changed_at":100000}"#).expect("a credential");
        assert_eq!(read, PasswordCredential { version: 3, ..PasswordCredential::first(hash(1), AT) });
    }
}
