#![doc = include_str!("../README.md")]

pub mod access_token;
pub mod acr;
pub mod authorization_request;
pub mod bearer;
pub mod client_authentication;
pub mod code;
pub mod error;
pub mod grants;
pub mod id_token;
pub mod introspection;
pub mod logout;
pub mod logout_token;
pub mod mapped;
pub mod metadata;
pub mod parameters;
pub mod person_claims;
pub mod pkce;
pub mod preview;
pub mod profile;
pub mod pushed_request;
pub mod refresh_token;
pub mod resource;
pub mod revocation;
pub mod scope;
pub mod sid;
pub mod token_response;
pub mod userinfo;

#[cfg(test)]
mod samples;

pub use error::{ErrorBody, ErrorCode};
pub use parameters::RequestParameters;

/// SHA-256 (FIPS 180-4), handed in by whoever has a crypto provider.
pub type Sha256 = fn(&[u8]) -> [u8; 32];
