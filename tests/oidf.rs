//! The modules of the OpenID Foundation's conformance suite that this platform must satisfy: one Rust module per plan, one test per module, named as
//! it with `_` for `-`. Everything goes over HTTP, and everything about the provider but its issuer is learned from discovery.

mod backchannel_logout;
mod basic;
mod browser;
mod config;
mod form_post;
mod modules;
mod person;
mod returned;
mod rp_initiated_logout;
mod suite;
mod wire;
