//! Why the store could not answer. A failed condition is never one of these: it is an outcome of its act.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use domain::Region;

/// Why the store could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer in time, or answered that it can't now. Trying later may work; whether a write happened is unknown.
    #[error("the database is unavailable ({cause:?}): {detail}")]
    Unavailable {
        /// What kept it.
        cause: Cause,
        /// What the SDK says, for the log.
        detail: String,
    },
    /// The database refuses the request as it stands: a right that the role lacks, a table that isn't there.
    #[error("the database refuses the request: {detail}")]
    Refused {
        /// What the database says, for the log.
        detail: String,
    },
    // SECURITY: the key alone; what the row holds, and so what a parser would quote, is personal or secret.
    /// A row doesn't parse, or is of a later format.
    #[error("the row at {key} is corrupt")]
    Corrupt {
        /// Table and key.
        key: String,
    },
    /// A row or a transaction is larger than the database takes: 400 KB or 4 MB.
    #[error("larger than the database takes: {detail}")]
    TooLarge {
        /// What the database says, for the log.
        detail: String,
    },
    /// There is no client for a region: the deployment doesn't know one that the directory names.
    #[error("no client for region {0}")]
    UnknownRegion(Region),
    /// A row of one tenant was handed to the store of another. A defect of the caller; nothing was written.
    #[error("a row of another tenant")]
    OtherTenant,
}

/// What kept the database from answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Too many requests for a partition, a table or an account.
    Throttled,
    /// Other transactions kept touching the same rows.
    Conflict,
    /// Anything else: no connection, no time left, an error of the service.
    Failed,
}

impl StoreError {
    pub(crate) fn unavailable(cause: Cause, detail: impl Into<String>) -> Self {
        Self::Unavailable { cause, detail: detail.into() }
    }
}

/// Translates what is left of an SDK error once its conditions have been taken for outcomes.
pub(crate) fn from_sdk<E>(error: &SdkError<E>) -> StoreError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let SdkError::ServiceError(context) = error else {
        return StoreError::unavailable(Cause::Failed, DisplayErrorContext(error).to_string());
    };
    let code = context.err().code().unwrap_or_default();
    let detail = format!("{code}: {}", context.err().message().unwrap_or_default());
    match code {
        "ThrottlingException" | "ProvisionedThroughputExceededException" | "RequestLimitExceeded" => {
            StoreError::unavailable(Cause::Throttled, detail)
        }
        "TransactionConflictException" | "TransactionInProgressException" | "ReplicatedWriteConflictException" => {
            StoreError::unavailable(Cause::Conflict, detail)
        }
        "ValidationException" if says_too_large(&detail) => StoreError::TooLarge { detail },
        _ if context.raw().status().is_server_error() => StoreError::unavailable(Cause::Failed, detail),
        _ => StoreError::Refused { detail },
    }
}

// The service has no code of its own for this; these are its two texts.
pub(crate) fn says_too_large(message: &str) -> bool {
    message.contains("Item size") || message.contains("maximum allowed size")
}
