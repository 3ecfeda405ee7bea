//! The introspection endpoint, one request at a time.

mod answers;
mod methods;
mod own_tokens;
mod refusals;
mod support;
