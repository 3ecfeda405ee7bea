//! When a signing key is published, signs, verifies alone and goes.
//!
//! INVARIANT: whoever holds a key set that was fetched within its lifetime knows every key that signed a token which still counts: a key is
//! published long before it signs and long after.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::wish::AskedOfKeys;
use super::{Algorithm, KeyState, SigningKeyRecord, SigningRing};
use crate::id::TenantId;
use crate::policy;
use crate::secret::SealedBytes;
use crate::tenant::Tenant;
use crate::timestamp::Timestamp;

/// How long keys stay in each state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RotationPolicy {
    /// A key signs this long.
    pub signs: Duration,
    /// Its successor is published this long before.
    pub published_ahead: Duration,
    /// It stays published this long after.
    pub retires: Duration,
}

impl RotationPolicy {
    /// The policy of a tenant: its ID tokens are good hints until their session is over.
    pub fn of(tenant: &Tenant) -> Self {
        let longest = policy::LONGEST_TOKEN.max(tenant.longest_session());
        Self {
            signs: policy::SIGNING_KEY_SIGNS,
            published_ahead: policy::NEXT_KEY_PUBLISHED,
            retires: longest.saturating_add(policy::SIGNING_KEY_MARGIN),
        }
    }
}

/// What it is time for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Algorithms whose next key is to be published.
    pub publish: Vec<Algorithm>,
    /// Algorithms whose next key is to sign.
    pub promote: Vec<Algorithm>,
    /// Names of keys that nobody needs any more.
    pub drop: Vec<String>,
}

impl Steps {
    /// Whether it is time for nothing.
    pub fn is_empty(&self) -> bool {
        self.publish.is_empty() && self.promote.is_empty() && self.drop.is_empty()
    }
}

/// A key pair that was just made: the private half is sealed already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// RFC 7638 thumbprint of the public key.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The public key as JWKS shows it.
    pub public_jwk: serde_json::Value,
    /// The private key, sealed under the tenant's `signing` key.
    pub private_key: SealedBytes,
}

impl NewKey {
    /// The key's record in a state.
    pub fn record(self, state: KeyState, now: Timestamp) -> SigningKeyRecord {
        let Self { kid, algorithm, public_jwk, private_key } = self;
        SigningKeyRecord { kid, algorithm, state, since: now, asked: false, public_jwk, private_key }
    }
}

/// What becomes of keys that are replaced at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// They stay published until their tokens have expired: nobody else holds them.
    Retire,
    /// They are gone at once and so is every token that they signed: somebody else may hold them.
    Withdrawn,
}

/// A key that an act brought into another state; an event tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// The key's name.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// What it is now.
    pub to: KeyState,
}

/// A row that says when a tenant's keys are to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueLook {
    /// Whose keys.
    pub tenant: TenantId,
    /// When.
    pub due_at: Timestamp,
    /// What an administrator wants of them then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedOfKeys>,
}

impl DueLook {
    /// A look at what it is time for.
    pub const fn at(tenant: TenantId, due_at: Timestamp) -> Self {
        Self { tenant, due_at, asked: None }
    }
}

impl SigningRing {
    /// What it is time for.
    pub fn steps(&self, policy: &RotationPolicy, now: Timestamp) -> Steps {
        let of = |due_at: fn(&Self, Algorithm, &RotationPolicy) -> Option<Timestamp>| {
            let due = |algorithm: &Algorithm| due_at(self, *algorithm, policy).is_some_and(|due_at| due_at <= now);
            Algorithm::OF_TENANTS.into_iter().filter(due).collect()
        };
        let over = |key: &&SigningKeyRecord| gone_at(key, policy).is_some_and(|gone_at| gone_at <= now);
        Steps {
            publish: of(Self::publish_at),
            promote: of(Self::promote_at),
            drop: self.keys.iter().filter(over).map(|key| key.kid.clone()).collect(),
        }
    }

    /// From when on it is time for something.
    pub fn due_at(&self, policy: &RotationPolicy) -> Timestamp {
        let of_algorithm = |algorithm| [self.publish_at(algorithm, policy), self.promote_at(algorithm, policy)];
        let moments = Algorithm::OF_TENANTS.into_iter().flat_map(of_algorithm).chain(self.keys.iter().map(|key| gone_at(key, policy)));
        moments.flatten().min().unwrap_or_default()
    }

