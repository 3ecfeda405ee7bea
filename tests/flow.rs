//! Flows across functions. They need neither a browser nor a deployment, and what they move (time, faults, regions) no deployment lets them.

mod alarm;
mod backchannel_logout;
mod bad_input;
mod budgets;
mod completion;
mod cors;
mod crash_points;
mod faults;
mod flood;
mod interrupted;
mod invitation;
mod key_rotation;
mod key_service;
mod ledger;
mod outbox;
mod own_account;
mod password_reset;
mod random_walk;
mod refresh;
mod regions;
mod relying_party;
mod resource_server;
mod returning;
mod sign_up;
mod tenants;
mod visitor;
