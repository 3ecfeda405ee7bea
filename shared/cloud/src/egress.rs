//! Calls to addresses that somebody else chose: https, to a public address that was resolved, judged and is then held on to, without redirects,
//! within a bounded time and answer.
//!
//! SECURITY: the guard against server-side request forgery (OWASP SSRF): a name that changes its mind between check and call isn't asked again.

mod targets;

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use domain::Secret;
use http_body_util::BodyExt;
use url::{Host, Url};

use crate::resolver::{Resolver, lookup};

pub use targets::{NotATarget, Targets, is_public};

/// A posted form is over by then, answered or not.
pub const WITHIN: Duration = Duration::from_secs(10);
/// An answer to a form isn't read beyond this many bytes.
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

/// A question to be posted, whose answer is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Where to.
    pub url: String,
    /// Where it may go.
    pub targets: Targets,
    /// `application/json`.
    pub json: Secret<String>,
    /// Headers beside those of every request.
    pub headers: Vec<(&'static str, String)>,
    /// It is over by then, answered or not.
    pub within: Duration,
    /// Its answer isn't read beyond this many bytes.
    pub answer_max: usize,
}

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status, which for a redirect is the redirect's own.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
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
    /// Not within the time that it has.
    #[error("too slow")]
    TooSlow,
    /// The answer is longer than what is read of one.
    #[error("the answer is too long")]
    TooLong,
}

/// Calls addresses that apps registered, or a tenant's administrators.
#[async_trait]
pub trait Egress: Send + Sync {
    /// Posts a form; the status of the answer, which for a redirect is the redirect's own.
    async fn post(&self, outgoing: &Outgoing) -> Result<u16, EgressError>;

    /// Asks a question.
    async fn ask(&self, question: &Question) -> Result<Answer, EgressError>;
}

/// The guarded client.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guarded;

#[async_trait]
impl Egress for Guarded {
    async fn post(&self, outgoing: &Outgoing) -> Result<u16, EgressError> {
        let body = ("application/x-www-form-urlencoded", outgoing.form.as_str());
        let call = Call { url: &outgoing.url, targets: outgoing.targets, body, headers: &[], within: WITHIN, answer_max: ANSWER_MAX };
        Ok(call.make().await?.status)
    }

    async fn ask(&self, question: &Question) -> Result<Answer, EgressError> {
        let body = ("application/json", question.json.expose().as_str());
        let Question { url, targets, headers, within, answer_max, .. } = question;
        Call { url, targets: *targets, body, headers, within: *within, answer_max: *answer_max }.make().await
    }
}

/// A request to be, with what keeps it within bounds.
struct Call<'a> {
    url: &'a str,
    targets: Targets,
    // Its type, and what it says.
    body: (&'static str, &'a str),
    headers: &'a [(&'static str, String)],
    within: Duration,
    answer_max: usize,
}

impl Call<'_> {
    async fn make(&self) -> Result<Answer, EgressError> {
        tokio::time::timeout(self.within, self.exchange()).await.unwrap_or(Err(EgressError::TooSlow))
    }

    async fn exchange(&self) -> Result<Answer, EgressError> {
        let url = Url::parse(self.url).map_err(|_| NotATarget::Malformed)?;
        self.targets.judge(&url)?;
        let addresses = resolve(&url).await?;
        self.targets.judge_resolved(&url, &addresses)?;
        let (content_type, body) = self.body;
        let request =
            http::Request::post(url.as_str()).header("content-type", content_type).header("accept", "*/*").header("user-agent", "Countersign");
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let request = request.body(SdkBody::from(body)).map_err(unreachable)?;
        let request = HttpRequest::try_from(request).map_err(unreachable)?;
        let response = connector(addresses, self.within).call(request).await.map_err(unreachable)?;
        let status = response.status().as_u16();
        Ok(Answer { status, body: read(response, self.answer_max).await? })
    }
}

async fn resolve(url: &Url) -> Result<Vec<IpAddr>, EgressError> {
    match url.host() {
        Some(Host::Ipv4(address)) => Ok(vec![address.into()]),
        Some(Host::Ipv6(address)) => Ok(vec![address.into()]),
        Some(Host::Domain(name)) => {
            let port = url.port_or_known_default().unwrap_or(443);
            lookup(name, port).await.map_err(unreachable)
        }
        None => Err(NotATarget::Malformed.into()),
    }
}

// One connection, to what was judged and to nothing else.
fn connector(addresses: Vec<IpAddr>, within: Duration) -> Connector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_WITHIN).read_timeout(within).build();
    Connector::builder()
        .connector_settings(settings)
        .sleep_impl(TokioSleep::new())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build_with_resolver(Resolver::Judged(addresses.into()))
}

// To its end, so that whoever sends without one is noticed.
async fn read(response: HttpResponse, at_most: usize) -> Result<Vec<u8>, EgressError> {
    let mut body = response.into_body();
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(unreachable)?.into_data() {
            read.extend_from_slice(&data);
        }
        if read.len() > at_most {
            return Err(EgressError::TooLong);
        }
    }
    Ok(read)
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

    /// A question to this machine, where that is allowed.
    fn question(port: u16, within: Duration) -> Question {
        let json = Secret::new(r#"{"password":"secret"}"#.to_owned());
        let headers = vec![("webhook-id", "msg_1".to_owned())];
        Question { url: format!("http://127.0.0.1:{port}/people"), targets: Targets::PublicAndLoopback, json, headers, within, answer_max: 5 }
    }

    #[tokio::test]
    async fn a_question_has_its_headers_and_gets_its_answer() {
        let (port, served) = answering(Some(b"HTTP/1.1 404 Not Found\r\ncontent-length: 5\r\n\r\nhello".to_vec())).await;
        let answer = Guarded.ask(&question(port, WITHIN)).await;
        assert_eq!(answer, Ok(Answer { status: 404, body: b"hello".to_vec() }));
        let sent = served.await.expect("a request");
        assert!(sent.starts_with("POST /people HTTP/1.1\r\n") && sent.ends_with(r#"{"password":"secret"}"#), "{sent}");
        assert!(sent.contains("content-type: application/json\r\n") && sent.contains("webhook-id: msg_1\r\n"), "{sent}");
        assert!(!format!("{:?}", question(port, WITHIN)).contains("secret"), "what is asked is in no log");
    }

    #[tokio::test]
    async fn an_answer_to_a_question_is_no_redirect_and_no_longer_than_it_may_be() {
        let (port, _) = answering(Some(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec())).await;
        assert_eq!(Guarded.ask(&question(port, WITHIN)).await.map(|answer| answer.status), Ok(302));
        let (port, _) = answering(Some(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nhello!".to_vec())).await;
        assert_eq!(Guarded.ask(&question(port, WITHIN)).await, Err(EgressError::TooLong));
        let elsewhere = Question { targets: Targets::Public, ..question(port, WITHIN) };
        assert_eq!(Guarded.ask(&elsewhere).await, Err(EgressError::NotATarget(NotATarget::Scheme)));
    }

    #[tokio::test]
    async fn a_question_waits_no_longer_than_it_says() {
        let (port, served) = answering(None).await;
        tokio::time::pause();
        let answer = Guarded.ask(&question(port, Duration::from_secs(1))).await;
        assert!(matches!(answer, Err(EgressError::TooSlow | EgressError::Unreachable(_))), "{answer:?}");
        served.abort();
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
