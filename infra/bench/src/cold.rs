//! Starts of the built functions, in turn with those of a bare one.

mod aws;
mod function;
mod measure;
mod occasions;
mod report;
mod runtime_api;

pub use measure::{Lasting, Options, Starts, measure};
pub use report::report;

use std::time::Duration;

use crate::statistics::median;

/// What one start costs.
#[derive(Clone, Copy, Debug)]
struct Start {
    /// Process start to the first poll, wall time.
    first_poll: Duration,
    /// CPU of the process up to its first answer, Argon2id apart.
    cpu: Duration,
    /// The most memory up to then, in bytes, Argon2id's block apart.
    memory: u64,
}

/// The starts of one binary.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<Start>);

impl Samples {
    fn first_poll(&self) -> Duration {
        self.middle(|start| start.first_poll)
    }

    fn cpu(&self) -> Duration {
        self.middle(|start| start.cpu)
    }

    fn memory(&self) -> u64 {
        self.middle(|start| start.memory)
    }

    fn middle<T: Copy + Ord + Default>(&self, of: impl Fn(&Start) -> T) -> T {
        median(&self.0.iter().map(of).collect::<Vec<_>>()).unwrap_or_default()
    }
}
