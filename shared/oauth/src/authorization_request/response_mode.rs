//! How an authorization response travels (OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post Response Mode §2).

use domain::client::RedirectUri;
use serde::{Deserialize, Serialize};

/// What is offered, as metadata states it.
pub const SUPPORTED: [&str; 3] = ["query", "fragment", "form_post"];

/// How an authorization response travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI, the default of `response_type=code`.
    #[default]
    Query,
    /// In its fragment, which no server sees.
    Fragment,
    /// In a form that the browser posts to it.
    FormPost,
}

/// A text is no response mode that is offered for this redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("response_mode is not offered, or does not fit the redirect URI")]
pub struct Unsupported;

impl ResponseMode {
    /// Reads the parameter. An app's own scheme takes no form, so nothing is posted there.
    pub fn requested(response_mode: Option<&str>, redirect_uri: &RedirectUri) -> Result<Self, Unsupported> {
        match response_mode {
            None | Some("query") => Ok(Self::Query),
            Some("fragment") => Ok(Self::Fragment),
            Some("form_post") if matches!(redirect_uri.scheme().as_str(), "https:" | "http:") => Ok(Self::FormPost),
            Some(_) => Err(Unsupported),
        }
    }

    /// Whether it is the default, which needn't be written down.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requested(mode: Option<&str>, redirect_uri: &str) -> Result<ResponseMode, Unsupported> {
        ResponseMode::requested(mode, &RedirectUri::parse(redirect_uri).expect("a redirect URI"))
    }

    #[test]
    fn every_supported_mode_is_read_and_no_other() {
        let read = SUPPORTED.map(|mode| requested(Some(mode), "https://app.example/cb"));
        assert_eq!(read, [Ok(ResponseMode::Query), Ok(ResponseMode::Fragment), Ok(ResponseMode::FormPost)]);
        assert_eq!(requested(None, "https://app.example/cb"), Ok(ResponseMode::Query));
        for other in ["query.jwt", "form_post.jwt", "jwt", "web_message", "QUERY", "query fragment"] {
            assert_eq!(requested(Some(other), "https://app.example/cb"), Err(Unsupported), "{other}");
        }
    }

    #[test]
    fn a_form_is_posted_to_the_web_alone() {
        assert_eq!(requested(Some("form_post"), "http://127.0.0.1:9/cb"), Ok(ResponseMode::FormPost));
        assert_eq!(requested(Some("form_post"), "com.example.app:/cb"), Err(Unsupported));
        assert_eq!(requested(Some("fragment"), "com.example.app:/cb"), Ok(ResponseMode::Fragment));
    }
}
