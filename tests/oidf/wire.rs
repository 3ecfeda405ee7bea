//! Requests over a socket, as any client on this machine sends them.

use axum::body::Body;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use testkit::endpoint::{Answer, Call};

/// An HTTP client that follows nothing by itself.
#[derive(Clone)]
pub(crate) struct Wire {
    client: Client<HttpConnector, Body>,
    base_url: String,
}

impl Wire {
    /// A client of the provider whose issuer is `issuer`.
    pub(crate) fn to(issuer: &str) -> Self {
        let (base_url, _) = issuer.split_once("/t/").expect("a loopback issuer has a path");
        Self { client: Client::builder(TokioExecutor::new()).build_http(), base_url: base_url.to_owned() }
    }

    /// Sends a request to an address of the provider.
    pub(crate) async fn send(&self, url: &str, call: impl FnOnce(String) -> Call) -> Answer {
        let path = url.strip_prefix(&self.base_url).unwrap_or_else(|| panic!("{url} is not the provider's"));
        let mut request = call(path.to_owned()).into_request();
        *request.uri_mut() = format!("{}{}", self.base_url, request.uri()).parse().expect("a URL");
        let response = self.client.request(request).await.expect("an answer");
        Answer::read(response.map(Body::new)).await
    }
}
