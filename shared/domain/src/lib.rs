//! What is true and what may happen: tenants, users, credentials, sessions, grants and events.
//!
//! Everything here is pure: no clock, no randomness, no I/O. `now` and random bytes are arguments, so every decision is a function of its
//! inputs and most tests of the platform live beside these modules.

pub mod account;
pub mod administration;
pub mod alarm;
pub mod api;
pub mod attempt;
pub mod attributes;
pub mod branding;
pub mod claim_rules;
pub mod claims;
pub mod client;
pub mod completion;
pub mod configuration;
pub mod consent;
pub mod country;
pub mod credential;
pub mod custom_domain;
pub mod delivery;
pub mod device;
pub mod event;
pub mod family;
pub mod history;
pub mod id;
pub mod identifier;
pub mod invitation;
pub mod key_ring;
pub mod listing;
pub mod migration;
pub mod password_policy;
pub mod password_reset;
pub mod phone;
pub mod photo;
pub mod placement;
pub mod policies;
pub mod policy;
pub mod preset;
pub mod profile;
pub mod refresh;
pub mod registration;
pub mod roster;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod sign_up;
pub mod standing;
pub mod tenant;
pub mod timestamp;
pub mod transfer;
pub mod user;
mod web_url;

pub use country::{Country, InvalidCountry};
pub use id::{ClientId, EventId, FamilyId, GroupId, JobId, PhotoId, SessionId, Slug, TenantId, UserId};
pub use placement::{Epoch, Placement, Region, Zone, ZoneName};
pub use secret::Secret;
pub use timestamp::Timestamp;
