//! What can go wrong between an app and its provider, and what a person reads about it.

use axum::http::StatusCode;

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("no such page")]
    NoSuchPage,
    /// The provider gave no answer at all.
    #[error("{0}")]
    Unreachable(String),
    /// The provider answered, with something that no client can use.
    #[error("{0}")]
    Unusable(String),
    /// An authentication error response (OpenID Connect Core 1.0 §3.1.2.6).
    #[error("{error}{}", .description.as_ref().map(|text| format!(": {text}")).unwrap_or_default())]
    Refused { error: String, description: Option<String> },
    /// The `state` is of no attempt that this browser began.
    #[error("the answer's state belongs to no sign-in that this browser began within the last ten minutes")]
    NotOurs,
    /// The `iss` is missing or another provider's (RFC 9207 §2.4).
    #[error("the answer is from {}, not from {expected}", .found.as_deref().unwrap_or("an unnamed issuer"))]
    OtherIssuer { found: Option<String>, expected: String },
    /// The answer is no authorization response.
    #[error("{0}")]
    Unreadable(String),
    /// The token endpoint refused the code.
    #[error("{0}")]
    NotRedeemed(String),
    /// The ID token isn't what OpenID Connect Core 1.0 §3.1.3.7 asks for.
    #[error("{0}")]
    NotVerified(String),
}

impl Failure {
    /// The status of the page.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchPage => StatusCode::NOT_FOUND,
            Self::Unreachable(_) | Self::Unusable(_) | Self::NotRedeemed(_) | Self::NotVerified(_) => StatusCode::BAD_GATEWAY,
            Self::Refused { .. } => StatusCode::OK,
            Self::NotOurs | Self::OtherIssuer { .. } | Self::Unreadable(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// The heading of the page.
    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::NoSuchPage => "There is no such page",
            Self::Unreachable(_) => "Countersign can’t be reached",
            Self::Unusable(_) => "Countersign gave no usable answer",
            Self::Refused { error, .. } if error == "access_denied" => "You chose not to share",
            Self::Refused { .. } => "Countersign refused the sign-in",
            Self::NotOurs => "This sign-in didn’t begin here",
            Self::OtherIssuer { .. } => "The answer came from somebody else",
            Self::Unreadable(_) => "The answer can’t be read",
            Self::NotRedeemed(_) => "The code wasn’t accepted",
            Self::NotVerified(_) => "The ID token isn’t valid",
        }
    }

    /// What to do about it.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::NoSuchPage => "The demo app has one page: its start.",
            Self::Unreachable(_) => "The demo app runs, its identity provider doesn’t answer. Start it with make run, then try again.",
            Self::Refused { error, .. } if error == "access_denied" => "Nothing was shared with the demo app. You can start over and decide again.",
            Self::NotOurs => "It may be too old, or have been answered before. Start over in this browser.",
            Self::OtherIssuer { .. } => "Answers are accepted from the configured issuer only, so this one was dropped. Start over.",
            Self::Unusable(_) | Self::Refused { .. } | Self::Unreadable(_) | Self::NotRedeemed(_) | Self::NotVerified(_) => {
                "Nobody was signed in. Start over; if it happens again, the line below says where to look."
            }
        }
    }
}
