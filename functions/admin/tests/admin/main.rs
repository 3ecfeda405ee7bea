//! The admin API: who may do what, and what is answered.

mod accounts;
mod administrators;
mod apis;
mod apps;
mod documented;
mod help;
mod interventions;
mod isolation;
mod lists;
mod once;
mod resources;
mod roster;
mod support;
mod transfers;
