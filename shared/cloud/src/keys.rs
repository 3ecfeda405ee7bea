//! Data keys under a zone's key, bound to a tenant and a purpose (KMS `GenerateDataKey` and `Decrypt`).

use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use domain::key_ring::Purpose;
use domain::secret::SealedBytes;
use domain::{Secret, TenantId};

use crate::aws::{Aws, Patience};
use crate::failure::Failure;

/// What a data key is bound to; a role may be narrowed to purposes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyContext<'a> {
    /// Whose key.
    pub tenant: &'a TenantId,
    /// What for.
    pub purpose: Purpose,
}

/// A new data key.
#[derive(Debug)]
pub struct GeneratedKey {
    /// To be used now and forgotten.
    pub plaintext: Secret<[u8; 32]>,
    /// To be kept.
    pub wrapped: SealedBytes,
}

/// Why there is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyServiceError {
    /// Not reachable, too slow or overloaded; later it may work.
    #[error("the key service is unavailable: {0}")]
    Unavailable(String),
    /// Another context, another key, no permission: trying again doesn't help, an operator must look (fault F24).
    #[error("the key service refused: {0}")]
    Refused(String),
}

/// Makes and unwraps data keys.
#[async_trait]
pub trait KeyService: Send + Sync {
    /// Makes a data key for `context`.
    async fn generate(&self, context: &KeyContext<'_>) -> Result<GeneratedKey, KeyServiceError>;

    /// Unwraps a data key that was made for the same context.
    async fn decrypt(&self, context: &KeyContext<'_>, wrapped: &SealedBytes) -> Result<Secret<[u8; 32]>, KeyServiceError>;
}

/// AWS KMS.
#[derive(Clone, Debug)]
pub struct Kms {
    client: Client,
    zone_key: String,
}

impl Kms {
    /// KMS of a region; `zone_key` is the id, ARN or alias of the key that wraps.
    pub fn new(aws: &Aws, zone_key: impl Into<String>) -> Self {
        Self { client: Client::new(&aws.config(Patience::Keys)), zone_key: zone_key.into() }
    }
}

#[async_trait]
impl KeyService for Kms {
    async fn generate(&self, context: &KeyContext<'_>) -> Result<GeneratedKey, KeyServiceError> {
        let answer = self
            .client
            .generate_data_key()
            .key_id(&self.zone_key)
            .key_spec(DataKeySpec::Aes256)
            .encryption_context("tenant", context.tenant.as_str())
            .encryption_context("purpose", context.purpose.as_str())
            .send()
            .await
            .map_err(|error| refusal(&Failure::of(&error, |kms| kms.code())))?;
        let wrapped = answer.ciphertext_blob.ok_or_else(|| incomplete("CiphertextBlob"))?.into_inner();
        Ok(GeneratedKey { plaintext: plaintext(answer.plaintext)?, wrapped: SealedBytes::new(wrapped) })
    }

    async fn decrypt(&self, context: &KeyContext<'_>, wrapped: &SealedBytes) -> Result<Secret<[u8; 32]>, KeyServiceError> {
        let answer = self
            .client
            .decrypt()
            // SECURITY: naming the key keeps a ciphertext made under somebody else's key from being accepted.
            .key_id(&self.zone_key)
            .ciphertext_blob(Blob::new(wrapped.as_bytes()))
            .encryption_context("tenant", context.tenant.as_str())
            .encryption_context("purpose", context.purpose.as_str())
            .send()
            .await
            .map_err(|error| refusal(&Failure::of(&error, |kms| kms.code())))?;
        plaintext(answer.plaintext)
    }
}

fn refusal(failure: &Failure) -> KeyServiceError {
    if failure.is_passing() { KeyServiceError::Unavailable(failure.to_string()) } else { KeyServiceError::Refused(failure.to_string()) }
}

fn incomplete(member: &str) -> KeyServiceError {
    KeyServiceError::Unavailable(format!("an answer without {member}"))
}

fn plaintext(blob: Option<Blob>) -> Result<Secret<[u8; 32]>, KeyServiceError> {
    let bytes = Secret::new(blob.ok_or_else(|| incomplete("Plaintext"))?.into_inner());
    let key = bytes.expose().as_slice().try_into().map_err(|_| KeyServiceError::Refused("the key isn't 256 bits long".to_owned()))?;
    Ok(Secret::new(key))
}
