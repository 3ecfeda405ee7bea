//! What can stand in a request's way that isn't its caller's doing. Input never ends here.

use std::time::Duration;

use cloud::dns::DnsUnavailable;
use cloud::keys::KeyServiceError;
use cloud::objects::ObjectsUnavailable;
use domain::placement::NotHonoured;
use store::StoreError;

/// A fault of the platform or of what it stands on, or a tenant that is closed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something is down or slowed; the same request may work later.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Something is broken: a corrupt row, a key that isn't there. For people, with the log line at hand.
    #[error("broken: {0}")]
    Broken(String),
    /// The tenant was suspended or is about to be erased: it lets neither people nor apps in. Nobody's fault.
    #[error("the tenant is closed")]
    Closed,
}

impl Failure {
    /// How long a caller should wait before the next try.
    pub const RETRY_AFTER: Duration = Duration::from_secs(5);

    /// Says in the log why a request wasn't answered. A closed tenant is no fault that somebody should look at.
    pub(crate) fn log(&self, incident: &str) {
        match self {
            Self::Closed => tracing::info!(incident, "the tenant is closed"),
            Self::Unavailable(_) | Self::Broken(_) => tracing::error!(incident, failure = %self, "a request was not answered"),
        }
    }
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

impl From<DnsUnavailable> for Failure {
    fn from(error: DnsUnavailable) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<NotHonoured> for Failure {
    fn from(reason: NotHonoured) -> Self {
        Self::Unavailable(reason.to_string())
    }
}
