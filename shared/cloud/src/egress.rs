//! Calls to addresses that somebody else chose: https, to a public address that was resolved, judged and is then held on to, without redirects,
//! within a bounded time and answer.
//!
//! SECURITY: the guard against server-side request forgery (OWASP SSRF): a name that changes its mind between check and call isn't asked again.

mod targets;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use url::{Host, Url};

pub use targets::{NotATarget, Targets, is_public};

/// A call is over by then, answered or not.
pub const WITHIN: Duration = Duration::from_secs(10);
/// An answer's body beyond this many bytes isn't read.
pub const ANSWER_MAX: usize = 256 * 1024;
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// A form to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub url: String,
    /// Where it may go.
    pub targets: Targets,
    /// `application/x-www-form-urlencoded`.
    pub form: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The address isn't called.
    #[error("not called: {0}")]
    NotATarget(#[from] NotATarget),
    /// Nobody answered.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// Not within [`WITHIN`].
    #[error("too slow")]
    TooSlow,
    /// The answer is longer than [`ANSWER_MAX`].
    #[error("the answer is too long")]
    TooLong,
}

/// Posts forms to addresses that apps registered.
#[async_trait]
pub trait Egress: Send + Sync {
    /// Posts a form; the status of the answer, which for a redirect is the redirect's own.
    async fn post(&self, outgoing: &Outgoing) -> Result<u16, EgressError>;
}

/// The guarded client.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guarded;

#[async_trait]
impl Egress for Guarded {
    async fn post(&self, outgoing: &Outgoing) -> Result<u16, EgressError> {
        tokio::time::timeout(WITHIN, exchange(outgoing)).await.unwrap_or(Err(EgressError::TooSlow))
    }
}

async fn exchange(outgoing: &Outgoing) -> Result<u16, EgressError> {
    let url = Url::parse(&outgoing.url).map_err(|_| NotATarget::Malformed)?;
    outgoing.targets.judge(&url)?;
    let addresses = resolve(&url).await?;
    outgoing.targets.judge_resolved(&url, &addresses)?;
    let request = http::Request::post(url.as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "*/*")
        .header("user-agent", "Countersign")
        .body(SdkBody::from(outgoing.form.as_str()))
        .map_err(unreachable)?;
    let request = HttpRequest::try_from(request).map_err(unreachable)?;
    let response = connector(addresses).call(request).await.map_err(unreachable)?;
    let status = response.status().as_u16();
    read_to_the_end(response).await?;
    Ok(status)
}

async fn resolve(url: &Url) -> Result<Vec<IpAddr>, EgressError> {
    match url.host() {
        Some(Host::Ipv4(address)) => Ok(vec![address.into()]),
        Some(Host::Ipv6(address)) => Ok(vec![address.into()]),
        Some(Host::Domain(name)) => {
            let port = url.port_or_known_default().unwrap_or(443);
            Ok(tokio::net::lookup_host((name, port)).await.map_err(unreachable)?.map(|found| found.ip()).collect())
        }
        None => Err(NotATarget::Malformed.into()),
    }
}

// One connection, to what was judged and to nothing else.
fn connector(addresses: Vec<IpAddr>) -> Connector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_WITHIN).read_timeout(WITHIN).build();
    Connector::builder()
        .connector_settings(settings)
        .sleep_impl(TokioSleep::new())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build_with_resolver(Judged(addresses.into()))
}

/// Resolves every name to the addresses that were judged.
#[derive(Clone, Debug)]
struct Judged(Arc<[IpAddr]>);

impl ResolveDns for Judged {
    fn resolve_dns<'a>(&'a self, _name: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(Ok(self.0.to_vec()))
    }
}

// Nothing of the body is wanted, but whoever sends without an end is noticed.
async fn read_to_the_end(response: HttpResponse) -> Result<(), EgressError> {
    let mut body = response.into_body();
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        read += frame.map_err(unreachable)?.data_ref().map_or(0, bytes::Bytes::len);
        if read > ANSWER_MAX {
            return Err(EgressError::TooLong);
        }
    }
    Ok(())
}

