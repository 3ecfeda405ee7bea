//! What can go wrong that isn't the caller's doing. Input never ends here.

use std::time::Duration;

use cloud::keys::KeyServiceError;
use cloud::objects::ObjectsUnavailable;
use domain::placement::NotHonoured;
use store::StoreError;

/// A fault of the platform or of what it stands on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something is down or slowed; the same request may work later.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Something is broken: a corrupt row, a key that isn't there. For people, with the log line at hand.
    #[error("broken: {0}")]
    Broken(String),
}

impl Failure {
    /// How long a caller should wait before the next try.
    pub const RETRY_AFTER: Duration = Duration::from_secs(5);
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { .. } => Self::Unavailable(error.to_string()),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<KeyServiceError> for Failure {
    fn from(error: KeyServiceError) -> Self {
        match error {
            KeyServiceError::Unavailable(reason) => Self::Unavailable(format!("keys: {reason}")),
            KeyServiceError::Refused(reason) => Self::Broken(format!("keys refused: {reason}")),
        }
    }
}

impl From<ObjectsUnavailable> for Failure {
    fn from(error: ObjectsUnavailable) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<NotHonoured> for Failure {
    fn from(reason: NotHonoured) -> Self {
        Self::Unavailable(reason.to_string())
    }
}
