#![doc = include_str!("../README.md")]

pub mod assertion;
pub mod builders;
pub mod clock;
pub mod dns;
pub mod egress;
pub mod embedded;
pub mod endpoint;
pub mod form;
pub mod handset;
pub mod jwt;
pub mod keys;
pub mod log;
pub mod mail;
pub mod malformed;
pub mod objects;
pub mod own_tokens;
pub mod queue;
pub mod random;
pub mod rows;
pub mod scene;
pub mod shown;
pub mod stacks;
pub mod stage;
pub mod template;
pub mod transport;
pub mod units;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use clock::FixedClock;
pub use dns::MemoryDns;
pub use egress::LocalEgress;
pub use embedded::Embedded;
pub use endpoint::{Answer, Call, CookieJar, Endpoint};
pub use handset::Handset;
pub use keys::LocalKeys;
pub use log::Log;
pub use mail::Inbox;
pub use objects::MemoryObjects;
pub use own_tokens::TokenPlace;
pub use queue::LocalQueue;
pub use random::SeededRandom;
pub use scene::Scene;
pub use stage::Stage;
pub use transport::{Counting, Faulty};

/// A lock that a panicking test left behind is still good: every section under it leaves the value whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
