//! The logout endpoint, one request at a time.

mod confirmation;
mod failures;
mod hints;
mod posted;
mod redirects;
mod support;
