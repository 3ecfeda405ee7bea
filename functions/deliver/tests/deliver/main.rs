//! Nudges from the queue, and the mails that follow.

mod backchannel_logout;
mod domains;
mod nudges;
mod outages;
mod own_account;
mod passwords;
mod phone;
mod photos;
mod sign_up;
mod support;
