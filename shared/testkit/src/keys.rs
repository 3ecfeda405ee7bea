//! A key service under one master key on this machine, with outages on demand.

use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;
use cloud::keys::{GeneratedKey, KeyContext, KeyService, KeyServiceError};
use crypto::{SymmetricKey, envelope};
use domain::Secret;
use domain::key_ring::Purpose;
use domain::secret::SealedBytes;
use runtime::Random;

use crate::lock;

/// How the key service is today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// It answers.
    #[default]
    Up,
    /// It answers that it is unavailable (F22, F23).
    Down,
    /// It never answers; whoever asks must give up by itself.
    Hanging,
}

/// A call that a [`LocalKeys`] has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyCall {
    /// A new key was asked for.
    Generate(Purpose),
    /// A key was to be unwrapped.
    Decrypt(Purpose),
}

/// Data keys under a master key, AES-256-GCM with tenant and purpose authenticated.
pub struct LocalKeys {
    master: SymmetricKey,
    random: Arc<dyn Random>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    health: Health,
    allowed: Option<Vec<Purpose>>,
    calls: Vec<KeyCall>,
}

impl LocalKeys {
    /// Keys under `master`; new ones are drawn from `random`.
    pub fn new(master: SymmetricKey, random: Arc<dyn Random>) -> Self {
        Self { master, random, state: Mutex::default() }
    }

    /// From now on the service is like this.
    pub fn be(&self, health: Health) {
        lock(&self.state).health = health;
    }

    /// From now on only these purposes are unwrapped, as a role is narrowed by the encryption context.
    pub fn allow_only(&self, purposes: &[Purpose]) {
        lock(&self.state).allowed = Some(purposes.to_vec());
    }

    /// The calls so far, failed ones included.
    pub fn calls(&self) -> Vec<KeyCall> {
        lock(&self.state).calls.clone()
    }

    /// How many calls there were so far, failed ones included.
    pub fn call_count(&self) -> usize {
        lock(&self.state).calls.len()
    }

    async fn answer(&self, call: KeyCall) -> Result<(), KeyServiceError> {
        let (health, refused) = {
            let mut state = lock(&self.state);
            let (KeyCall::Generate(purpose) | KeyCall::Decrypt(purpose)) = call;
            state.calls.push(call);
            (state.health, state.allowed.as_ref().is_some_and(|allowed| !allowed.contains(&purpose)))
        };
        match health {
            Health::Up if refused => Err(KeyServiceError::Refused("AccessDeniedException".to_owned())),
            Health::Up => Ok(()),
            Health::Down => Err(KeyServiceError::Unavailable("an outage".to_owned())),
            Health::Hanging => std::future::pending().await,
        }
    }
}

#[async_trait]
impl KeyService for LocalKeys {
    async fn generate(&self, context: &KeyContext<'_>) -> Result<GeneratedKey, KeyServiceError> {
        self.answer(KeyCall::Generate(context.purpose)).await?;
        let key: [u8; 32] = self.random.bytes();
        let wrapped = envelope::wrap_with(&self.master, &text(context), self.random.bytes(), &key);
        Ok(GeneratedKey { plaintext: Secret::new(key), wrapped: SealedBytes::new(wrapped) })
    }

    async fn decrypt(&self, context: &KeyContext<'_>, wrapped: &SealedBytes) -> Result<Secret<[u8; 32]>, KeyServiceError> {
        self.answer(KeyCall::Decrypt(context.purpose)).await?;
        let refused = |why: String| KeyServiceError::Refused(format!("InvalidCiphertextException: {why}"));
        let key = envelope::unwrap_with(&self.master, &text(context), wrapped.as_bytes()).map_err(|refusal| refused(refusal.to_string()))?;
        let key = key.expose().as_slice().try_into().map_err(|_| refused("not 256 bits".to_owned()))?;
        Ok(Secret::new(key))
    }
}

fn text(context: &KeyContext<'_>) -> String {
    format!("datakey|{}|{}", context.tenant, context.purpose.as_str())
}

#[cfg(test)]
mod tests {
    use domain::TenantId;

    use super::*;
    use crate::SeededRandom;

    fn keys() -> LocalKeys {
        LocalKeys::new(SymmetricKey::from_bytes([7; 32]), Arc::new(SeededRandom::new(1)))
    }

    #[tokio::test]
    async fn a_key_opens_for_its_tenant_and_purpose_and_for_no_other() {
        let (ours, other) = (TenantId::from_random([1; 16]), TenantId::from_random([2; 16]));
        let context = KeyContext { tenant: &ours, purpose: Purpose::Sealing };
        let made = keys().generate(&context).await.expect("a key");
        let opened = keys().decrypt(&context, &made.wrapped).await.expect("the key");
        assert_eq!(opened, made.plaintext);
        for wrong in [KeyContext { tenant: &other, ..context }, KeyContext { purpose: Purpose::Signing, ..context }] {
            assert!(matches!(keys().decrypt(&wrong, &made.wrapped).await, Err(KeyServiceError::Refused(_))));
        }
    }

    #[tokio::test]
    async fn an_outage_is_counted_and_ends() {
        let (keys, tenant) = (keys(), TenantId::from_random([1; 16]));
        let context = KeyContext { tenant: &tenant, purpose: Purpose::People };
        keys.be(Health::Down);
        assert!(matches!(keys.generate(&context).await, Err(KeyServiceError::Unavailable(_))));
        keys.be(Health::Up);
        assert!(keys.generate(&context).await.is_ok());
        assert_eq!(keys.calls(), [KeyCall::Generate(Purpose::People), KeyCall::Generate(Purpose::People)]);
    }

    #[tokio::test]
    async fn a_narrowed_role_opens_its_purposes_alone() {
        let (keys, tenant) = (keys(), TenantId::from_random([1; 16]));
        let context = |purpose| KeyContext { tenant: &tenant, purpose };
        let made = keys.generate(&context(Purpose::Signing)).await.expect("a key");
        keys.allow_only(&[Purpose::Sealing]);
        assert!(matches!(keys.decrypt(&context(Purpose::Signing), &made.wrapped).await, Err(KeyServiceError::Refused(_))));
        keys.allow_only(&[Purpose::Signing]);
        assert!(keys.decrypt(&context(Purpose::Signing), &made.wrapped).await.is_ok());
    }
}
