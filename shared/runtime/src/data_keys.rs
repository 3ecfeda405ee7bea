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
