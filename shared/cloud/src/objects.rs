//! Small files that are served again: photos (Amazon S3 `PutObject`, `GetObject`, `DeleteObject`).

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningInstructions, SigningSettings, UriPathNormalizationMode, sign,
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
use domain::id::PhotoId;
use domain::{Region, TenantId};
use http_body_util::{BodyExt, Limited};

use crate::aws::{Aws, Endpoint, amazon_roots};

type BoxError = Box<dyn Error + Send + Sync>;

/// No object is larger, in bytes.
const OBJECT_MAX: usize = 4 * 1024 * 1024;

/// Names a photo of a tenant. Its id is random, so that nobody guesses it, and never given to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    tenant: TenantId,
    photo: PhotoId,
}

impl ObjectName {
    /// A photo's name.
    pub const fn of(tenant: TenantId, photo: PhotoId) -> Self {
        Self { tenant, photo }
    }
}

/// As it stands in buckets and folders.
impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.tenant, self.photo)
    }
}

/// An object can't be reached for now, or an operator has to look: it is neither there nor gone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("objects are unavailable: {0}")]
pub struct ObjectsUnavailable(pub String);

/// Keeps objects, each in the region where its tenant is at home.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Keeps an object. The same object again changes nothing.
    async fn put(&self, home: &Region, name: &ObjectName, content: Vec<u8>) -> Result<(), ObjectsUnavailable>;

    /// An object's content, if there is one.
    async fn get(&self, home: &Region, name: &ObjectName) -> Result<Option<Bytes>, ObjectsUnavailable>;

    /// Removes an object, whether or not there is one.
    async fn delete(&self, home: &Region, name: &ObjectName) -> Result<(), ObjectsUnavailable>;
}

/// Amazon S3: a bucket in each region of the zone.
///
/// Its three requests are made here and signed by the crate that signs for the SDK, whose own client of S3 is too much for them (docs/decisions/0014).
#[derive(Clone, Debug)]
pub struct S3 {
    aws: Aws,
    // What each bucket's name begins with; its region follows.
    bucket: String,
    connector: SharedHttpConnector,
}

/// A request is made so often where nobody answers, or not intelligibly. Each of them may be made twice.
const TRIES: u32 = 3;
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

impl S3 {
    /// The buckets whose names are `bucket`, a hyphen and their region.
    pub fn new(aws: &Aws, bucket: impl Into<String>) -> Self {
        Self { aws: aws.clone(), bucket: bucket.into(), connector: connector(aws.endpoint.as_ref()) }
    }

    fn url(&self, home: &Region, name: &ObjectName) -> String {
        let (bucket, region) = (format!("{}-{}", self.bucket, home.as_str()), home.as_str());
        match &self.aws.endpoint {
            // An emulator has one name for all buckets.
            Some(endpoint) => format!("{}/{bucket}/{name}", endpoint.as_str()),
            None => format!("https://{bucket}.s3.{region}.amazonaws.com/{name}"),
        }
    }

    /// Asks until there is an answer that says something.
    async fn ask(&self, method: &http::Method, home: &Region, name: &ObjectName, content: &[u8]) -> Result<HttpResponse, ObjectsUnavailable> {
        let mut last = String::new();
        for _ in 0..TRIES {
            let request = self.signed(method, home, name, content)?;
            match self.connector.call(request).await {
                Ok(answer) if answer.status().is_server_error() || answer.status().as_u16() == 429 => last = said(&answer),
                Ok(answer) => return Ok(answer),
                Err(_) => "nobody answered".clone_into(&mut last),
            }
        }
        Err(ObjectsUnavailable(last))
    }

