//! Addresses on the web that pages lead to or show, as an administrator enters them.

use serde::{Deserialize, Serialize};
use url::{Position, Url};

use crate::policy;
use crate::web_url::leads_to_one_host;

/// An `https` URL without credentials, as the URL standard writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebAddress(String);

/// A text is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address is an https URL of at most {} bytes, without credentials", policy::BRANDING_URL_MAX)]
pub struct InvalidAddress;

impl WebAddress {
    /// Reads an address.
    // SECURITY: `javascript:`, `data:` and plain `http` are none; what is kept is what the URL standard wrote, not what was entered.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let url = Url::parse(text).map_err(|_| InvalidAddress)?;
        let fits = url.scheme() == "https" && leads_to_one_host(&url) && url.as_str().len() <= policy::BRANDING_URL_MAX;
        if fits { Ok(Self(url.into())) } else { Err(InvalidAddress) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        Url::parse(&self.0).map(|url| url[..Position::BeforePath].to_owned()).unwrap_or_default()
    }

    /// Whether its path ends like that of a picture which every browser shows.
    pub(super) fn is_picture(&self) -> bool {
        let path = self.0.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        [".png", ".jpg", ".jpeg", ".webp", ".svg"].iter().any(|ending| path.ends_with(ending))
    }
}

impl TryFrom<String> for WebAddress {
    type Error = InvalidAddress;
    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        Self::parse(&text)
    }
}

impl From<WebAddress> for String {
    fn from(address: WebAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_and_nothing_that_runs() {
        let long = format!("https://a.example/{}", "a".repeat(policy::BRANDING_URL_MAX));
        for wrong in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "http://a.example/",
            "https://u:p@a.example/",
            "https://*.a.example/",
            "/path",
            "",
            "https://",
            &long,
        ] {
            assert_eq!(WebAddress::parse(wrong), Err(InvalidAddress), "{wrong}");
            assert!(serde_json::from_value::<WebAddress>(wrong.into()).is_err(), "{wrong}");
        }
        let address = WebAddress::parse("https://A.example:8443/legal?x=\"y\"#z").expect("an address");
        assert_eq!((address.as_str(), address.origin().as_str()), ("https://a.example:8443/legal?x=%22y%22#z", "https://a.example:8443"));
    }

    #[test]
    fn a_picture_is_told_by_its_ending() {
        let is_picture = |url: &str| WebAddress::parse(url).expect("an address").is_picture();
        for picture in ["https://a.example/l.png", "https://a.example/l.SVG?v=2", "https://a.example/l.webp#x", "https://a.example/l.jpeg"] {
            assert!(is_picture(picture), "{picture}");
        }
        for none in ["https://a.example/", "https://a.example/l.html?x=.png", "https://a.example/l.gif", "https://a.example/png"] {
            assert!(!is_picture(none), "{none}");
        }
    }
}
