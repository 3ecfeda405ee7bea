//! Where AWS is, who we are there, and how long we wait for it.

use std::fmt;
use std::time::Duration;

use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::timeout::TimeoutConfig;
use aws_sdk_kms::config::{BehaviorVersion, SharedCredentialsProvider, StalledStreamProtectionConfig};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use domain::{Region, Secret};
use url::Url;

use crate::resolver::Resolver;

pub use aws_smithy_runtime_api::client::http::SharedHttpClient;
pub use aws_types::SdkConfig;

/// Amazon's root certificates, PEM.
const AMAZON_ROOTS: &[u8] = include_bytes!("../roots/amazon.pem");

/// The keys that requests are signed with; Lambda hands a role's in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Which key.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: Secret<String>,
    /// Proves that a temporary key was given out; absent for a user's own.
    pub session_token: Option<Secret<String>>,
}

/// An endpoint can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an endpoint of an emulated AWS is an http URL of this machine, not {0}")]
pub struct InvalidEndpoint(String);

/// Where an emulated AWS answers, on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Reads an endpoint; `http` to another machine is refused, because credentials and keys would travel in clear.
    pub fn parse(text: &str) -> Result<Self, InvalidEndpoint> {
        match Url::parse(text) {
            Ok(url) if domain::tenant::is_loopback_http(&url) => Ok(Self(text.trim_end_matches('/').to_owned())),
            _ => Err(InvalidEndpoint(text.to_owned())),
        }
    }

    /// The URL without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How long a service is waited for, and how often it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Tables: a person waits, and a lost answer is asked for again.
    Tables,
    /// KMS: an answer within 0.9 s or none (fault F23); whoever asked backs off by itself.
    Keys,
    /// Mail and queues: nobody waits.
    Background,
}

impl Patience {
    fn timeouts(self) -> TimeoutConfig {
        let (connect, attempt, operation) = match self {
            Self::Tables => (1000, 2000, 5000),
            Self::Keys => (300, 700, 900),
            Self::Background => (1000, 5000, 15_000),
        };
        TimeoutConfig::builder()
            .connect_timeout(Duration::from_millis(connect))
            .operation_attempt_timeout(Duration::from_millis(attempt))
            .operation_timeout(Duration::from_millis(operation))
            .build()
    }

    fn retries(self) -> RetryConfig {
        match self {
            Self::Keys => RetryConfig::disabled(),
            Self::Tables | Self::Background => {
                RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(100)).with_max_backoff(Duration::from_secs(1))
            }
        }
    }
}

/// One region of AWS, or an emulated one.
#[derive(Clone)]
pub struct Aws {
    /// Which region.
    pub region: Region,
    /// Absent in AWS itself.
    pub endpoint: Option<Endpoint>,
    /// Who asks.
    pub credentials: Credentials,
    /// What carries requests: [`http_client`], or a transport around it.
    pub http: SharedHttpClient,
}

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Aws").field("region", &self.region).field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Aws {
    /// The same account, seen from another region.
    #[must_use]
    pub fn in_region(&self, region: &Region) -> Self {
        Self { region: region.clone(), ..self.clone() }
    }

    /// What a client of one service is built from.
    pub fn config(&self, patience: Patience) -> SdkConfig {
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(aws_types::region::Region::new(self.region.as_str().to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials()))
            .http_client(self.http.clone())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .retry_config(patience.retries())
            .timeout_config(patience.timeouts())
            // Answers are small and each attempt has an end of its own.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        config.set_endpoint_url(self.endpoint.as_ref().map(|endpoint| endpoint.0.clone()));
        config.build()
    }

    /// The keys, as the SDK takes them.
    pub(crate) fn credentials(&self) -> aws_sdk_kms::config::Credentials {
        let token = self.credentials.session_token.as_ref().map(|token| token.expose().clone());
        let secret = self.credentials.secret_access_key.expose().clone();
        aws_sdk_kms::config::Credentials::new(self.credentials.access_key_id.clone(), secret, token, None, "environment")
    }
}

/// What carries requests: TLS that trusts Amazon's roots alone. Plain HTTP goes to an [`Endpoint`], which is on this machine; without one every address is https.
pub fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(amazon_roots()).build_with_resolver(Resolver::System)
}

/// Trusts Amazon and nobody else.
pub(crate) fn amazon_roots() -> TlsContext {
    TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(AMAZON_ROOTS))
        .build()
        .expect("a TLS context of certificates alone is complete")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_this_machine_or_nothing() {
        for fine in ["http://127.0.0.1:4566", "http://localhost:4566/", "http://[::1]:1"] {
            assert!(Endpoint::parse(fine).is_ok(), "{fine}");
        }
        for wrong in ["http://dynamodb.example", "https://127.0.0.1", "127.0.0.1:4566", "", "http://169.254.169.254"] {
            assert!(Endpoint::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Endpoint::parse("http://localhost:4566/").map(|endpoint| endpoint.0), Ok("http://localhost:4566".to_owned()));
    }

    #[test]
    fn all_five_roots_of_amazon_are_bundled() {
        let text = std::str::from_utf8(AMAZON_ROOTS).expect("PEM is ASCII");
        assert_eq!(text.matches("-----BEGIN CERTIFICATE-----").count(), 5);
        for name in ["Amazon_Root_CA_1", "Amazon_Root_CA_2", "Amazon_Root_CA_3", "Amazon_Root_CA_4", "Starfield_Services"] {
            assert!(text.contains(name), "{name}");
        }
    }

    #[tokio::test]
    async fn the_bundled_roots_are_certificates_that_the_tls_provider_reads() {
        let credentials =
            Credentials { access_key_id: "AKIDEXAMPLE".to_owned(), secret_access_key: Secret::new("hunter2".to_owned()), session_token: None };
        let aws = Aws { region: Region::new("eu-west-1"), endpoint: None, credentials, http: http_client() };
        // Nobody listens on port 1. The trust store is made before that is noticed, and a bad certificate panics.
        let config = aws.config(Patience::Keys).into_builder().endpoint_url("https://127.0.0.1:1").build();
        let answer = aws_sdk_kms::Client::new(&config).list_aliases().send().await;
        assert!(matches!(answer, Err(aws_sdk_kms::error::SdkError::DispatchFailure(_))), "{answer:?}");
    }

    #[test]
    fn a_hanging_kms_is_given_up_in_less_than_a_second_and_not_asked_again() {
        let timeouts = Patience::Keys.timeouts();
        assert!(timeouts.operation_timeout().is_some_and(|limit| limit < Duration::from_secs(1)));
        assert!(!Patience::Keys.retries().has_retry());
        assert!(Patience::Tables.retries().has_retry());
    }

    #[test]
    fn credentials_never_print_themselves() {
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Secret::new("hunter2".to_owned()),
            session_token: Some(Secret::new("hunter3".to_owned())),
        };
        let aws = Aws { region: Region::new("eu-west-1"), endpoint: None, credentials, http: http_client() };
        let printed = format!("{aws:?} {:?} {:?}", aws.credentials, aws.config(Patience::Keys));
        assert!(printed.contains("eu-west-1"), "{printed}");
        assert!(!printed.contains("hunter"), "{printed}");
    }
}
