//! Batches of the stream of events, as Lambda hands them over.

mod batches;
mod places;
mod support;
mod tampering;
