//! What a failed AWS call says, in one line without what was sent.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_types::request_id::RequestId;

/// How an AWS call failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody answered in time, or not intelligibly. The call may have had its effect.
    NoAnswer(&'static str),
    /// The service answered with an error.
    Answer {
        /// The error's name, `AccessDeniedException`.
        code: String,
        /// HTTP status.
        status: u16,
        /// Which request, for AWS's support.
        request_id: String,
    },
}

impl Failure {
    /// Reads the SDK's error; `code` is asked of the service's own part.
    // SECURITY: the service's message is left out, because it may quote an address.
    pub(crate) fn of<E>(error: &SdkError<E, HttpResponse>, code: impl Fn(&E) -> Option<&str>) -> Self {
        match error {
            SdkError::ConstructionFailure(_) => Self::NoAnswer("the request could not be built"),
            SdkError::TimeoutError(_) => Self::NoAnswer("no answer in time"),
            SdkError::DispatchFailure(_) => Self::NoAnswer("not reachable"),
            SdkError::ServiceError(refused) => Self::Answer {
                code: code(refused.err()).unwrap_or("Unknown").to_owned(),
                status: refused.raw().status().as_u16(),
                request_id: refused.raw().request_id().unwrap_or("-").to_owned(),
            },
            _ => Self::NoAnswer("an unintelligible answer"),
        }
    }

    /// Whether the service itself was in trouble or asked for patience; trying again may help.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::NoAnswer(_) => true,
            Self::Answer { code, status, .. } => *status >= 500 || *status == 429 || THROTTLES.contains(&code.as_str()),
        }
    }

    /// The error's name, if the service gave one.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::NoAnswer(_) => None,
            Self::Answer { code, .. } => Some(code),
        }
    }
}

/// Names under which AWS services ask for patience with a status of 400.
const THROTTLES: [&str; 7] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "LimitExceededException",
];

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoAnswer(why) => formatter.write_str(why),
            Self::Answer { code, status, request_id } => write!(formatter, "{code} ({status}, request {request_id})"),
        }
    }
}
