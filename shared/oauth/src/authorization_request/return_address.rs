//! Where an authorization response may go: a registered redirect URI, and nothing else (RFC 6749 §3.1.2, RFC 9700 §2.1).

use domain::ClientId;
use domain::client::{Client, RedirectUri};
use domain::policy::STATE_MAX;
use domain::tenant::Issuer;
use form_urlencoded::Serializer;

use super::{AuthorizationRequest, ResponseMode};
use crate::error::ErrorCode;
use crate::parameters::RequestParameters;

/// A checked place to send a browser back to. Only [`ReturnAddress::check`] makes one, so an error can't be redirected anywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnAddress {
    redirect_uri: RedirectUri,
    response_mode: ResponseMode,
    state: Option<String>,
    issuer: Issuer,
}

/// An answer on its way to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizationResponse<'a> {
    /// A redirect to this URL.
    Redirect(String),
    /// A page whose form posts this to the redirect URI (OAuth 2.0 Form Post Response Mode §2).
    FormPost {
        /// Where the form goes.
        redirect_uri: &'a RedirectUri,
        /// What it holds, by name.
        fields: Vec<(&'a str, &'a str)>,
    },
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
        // A response mode that isn't offered is an error itself, which goes back in the default mode.
        let response_mode = ResponseMode::requested(parameters.get("response_mode"), &redirect_uri).unwrap_or_default();
        Ok(Self { redirect_uri, response_mode, state, issuer: issuer.clone() })
    }

    /// Where a request that was checked before is answered, if `client` still has the redirect URI.
    pub fn of(request: &AuthorizationRequest, client: &Client, issuer: &Issuer) -> Result<Self, PageRefusal> {
        let redirect_uri = registered(client, request.redirect_uri.as_str()).ok_or(PageRefusal::RedirectUriUnregistered)?;
        Ok(Self { redirect_uri, response_mode: request.response_mode, state: request.state.clone(), issuer: issuer.clone() })
    }

    /// The redirect URI as the request stated it.
    pub const fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Who answers.
    pub const fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The answer that returns a code (RFC 6749 §4.1.2, RFC 9207 §2).
    pub fn success<'a>(&'a self, code: &'a str) -> AuthorizationResponse<'a> {
        self.with([("code", code)].into_iter())
    }

    /// The answer that returns an error (RFC 6749 §4.1.2.1, RFC 9207 §2).
    pub fn error(&self, code: ErrorCode) -> AuthorizationResponse<'_> {
        self.with([("error", code.as_str()), ("error_description", code.description())].into_iter())
    }

    fn with<'a>(&'a self, answer: impl Iterator<Item = (&'a str, &'a str)>) -> AuthorizationResponse<'a> {
        let state = self.state.as_deref().map(|state| ("state", state));
        let fields = answer.chain(state).chain([("iss", self.issuer.as_str())]);
        match self.response_mode {
            ResponseMode::Query => AuthorizationResponse::Redirect(self.by_query(fields)),
            // RFC 6749 §3.1.2: a redirect URI has no fragment of its own.
            ResponseMode::Fragment => AuthorizationResponse::Redirect(format!("{}#{}", self.redirect_uri, encoded(fields))),
            ResponseMode::FormPost => AuthorizationResponse::FormPost { redirect_uri: &self.redirect_uri, fields: fields.collect() },
        }
    }

    // RFC 6749 §3.1.2: the query that the redirect URI has is kept.
    fn by_query<'a>(&self, fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
        let uri = self.redirect_uri.as_str();
        let separator = match uri.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{uri}{separator}{}", encoded(fields))
    }
}

