//! The Lambda bootstrap: reads the environment, makes the platform, opens the connection, and hands events to the function.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use cloud::aws::Aws;
use cloud::parts::Presigned;
use cloud::s3::S3;
use http::{HeaderValue, header};
use lambda_http::Adapter;
use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn, tower::util::MapRequest};
use lambda_http::request::{LambdaRequest, RequestContext};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::configuration::{Configuration, ConfigurationError};
use crate::edge::Edge;
use crate::front::{admin_front, front};
use crate::platform::{Platform, aws};
use crate::routing::TenantRouting;
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

impl Start {
    /// The platform of a function that keeps, shows or removes photos.
    pub fn platform_with_photos(&self) -> Result<Platform, Error> {
        let bucket = self.configuration.required("PHOTOS_BUCKET")?;
        Ok(Platform { objects: Arc::new(S3::new(&self.aws, bucket)), ..self.platform.clone() })
    }

    /// The platform of a function that reads and writes files of people.
    pub fn platform_with_parts(&self) -> Result<Platform, Error> {
        let bucket = self.configuration.required("TRANSFERS_BUCKET")?;
        Ok(Platform { parts: Arc::new(S3::new(&self.aws, bucket)), ..self.platform.clone() })
    }

    /// The platform of a function that gives links to such files.
    pub fn platform_with_links(&self) -> Result<Platform, Error> {
        let bucket = self.configuration.required("TRANSFERS_BUCKET")?;
        Ok(Platform { links: Arc::new(Presigned::new(&self.aws, bucket)), ..self.platform.clone() })
    }
}

/// Runs a function that answers HTTP.
pub fn serve(router: impl FnOnce(&Start) -> Router) -> Result<(), Error> {
    serve_unless(|start| Ok(router(start)))
}

/// Runs the function of the admin API, which has an origin of its own.
pub fn serve_administration(router: impl FnOnce(&Start) -> Result<Router, Error>) -> Result<(), Error> {
    serve_behind(|start| Ok(admin_front(router(start)?, &start.platform)))
}

/// Runs a function that answers HTTP, unless what it needs beside the platform isn't configured.
pub fn serve_unless(router: impl FnOnce(&Start) -> Result<Router, Error>) -> Result<(), Error> {
    serve_behind(|start| Ok(front(router(start)?, &start.platform)))
}

fn serve_behind(fronted: impl FnOnce(&Start) -> Result<Router, Error>) -> Result<(), Error> {
    run(async {
        let start = begin(Configuration::routing).await?;
        let edge = start.configuration.edge()?;
        let with_caller = move |request| std::future::ready(with_caller(request, &edge));
        let service = fronted(&start)?.layer(axum::middleware::map_request(with_caller));
        lambda_runtime::run(MapRequest::new(Adapter::from(service), guarded)).await
    })
}

/// Runs a function that reads a stream, a queue or a schedule.
pub fn receive<D, E, R>(deps: impl FnOnce(&Start) -> Result<D, Error>, act: &impl AsyncFn(&D, E) -> Result<R, Error>) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
{
    invoked(|_| Ok(TenantRouting::Nowhere), deps, act)
}

/// Runs a function that an operator invokes, which knows where tenants are reached.
pub fn answer<D, E, R>(deps: impl FnOnce(&Start) -> Result<D, Error>, act: &impl AsyncFn(&D, E) -> Result<R, Error>) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
{
    invoked(Configuration::routing, deps, act)
}

fn invoked<D, E, R>(
    routing: impl FnOnce(&Configuration) -> Result<TenantRouting, ConfigurationError>,
    deps: impl FnOnce(&Start) -> Result<D, Error>,
    act: &impl AsyncFn(&D, E) -> Result<R, Error>,
) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
{
    run(async {
        let start = begin(routing).await?;
        let deps = deps(&start)?;
        lambda_runtime::run(service_fn(async |event: LambdaEvent<E>| act(&deps, event.payload).await)).await
    })
}

// One thread: a function answers one request at a time, and more threads cost a warm request two to four times the CPU.
fn run(function: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(function)
}

async fn begin(routing: impl FnOnce(&Configuration) -> Result<TenantRouting, ConfigurationError>) -> Result<Start, Error> {
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

fn with_caller(mut request: Request, edge: &Edge) -> Request {
    let connection = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref().and_then(|address| address.parse().ok()),
        _ => None,
    };
    let caller = edge.viewer(request.headers(), connection);
    request.extensions_mut().insert(caller);
    request
}

