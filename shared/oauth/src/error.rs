//! The errors that leave the platform over OAuth, each with one status and one public text (RFC 6749 §4.1.2.1, §5.2, RFC 6750 §3.1).
//!
//! What a caller reads is fixed per code. Why a request was refused is a reason of its flow, for the log alone.

use serde::{Serialize, Serializer};

/// An error as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request itself is wrong (RFC 6749 §4.1.2.1, §5.2).
    InvalidRequest,
    /// The client wasn't authenticated (RFC 6749 §5.2).
    InvalidClient,
    /// The grant isn't good, or isn't this client's (RFC 6749 §5.2).
    InvalidGrant,
    /// The client isn't registered for the grant (RFC 6749 §5.2).
    UnauthorizedClient,
    /// The grant type isn't offered (RFC 6749 §5.2).
    UnsupportedGrantType,
    /// The response type isn't offered (RFC 6749 §4.1.2.1).
    UnsupportedResponseType,
    /// Nothing that was asked for can be granted (RFC 6749 §4.1.2.1).
    InvalidScope,
    /// The API that was asked for isn't there, or not for this client (RFC 8707 §2).
    InvalidTarget,
    /// The person said no (RFC 6749 §4.1.2.1).
    AccessDenied,
    /// Nobody is signed in, and no page may be shown (OpenID Connect Core §3.1.2.6).
    LoginRequired,
    /// The person would have to be asked, and no page may be shown (OpenID Connect Core §3.1.2.6).
    ConsentRequired,
    /// The person would have to say something, and no page may be shown (OpenID Connect Core §3.1.2.6).
    InteractionRequired,
    /// The person can't be authenticated in the way that the request can't do without (Unmet Authentication Requirements §2).
    UnmetAuthenticationRequirements,
    /// Request objects by value aren't offered (OpenID Connect Core §6.1).
    RequestNotSupported,
    /// Request objects by reference aren't offered (OpenID Connect Core §6.2).
    RequestUriNotSupported,
    /// The sealed request was answered before, or is none any more (RFC 9101 §7).
    InvalidRequestUri,
    /// Registration inside a request isn't offered (OpenID Connect Core §7.2.1).
    RegistrationNotSupported,
    /// Tokens of this kind can't be revoked (RFC 7009 §2.2.1).
    UnsupportedTokenType,
    /// The access token isn't good (RFC 6750 §3.1).
    InvalidToken,
    /// The access token is good for less than this (RFC 6750 §3.1).
    InsufficientScope,
    /// The platform failed (RFC 6749 §4.1.2.1).
    ServerError,
    /// The platform can't answer just now (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 22] = [
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::InvalidGrant,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::UnsupportedResponseType,
        Self::InvalidScope,
        Self::InvalidTarget,
        Self::AccessDenied,
        Self::LoginRequired,
        Self::ConsentRequired,
        Self::InteractionRequired,
        Self::UnmetAuthenticationRequirements,
        Self::RequestNotSupported,
        Self::RequestUriNotSupported,
        Self::InvalidRequestUri,
        Self::RegistrationNotSupported,
        Self::UnsupportedTokenType,
        Self::InvalidToken,
        Self::InsufficientScope,
        Self::ServerError,
        Self::TemporarilyUnavailable,
    ];

    /// The `error` on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }

    /// The HTTP status where the error is answered directly; by redirect it is always 303.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest
            | Self::InvalidGrant
            | Self::UnauthorizedClient
            | Self::UnsupportedGrantType
            | Self::UnsupportedResponseType
            | Self::InvalidScope
            | Self::InvalidTarget
            | Self::AccessDenied
            | Self::LoginRequired
            | Self::ConsentRequired
            | Self::InteractionRequired
            | Self::UnmetAuthenticationRequirements
            | Self::RequestNotSupported
            | Self::RequestUriNotSupported
            | Self::InvalidRequestUri
            | Self::RegistrationNotSupported
            | Self::UnsupportedTokenType => 400,
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::InsufficientScope => 403,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
        }
    }

    /// The `error_description` on the wire: fixed, and of the characters that RFC 6749 §5.2 and RFC 6750 §3 allow.
    pub const fn description(self) -> &'static str {
        match self {
            Self::InvalidRequest => "A required parameter is missing, or a parameter is malformed, too long or not supported.",
            Self::InvalidClient => "The client is unknown, or did not authenticate by its registered method.",
            Self::InvalidGrant => "The code or refresh token is expired, revoked or used before, or was issued for another request or client.",
            Self::UnauthorizedClient => "The client is not registered for this grant type.",
            Self::UnsupportedGrantType => "This grant type is not offered.",
            Self::UnsupportedResponseType => "This response type is not offered.",
            Self::InvalidScope => "No scope was requested that can be granted, or the scope is malformed.",
            Self::InvalidTarget => "The resource is missing, malformed, unknown or not granted, or there is more than one.",
            Self::AccessDenied => "The request was declined.",
            Self::LoginRequired => "Nobody is signed in as the request demands.",
            Self::ConsentRequired => "Consent is missing, and prompt=none forbids to ask for it.",
            Self::InteractionRequired => "The user has to complete something, and prompt=none forbids to ask for it.",
            Self::UnmetAuthenticationRequirements => "The demanded authentication context can not be reached.",
            Self::RequestNotSupported => "The request parameter is not offered.",
            Self::RequestUriNotSupported => "The request_uri parameter is not offered.",
            Self::InvalidRequestUri => "The request_uri was answered before, or has expired.",
            Self::RegistrationNotSupported => "The registration parameter is not offered.",
            Self::UnsupportedTokenType => "Tokens of this kind can not be revoked. This one ends by its expiry.",
            Self::InvalidToken => "The access token is malformed, expired or revoked.",
            Self::InsufficientScope => "The access token was not issued with the scope that this needs.",
            Self::ServerError => "The request could not be answered.",
            Self::TemporarilyUnavailable => "The request can not be answered at the moment. Try again soon.",
        }
    }

    /// The JSON body that carries the error.
    pub const fn body(self) -> ErrorBody {
        ErrorBody { error: self, error_description: self.description() }
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An error as JSON (RFC 6749 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    /// The code.
    pub error: ErrorCode,
    /// Its fixed text.
    pub error_description: &'static str,
}

/// Declares the reasons of one flow: for each its meaning, the code that a caller reads, and the text of the log.
macro_rules! reasons {
    ($(#[$about:meta])* pub enum $name:ident { $($(#[$meaning:meta])* $reason:ident => $code:ident, $text:literal;)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $($(#[$meaning])* #[error($text)] $reason,)+
        }

        impl $name {
            /// Every reason, for the documentation.
            pub const ALL: &[Self] = &[$(Self::$reason),+];

            /// The code that a caller reads.
            pub const fn code(self) -> $crate::error::ErrorCode {
                match self {
                    $(Self::$reason => $crate::error::ErrorCode::$code,)+
                }
            }
        }
    };
}
pub(crate) use reasons;

/// A `quoted-string` of RFC 9110 §5.6.4, for the parameters of a challenge.
pub(crate) fn quoted(text: &str) -> String {
    let escaped: String = text.chars().flat_map(|letter| matches!(letter, '"' | '\\').then_some('\\').into_iter().chain([letter])).collect();
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_and_its_text_fit_where_they_are_written() {
        // RFC 6749 §4.1.2.1: %x20-21 / %x23-5B / %x5D-7E.
        let allowed = |text: &str| text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e));
        for code in ErrorCode::ALL {
            assert!(allowed(code.as_str()) && allowed(code.description()), "{code:?}");
        }
    }

    #[test]
    fn no_two_codes_share_a_name_or_a_text() {
        assert_eq!(ErrorCode::ALL.iter().map(|code| code.as_str()).collect::<BTreeSet<_>>().len(), ErrorCode::ALL.len());
        assert_eq!(ErrorCode::ALL.iter().map(|code| code.description()).collect::<BTreeSet<_>>().len(), ErrorCode::ALL.len());
    }

    #[test]
    fn an_error_is_the_json_of_rfc_6749() {
        let body = serde_json::to_value(ErrorCode::UnsupportedGrantType.body()).expect("JSON");
        assert_eq!(body, serde_json::json!({ "error": "unsupported_grant_type", "error_description": "This grant type is not offered." }));
    }

    #[test]
    fn a_quote_can_not_leave_its_string() {
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
    }
}
