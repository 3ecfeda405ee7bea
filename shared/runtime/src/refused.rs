//! A request that ends in an error page, whatever ended it.

use axum::response::Response;
use oauth::authorization_request::PageRefusal;
use web::{ErrorReason, Language};

use crate::failure::Failure;
use crate::pages;

/// What a person is shown on the error page.
#[derive(Debug)]
pub enum Refused {
    /// The person's or the app's doing.
    Reason(ErrorReason),
    /// The platform's.
    Failure(Failure),
}

impl Refused {
    /// The page. The reason goes to the log, once, here.
    pub fn page(&self, language: Language, incident: &str) -> Response {
        match self {
            Self::Reason(reason) => {
                tracing::info!(incident, ?reason, "an error page");
                pages::error(language, None, *reason, incident)
            }
            Self::Failure(failure) => pages::failure(language, None, failure, incident),
        }
    }
}

impl From<ErrorReason> for Refused {
    fn from(reason: ErrorReason) -> Self {
        Self::Reason(reason)
    }
}

impl<F: Into<Failure>> From<F> for Refused {
    fn from(failure: F) -> Self {
        Self::Failure(failure.into())
    }
}

/// The page of a request that has no return address (RFC 6749 §4.1.2.1).
pub const fn page_reason(refusal: PageRefusal) -> ErrorReason {
    match refusal {
        PageRefusal::ClientMissing | PageRefusal::ClientUnknown => ErrorReason::UnknownClient,
        PageRefusal::RedirectUriMissing | PageRefusal::RedirectUriUnregistered => ErrorReason::RedirectUriMismatch,
    }
}
