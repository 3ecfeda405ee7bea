//! The sweep of due rows, as the schedule starts it.

mod deliveries;
mod expiries;
mod support;
