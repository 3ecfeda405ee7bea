//! Rotation of a tenant's signing keys: read the ring, decide, write it once. Called when a look is due: because it is time, or because somebody asked.

use std::sync::Arc;

use crypto::DataKeys;
use crypto::envelope;
use crypto::jws::SigningKey;
use domain::event::{Event, EventKind, Lookups, Personal, RecordedEvent, Subject};
use domain::key_ring::rotation::{DueLook, KeyChange, NewKey, RotationPolicy};
use domain::key_ring::wish::{AskedOfKeys, KeyWish};
use domain::key_ring::{Algorithm, Purpose, SigningRing};
use domain::secret::SealedBytes;
use domain::{TenantId, Timestamp, policy};
use store::{Bundle, KeyRotation, TenantStore};

use crate::clock::Clock;
use crate::data_keys::DataKeyCache;
use crate::failure::Failure;
use crate::home_region::HomeRegion;
use crate::platform::Platform;
use crate::random::Random;
use crate::tenant_context::{broken, signing_key_context};

/// Rotates keys of tenants that are at home in this zone.
pub struct KeyRotations {
    region: HomeRegion,
    keys: DataKeyCache,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// What a look at a tenant's keys led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// It isn't time yet; the next look is then.
    Early(Timestamp),
    /// Keys moved on.
    Rotated(Vec<KeyChange>),
    /// Another one was faster.
    Stale,
    /// The tenant's home is another region, which looks by itself.
    Elsewhere,
    /// There is no such tenant, or none with keys; somebody may still be making it.
    Nothing,
}

impl KeyRotations {
    /// Rotations on a platform whose keys may be unwrapped for `signing`.
    pub fn new(platform: &Platform) -> Self {
        Self {
            region: HomeRegion::new(platform),
            keys: DataKeyCache::new(platform.keys.clone()),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
        }
    }

    /// Does what it is time for, and has the keys looked at again when it is time for more. KMS is asked for nothing but a key to be published.
    pub async fn look(&self, due: &DueLook) -> Result<Looked, Failure> {
        let now = self.clock.now();
        // INVARIANT: a tenant has one writer; every region sees the row, its home alone acts on it.
        let Some(home) = self.region.tables_of(&due.tenant, now).await? else { return Ok(Looked::Elsewhere) };
        let Some((bundle, ring)) = read(&home).await? else {
            home.put_off_look(Some(due), now.plus(policy::SIGNING_KEY_LOOK_AGAIN)).await?;
            return Ok(Looked::Nothing);
        };
        let home = home.keeping_events(bundle.tenant.policies.retention);
        if let Some(asked) = &due.asked {
            return self.wished(&home, due, (&bundle, &ring), (asked, now)).await;
        }
        let rotation = RotationPolicy::of(&bundle.tenant);
        let steps = ring.steps(&rotation, now);
        if steps.is_empty() {
            let next_look = ring.due_at(&rotation);
            home.put_off_look(Some(due), next_look).await?;
            return Ok(Looked::Early(next_look));
        }
        let made = self.make(&bundle, &steps.publish, now).await?;
        let after = ring.rotated(&steps, made, now);
        let changes = ring.changes_to(&after);
        let event = self.event(&due.tenant, EventKind::SigningKeysRotated { version: after.version, changes: changes.clone() }, now);
        match home.rotate_keys((&ring, &after), Some(due), after.due_at(&rotation), &event).await? {
            KeyRotation::Rotated => Ok(Looked::Rotated(changes)),
            KeyRotation::Stale => Ok(Looked::Stale),
        }
    }

    // What was asked about another ring than the one that stands isn't what was meant: it is left, and whoever asked sees the ring as it is.
    async fn wished(
        &self,
        home: &TenantStore,
        due: &DueLook,
        (bundle, ring): (&Bundle, &SigningRing),
        (asked, now): (&AskedOfKeys, Timestamp),
    ) -> Result<Looked, Failure> {
        let rotation = RotationPolicy::of(&bundle.tenant);
        if ring.version != asked.seen || asked.wish.check(ring).is_err() {
            home.put_off_look(Some(due), ring.due_at(&rotation)).await?;
            return Ok(Looked::Stale);
        }
        let made = self.make(bundle, &asked.wish.makes(ring), now).await?;
        let after = ring.wished(&asked.wish, made, now);
        let changes = ring.changes_to(&after);
        let (version, told) = (after.version, changes.clone());
        let kind = match asked.wish {
            KeyWish::Rotate { .. } | KeyWish::Retire { .. } => EventKind::SigningKeysRotated { version, changes: told },
            KeyWish::Replace { .. } | KeyWish::Withdraw { .. } => EventKind::SigningKeysReplaced { version, changes: told },
        };
        let event = self.event(&due.tenant, kind, now);
        match home.rotate_keys((ring, &after), Some(due), after.due_at(&rotation), &event).await? {
            KeyRotation::Rotated => Ok(Looked::Rotated(changes)),
            KeyRotation::Stale => Ok(Looked::Stale),
        }
    }

    async fn make(&self, bundle: &Bundle, algorithms: &[Algorithm], now: Timestamp) -> Result<Vec<NewKey>, Failure> {
        if algorithms.is_empty() {
            return Ok(Vec::new());
        }
        let tenant = &bundle.tenant.id;
        let wrapped = bundle.data_keys.first().ok_or_else(|| Failure::Broken(format!("tenant {tenant} has no signing data key")))?;
        let keys = self.keys.unwrap(tenant, wrapped, now).await?;
        algorithms.iter().map(|algorithm| make_signing_key(tenant, *algorithm, &keys, &*self.random)).collect()
    }

    fn event(&self, tenant: &TenantId, kind: EventKind, now: Timestamp) -> RecordedEvent {
        let id = self.random.event_id(now);
        let event = Event { id, tenant: tenant.clone(), subject: Subject::Tenant, kind, personal: Personal::default() };
        event.record(None, Lookups::default())
    }
}

async fn read(home: &TenantStore) -> Result<Option<(Bundle, SigningRing)>, Failure> {
    let bundle = home.read_bundle(&[Purpose::Signing], store::Signing::Included).await?;
    Ok(bundle.and_then(|mut bundle| bundle.signing.take().map(|ring| (bundle, ring))))
}

/// Makes a key pair, its private half wrapped under the tenant's `signing` key.
pub(crate) fn make_signing_key(tenant: &TenantId, algorithm: Algorithm, keys: &DataKeys, random: &dyn Random) -> Result<NewKey, Failure> {
    let made = SigningKey::generate(algorithm).map_err(broken("signing key"))?;
    let context = signing_key_context(tenant.as_str(), &made.public.kid);
    Ok(NewKey {
        kid: made.public.kid.clone(),
        algorithm,
        public_jwk: serde_json::to_value(&made.public).map_err(broken("public key"))?,
        private_key: SealedBytes::new(envelope::wrap(keys, &context, random.bytes(), made.pkcs8.expose())),
    })
}
