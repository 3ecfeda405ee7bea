#![doc = include_str!("../README.md")]

pub mod embedded;
pub mod stacks;
pub mod template;
