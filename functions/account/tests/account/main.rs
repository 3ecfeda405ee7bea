//! Accounts that people make themselves, one request at a time.

mod alarms;
mod attributes;
mod refusals;
mod resetting;
mod signing_up;
mod support;
mod verifying;
