//! Unwrapped data keys in memory: at most one KMS call per purpose and cold tenant, single-flight, used on while KMS is down.
//!
//! Faults F22–F24: a warm process goes on through an outage, a cold one refuses at once instead of storming, and a key that KMS refuses
//! has no fallback.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloud::keys::{KeyContext, KeyService, KeyServiceError};
use crypto::{DataKeys, SymmetricKey};
use domain::key_ring::{Purpose, WrappedDataKey, WrappedKeyVersion};
use domain::{TenantId, Timestamp, policy};
use futures_util::future::try_join_all;

use crate::failure::Failure;

/// The unwrapped keys of this process.
pub struct DataKeyCache {
    service: Arc<dyn KeyService>,
    known: Mutex<HashMap<Slot, Unwrapped>>,
    // INVARIANT: one caller asks KMS at a time, so that a cold start under load costs one call per key, not one per request.
    asking: tokio::sync::Mutex<()>,
    down_since: Mutex<Option<Timestamp>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Slot {
    tenant: TenantId,
    purpose: Purpose,
    version: u32,
}

#[derive(Clone)]
struct Unwrapped {
    key: SymmetricKey,
    at: Timestamp,
}

impl DataKeyCache {
    /// An empty cache in front of a key service.
    pub fn new(service: Arc<dyn KeyService>) -> Self {
        Self { service, known: Mutex::default(), asking: tokio::sync::Mutex::default(), down_since: Mutex::default() }
    }

    /// Every version of a tenant's key for one purpose, unwrapped.
    pub async fn unwrap(&self, tenant: &TenantId, wrapped: &WrappedDataKey, now: Timestamp) -> Result<DataKeys, Failure> {
        let versions = wrapped.versions.iter().map(|version| self.unwrap_version(tenant, wrapped.purpose, version, now));
        let keys = try_join_all(versions).await?;
        DataKeys::new(keys).map_err(|_| Failure::Broken(format!("tenant {tenant} has no {} key", wrapped.purpose.as_str())))
    }

    async fn unwrap_version(
        &self,
        tenant: &TenantId,
        purpose: Purpose,
        version: &WrappedKeyVersion,
        now: Timestamp,
    ) -> Result<(u32, SymmetricKey), Failure> {
        let slot = Slot { tenant: tenant.clone(), purpose, version: version.id };
        if let Some(fresh) = self.find(&slot, now, policy::DATA_KEY_FRESH) {
            return Ok((version.id, fresh));
        }
        let _alone = self.asking.lock().await;
        if let Some(fresh) = self.find(&slot, now, policy::DATA_KEY_FRESH) {
            return Ok((version.id, fresh));
        }
        match self.ask(&KeyContext { tenant, purpose }, version, now).await {
            Ok(key) => {
                lock(&self.known).insert(slot, Unwrapped { key: key.clone(), at: now });
                Ok((version.id, key))
            }
            Err(KeyServiceError::Unavailable(reason)) => {
                // F22: what was unwrapped before the outage serves on, and the log says so.
                let usable = self.find(&slot, now, policy::DATA_KEY_USABLE);
                tracing::warn!(tenant = tenant.as_str(), purpose = purpose.as_str(), used_on = usable.is_some(), reason, "key service unavailable");
                usable.map(|key| (version.id, key)).ok_or(Failure::Unavailable(format!("keys: {reason}")))
            }
            // SECURITY: F24: a refusal means another tenant's or purpose's ciphertext, or a role without the right; nothing stands in for it.
            Err(refused @ KeyServiceError::Refused(_)) => {
                tracing::error!(tenant = tenant.as_str(), purpose = purpose.as_str(), "the key service refused a data key");
                Err(refused.into())
            }
        }
    }

    async fn ask(&self, context: &KeyContext<'_>, version: &WrappedKeyVersion, now: Timestamp) -> Result<SymmetricKey, KeyServiceError> {
        if let Some(since) = *lock(&self.down_since)
            && now.since(since) < policy::KMS_BACKOFF
        {
            return Err(KeyServiceError::Unavailable("left alone after a failed call".to_owned()));
        }
        let answer = self.service.decrypt(context, &version.wrapped).await;
        *lock(&self.down_since) = matches!(answer, Err(KeyServiceError::Unavailable(_))).then_some(now);
        answer.map(|plaintext| SymmetricKey::from_bytes(*plaintext.expose()))
    }

    fn find(&self, slot: &Slot, now: Timestamp, usable_for: std::time::Duration) -> Option<SymmetricKey> {
        let known = lock(&self.known);
        known.get(slot).filter(|unwrapped| now.since(unwrapped.at) < usable_for).map(|unwrapped| unwrapped.key.clone())
    }
}

// A panic while the lock was held left a whole value behind: entries are inserted in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::time::Duration;

