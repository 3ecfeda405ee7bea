//! The userinfo endpoint, one request at a time.

mod bad_input;
mod claims;
mod failures;
mod refusals;
mod support;
