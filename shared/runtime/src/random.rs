//! The one source of random bytes.

use aws_lc_rs::rand::{SecureRandom, SystemRandom as ProviderRandom};
use domain::{EventId, Timestamp};

/// Fills bytes that nobody can foresee.
pub trait Random: Send + Sync {
    /// Overwrites all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Random + '_ {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// The id of an event that happens now.
    pub fn event_id(&self, now: Timestamp) -> EventId {
        EventId::new(now, self.bytes())
    }
}

/// The crypto provider's generator.
#[derive(Debug, Default)]
pub struct SystemRandom(ProviderRandom);

impl SystemRandom {
    /// The process's generator.
    pub fn new() -> Self {
        Self(ProviderRandom::new())
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // INVARIANT: without randomness nothing may be issued; the provider fails only when the kernel has none.
        assert!(self.0.fill(bytes).is_ok(), "the kernel gave no random bytes");
    }
}
