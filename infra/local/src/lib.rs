#![doc = include_str!("../README.md")]

pub mod background;
pub mod data_folder;
pub mod deployed;
pub mod dns;
pub mod functions;
pub mod gateway;
pub mod inbox;
mod machine;
pub mod objects;
pub mod parts;
pub mod queue;
pub mod run;
pub mod schedule;
pub mod seed;
pub mod server;
pub mod settings;
pub mod shelf;
pub mod streams;
pub mod template;
pub mod test_platform;

pub use test_platform::{TestPlatform, TwoRegions};

#[cfg(test)]
mod scratch;

/// What a program says when it doesn't start: one sentence on one line.
pub fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default().trim_end_matches('.');
    format!("{line}.")
}