// `lambda_http` panics on a raw query with characters that a URI can't hold, on an unparsable Host and on broken base64.
fn guarded(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        request.raw_query_string = request.raw_query_string.take().map(|query| with_only_uri_characters(&query));
        request.raw_path = request.raw_path.take().map(|path| with_only_uri_characters(&path));
        if !request.headers.get(header::HOST).is_none_or(|host| host.to_str().is_ok_and(is_host)) {
            request.headers.remove(header::HOST);
        }
        request.request_context.domain_name = request.request_context.domain_name.take().filter(|name| is_host(name));
        // The scheme of the URL is nobody's business here; a viewer's may not even be one.
        request.headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        if request.is_base64_encoded && !request.body.as_deref().is_none_or(is_base64) {
            request.body = None;
        }
    }
    event
}

fn is_host(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    !text.is_empty() && text.bytes().all(allowed) && url::Url::parse(&format!("https://{text}/")).is_ok()
}

fn is_base64(text: &str) -> bool {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).is_ok()
}

fn hexadecimal(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

fn with_only_uri_characters(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'#' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}') {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', hexadecimal(byte >> 4), hexadecimal(byte & 15)]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use lambda_http::Context;
    use serde_json::{Value, json};

    use super::*;
    use crate::routing::Caller;

    fn event(change: impl FnOnce(&mut Value)) -> LambdaRequest {
        let mut event = json!({
            "version": "2.0",
            "routeKey": "ANY /authorize",
            "rawPath": "/authorize",
            "rawQueryString": "client_id=app&scope=openid%20email",
            "headers": { "host": "demo.id.example.com", "x-forwarded-proto": "https" },
            "requestContext": {
                "accountId": "1", "apiId": "a", "domainName": "demo.id.example.com", "domainPrefix": "demo", "requestId": "r",
                "routeKey": "ANY /authorize", "stage": "$default", "time": "t", "timeEpoch": 0,
                "http": { "method": "POST", "path": "/authorize", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7", "userAgent": "u" }
            },
            "isBase64Encoded": false
        });
        change(&mut event);
        serde_json::from_value(event).expect("an event of API Gateway")
    }

    fn request(change: impl FnOnce(&mut Value)) -> lambda_http::Request {
        guarded(LambdaEvent::new(event(change), Context::default())).payload.into()
    }

    #[test]
    fn a_plain_event_passes_as_it_is() {
        let request = request(|_| ());
        assert_eq!(request.uri().query(), Some("client_id=app&scope=openid%20email"));
        assert_eq!(request.headers()[header::HOST], "demo.id.example.com");
    }

    #[test]
    fn characters_that_no_uri_can_hold_are_encoded_instead_of_panicking() {
        let request = request(|event| event["rawQueryString"] = json!("a=x y\"<>`{|}\\^#é&b=%zz"));
        assert_eq!(request.uri().query(), Some("a=x%20y%22%3C%3E%60%7B%7C%7D%5C%5E%23%C3%A9&b=%zz"));
        for path in ["/a b", "/ü", "/<script>", "//", "/..;/x", "/[::"] {
            let request = self::request(|event| event["rawPath"] = json!(path));
            assert!(request.uri().path().starts_with('/'), "{path}");
        }
    }

    #[test]
    fn a_host_that_is_none_is_dropped_instead_of_panicking() {
        for host in ["", "a b", "demo:99999999", "[::", "a/b", "a@b", "exa%mple", "<x>", "a:b:c"] {
            let request = request(|event| {
                event["headers"]["host"] = json!(host);
                event["requestContext"]["domainName"] = json!(host);
            });
            assert_eq!(request.headers().get(header::HOST), None, "{host}");
        }
    }

    #[test]
    fn a_forwarded_scheme_that_is_none_does_no_harm() {
        let request = request(|event| event["headers"]["x-forwarded-proto"] = json!("1 <x>"));
        assert_eq!(request.uri().scheme_str(), Some("https"));
    }

    #[test]
    fn a_body_that_is_no_base64_is_dropped_and_a_good_one_is_kept() {
        let body = |text: &str| {
            let request = request(|event| {
                event["isBase64Encoded"] = json!(true);
                event["body"] = json!(text);
            });
            request.into_body().to_vec()
        };
        assert_eq!(body("YT1i"), b"a=b");
        assert_eq!(body("!!!"), b"");
    }

    #[test]
    fn the_caller_is_who_api_gateway_saw_and_not_who_a_header_says() {
        let mut request = Request::new(axum::body::Body::empty());
        let RequestContext::ApiGatewayV2(context) = lambda_http::RequestExt::request_context_ref(&self::request(|_| ())).expect("a context").clone()
        else {
            panic!("payload 2.0")
        };
        request.extensions_mut().insert(RequestContext::ApiGatewayV2(context));
        request.headers_mut().insert("x-forwarded-for", HeaderValue::from_static("203.0.113.1"));
        request.headers_mut().insert("cloudfront-viewer-country", HeaderValue::from_static("DE"));
        let caller = *with_caller(request, &Edge::default()).extensions().get::<Caller>().expect("a caller");
        assert_eq!(caller, Caller { address: "192.0.2.7".parse().ok(), country: None });
    }
}
