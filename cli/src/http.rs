//! The HTTP client: TLS or this machine, no redirects, bounded answers, and errors that quote no link.

use std::error::Error as _;
use std::time::Duration;

use domain::tenant::is_loopback_http;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, redirect};
use url::Url;

use crate::connection::is_safe;
use crate::failure::Failure;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long nothing may come, as an answer is awaited.
const SILENCE: Duration = Duration::from_secs(60);
/// The longest answer: a tenant's configuration is the longest that is asked for.
const ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// The client.
pub(crate) struct Http(Client);

/// An answer, whole.
pub(crate) struct Answer {
    /// Who gave it, as failures name them.
    pub(crate) place: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Http {
    /// A client for whoever is asked first: what is on this machine is asked without a proxy.
    pub(crate) fn new(first: &Url) -> Result<Self, Failure> {
        // Whoever runs this in their own process may have chosen one before, which is as good.
        let _chosen_before = rustls::crypto::aws_lc_rs::default_provider().install_default();
        // SECURITY: a token or a secret goes where it was sent and no further.
        let client = Client::builder().redirect(redirect::Policy::none()).connect_timeout(CONNECT).read_timeout(SILENCE);
        let client = if is_loopback_http(first) { client.no_proxy() } else { client };
        let client = client.user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION"))).build();
        Ok(Self(client.map_err(|error| Failure::Said(format!("TLS can't be set up: {}.", innermost(&error))))?))
    }

    /// A request to a URL that may be asked.
    pub(crate) fn request(&self, method: Method, url: &str) -> Result<RequestBuilder, Failure> {
        let parsed = Url::parse(url).ok().filter(is_safe);
        let parsed = parsed.ok_or_else(|| Failure::Said(format!("{} isn't asked: it is neither https nor this machine.", place(url))))?;
        Ok(self.0.request(method, parsed))
    }

    /// Sends it and reads the answer.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let request = request.build().map_err(|error| Failure::Said(format!("No request can be made: {}.", innermost(&error))))?;
        let place = place(request.url().as_str());
        let unreachable = |error: &reqwest::Error| Failure::Unreachable { place: place.clone(), why: why(error) };
        let mut response = self.0.execute(request).await.map_err(|error| unreachable(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(more) = response.chunk().await.map_err(|error| unreachable(&error))? {
            if body.len() + more.len() > ANSWER_BYTES {
                return Err(Failure::strange(&place, "its answer doesn't end"));
            }
            body.extend_from_slice(&more);
        }
        Ok(Answer { place, status, headers, body })
    }

    /// The answer to a GET by nobody.
    pub(crate) async fn get(&self, url: &str) -> Result<Answer, Failure> {
        self.send(self.request(Method::GET, url)?).await
    }
}

impl Answer {
    /// The body, where it is JSON.
    pub(crate) fn json(&self) -> Result<serde_json::Value, Failure> {
        serde_json::from_slice(&self.body).map_err(|_| Failure::strange(&self.place, format!("status {} and no JSON", self.status)))
    }

    /// A header, where it is a text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Scheme, host and port of a URL: a link's path and query let in whoever has them.
fn place(url: &str) -> String {
    Url::parse(url).map_or_else(|_| "A text that is no URL".to_owned(), |url| url.origin().ascii_serialization())
}

fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() { "nothing came in time".to_owned() } else { innermost(error) }
}

// What is outside names the URL, or says no more than that something failed.
fn innermost(error: &reqwest::Error) -> String {
    let mut last: Option<&dyn std::error::Error> = error.source();
    while let Some(deeper) = last.and_then(std::error::Error::source) {
        last = Some(deeper);
    }
    last.map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}
