//! People who are brought over when they first sign in: a hook of the tenant says whether a name and a password belong together elsewhere, and who that is.
//!
//! Whoever has an account here isn't asked about. What the hook says makes an account of them once, without groups or roles.

mod hook;
mod told;

pub use hook::{HookUrl, InvalidHook, Migration, MigrationHook};
pub use told::{Accepted, Question, Reply, Told, Unusable, reply};
