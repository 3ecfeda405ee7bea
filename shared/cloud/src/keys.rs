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
            .map_err(|error| refusal(&Failure::of(&error, ProvideErrorMetadata::code)))?;
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
            .map_err(|error| refusal(&Failure::of(&error, ProvideErrorMetadata::code)))?;
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::canned::Canned;

    // 32 bytes of 7, base64.
    const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

    fn tenant() -> TenantId {
        TenantId::from_random([1; 16])
    }

    fn kms(canned: &Canned) -> Kms {
        Kms::new(&canned.aws(), "alias/countersign-eu")
    }

    async fn decrypt(canned: &Canned) -> Result<Secret<[u8; 32]>, KeyServiceError> {
        let context = KeyContext { tenant: &tenant(), purpose: Purpose::Signing };
        kms(canned).decrypt(&context, &SealedBytes::new(vec![1, 2, 3])).await
    }

    #[tokio::test]
    async fn a_key_is_made_and_unwrapped_for_its_tenant_and_purpose_under_the_zone_key() {
        let made = json!({"CiphertextBlob": "AQID", "Plaintext": KEY}).to_string();
        let opened = json!({"Plaintext": KEY}).to_string();
        let canned = Canned::answering(&[(200, made.as_str()), (200, opened.as_str())]);
        let context = KeyContext { tenant: &tenant(), purpose: Purpose::Signing };
        let key = kms(&canned).generate(&context).await.expect("a key");
        assert_eq!((key.plaintext.expose(), key.wrapped.as_bytes()), (&[7; 32], [1, 2, 3].as_slice()));
        assert_eq!(kms(&canned).decrypt(&context, &key.wrapped).await, Ok(Secret::new([7; 32])));
        let binding = json!({"tenant": tenant().as_str(), "purpose": "signing"});
        let requests = canned.requests();
        let body = |place: usize| serde_json::from_str::<Value>(&requests[place].body).expect("a JSON body");
        assert_eq!(requests[0].target.as_deref(), Some("TrentService.GenerateDataKey"));
        assert_eq!(body(0), json!({"KeyId": "alias/countersign-eu", "KeySpec": "AES_256", "EncryptionContext": binding}));
        assert_eq!(requests[1].target.as_deref(), Some("TrentService.Decrypt"));
        assert_eq!(body(1), json!({"KeyId": "alias/countersign-eu", "CiphertextBlob": "AQID", "EncryptionContext": binding}));
    }

    #[tokio::test]
    async fn nothing_that_is_printed_shows_a_key() {
        let made = json!({"CiphertextBlob": "AQID", "Plaintext": KEY}).to_string();
        let canned = Canned::answering(&[(200, made.as_str())]);
        let kms = kms(&canned);
        let key = kms.generate(&KeyContext { tenant: &tenant(), purpose: Purpose::Signing }).await.expect("a key");
        let printed = format!("{key:?} {kms:?}");
        assert!(printed.contains("***") && !printed.contains("7, 7") && !printed.contains(crate::canned::SECRET), "{printed}");
    }

    #[tokio::test]
    async fn trouble_of_the_service_is_unavailable_and_a_no_is_refused_and_neither_is_asked_twice() {
        for (status, code, is_refused) in [
            (400, "AccessDeniedException", true),
            (400, "InvalidCiphertextException", true),
            (400, "IncorrectKeyException", true),
            (400, "NotFoundException", true),
            (400, "DisabledException", true),
            (400, "KMSInvalidStateException", true),
            (400, "ThrottlingException", false),
            (500, "KMSInternalException", false),
            (500, "DependencyTimeoutException", false),
            (500, "KeyUnavailableException", false),
            (503, "ServiceUnavailable", false),
        ] {
            let answer = json!({"__type": code, "message": "no"}).to_string();
            let canned = Canned::answering(&[(status, answer.as_str()); 3]);
            let error = decrypt(&canned).await.expect_err("no key");
            assert_eq!(matches!(error, KeyServiceError::Refused(_)), is_refused, "{error}");
            assert!(error.to_string().contains(code), "{error}");
            assert_eq!(canned.requests().len(), 1, "{code}");
        }
        let unreachable = decrypt(&Canned::answering(&[])).await;
        assert!(matches!(unreachable, Err(KeyServiceError::Unavailable(_))), "{unreachable:?}");
    }

    #[tokio::test]
    async fn a_key_of_another_length_or_no_key_is_an_error() {
        for (answer, is_refused) in [(json!({"Plaintext": "AQID"}), true), (json!({}), false)] {
            let answer = answer.to_string();
            let error = decrypt(&Canned::answering(&[(200, answer.as_str())])).await.expect_err("no key");
            assert_eq!(matches!(error, KeyServiceError::Refused(_)), is_refused, "{error}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_hanging_kms_is_given_up_within_a_second() {
        let start = tokio::time::Instant::now();
        let error = decrypt(&Canned::hanging()).await.expect_err("no key");
        assert_eq!(error, KeyServiceError::Unavailable("no answer in time".to_owned()));
        assert!(start.elapsed() < std::time::Duration::from_secs(1), "{:?}", start.elapsed());
    }
}
