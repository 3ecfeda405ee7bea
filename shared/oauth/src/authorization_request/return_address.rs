//! Where an authorization response may go: a registered redirect URI, and nothing else (RFC 6749 §3.1.2, RFC 9700 §2.1).

use domain::ClientId;
use domain::client::{Client, RedirectUri};
use domain::policy::STATE_MAX;
use domain::tenant::Issuer;
use form_urlencoded::Serializer;

use super::AuthorizationRequest;
use crate::error::ErrorCode;
use crate::parameters::RequestParameters;

/// A checked place to send a browser back to. Only [`ReturnAddress::check`] makes one, so an error can't be redirected anywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnAddress {
    redirect_uri: RedirectUri,
    state: Option<String>,
    issuer: Issuer,
}

/// Why there is no return address. The answer is an error page with status 400, never a redirect (RFC 6749 §4.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageRefusal {
    /// No `client_id`.
    #[error("client_id is missing")]
    ClientMissing,
    /// No such client in this tenant.
    #[error("client_id is unknown")]
    ClientUnknown,
    /// No `redirect_uri`, which OpenID Connect Core §3.1.2.1 requires.
    #[error("redirect_uri is missing")]
    RedirectUriMissing,
    /// Not one of the client's, byte for byte.
    #[error("redirect_uri is not registered for this client")]
    RedirectUriUnregistered,
}

impl PageRefusal {
    /// Every refusal, for the documentation.
    pub const ALL: [Self; 4] = [Self::ClientMissing, Self::ClientUnknown, Self::RedirectUriMissing, Self::RedirectUriUnregistered];
}

/// The client that a request says it comes from (RFC 6749 §2.2). A text that no client can have is as unknown as any other.
pub fn client_id(parameters: &RequestParameters<'_>) -> Result<ClientId, PageRefusal> {
    let text = parameters.get("client_id").ok_or(PageRefusal::ClientMissing)?;
    ClientId::parse(text).map_err(|_| PageRefusal::ClientUnknown)
}

impl ReturnAddress {
    /// Checks where `client` asks to be answered. `client` is what the store found under [`client_id`].
    pub fn check(parameters: &RequestParameters<'_>, client: &Client, issuer: &Issuer) -> Result<Self, PageRefusal> {
        let presented = parameters.get("redirect_uri").ok_or(PageRefusal::RedirectUriMissing)?;
        let redirect_uri = registered(client, presented).ok_or(PageRefusal::RedirectUriUnregistered)?;
        // RFC 6749 §4.1.2.1 returns `state` as it came. One that is too long would overflow a header, so it isn't returned with its error.
        let state = parameters.get("state").filter(|state| state.len() <= STATE_MAX).map(str::to_owned);
        Ok(Self { redirect_uri, state, issuer: issuer.clone() })
    }

    /// Where a request that was checked before is answered, if `client` still has the redirect URI.
    pub fn of(request: &AuthorizationRequest, client: &Client, issuer: &Issuer) -> Result<Self, PageRefusal> {
        let redirect_uri = registered(client, request.redirect_uri.as_str()).ok_or(PageRefusal::RedirectUriUnregistered)?;
        Ok(Self { redirect_uri, state: request.state.clone(), issuer: issuer.clone() })
    }

    /// The redirect URI as the request stated it.
    pub const fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// The URL that returns a code (RFC 6749 §4.1.2, RFC 9207 §2).
    pub fn success(&self, code: &str) -> String {
        self.with(&[("code", code)])
    }

    /// The URL that returns an error (RFC 6749 §4.1.2.1, RFC 9207 §2).
    pub fn error(&self, code: ErrorCode) -> String {
        self.with(&[("error", code.as_str()), ("error_description", code.description())])
    }

    // RFC 6749 §3.1.2: the query that the redirect URI has is kept.
    fn with(&self, answer: &[(&str, &str)]) -> String {
        let uri = self.redirect_uri.as_str();
        let separator = match uri.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let mut query = Serializer::new(String::new());
        query.extend_pairs(answer);
        query.extend_pairs(self.state.as_ref().map(|state| ("state", state)));
        query.append_pair("iss", self.issuer.as_str());
        format!("{uri}{separator}{}", query.finish())
    }
}

/// The redirect URI to answer to, if `presented` is one of the client's.
fn registered(client: &Client, presented: &str) -> Option<RedirectUri> {
    let fits = |known: &RedirectUri| known.as_str() == presented || is_same_but_for_loopback_port(known.as_str(), presented);
    client.redirect_uris.iter().any(fits).then(|| RedirectUri::parse(presented).ok()).flatten()
}

// RFC 8252 §7.3: an app on the desktop listens on whatever port is free. An IP literal alone, since `localhost` may be anywhere.
fn is_same_but_for_loopback_port(known: &str, presented: &str) -> bool {
    ["http://127.0.0.1", "http://[::1]"].iter().any(|host| match (known.strip_prefix(host), presented.strip_prefix(host)) {
        (Some(known), Some(presented)) => without_port(known) == without_port(presented),
        _ => false,
    })
}

fn without_port(after_host: &str) -> &str {
    after_host.strip_prefix(':').map_or(after_host, |port| port.trim_start_matches(|letter: char| letter.is_ascii_digit()))
}
