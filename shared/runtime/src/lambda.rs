//! The Lambda bootstrap: reads the environment, makes the platform, opens the connection, and hands events to the function.

use axum::Router;
use axum::extract::Request;
use cloud::aws::Aws;
use http::{HeaderValue, header};
use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn, tower::util::MapRequest};
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::Adapter;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::configuration::Configuration;
use crate::front::front;
use crate::platform::{Platform, aws};
use crate::routing::{Caller, TenantRouting};
use crate::telemetry;

/// Why a function doesn't start.
pub type Error = lambda_runtime::Error;

/// What a function starts from.
pub struct Start {
    /// Store, keys, clock, randomness.
    pub platform: Platform,
    /// The environment, for what only this function needs.
    pub configuration: Configuration,
    /// The account, for services that only this function calls.
    pub aws: Aws,
}

/// Runs a function that answers HTTP.
pub fn serve(router: impl FnOnce(&Start) -> Router) -> Result<(), Error> {
    run(async {
        let start = begin(Configuration::routing).await?;
        let service = front(router(&start), &start.platform).layer(axum::middleware::map_request(with_caller));
        lambda_runtime::run(MapRequest::new(Adapter::from(service), guarded)).await
    })
}

/// Runs a function that reads a stream, a queue or a schedule.
pub fn receive<D, E, R>(deps: impl FnOnce(&Start) -> Result<D, Error>, act: impl AsyncFn(&D, E) -> Result<R, Error>) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
{
    run(async {
        let start = begin(|_| Ok(TenantRouting::Nowhere)).await?;
        let deps = deps(&start)?;
        lambda_runtime::run(service_fn(async |event: LambdaEvent<E>| act(&deps, event.payload).await)).await
    })
}

// One thread: a function answers one request at a time, and more threads cost a warm request two to four times the CPU.
fn run(function: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(function)
}

async fn begin(routing: impl FnOnce(&Configuration) -> Result<TenantRouting, crate::configuration::ConfigurationError>) -> Result<Start, Error> {
    let configuration = Configuration::from_environment();
    telemetry::start(configuration.optional("LOG_LEVEL").as_deref());
    let aws = aws(&configuration)?;
    let platform = Platform::from_environment(&configuration, &aws, routing(&configuration)?)?;
    // Opens the connection while the start-up CPU is free. A directory that is down now may be up at the first request.
    if let Err(error) = platform.store.directory().find_zone(&platform.zone).await {
        tracing::warn!(%error, "the directory did not answer at start");
    }
    Ok(Start { platform, configuration, aws })
}

async fn with_caller(mut request: Request) -> Request {
    let address = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref().and_then(|address| address.parse().ok()),
        _ => None,
    };
    request.extensions_mut().insert(Caller { address });
    request
}

// `lambda_http` panics on a raw query with characters that a URI can't hold, on an unparsable Host and on broken base64.
fn guarded(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        request.raw_query_string = request.raw_query_string.take().map(|query| with_only_uri_characters(&query));
        request.raw_path = request.raw_path.take().map(|path| with_only_uri_characters(&path));
        if !request.headers.get(header::HOST).is_none_or(is_plain_host) {
            request.headers.remove(header::HOST);
        }
        let domain_fits = request.request_context.domain_name.as_ref().is_some_and(|name| name.bytes().all(is_host_byte));
        if !domain_fits {
            request.request_context.domain_name = None;
        }
        // The scheme of the URL is nobody's business here; a viewer's may not even be one.
        request.headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        if request.is_base64_encoded && !request.body.as_deref().is_none_or(is_base64) {
            request.body = None;
        }
    }
    event
}

fn is_plain_host(host: &HeaderValue) -> bool {
    !host.is_empty() && host.as_bytes().iter().copied().all(is_host_byte) && host.to_str().is_ok_and(|host| url::Url::parse(&format!("https://{host}/")).is_ok())
}

const fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
}

fn is_base64(text: &str) -> bool {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).is_ok()
}

fn with_only_uri_characters(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'#' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
