//! What flows read: each a single round trip to exact keys.

pub(crate) mod account;
mod administrators;
mod api;
mod attempts;
pub(crate) mod batch;
pub(crate) mod belongings;
pub(crate) mod bundle;
mod client;
mod event;
mod history;
pub(crate) mod identifier;
mod invitation;
pub(crate) mod one;
mod people;
pub(crate) mod person;
mod policies;
pub(crate) mod recovery;
pub(crate) mod sign_up;
mod transfer;
