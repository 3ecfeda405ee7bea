//! The few requests that are made of Amazon S3, signed here: its own client is too much for them (docs/decisions/0014).

use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningInstructions, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::{SystemTimeSource, TimeSource};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use domain::Region;
use http::{Method, header};
use http_body_util::{BodyExt, Collected, Limited};

use crate::aws::{Aws, Endpoint, amazon_roots};
use crate::objects::ObjectsUnavailable;

type BoxError = Box<dyn Error + Send + Sync>;

/// Amazon S3: a bucket in each region of the zone.
#[derive(Clone, Debug)]
pub struct S3 {
    buckets: Buckets,
    connector: SharedHttpConnector,
}

/// The buckets whose names are one text, a hyphen and their region.
#[derive(Clone, Debug)]
pub(crate) struct Buckets {
    pub(crate) aws: Aws,
    // What each bucket's name begins with; its region follows.
    bucket: String,
}

/// A request is made so often where nobody answers, or not intelligibly. Each of them may be made twice.
const TRIES: u32 = 3;
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// What is asked of a bucket.
pub(crate) struct Asked<'a> {
    method: Method,
    home: &'a Region,
    name: &'a str,
    // First and last byte that are wanted.
    range: Option<(u64, u64)>,
    content: &'a [u8],
}

impl<'a> Asked<'a> {
    pub(crate) const fn of(method: Method, home: &'a Region, name: &'a str) -> Self {
        Self { method, home, name, range: None, content: &[] }
    }

    pub(crate) fn with(self, content: &'a [u8]) -> Self {
        Self { content, ..self }
    }

    pub(crate) fn of_range(self, first: u64, last: u64) -> Self {
        Self { range: Some((first, last)), ..self }
    }
}

impl Buckets {
    pub(crate) fn new(aws: &Aws, bucket: impl Into<String>) -> Self {
        Self { aws: aws.clone(), bucket: bucket.into() }
    }

    fn url(&self, home: &Region, name: &str) -> String {
        let (bucket, region) = (format!("{}-{}", self.bucket, home.as_str()), home.as_str());
        match &self.aws.endpoint {
            // An emulator has one name for all buckets.
            Some(endpoint) => format!("{}/{bucket}/{name}", endpoint.as_str()),
            None => format!("https://{bucket}.s3.{region}.amazonaws.com/{name}"),
        }
    }

    /// A URL by which anybody may do that, until it ends. The bytes of what is put are signed as well, so that it is as long as was said.
    pub(crate) fn presigned(
        &self,
        (method, bytes): (&Method, Option<u64>),
        home: &Region,
        name: &str,
        lives: Duration,
    ) -> Result<String, ObjectsUnavailable> {
        let unavailable = |error: BoxError| ObjectsUnavailable(error.to_string());
        let mut request = http::Request::builder().method(method).uri(self.url(home, name)).body(()).map_err(|error| unavailable(error.into()))?;
        let length = bytes.map(|bytes| bytes.to_string());
        let headers = length.as_deref().map(|length| (header::CONTENT_LENGTH.as_str(), length));
        let mut settings = settings();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(lives);
        let uri = request.uri().to_string();
        let signable = SignableRequest::new(method.as_str(), uri, headers.into_iter(), SignableBody::UnsignedPayload)
            .map_err(|error| unavailable(error.into()))?;
        self.sign(signable, home, settings).map_err(unavailable)?.apply_to_request_http1x(&mut request);
        Ok(request.uri().to_string())
    }

    // AWS Signature Version 4, as S3 wants it: the path as it stands.
    fn sign(&self, signable: SignableRequest<'_>, home: &Region, settings: SigningSettings) -> Result<SigningInstructions, BoxError> {
        let identity = self.aws.credentials().into();
        let now: SystemTime = SystemTimeSource::new().now();
        let parameters =
            v4::SigningParams::builder().identity(&identity).region(home.as_str()).name("s3").time(now).settings(settings).build()?.into();
        Ok(sign(signable, &parameters)?.into_parts().0)
    }
}

fn settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings
}

impl S3 {
    /// The buckets whose names are `bucket`, a hyphen and their region.
    pub fn new(aws: &Aws, bucket: impl Into<String>) -> Self {
        Self { buckets: Buckets::new(aws, bucket), connector: connector(aws.endpoint.as_ref()) }
    }

    /// Asks until there is an answer that says something.
    pub(crate) async fn ask(&self, asked: Asked<'_>) -> Result<HttpResponse, ObjectsUnavailable> {
        let mut last = String::new();
        for _ in 0..TRIES {
            let request = self.signed(&asked).map_err(|error| ObjectsUnavailable(error.to_string()))?;
            match self.connector.call(request).await {
                Ok(answer) if answer.status().is_server_error() || answer.status().as_u16() == 429 => last = said(&answer),
                Ok(answer) => return Ok(answer),
                Err(_) => "nobody answered".clone_into(&mut last),
            }
        }
        Err(ObjectsUnavailable(last))
    }

    fn signed(&self, asked: &Asked<'_>) -> Result<HttpRequest, BoxError> {
        let mut request = http::Request::builder().method(&asked.method).uri(self.buckets.url(asked.home, asked.name));
        if let Some((first, last)) = asked.range {
            request = request.header(header::RANGE, format!("bytes={first}-{last}"));
        }
        let mut request = request.body(SdkBody::from(asked.content.to_vec()))?;
        let mut settings = settings();
        // The body's hash in a header, as S3 wants it.
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let uri = request.uri().to_string();
        let signable = SignableRequest::new(asked.method.as_str(), uri, std::iter::empty(), SignableBody::Bytes(asked.content))?;
        self.buckets.sign(signable, asked.home, settings)?.apply_to_request_http1x(&mut request);
        Ok(HttpRequest::try_from(request)?)
    }

    #[cfg(test)]
    pub(crate) fn over(canned: &crate::canned::Canned, bucket: &str) -> Self {
        Self { buckets: Buckets::new(&canned.aws(), bucket), connector: SharedHttpConnector::new(canned.clone()) }
    }
}

fn connector(endpoint: Option<&Endpoint>) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_WITHIN).read_timeout(ANSWER_WITHIN).build();
    let builder = Connector::builder().connector_settings(settings).sleep_impl(TokioSleep::new());
    SharedHttpConnector::new(match endpoint {
        Some(_) => builder.build_http(),
        None => builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(amazon_roots()).build(),
    })
}

// SECURITY: what stands in the body may quote a name.
fn said(answer: &HttpResponse) -> String {
    format!("status {}", answer.status().as_u16())
}

pub(crate) fn done(answer: &HttpResponse) -> Result<(), ObjectsUnavailable> {
    if answer.status().is_success() { Ok(()) } else { Err(ObjectsUnavailable(said(answer))) }
}

/// The body of an answer, if it isn't longer than `most`.
pub(crate) async fn content(answer: HttpResponse, most: usize) -> Result<Bytes, ObjectsUnavailable> {
    let content = Limited::new(answer.into_body(), most).collect().await;
    content.map(Collected::to_bytes).map_err(|error| ObjectsUnavailable(error.to_string()))
}
