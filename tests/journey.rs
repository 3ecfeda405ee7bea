//! Journeys across functions: a platform runs, and clients and browsers that aren't ours use it.
//!
//! Each is made on the platform of one machine and against the deployed functions, but for those whose module says why not.

mod admin;
mod apache;
mod brought_over;
mod code_flow;
mod command_line;
mod events;
mod first_hour;
mod make_run;
mod new_browser_mail;
mod node;
mod openapi;
mod own_account;
mod people;
mod places;
mod program;
mod python;
mod resource_server;
mod running;
mod schemathesis;
mod sign_up;
mod transfers;
