#![doc = include_str!("../README.md")]

pub mod clock;
pub mod embedded;
pub mod random;
pub mod stacks;
pub mod template;
pub mod transport;
pub mod units;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use clock::FixedClock;
pub use embedded::Embedded;
pub use random::SeededRandom;
pub use transport::{Counting, Faulty};

/// A lock that a panicking test left behind is still good: every section under it leaves the value whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
