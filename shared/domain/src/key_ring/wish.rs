//! What an administrator wants of a tenant's signing keys before it is time for it. Whoever asks holds no private key: `key-rotation` does it at its next run.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rotation::{NewKey, Replaced};
use super::{Algorithm, KeyState, SigningKeyRecord, SigningRing};
use crate::timestamp::Timestamp;

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum KeyWish {
    /// The next keys of these algorithms are published now, and sign as soon as every app knows them. Nobody notices.
    Rotate {
        /// Which.
        algorithms: BTreeSet<Algorithm>,
    },
    /// New keys sign at once; the tokens of the ones before stay good. Apps that don't fetch the key set anew refuse the new ones for a while.
    Replace {
        /// Which.
        algorithms: BTreeSet<Algorithm>,
    },
    /// New keys sign at once, and whatever the ones before signed is dead: somebody else may hold them.
    Withdraw {
        /// Which.
        algorithms: BTreeSet<Algorithm>,
    },
    /// A key that signs no more, or not yet, is gone at once, and with it what it signed.
    Retire {
        /// Its name.
        kid: String,
    },
}

/// A wish about the ring as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedOfKeys {
    /// The ring's version then: what changed since isn't what was meant.
    pub seen: u64,
    /// What is wanted.
    pub wish: KeyWish,
}

/// Why something can't be wanted of a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWish {
    /// There would be nothing to do.
    #[error("algorithms: at least one")]
    NoAlgorithm,
    /// There is no such key.
    #[error("no such key")]
    Unknown,
    /// Somebody has to sign.
    #[error("the key that signs is replaced or withdrawn")]
    Signs,
}

impl KeyWish {
    /// Whether it can be wanted of `ring`.
    pub fn check(&self, ring: &SigningRing) -> Result<(), InvalidWish> {
        match self {
            Self::Rotate { algorithms } | Self::Replace { algorithms } | Self::Withdraw { algorithms } if algorithms.is_empty() => {
                Err(InvalidWish::NoAlgorithm)
            }
            Self::Rotate { .. } | Self::Replace { .. } | Self::Withdraw { .. } => Ok(()),
            Self::Retire { kid } => match ring.published().find(|key| key.kid == *kid).map(|key| key.state) {
                None | Some(KeyState::Gone) => Err(InvalidWish::Unknown),
                Some(KeyState::Active) => Err(InvalidWish::Signs),
                Some(KeyState::Next | KeyState::Retiring) => Ok(()),
            },
        }
    }

    /// The algorithms that keys are to be made of.
    pub fn makes(&self, ring: &SigningRing) -> Vec<Algorithm> {
        match self {
            Self::Rotate { algorithms } => algorithms.iter().copied().filter(|algorithm| ring.next(*algorithm).is_none()).collect(),
            Self::Replace { algorithms } | Self::Withdraw { algorithms } => algorithms.iter().copied().collect(),
            Self::Retire { .. } => Vec::new(),
        }
    }

    /// Whether tokens that were good may be dead afterwards.
    pub const fn is_felt(&self) -> bool {
        !matches!(self, Self::Rotate { .. })
    }
}

impl SigningRing {
    /// The ring after `wish`; `made` are the keys that it makes.
    #[must_use]
    pub fn wished(&self, wish: &KeyWish, made: Vec<NewKey>, now: Timestamp) -> Self {
        match wish {
            KeyWish::Rotate { algorithms } => self.hurried(algorithms, made, now),
            KeyWish::Replace { .. } => self.replaced(made, Replaced::Retire, now),
            KeyWish::Withdraw { .. } => self.replaced(made, Replaced::Withdrawn, now),
            KeyWish::Retire { kid } => {
                let keys = self.keys.iter().filter(|key| key.kid != *kid).cloned().collect();
                Self { version: self.version + 1, keys }
            }
        }
    }

