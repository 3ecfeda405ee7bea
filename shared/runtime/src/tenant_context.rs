//! One tenant as a request sees it: its record, its home region's tables, its keys, and what is sealed and signed with them.

use std::collections::HashMap;
use std::sync::Arc;

use crypto::artefact::{self, Kind};
use crypto::jwk::Jwk;
use crypto::jws::SigningKey;
use crypto::{DataKeys, derive, envelope};
use domain::key_ring::{Algorithm, KeyState, Purpose, SigningRing};
use domain::placement::NotHonoured;
use domain::secret::SealedBytes;
use domain::tenant::Tenant;
use domain::{ClientId, EventId, Placement, Secret, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::TenantStore;

use crate::failure::Failure;

/// A tenant and everything that a function may do with it.
pub struct TenantContext {
    tenant: Tenant,
    placement: Placement,
    home: TenantStore,
    keys: HashMap<Purpose, DataKeys>,
    ring: Option<SigningRing>,
    verifying: Vec<Jwk>,
    signers: Signers,
}

/// The private halves of a tenant's active signing keys.
#[derive(Clone, Default)]
pub struct Signers {
    version: u64,
    active: HashMap<Algorithm, Arc<SigningKey>>,
}

/// Why an artefact isn't honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArtefactRefusal {
    /// It doesn't open as what it should be.
    #[error(transparent)]
    Sealed(#[from] artefact::Refusal),
    /// It was minted in an epoch that no longer counts.
    #[error("minted in an earlier epoch")]
    EarlierEpoch,
}

impl Signers {
    /// Unwraps the active keys; those of an unchanged ring are kept, since reading an RSA key costs as much as using it.
    pub(crate) fn unwrap(
        ring: &SigningRing,
        keys: &HashMap<Purpose, DataKeys>,
        placement: &Placement,
        before: Option<Arc<TenantContext>>,
    ) -> Result<Self, Failure> {
        if let Some(context) = before.filter(|context| context.signers.version == ring.version) {
            return Ok(context.signers.clone());
        }
        let signing = keys.get(&Purpose::Signing).ok_or_else(|| Failure::Broken("no signing data key".to_owned()))?;
        let mut active = HashMap::new();
        for record in ring.keys.iter().filter(|key| key.state == KeyState::Active) {
            let context = signing_key_context(placement.tenant.as_str(), &record.kid);
            let pkcs8 = envelope::unwrap(signing, &context, record.private_key.as_bytes()).map_err(broken("signing key"))?;
            let key = SigningKey::from_pkcs8(record.algorithm, &record.kid, pkcs8.expose()).map_err(broken("signing key"))?;
            active.insert(record.algorithm, Arc::new(key));
        }
        Ok(Self { version: ring.version, active })
    }
}

/// What a wrapped private signing key is tied to.
pub(crate) fn signing_key_context(tenant: &str, kid: &str) -> String {
    format!("signing key|{tenant}|{kid}")
}

pub(crate) fn broken<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Failure {
    move |error| Failure::Broken(format!("{what}: {error}"))
}

impl TenantContext {
    pub(crate) fn new(
        tenant: Tenant,
        placement: Placement,
        home: TenantStore,
        keys: HashMap<Purpose, DataKeys>,
        ring: Option<SigningRing>,
        signers: Signers,
    ) -> Self {
        let published = ring.iter().flat_map(SigningRing::published);
        let verifying = published.filter_map(|key| serde_json::from_value(key.public_jwk.clone()).ok()).collect();
        Self { tenant, placement, home, keys, ring, verifying, signers }
    }

    /// The tenant's record.
    pub const fn record(&self) -> &Tenant {
        &self.tenant
    }

    /// Where the tenant is at home.
    pub const fn placement(&self) -> &Placement {
        &self.placement
    }

    /// The tables of the tenant's home region; refused while a new home waits for the old one to stop.
    pub fn home(&self, now: Timestamp) -> Result<&TenantStore, Failure> {
        self.placement.settled(now)?;
        Ok(&self.home)
    }

    /// The data keys of a purpose.
    pub fn keys(&self, purpose: Purpose) -> Result<&DataKeys, Failure> {
        self.keys.get(&purpose).ok_or_else(|| Failure::Broken(format!("this function has no {} key", purpose.as_str())))
    }

    /// The public keys that tokens verify with: all that are published.
    pub fn verifying_keys(&self) -> &[Jwk] {
        &self.verifying
    }

    /// The public keys as JWKS shows them.
    pub fn published_jwks(&self) -> Vec<&serde_json::Value> {
        self.ring.iter().flat_map(SigningRing::published).map(|key| &key.public_jwk).collect()
    }

    /// Signs `claims` as a token of type `typ` with the active key of `algorithm`.
    pub fn sign(&self, algorithm: Algorithm, typ: &str, claims: &impl Serialize) -> Result<String, Failure> {
        let key = self.signers.active.get(&algorithm).ok_or_else(|| Failure::Broken(format!("no active {} key", algorithm.as_str())))?;
        key.sign(typ, claims).map_err(broken("signature"))
    }

    /// Seals an artefact of this tenant. `salt` is random.
    pub fn seal(
        &self,
        kind: Kind,
        client: Option<&ClientId>,
        expires_at: Timestamp,
        salt: [u8; 16],
        payload: &impl Serialize,
    ) -> Result<String, Failure> {
        let place = &self.placement;
        let stamp = artefact::Stamp {
            kind,
            tenant: &self.tenant.id,
            client,
            domain: self.tenant.domain(),
            region: &place.home,
            epoch: place.epoch,
            expires_at,
        };
        artefact::seal(self.keys(Purpose::Sealing)?, &stamp, salt, payload).map_err(broken("artefact"))
    }

    /// Seals a secret that rests in a row; it opens in the same `context` alone. `salt` is random.
    pub fn seal_at_rest(&self, context: &str, salt: [u8; 16], secret: &Secret<String>) -> Result<SealedBytes, Failure> {
        Ok(SealedBytes::new(envelope::wrap(self.keys(Purpose::Sealing)?, context, salt, secret.expose().as_bytes())))
    }

    /// Opens what [`Self::seal_at_rest`] sealed.
    pub fn open_at_rest(&self, context: &str, sealed: &SealedBytes) -> Result<Secret<String>, Failure> {
        let opened = envelope::unwrap(self.keys(Purpose::Sealing)?, context, sealed.as_bytes()).map_err(broken("secret at rest"))?;
        std::str::from_utf8(opened.expose()).map(|text| Secret::new(text.to_owned())).map_err(broken("secret at rest"))
    }

    /// Opens an artefact that must be of this kind, tenant and client, unexpired, and of an epoch that still counts.
    pub fn open<T: DeserializeOwned>(
        &self,
        kind: Kind,
        client: Option<&ClientId>,
        text: &str,
        now: Timestamp,
    ) -> Result<Result<T, ArtefactRefusal>, Failure> {
        Ok(self.open_dated(kind, client, text, now)?.map(|(payload, _)| payload))
    }

    /// The same, with the moment at which it ends.
    pub fn open_dated<T: DeserializeOwned>(
        &self,
        kind: Kind,
        client: Option<&ClientId>,
        text: &str,
        now: Timestamp,
    ) -> Result<Result<(T, Timestamp), ArtefactRefusal>, Failure> {
        let expected = artefact::Expected { kind, tenant: &self.tenant.id, client, domain: self.tenant.domain() };
        let keys = self.keys(Purpose::Sealing)?;
        let opened = match artefact::open::<T>(keys, &expected, text, now) {
            Ok(opened) => opened,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        match self.placement.honours(opened.epoch, kind.across_epochs(), now) {
            Ok(()) => Ok(Ok((opened.payload, opened.expires_at))),
            Err(NotHonoured::EarlierEpoch) => Ok(Err(ArtefactRefusal::EarlierEpoch)),
            // A home that isn't ready, or a directory record that is behind, is no fault of the artefact: it may be good in a moment.
            Err(unready @ (NotHonoured::Settling | NotHonoured::LaterEpoch)) => Err(unready.into()),
        }
    }

    /// A keyed, tenant-bound name for something that must not stand in a key in clear; base64url.
    ///
    // INVARIANT: lookups use the first version of the `people` key for good, or a rotation would orphan every claim.
    pub fn lookup(&self, label: &str, text: &str) -> Result<String, Failure> {
        Ok(crypto::base64url::encode(self.keyed(label, text)?))
    }

    /// 128 bits of such a name: the id of a thing that is made once of `text`.
    pub fn lookup_bits(&self, label: &str, text: &str) -> Result<[u8; 16], Failure> {
        let mut bits = [0; 16];
        bits.copy_from_slice(&self.keyed(label, text)?[..16]);
        Ok(bits)
    }

    fn keyed(&self, label: &str, text: &str) -> Result<[u8; 32], Failure> {
        let key = self.keys(Purpose::People)?.find(1).ok_or_else(|| Failure::Broken("the first people key is gone".to_owned()))?;
        Ok(derive::hmac_sha256(key, label, text.as_bytes()))
    }

    /// The same for functions that seal and don't know people: a name for what counts a short while, so a rotated key only starts anew.
    pub fn sealed_lookup(&self, label: &str, text: &str) -> Result<String, Failure> {
        let (_, key) = self.keys(Purpose::Sealing)?.current();
        Ok(crypto::base64url::encode(derive::hmac_sha256(key, label, text.as_bytes())))
    }

    /// The code that an event has sent: the same whenever it is made, and nobody's who has the event alone.
    pub fn code_of(&self, event: &EventId) -> Result<Secret<String>, Failure> {
        let key = self.keys(Purpose::Sealing)?.find(1).ok_or_else(|| Failure::Broken("the first sealing key is gone".to_owned()))?;
        Ok(Secret::new(derive::six_digits(key, "code of an event", event.as_str().as_bytes())))
    }

    /// 128 bits derived from an artefact's random id: the key of what redeeming the artefact creates.
    pub fn derived_id(&self, label: &str, id: &[u8; 16]) -> Result<[u8; 16], Failure> {
        let key = self.keys(Purpose::Sealing)?.find(1).ok_or_else(|| Failure::Broken("the first sealing key is gone".to_owned()))?;
        let derived = derive::hkdf(key, label, id);
        let mut bits = [0; 16];
        bits.copy_from_slice(&derived[..16]);
        Ok(bits)
    }
}