fn encoded<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::samples::{self, REDIRECT_URI, request_with};

    fn client(redirect_uris: &[&str]) -> Client {
        let redirect_uris = redirect_uris.iter().map(|uri| RedirectUri::parse(uri).expect("a registrable URI")).collect();
        Client { redirect_uris, ..samples::public_client() }
    }

    fn check(known: &str, presented: &str) -> Result<ReturnAddress, PageRefusal> {
        ReturnAddress::check(&request_with(&[("redirect_uri", presented)]), &client(&[known]), &samples::issuer())
    }

    fn url(response: AuthorizationResponse<'_>) -> String {
        match response {
            AuthorizationResponse::Redirect(url) => url,
            AuthorizationResponse::FormPost { .. } => panic!("a redirect"),
        }
    }

    #[test]
    fn a_client_id_is_read_or_the_page_says_why_not() {
        assert_eq!(client_id(&request_with(&[])).map(|id| id.to_string()), Ok("app".to_owned()));
        assert_eq!(client_id(&request_with(&[("client_id", "")])), Err(PageRefusal::ClientMissing));
        assert_eq!(client_id(&request_with(&[("client_id", "app#other")])), Err(PageRefusal::ClientUnknown));
    }

    #[test]
    fn a_redirect_uri_that_differs_by_a_byte_is_refused() {
        assert!(check(REDIRECT_URI, REDIRECT_URI).is_ok());
        let differing = [
            "https://app.example/cb/",
            "https://app.example/CB",
            "https://app.example/c%62",
            "https://app.example/cb?",
            "https://app.example/cb?x=1",
            "https://app.example/cb#x",
            "https://app.example:443/cb",
            "https://app.example/../cb",
            "https://APP.example/cb",
            "http://app.example/cb",
            "https://app.example.evil.example/cb",
            "https://user@app.example/cb",
            " https://app.example/cb",
            "https://app.example/cb\n",
        ];
        for presented in differing {
            assert_eq!(check(REDIRECT_URI, presented), Err(PageRefusal::RedirectUriUnregistered), "{presented}");
        }
        assert_eq!(check(REDIRECT_URI, ""), Err(PageRefusal::RedirectUriMissing));
    }

    #[test]
    fn any_registered_redirect_uri_will_do_and_another_clients_will_not() {
        let several = client(&["https://one.example/cb", "https://two.example/cb"]);
        let check = |presented| ReturnAddress::check(&request_with(&[("redirect_uri", presented)]), &several, &samples::issuer());
        assert!(check("https://two.example/cb").is_ok());
        assert_eq!(check("https://three.example/cb"), Err(PageRefusal::RedirectUriUnregistered));
    }

    #[test]
    fn an_app_on_the_desktop_listens_on_any_port() {
        for (known, presented) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
            ("http://127.0.0.1:9000/cb?x=1", "http://127.0.0.1:51004/cb?x=1"),
            ("http://127.0.0.1:9000/cb", "http://127.0.0.1/cb"),
            ("http://[::1]/cb", "http://[::1]:51004/cb"),
        ] {
            let address = check(known, presented).expect(presented);
            assert_eq!(address.redirect_uri().as_str(), presented);
        }
    }

    #[test]
    fn a_free_port_frees_nothing_else() {
        for (known, presented) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/other"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004.evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.2:51004/cb"),
            ("http://127.0.0.1/cb", "http://[::1]:51004/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb"),
            ("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb"),
            ("http://localhost/cb", "http://localhost:51004/cb"),
            ("https://app.example/cb", "https://app.example:8443/cb"),
        ] {
            assert_eq!(check(known, presented), Err(PageRefusal::RedirectUriUnregistered), "{known} {presented}");
        }
    }

    #[test]
    fn a_code_returns_with_state_and_issuer() {
        let address = check(REDIRECT_URI, REDIRECT_URI).expect("registered");
        assert_eq!(url(address.success("c0de")), "https://app.example/cb?code=c0de&state=st&iss=https%3A%2F%2Fdemo.id.example");
    }

    #[test]
    fn an_error_returns_with_state_and_issuer_too() {
        let address = check(REDIRECT_URI, REDIRECT_URI).expect("registered");
        let location =
            "https://app.example/cb?error=access_denied&error_description=The+request+was+declined.&state=st&iss=https%3A%2F%2Fdemo.id.example";
        assert_eq!(url(address.error(ErrorCode::AccessDenied)), location);
    }

    fn in_mode(mode: &str, redirect_uri: &str) -> ReturnAddress {
        let request = request_with(&[("response_mode", mode), ("redirect_uri", redirect_uri)]);
        ReturnAddress::check(&request, &client(&[redirect_uri]), &samples::issuer()).expect("registered")
    }

    #[test]
    fn a_fragment_holds_what_a_query_would_beside_the_query_of_the_redirect_uri() {
        let address = in_mode("fragment", "https://app.example/cb?x=1");
        assert_eq!(url(address.success("c0de")), "https://app.example/cb?x=1#code=c0de&state=st&iss=https%3A%2F%2Fdemo.id.example");
        assert!(url(address.error(ErrorCode::AccessDenied)).starts_with("https://app.example/cb?x=1#error=access_denied&"));
    }

    #[test]
    fn a_form_posts_the_same_to_the_redirect_uri_as_it_is() {
        let address = in_mode("form_post", "https://app.example/cb?x=1");
        let AuthorizationResponse::FormPost { redirect_uri, fields } = address.success("c0de") else { panic!("a form") };
        assert_eq!(redirect_uri.as_str(), "https://app.example/cb?x=1");
        assert_eq!(fields, [("code", "c0de"), ("state", "st"), ("iss", "https://demo.id.example")]);
        let AuthorizationResponse::FormPost { fields, .. } = address.error(ErrorCode::AccessDenied) else { panic!("a form") };
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["error", "error_description", "state", "iss"]);
    }

    #[test]
    fn a_mode_that_is_not_offered_or_does_not_fit_is_answered_in_the_query() {
        for (mode, redirect_uri) in [("jwt", REDIRECT_URI), ("form_post", "com.example.app:/cb")] {
            let address = in_mode(mode, redirect_uri);
            assert!(url(address.error(ErrorCode::InvalidRequest)).starts_with(&format!("{redirect_uri}?error=invalid_request&")), "{mode}");
        }
    }

    #[test]
    fn without_state_none_is_returned_and_one_that_is_too_long_is_not_returned_either() {
        let state_returned = |state: &str| {
            let request = request_with(&[("state", state)]);
            let address = ReturnAddress::check(&request, &samples::public_client(), &samples::issuer()).expect("registered");
            url(address.success("c")).contains("state=")
        };
        assert!(!state_returned(""));
        assert!(state_returned(&"s".repeat(512)));
        assert!(!state_returned(&"s".repeat(513)));
    }

    #[test]
    fn a_query_of_the_redirect_uri_is_kept() {
        for (uri, start) in [
            ("https://app.example/cb?tenant=a%20b", "https://app.example/cb?tenant=a%20b&code=c&"),
            ("https://app.example/cb?", "https://app.example/cb?code=c&"),
            ("https://app.example/cb?x&", "https://app.example/cb?x&code=c&"),
            ("com.example.app:/cb", "com.example.app:/cb?code=c&"),
        ] {
            let address = check(uri, uri).expect(uri);
            let location = url(address.success("c"));
            assert!(location.starts_with(start), "{location}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_state_is_it_returns_as_it_came_and_adds_nothing(state in "\\PC{0,100}|[&=#?%+ \r\n\"]{1,20}", query in "([a-z]{1,5}=[a-z0-9%&]{0,9})?") {
            let uri = if query.is_empty() { REDIRECT_URI.to_owned() } else { format!("{REDIRECT_URI}?{query}") };
            let request = request_with(&[("redirect_uri", &uri), ("state", &state)]);
            let address = ReturnAddress::check(&request, &client(&[&uri]), &samples::issuer()).expect("registered");
            let location = url(address.success("c0de"));

            let added = location.strip_prefix(&uri).expect("the redirect URI is kept byte for byte").trim_start_matches(['?', '&']);
            prop_assert!(location.bytes().all(|byte| byte.is_ascii_graphic()));
            let read: BTreeMap<_, _> = form_urlencoded::parse(added.as_bytes()).into_owned().collect();
            prop_assert_eq!(read.get("code").map(String::as_str), Some("c0de"));
            prop_assert_eq!(read.get("iss").map(String::as_str), Some("https://demo.id.example"));
            prop_assert_eq!(read.get("state").map_or("", String::as_str), state.as_str());
            prop_assert_eq!(read.len(), if state.is_empty() { 2 } else { 3 });
        }
    }
}