    fn hurried(&self, algorithms: &BTreeSet<Algorithm>, made: Vec<NewKey>, now: Timestamp) -> Self {
        let asked = |key: SigningKeyRecord| {
            let asked = key.asked || (key.state == KeyState::Next && algorithms.contains(&key.algorithm));
            SigningKeyRecord { asked, ..key }
        };
        let standing = self.keys.iter().cloned();
        let keys = standing.chain(made.into_iter().map(|key| key.record(KeyState::Next, now))).map(asked).collect();
        Self { version: self.version + 1, keys }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_ring::rotation::RotationPolicy;
    use crate::secret::SealedBytes;
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_seconds(1_795_357_925);
    const POLICY: RotationPolicy =
        RotationPolicy { signs: Duration::from_hours(2160), published_ahead: Duration::from_hours(24), retires: Duration::from_hours(168) };

    fn made(number: usize, algorithm: Algorithm) -> NewKey {
        let kid = format!("{} {number}", algorithm.as_str());
        NewKey { kid, algorithm, public_jwk: serde_json::Value::Null, private_key: SealedBytes::new(vec![7; 9]) }
    }

    fn ring() -> SigningRing {
        SigningRing { version: 1, keys: Algorithm::OF_TENANTS.map(|algorithm| made(0, algorithm).record(KeyState::Active, START)).to_vec() }
    }

    fn of(algorithm: Algorithm) -> BTreeSet<Algorithm> {
        [algorithm].into()
    }

    fn states(ring: &SigningRing) -> Vec<(&str, KeyState)> {
        ring.keys.iter().map(|key| (key.kid.as_str(), key.state)).collect()
    }

    #[test]
    fn a_rotation_that_is_wanted_begins_now_and_waits_for_every_app_and_for_nothing_else() {
        let (ring, wish) = (ring(), KeyWish::Rotate { algorithms: of(Algorithm::Es256) });
        assert_eq!((wish.check(&ring), wish.makes(&ring), wish.is_felt()), (Ok(()), vec![Algorithm::Es256], false));
        let begun = ring.wished(&wish, vec![made(1, Algorithm::Es256)], START);
        assert_eq!((begun.version, states(&begun)[2]), (2, ("ES256 1", KeyState::Next)));
        assert_eq!(begun.due_at(&POLICY), START.plus(POLICY.published_ahead));
        let early = Timestamp::from_millis(START.plus(POLICY.published_ahead).millis() - 1);
        assert!(begun.steps(&POLICY, early).is_empty(), "a moment before every app knows it");
        let steps = begun.steps(&POLICY, START.plus(POLICY.published_ahead));
        assert_eq!(steps.promote, [Algorithm::Es256]);
        let signing = begun.rotated(&steps, Vec::new(), START.plus(POLICY.published_ahead));
        assert_eq!(signing.active(Algorithm::Es256).map(|key| (key.kid.as_str(), key.asked)), Some(("ES256 1", false)));
    }

    #[test]
    fn a_key_that_waits_already_is_hurried_and_no_second_one_is_made() {
        let published = START.plus(POLICY.signs).minus(POLICY.published_ahead);
        let steps = ring().steps(&POLICY, published);
        let ring =
            ring().rotated(&steps, steps.publish.iter().map(|algorithm| made(1, *algorithm)).collect(), published.minus(POLICY.published_ahead));
        let wish = KeyWish::Rotate { algorithms: of(Algorithm::Rs256) };
        assert_eq!(wish.makes(&ring), []);
        let hurried = ring.wished(&wish, Vec::new(), published);
        assert_eq!(hurried.keys.len(), ring.keys.len());
        assert_eq!(hurried.steps(&POLICY, published).promote, [Algorithm::Rs256], "published for a day already; the other goes on waiting");
    }

    #[test]
    fn a_key_that_is_replaced_verifies_on_and_one_that_is_withdrawn_does_not() {
        let algorithms = of(Algorithm::Es256);
        for (wish, before) in [
            (KeyWish::Replace { algorithms: algorithms.clone() }, Some(KeyState::Retiring)),
            (KeyWish::Withdraw { algorithms: algorithms.clone() }, None),
        ] {
            assert!(wish.is_felt());
            assert_eq!(wish.makes(&ring()), [Algorithm::Es256]);
            let after = ring().wished(&wish, vec![made(1, Algorithm::Es256)], START);
            assert_eq!(after.active(Algorithm::Es256).map(|key| key.kid.as_str()), Some("ES256 1"));
            assert_eq!(after.keys.iter().find(|key| key.kid == "ES256 0").map(|key| key.state), before, "{wish:?}");
            assert_eq!(after.active(Algorithm::Rs256).map(|key| key.kid.as_str()), Some("RS256 0"));
        }
    }

    #[test]
    fn a_key_that_signs_no_more_or_not_yet_can_be_retired_and_the_one_that_signs_can_not() {
        let replaced = ring().replaced(vec![made(1, Algorithm::Es256)], Replaced::Retire, START);
        let retire = |kid: &str| KeyWish::Retire { kid: kid.to_owned() };
        assert_eq!(retire("ES256 0").check(&replaced), Ok(()));
        assert_eq!(retire("ES256 1").check(&replaced), Err(InvalidWish::Signs));
        assert_eq!(retire("ES256 9").check(&replaced), Err(InvalidWish::Unknown));
        let after = replaced.wished(&retire("ES256 0"), Vec::new(), START);
        assert_eq!((after.version, after.keys.len()), (replaced.version + 1, replaced.keys.len() - 1));
        assert!(after.published().all(|key| key.kid != "ES256 0"));
        assert_eq!(KeyWish::Withdraw { algorithms: BTreeSet::new() }.check(&replaced), Err(InvalidWish::NoAlgorithm));
    }

    #[test]
    fn a_look_of_before_wishes_reads_as_one_without() {
        let tenant = crate::TenantId::from_random([1; 16]);
        let row = serde_json::json!({ "tenant": tenant, "due_at": START });
        let look: crate::key_ring::rotation::DueLook = serde_json::from_value(row.clone()).expect("a look");
        assert_eq!((look.asked.clone(), serde_json::to_value(&look).expect("JSON")), (None, row));
        let wish = KeyWish::Retire { kid: "a".to_owned() };
        assert_eq!(serde_json::to_value(&wish).expect("JSON"), serde_json::json!({ "how": "retire", "kid": "a" }));
    }
}
