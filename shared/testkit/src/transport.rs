//! Transports around a DynamoDB client: one counts, one injects faults. Both sit below the SDK's retries and so see every try.

mod access;
mod counting;
mod fault;
mod faulty;
mod report;
mod wire;

pub use access::Access;
pub use counting::Counting;
pub use fault::Fault;
pub use faulty::{Crash, Crashed, Faulty};
pub use report::{Operation, Report};

#[cfg(test)]
mod tests;
