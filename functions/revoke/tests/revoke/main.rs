//! The revocation endpoint, one request at a time.

mod methods;
mod returning;
mod support;
