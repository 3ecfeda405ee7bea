//! The token endpoint, one request at a time.

mod bad_input;
mod client_authentication;
mod failures;
mod redemption;
mod refresh;
mod refresh_reuse;
mod refusals;
mod replays;
mod support;
