//! The error page: fixed text per reason, an incident id, and no way on but back (RFC 6749 §4.1.2.1: never a redirect to an address not checked).

use askama::Template;
use http::StatusCode;

use super::{Brand, Frame, Page, style};
use crate::form::FormError;
use crate::language::Language;
use crate::texts::ErrorTexts;

/// Why a person sees the error page. What is shown is fixed per reason; details are in the log, found by the incident id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorReason {
    /// No app of this tenant has the `client_id`.
    UnknownClient,
    /// The `redirect_uri` isn't registered for the app.
    RedirectUriMismatch,
    /// Parameters are missing, twice there, or broken.
    MalformedRequest,
    /// The body is too large.
    BodyTooLarge,
    /// The body is of another type.
    UnsupportedMediaType,
    /// The sign-in or consent took too long, was finished already, or its state isn't ours.
    SignInExpired,
    /// The page was made for another browser, or this one keeps no cookies.
    OtherBrowser,
    /// The form was sent from another site.
    CrossSite,
    /// Nothing is at this address.
    NotFound,
    /// The tenant lets nobody in for now.
    TenantClosed,
    /// The address is for a form, or for a link.
    MethodNotAllowed,
    /// Too many passwords are being hashed at once; nothing was looked at.
    Busy,
    /// Something that the platform stands on doesn't answer.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl ErrorReason {
    /// Every reason, for tests that show all pages.
    pub const ALL: [Self; 14] = [
        Self::UnknownClient,
        Self::RedirectUriMismatch,
        Self::MalformedRequest,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::SignInExpired,
        Self::OtherBrowser,
        Self::CrossSite,
        Self::NotFound,
        Self::TenantClosed,
        Self::MethodNotAllowed,
        Self::Busy,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The status that goes with the reason.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::UnknownClient | Self::RedirectUriMismatch | Self::MalformedRequest | Self::SignInExpired | Self::OtherBrowser => {
                StatusCode::BAD_REQUEST
            }
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::CrossSite | Self::TenantClosed => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<&FormError> for ErrorReason {
    fn from(error: &FormError) -> Self {
        match error {
            FormError::TooLarge => Self::BodyTooLarge,
            FormError::WrongContentType => Self::UnsupportedMediaType,
            FormError::Unreadable | FormError::Parameters(_) => Self::MalformedRequest,
        }
    }
}

/// What went wrong, for a person.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page, when the tenant is known.
    pub brand: Option<Brand<'a>>,
    /// What happened.
    pub reason: ErrorReason,
    /// The number that leads to the log.
    pub incident: &'a str,
}

impl Page for ErrorPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand.unwrap_or(Brand::plain("Countersign"))
    }
}

impl ErrorPage<'_> {
    fn error(&self) -> ErrorTexts {
        (self.texts().error)(self.reason)
    }
}
