#![doc = include_str!("../README.md")]

pub mod aws;
pub mod dns;
pub mod egress;
pub mod keys;
pub mod mail;
pub mod objects;
pub mod parts;
pub mod queue;
pub mod s3;
pub mod sms;

mod failure;
mod resolver;

#[cfg(test)]
mod canned;
