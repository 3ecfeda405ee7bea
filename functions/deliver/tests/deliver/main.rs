//! Nudges from the queue, and the mails that follow.

mod nudges;
mod outages;
mod support;
