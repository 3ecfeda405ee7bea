//! The authorization endpoint, one request at a time.

mod bad_input;
mod failures;
mod pages;
mod people;
mod prompt;
mod pushed;
mod redirects;
mod resources;
mod response_modes;
mod sessions;
mod support;
