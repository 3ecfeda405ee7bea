//! What a person proves an account with, in a partition of its own that few roles may read.

use serde::{Deserialize, Serialize};

use crate::secret::SealedBytes;
use crate::timestamp::Timestamp;

/// A password at rest: its Argon2id PHC string, sealed under the tenant's `credentials` key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordCredential {
    /// The sealed PHC string.
    pub sealed_hash: SealedBytes,
    /// Counts the changes of the password; links and states name the version they were made for.
    pub version: u64,
    /// When it was last changed by its owner.
    pub changed_at: Timestamp,
}
