//! The authorization endpoint, one request at a time.

mod bad_input;
mod failures;
mod pages;
mod prompt;
mod redirects;
mod sessions;
mod support;
