//! CPU of each flow when function and tenant are warm, in ES256 signatures; Argon2id apart.

mod flows;
mod functions;
mod report;
mod tables;
mod units;

pub use flows::{Costs, Refusals, measure};
pub use functions::Functions;
pub use report::report;
pub use units::{FirstArgon2id, first_random_number};

use std::time::Duration;

use crate::statistics::{median, ratio};

/// What one flow costs: CPU of the function's thread and of a signature beside it, as often as it was measured.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    flow: Vec<Duration>,
    signature: Vec<Duration>,
}

impl Samples {
    fn add(&mut self, flow: Duration, signature: Duration) {
        self.flow.push(flow);
        self.signature.push(signature);
    }

    /// The flow.
    pub fn cpu(&self) -> Duration {
        median(&self.flow).unwrap_or_default()
    }

    /// The flow in signatures. Both were measured in turn, so that a slow moment of the machine is slow for both.
    pub fn in_signatures(&self) -> f64 {
        ratio(self.cpu(), self.signature())
    }

    /// One ES256 signature.
    pub fn signature(&self) -> Duration {
        median(&self.signature).unwrap_or_default()
    }
}
