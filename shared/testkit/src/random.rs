//! Randomness that repeats itself, so that whole responses are snapshots.

use std::sync::atomic::{AtomicU64, Ordering};

use crypto::{SymmetricKey, derive};
use runtime::Random;

/// A stream of bytes that its seed decides: the same calls in the same order get the same bytes.
#[derive(Debug)]
pub struct SeededRandom {
    key: SymmetricKey,
    next: AtomicU64,
}

impl SeededRandom {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_be_bytes());
        Self { key: SymmetricKey::from_bytes(key), next: AtomicU64::new(0) }
    }

    /// The next number, uniform over all 64-bit values.
    pub fn next_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }

    fn block(&self) -> [u8; 32] {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        derive::hmac_sha256(&self.key, "seeded random", &number.to_be_bytes())
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            chunk.copy_from_slice(&self.block()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_another_seed_does_not() {
        let take = |seed| {
            let random = SeededRandom::new(seed);
            let (mut long, mut short) = ([0; 70], [0; 5]);
            random.fill(&mut long);
            random.fill(&mut short);
            (long, short)
        };
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
        let (long, short) = take(1);
        assert_ne!(long[..5], short);
        assert_ne!(long[..32], long[32..64]);
    }
}
