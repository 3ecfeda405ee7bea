//! The token endpoint, one request at a time.

mod bad_input;
mod client_authentication;
mod client_credentials;
mod failures;
mod private_key_jwt;
mod redemption;
mod refresh;
mod refresh_reuse;
mod refusals;
mod replays;
mod resources;
mod support;
mod wrong_secrets;
