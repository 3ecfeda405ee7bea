//! Flows across functions in one process, on a clock, faults and regions that are the test's: what they cost, what a crash leaves behind, what an
//! outage delays, where regions act, what is refused; and the Foundation's conformance modules, over HTTP.

mod flow;
mod oidf;
