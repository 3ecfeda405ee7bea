//! Sign-in and consent, one posted form at a time.

mod artefacts;
mod bad_input;
mod completing;
mod consent;
mod failures;
mod imported;
mod migrating;
mod origin;
mod outliving;
mod refusals;
mod signing_in;
mod support;
mod throttling;
