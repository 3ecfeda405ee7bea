//! The store on embedded DynamoDB: each act alone, raced, and under injected faults.

mod accounts;
mod administrators;
mod attempts;
mod attributes;
mod costs;
mod data_model;
mod deliveries;
mod directory;
mod events;
mod expiries;
mod faults;
mod grants;
mod invitations;
mod jobs;
mod once;
mod own_account;
mod passwords;
mod phones;
mod policies;
mod regions;
mod rotation;
mod rows;
mod sessions;
mod sign_ups;
mod support;
mod tenants;
