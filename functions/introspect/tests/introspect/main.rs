//! The introspection endpoint, one request at a time.

mod answers;
mod methods;
mod refusals;
mod support;