    use async_trait::async_trait;
    use cloud::keys::GeneratedKey;
    use domain::Secret;
    use domain::secret::SealedBytes;

    use super::*;

    /// Unwraps what was wrapped for one tenant and purpose, until it is switched off.
    #[derive(Default)]
    struct Service {
        down: AtomicBool,
        calls: AtomicUsize,
    }

    #[async_trait]
    impl KeyService for Service {
        async fn generate(&self, _: &KeyContext<'_>) -> Result<GeneratedKey, KeyServiceError> {
            Err(KeyServiceError::Refused("not here".to_owned()))
        }

        async fn decrypt(&self, context: &KeyContext<'_>, wrapped: &SealedBytes) -> Result<Secret<[u8; 32]>, KeyServiceError> {
            self.calls.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            if self.down.load(Ordering::SeqCst) {
                return Err(KeyServiceError::Unavailable("switched off".to_owned()));
            }
            if wrapped.as_bytes() == wrapped_for(context.tenant, context.purpose).as_bytes() {
                Ok(Secret::new([7; 32]))
            } else {
                Err(KeyServiceError::Refused("another context".to_owned()))
            }
        }
    }

    fn wrapped_for(tenant: &TenantId, purpose: Purpose) -> SealedBytes {
        SealedBytes::new(format!("{tenant}|{}", purpose.as_str()).into_bytes())
    }

    fn tenant() -> TenantId {
        TenantId::from_random([1; 16])
    }

    fn data_key(wrapped: SealedBytes) -> WrappedDataKey {
        let version = WrappedKeyVersion { id: 1, wrapped, created_at: at(0) };
        WrappedDataKey { purpose: Purpose::Sealing, versions: vec![version] }
    }

    fn ours() -> WrappedDataKey {
        data_key(wrapped_for(&tenant(), Purpose::Sealing))
    }

    const fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds)
    }

    fn cache() -> (Arc<Service>, DataKeyCache) {
        let service = Arc::new(Service::default());
        (service.clone(), DataKeyCache::new(service))
    }

    #[tokio::test]
    async fn a_cold_tenant_under_load_costs_one_call() {
        let (service, cache) = cache();
        let (tenant, key) = (tenant(), ours());
        let all = futures_util::future::join_all((0..50).map(|_| cache.unwrap(&tenant, &key, at(0)))).await;
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(service.calls.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn f22_a_warm_process_goes_on_for_30_minutes_without_the_key_service() {
        let (service, cache) = cache();
        cache.unwrap(&tenant(), &ours(), at(0)).await.expect("warm");
        service.down.store(true, Ordering::SeqCst);
        let hour = policy::DATA_KEY_FRESH.as_secs();
        assert!(cache.unwrap(&tenant(), &ours(), at(hour)).await.is_ok());
        assert!(cache.unwrap(&tenant(), &ours(), at(hour + 30 * 60)).await.is_ok());
        let end = policy::DATA_KEY_USABLE.as_secs();
        assert!(matches!(cache.unwrap(&tenant(), &ours(), at(end)).await, Err(Failure::Unavailable(_))));
    }

    #[tokio::test]
    async fn f23_a_cold_process_asks_once_per_backoff_and_recovers() {
        let (service, cache) = cache();
        service.down.store(true, Ordering::SeqCst);
        for _ in 0..20 {
            assert!(matches!(cache.unwrap(&tenant(), &ours(), at(0)).await, Err(Failure::Unavailable(_))));
        }
        assert_eq!(service.calls.load(Ordering::SeqCst), 1);
        let later = at(0).plus(policy::KMS_BACKOFF);
        assert!(cache.unwrap(&tenant(), &ours(), later).await.is_err());
        assert_eq!(service.calls.load(Ordering::SeqCst), 2);
        service.down.store(false, Ordering::SeqCst);
        assert!(cache.unwrap(&tenant(), &ours(), later.plus(Duration::from_secs(1))).await.is_err(), "still left alone");
        assert!(cache.unwrap(&tenant(), &ours(), later.plus(policy::KMS_BACKOFF)).await.is_ok());
    }

    #[tokio::test]
    async fn f24_another_tenants_or_purposes_ciphertext_is_refused_and_nothing_stands_in() {
        let (_, cache) = cache();
        let other_tenant = data_key(wrapped_for(&TenantId::from_random([2; 16]), Purpose::Sealing));
        let other_purpose = data_key(wrapped_for(&tenant(), Purpose::Signing));
        for swapped in [other_tenant, other_purpose] {
            assert!(matches!(cache.unwrap(&tenant(), &swapped, at(0)).await, Err(Failure::Broken(_))));
        }
        assert!(cache.unwrap(&tenant(), &ours(), at(0)).await.is_ok());
        assert!(cache.unwrap(&tenant(), &data_key(wrapped_for(&tenant(), Purpose::Signing)), at(1)).await.is_ok(), "version 1 is known by then");
    }
}
