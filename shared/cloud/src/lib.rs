#![doc = include_str!("../README.md")]

pub mod aws;
pub mod egress;
pub mod keys;
pub mod mail;
pub mod objects;
pub mod queue;
pub mod sms;

mod failure;
mod resolver;

#[cfg(test)]
mod canned;
