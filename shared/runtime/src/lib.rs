//! What surrounds every function: the Lambda bootstrap, the environment, clock and randomness, tenants and keys kept in memory, telemetry.

pub mod client_authentication;
pub mod clients;
pub mod clock;
pub mod configuration;
pub mod cors;
pub mod data_keys;
pub mod failure;
pub mod front;
pub mod home_region;
pub mod interaction;
pub mod json_failure;
pub mod lambda;
pub mod pages;
pub mod people;
pub mod platform;
pub mod provision;
pub mod random;
pub mod refused;
pub mod routing;
pub mod telemetry;
pub mod tenant_context;
pub mod tenants;

pub use client_authentication::{ClientAuthentication, ClientRequest, RefusedRequest};
pub use clients::Clients;
pub use clock::{Clock, SystemClock};
pub use failure::Failure;
pub use front::{Incident, front};
pub use home_region::HomeRegion;
pub use platform::Platform;
pub use provision::Provisioner;
pub use random::{Random, SystemRandom};
pub use refused::Refused;
pub use routing::{Caller, TenantRouting};
pub use tenant_context::{ArtefactRefusal, TenantContext};
pub use tenants::{Needs, Signing, Tenants, Visit};