    fn signed(&self, method: &http::Method, home: &Region, name: &ObjectName, content: &[u8]) -> Result<HttpRequest, ObjectsUnavailable> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(self.url(home, name))
            .body(SdkBody::from(content.to_vec()))
            .map_err(|error| ObjectsUnavailable(error.to_string()))?;
        let instructions = self.signature(&request, home, content).map_err(|error| ObjectsUnavailable(error.to_string()))?;
        instructions.apply_to_request_http1x(&mut request);
        HttpRequest::try_from(request).map_err(|error| ObjectsUnavailable(error.to_string()))
    }

    // AWS Signature Version 4, as S3 wants it: the path as it stands, the body's hash in a header.
    fn signature(&self, request: &http::Request<SdkBody>, home: &Region, content: &[u8]) -> Result<SigningInstructions, BoxError> {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = self.aws.credentials().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(home.as_str())
            .name("s3")
            .time(SystemTimeSource::new().now())
            .settings(settings)
            .build()?
            .into();
        let uri = request.uri().to_string();
        let signable = SignableRequest::new(request.method().as_str(), uri, std::iter::empty(), SignableBody::Bytes(content))?;
        Ok(sign(signable, &parameters)?.into_parts().0)
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

fn done(answer: &HttpResponse) -> Result<(), ObjectsUnavailable> {
    if answer.status().is_success() { Ok(()) } else { Err(ObjectsUnavailable(said(answer))) }
}

#[async_trait]
impl Objects for S3 {
    async fn put(&self, home: &Region, name: &ObjectName, content: Vec<u8>) -> Result<(), ObjectsUnavailable> {
        done(&self.ask(&http::Method::PUT, home, name, &content).await?)
    }

    async fn get(&self, home: &Region, name: &ObjectName) -> Result<Option<Bytes>, ObjectsUnavailable> {
        let answer = self.ask(&http::Method::GET, home, name, &[]).await?;
        if answer.status().as_u16() == 404 {
            return Ok(None);
        }
        done(&answer)?;
        let content = Limited::new(answer.into_body(), OBJECT_MAX).collect().await;
        content.map(|content| Some(content.to_bytes())).map_err(|error| ObjectsUnavailable(error.to_string()))
    }

    async fn delete(&self, home: &Region, name: &ObjectName) -> Result<(), ObjectsUnavailable> {
        let answer = self.ask(&http::Method::DELETE, home, name, &[]).await?;
        if answer.status().as_u16() == 404 { Ok(()) } else { done(&answer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canned::Canned;

    fn name() -> ObjectName {
        ObjectName::of(TenantId::from_random([1; 16]), PhotoId::from_random([2; 16]))
    }

    fn s3(canned: &Canned) -> S3 {
        let bucket = "countersign-eu-photos-1".to_owned();
        S3 { aws: canned.aws(), bucket, connector: SharedHttpConnector::new(canned.clone()) }
    }

    const NONE: &str = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
    const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>AQEBAQEBAQEBAQEBAQEBAQ/…</Message></Error>";

    #[tokio::test]
    async fn an_object_is_put_into_the_bucket_of_its_home_under_its_tenant() {
        let home = Region::new("eu-central-1");
        let canned = Canned::answering(&[(200, ""), (204, "")]);
        s3(&canned).put(&home, &name(), b"jpeg".to_vec()).await.expect("it is kept");
        s3(&canned).delete(&home, &name()).await.expect("it is removed");
        let [put, delete] = &canned.requests()[..] else { panic!("two requests") };
        for request in [put, delete] {
            let there = "https://countersign-eu-photos-1-eu-central-1.s3.eu-central-1.amazonaws.com/AQEBAQEBAQEBAQEBAQEBAQ/AgICAgICAgICAgICAgICAg";
            assert!(request.uri.starts_with(there), "{}", request.uri);
        }
        assert_eq!((put.body.as_str(), put.authorization.contains("/eu-central-1/s3/aws4_request")), ("jpeg", true), "{}", put.authorization);
        assert!(put.authorization.contains("x-amz-content-sha256"), "{}", put.authorization);
    }

    #[tokio::test]
    async fn an_answer_that_says_nothing_is_asked_for_again() {
        let canned = Canned::answering(&[(503, ""), (500, ""), (200, "")]);
        assert_eq!(s3(&canned).put(&Region::new("eu-west-1"), &name(), b"jpeg".to_vec()).await, Ok(()));
        let down = Canned::answering(&[(503, ""); 3]);
        assert_eq!(s3(&down).delete(&Region::new("eu-west-1"), &name()).await, Err(ObjectsUnavailable("status 503".to_owned())));
        assert_eq!((canned.requests().len(), down.requests().len()), (3, 3));
    }

    #[tokio::test]
    async fn an_object_that_is_not_there_is_none_and_one_that_cannot_be_reached_is_not_gone() {
        let home = Region::new("eu-west-1");
        let found = s3(&Canned::answering(&[(200, "jpeg")])).get(&home, &name()).await;
        assert_eq!(found, Ok(Some(Bytes::from_static(b"jpeg"))));
        assert_eq!(s3(&Canned::answering(&[(404, NONE)])).get(&home, &name()).await, Ok(None));
        for canned in [Canned::answering(&[(403, DENIED)]), Canned::answering(&[])] {
            let refused = s3(&canned).get(&home, &name()).await.expect_err("a failure");
            assert!(!refused.to_string().contains("AQEB"), "{refused}");
        }
    }
}
