#![doc = include_str!("../README.md")]

mod aead;
pub mod artefact;
pub mod base64url;
pub mod derive;
pub mod envelope;
pub mod jwk;
pub mod jws;
pub mod key;
pub mod password;
pub mod webhook;

pub use key::{DataKeys, SymmetricKey};
