#![doc = include_str!("../README.md")]

pub mod cold;
pub mod ground;
pub mod page;
pub mod requests;
pub mod scene;
pub mod statistics;
pub mod stopwatch;
pub mod warm;

/// Why a measurement ended without a result.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
