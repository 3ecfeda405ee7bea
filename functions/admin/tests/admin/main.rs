//! The admin API: who may do what, and what is answered.

mod accounts;
mod addresses;
mod administrators;
mod apis;
mod apps;
mod bulk;
mod documented;
mod domains;
mod help;
mod interventions;
mod invitations;
mod isolation;
mod lists;
mod names;
mod once;
mod photos;
mod policies;
mod preview;
mod rate;
mod reference;
mod resources;
mod roster;
mod signing_keys;
mod support;
mod tenants;
mod transfers;
