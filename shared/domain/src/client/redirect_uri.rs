//! Where an app is answered.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::policy;
use crate::tenant::is_loopback_http;
use crate::web_url::leads_to_one_host;

/// A redirection endpoint (RFC 6749 §3.1.2), kept byte for byte because it is compared byte for byte (RFC 9700 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Why a redirect URI can't be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRedirectUri {
    /// Not an absolute URI.
    #[error("a redirect URI is absolute")]
    NotAbsolute,
    /// It has a fragment (RFC 6749 §3.1.2).
    #[error("a redirect URI has no fragment")]
    Fragment,
    /// Plain `http` to another machine, or a scheme that runs code.
    #[error("a redirect URI is https, http to this machine, or an app's own scheme with a dot (RFC 8252 §7.1)")]
    Scheme,
    /// White space, control characters or letters beyond ASCII, which no `Location` can carry as they are (RFC 3986 §2).
    #[error("a redirect URI has visible ASCII characters alone")]
    Characters,
    /// Longer than the platform keeps.
    #[error("a redirect URI has at most {} bytes", policy::REDIRECT_URI_MAX)]
    TooLong,
}

impl RedirectUri {
    /// Reads a redirect URI for registration.
    pub fn parse(text: &str) -> Result<Self, InvalidRedirectUri> {
        if text.len() > policy::REDIRECT_URI_MAX {
            return Err(InvalidRedirectUri::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidRedirectUri::Characters);
        }
        let url = Url::parse(text).map_err(|_| InvalidRedirectUri::NotAbsolute)?;
        if text.contains('#') {
            return Err(InvalidRedirectUri::Fragment);
        }
        let own_scheme = url.scheme().contains('.');
        if url.scheme() == "https" || is_loopback_http(&url) || own_scheme { Ok(Self(text.to_owned())) } else { Err(InvalidRedirectUri::Scheme) }
    }

    /// The URI exactly as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URI's scheme with its colon, `https:`.
    pub fn scheme(&self) -> String {
        // A parsed value has a scheme; without one the text would be empty, which allows nothing.
        Url::parse(&self.0).map_or_else(|_| String::new(), |url| format!("{}:", url.scheme()))
    }

    /// Whether everybody reads it alike: no backslash, which browsers take for a slash and others don't, and no user before the host.
    pub fn is_unambiguous(&self) -> bool {
        let of_the_web = Url::parse(&self.0).ok().filter(Url::has_host);
        !self.0.contains('\\') && of_the_web.is_none_or(|url| leads_to_one_host(&url))
    }

    /// The host that a consent page names; the scheme for an app's own.
    pub fn host(&self) -> String {
        Url::parse(&self.0)
            .ok()
            .and_then(|url| url.host_str().filter(|host| !host.is_empty()).map(str::to_owned).or(Some(url.scheme().to_owned())))
            .unwrap_or_default()
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = InvalidRedirectUri;
    fn try_from(text: String) -> Result<Self, InvalidRedirectUri> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_that_runs_code_or_leaves_in_clear_is_refused() {
        for fine in ["https://app.example/cb", "http://127.0.0.1:9/cb", "http://localhost/cb", "com.example.app:/cb"] {
            assert!(RedirectUri::parse(fine).is_ok(), "{fine}");
        }
        for (wrong, why) in [
            ("/cb", InvalidRedirectUri::NotAbsolute),
            ("https://app.example/cb#x", InvalidRedirectUri::Fragment),
            ("http://app.example/cb", InvalidRedirectUri::Scheme),
            ("javascript:alert(1)", InvalidRedirectUri::Scheme),
            ("data:text/html,x", InvalidRedirectUri::Scheme),
            ("https://app.example/a b", InvalidRedirectUri::Characters),
            ("https://app.example/\ncb", InvalidRedirectUri::Characters),
            ("https://bücher.example/cb", InvalidRedirectUri::Characters),
        ] {
            assert_eq!(RedirectUri::parse(wrong), Err(why), "{wrong}");
        }
    }
}
