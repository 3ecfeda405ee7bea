//! What surrounds every function: the Lambda bootstrap, the environment, clock and randomness, tenants and keys kept in memory, telemetry.

pub mod clock;
pub mod random;

pub use clock::{Clock, SystemClock};
pub use random::{Random, SystemRandom};