    /// The ring after `steps`; `made` are the keys that they publish.
    #[must_use]
    pub fn rotated(&self, steps: &Steps, made: Vec<NewKey>, now: Timestamp) -> Self {
        let mut keys = Vec::with_capacity(self.keys.len() + made.len());
        for key in self.keys.iter().filter(|key| !steps.drop.contains(&key.kid)) {
            keys.push(match key.state {
                KeyState::Next if steps.promote.contains(&key.algorithm) => {
                    SigningKeyRecord { state: KeyState::Active, since: now, asked: false, ..key.clone() }
                }
                KeyState::Active if steps.promote.contains(&key.algorithm) => retired(key, now),
                _ => key.clone(),
            });
        }
        keys.extend(made.into_iter().map(|key| key.record(KeyState::Next, now)));
        Self { version: self.version + 1, keys }
    }

    /// The ring in which each key that was `made` signs from now on, unpublished as it was.
    ///
    // SECURITY: the key that waits to be next goes too: whoever got hold of one private key may have got hold of both. It has signed nothing.
    #[must_use]
    pub fn replaced(&self, made: Vec<NewKey>, old: Replaced, now: Timestamp) -> Self {
        let is_replaced = |key: &SigningKeyRecord| made.iter().any(|new| new.algorithm == key.algorithm);
        let kept = self.keys.iter().filter_map(|key| match (key.state, old) {
            _ if !is_replaced(key) => Some(key.clone()),
            (KeyState::Active, Replaced::Retire) => Some(retired(key, now)),
            (KeyState::Retiring, Replaced::Retire) => Some(key.clone()),
            (KeyState::Next | KeyState::Gone, _) | (_, Replaced::Withdrawn) => None,
        });
        let mut keys: Vec<_> = kept.collect();
        keys.extend(made.into_iter().map(|key| key.record(KeyState::Active, now)));
        Self { version: self.version + 1, keys }
    }

    /// Which keys are another thing in `after` than they are here.
    pub fn changes_to(&self, after: &Self) -> Vec<KeyChange> {
        let state = |ring: &Self, kid: &str| ring.keys.iter().find(|key| key.kid == kid).map(|key| key.state);
        let change = |key: &SigningKeyRecord, to| KeyChange { kid: key.kid.clone(), algorithm: key.algorithm, to };
        let gone = self.keys.iter().filter(|key| state(after, &key.kid).is_none()).map(|key| change(key, KeyState::Gone));
        let moved = after.keys.iter().filter(|key| state(self, &key.kid) != Some(key.state)).map(|key| change(key, key.state));
        gone.chain(moved).collect()
    }

    /// Whether a key has been signing for so much longer than it should that its rotation must have been forgotten.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        let end = policy::SIGNING_KEY_SIGNS.saturating_add(policy::SIGNING_KEY_OVERDUE);
        self.keys.iter().any(|key| key.state == KeyState::Active && now.since(key.since) >= end)
    }

    fn publish_at(&self, algorithm: Algorithm, policy: &RotationPolicy) -> Option<Timestamp> {
        let signs_until = self.active(algorithm).map(|active| active.since.plus(policy.signs)).unwrap_or_default();
        self.next(algorithm).is_none().then(|| signs_until.minus(policy.published_ahead))
    }

    // INVARIANT: a key signs only after it has been published long enough, however late its predecessor is.
    fn promote_at(&self, algorithm: Algorithm, policy: &RotationPolicy) -> Option<Timestamp> {
        let signs_until = self.active(algorithm).map(|active| active.since.plus(policy.signs)).unwrap_or_default();
        self.next(algorithm).map(|next| {
            let known = next.since.plus(policy.published_ahead);
            if next.asked { known } else { known.max(signs_until) }
        })
    }

    pub(super) fn next(&self, algorithm: Algorithm) -> Option<&SigningKeyRecord> {
        self.keys.iter().find(|key| key.algorithm == algorithm && key.state == KeyState::Next)
    }
}

// SECURITY: a key that signs no more needs no private half, so nobody can take it from the row.
fn retired(key: &SigningKeyRecord, now: Timestamp) -> SigningKeyRecord {
    SigningKeyRecord { state: KeyState::Retiring, since: now, private_key: SealedBytes::new(Vec::new()), ..key.clone() }
}

fn gone_at(key: &SigningKeyRecord, policy: &RotationPolicy) -> Option<Timestamp> {
    match key.state {
        KeyState::Retiring => Some(key.since.plus(policy.retires)),
        KeyState::Gone => Some(key.since),
        KeyState::Next | KeyState::Active => None,
    }
}

#[cfg(test)]
mod tests;