fn unreachable(error: impl std::fmt::Display) -> EgressError {
    EgressError::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one request with `answer`, and returns what was sent; without an answer it says nothing.
    async fn answering(answer: Option<Vec<u8>>) -> (u16, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let served = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut sent = vec![0; 4096];
            let length = socket.read(&mut sent).await.expect("a request");
            match answer {
                Some(answer) => drop(socket.write_all(&answer).await),
                None => std::future::pending().await,
            }
            String::from_utf8_lossy(&sent[..length]).into_owned()
        });
        (port, served)
    }

    async fn post(url: String, targets: Targets) -> Result<u16, EgressError> {
        Guarded.post(&Outgoing { url, targets, form: "logout_token=a.b.c".to_owned() }).await
    }

    #[tokio::test]
    async fn a_form_reaches_an_app_on_this_machine_where_that_is_allowed() {
        for host in ["127.0.0.1", "localhost"] {
            let (port, served) = answering(Some(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())).await;
            assert_eq!(post(format!("http://{host}:{port}/out"), Targets::PublicAndLoopback).await, Ok(204));
            let sent = served.await.expect("a request");
            assert!(sent.starts_with("POST /out HTTP/1.1\r\n"), "{sent}");
            assert!(sent.contains("content-type: application/x-www-form-urlencoded\r\n") && sent.ends_with("logout_token=a.b.c"), "{sent}");
        }
    }

    #[tokio::test]
    async fn a_production_configuration_calls_nobody_on_this_machine() {
        let (port, served) = answering(Some(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())).await;
        for (url, why) in [
            (format!("http://127.0.0.1:{port}/"), NotATarget::Scheme),
            (format!("http://localhost:{port}/"), NotATarget::Scheme),
            (format!("https://127.0.0.1:{port}/"), NotATarget::NotPublic),
            (format!("https://localhost:{port}/"), NotATarget::NotPublic),
            (format!("https://[::1]:{port}/"), NotATarget::NotPublic),
            ("https://169.254.169.254/latest/meta-data".to_owned(), NotATarget::NotPublic),
            ("nonsense".to_owned(), NotATarget::Malformed),
        ] {
            assert_eq!(post(url.clone(), Targets::Public).await, Err(EgressError::NotATarget(why)), "{url}");
        }
        assert!(!served.is_finished(), "nobody came");
        served.abort();
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_not_followed() {
        let (elsewhere, untouched) = answering(Some(Vec::new())).await;
        let answer = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
        let (port, _) = answering(Some(answer.into_bytes())).await;
        assert_eq!(post(format!("http://127.0.0.1:{port}/"), Targets::PublicAndLoopback).await, Ok(307));
        assert!(!untouched.is_finished());
        untouched.abort();
    }

    #[tokio::test]
    async fn an_answer_is_read_up_to_its_cap() {
        let of_length = |length: usize| [format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes(), vec![b'x'; length]].concat();
        let (port, _) = answering(Some(of_length(ANSWER_MAX))).await;
        assert_eq!(post(format!("http://127.0.0.1:{port}/"), Targets::PublicAndLoopback).await, Ok(200));
        let (port, _) = answering(Some(of_length(ANSWER_MAX + 1))).await;
        assert_eq!(post(format!("http://127.0.0.1:{port}/"), Targets::PublicAndLoopback).await, Err(EgressError::TooLong));
    }

    #[tokio::test]
    async fn nobody_is_waited_for_longer_than_ten_seconds() {
        let (port, served) = answering(None).await;
        tokio::time::pause();
        let answer = post(format!("http://127.0.0.1:{port}/"), Targets::PublicAndLoopback).await;
        assert!(matches!(answer, Err(EgressError::TooSlow | EgressError::Unreachable(_))), "{answer:?}");
        served.abort();
    }
}
