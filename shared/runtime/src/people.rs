//! People's own keys, and what is sealed under them: personal fields of events from the first event on.

use crypto::{SymmetricKey, envelope};
use domain::consent::Consent;
use domain::event::{Event, Lookups, Personal, RecordedEvent};
use domain::identifier::{CANONICAL_VERSION, Canonical};
use domain::key_ring::{Purpose, WrappedUserKey};
use domain::secret::SealedBytes;
use domain::user::User;
use domain::{Secret, SessionId, Timestamp, UserId};
use store::{Belongings, Claim};

use crate::failure::Failure;
use crate::random::Random;
use crate::tenant_context::{TenantContext, broken};

/// Whose key seals an event's personal fields.
#[derive(Clone, Copy, Debug)]
pub enum KeyOwner<'a> {
    /// A person; erasing the key erases the fields.
    User(&'a UserId),
    /// The tenant, for one month's events without a subject.
    Month(&'a str),
}

impl KeyOwner<'_> {
    fn context(self, tenant: &TenantContext) -> String {
        let tenant = tenant.record().id.as_str();
        match self {
            Self::User(user) => format!("user key|{tenant}|{user}"),
            Self::Month(month) => format!("month key|{tenant}|{month}"),
        }
    }
}

impl TenantContext {
    /// Makes a key for `owner`, wrapped under the tenant's `people` key.
    pub fn make_personal_key(&self, owner: KeyOwner<'_>, random: &dyn Random, now: Timestamp) -> Result<(SymmetricKey, WrappedUserKey), Failure> {
        let bytes: [u8; 32] = random.bytes();
        let wrapped = envelope::wrap(self.keys(Purpose::People)?, &owner.context(self), random.bytes(), &bytes);
        Ok((SymmetricKey::from_bytes(bytes), WrappedUserKey { wrapped: SealedBytes::new(wrapped), created_at: now }))
    }

    /// Unwraps the key of `owner`.
    pub fn open_personal_key(&self, owner: KeyOwner<'_>, wrapped: &WrappedUserKey) -> Result<SymmetricKey, Failure> {
        let plain =
            envelope::unwrap(self.keys(Purpose::People)?, &owner.context(self), wrapped.wrapped.as_bytes()).map_err(broken("personal key"))?;
        SymmetricKey::from_slice(plain.expose()).ok_or_else(|| Failure::Broken("a personal key of another length".to_owned()))
    }

    /// Seals an event's personal fields under `key` and adds what filters compare.
    pub fn record_event(&self, event: Event, key: &SymmetricKey, salt: [u8; 16]) -> Result<RecordedEvent, Failure> {
        let plain = serde_json::to_vec(&event.personal).map_err(broken("event"))?;
        let sealed = envelope::wrap_with(key, &event_context(&event), salt, &plain);
        let address = event.personal.address.as_deref().map(|address| self.lookup("event address", address)).transpose()?;
        let canonical = event.personal.identifier.as_deref().and_then(|typed| Canonical::typed(typed).ok());
        let identifier = canonical.map(|canonical| self.lookup("event identifier", canonical.as_str())).transpose()?;
        let recorded = event.record(Some(SealedBytes::new(sealed)), Lookups { address, identifier });
        Ok(RecordedEvent { host: self.record().domain().cloned(), ..recorded })
    }

    /// Seals what is personal about a person's session under their own key.
    pub fn seal_seen(
        &self,
        (user, wrapped): (&UserId, &WrappedUserKey),
        session: &SessionId,
        seen: &Personal,
        salt: [u8; 16],
    ) -> Result<SealedBytes, Failure> {
        let key = self.open_personal_key(KeyOwner::User(user), wrapped)?;
        let plain = serde_json::to_vec(seen).map_err(broken("session"))?;
        Ok(SealedBytes::new(envelope::wrap_with(&key, &self.seen_context(session), salt, &plain)))
    }

    /// Opens what [`Self::seal_seen`] sealed, with the person's key.
    pub fn open_seen(&self, key: &SymmetricKey, session: &SessionId, sealed: &SealedBytes) -> Result<Personal, Failure> {
        let plain = envelope::unwrap_with(key, &self.seen_context(session), sealed.as_bytes()).map_err(broken("session"))?;
        serde_json::from_slice(plain.expose()).map_err(broken("session"))
    }

    fn seen_context(&self, session: &SessionId) -> String {
        format!("session|{}|{session}", self.record().id)
    }

    /// Seals a password's PHC string under the tenant's `credentials` key.
    pub fn seal_password_hash(&self, user: &UserId, phc: &Secret<String>, salt: [u8; 16]) -> Result<SealedBytes, Failure> {
        let keys = self.keys(Purpose::Credentials)?;
        Ok(SealedBytes::new(envelope::wrap(keys, &self.password_context(user), salt, phc.expose().as_bytes())))
    }

    /// Opens a password's PHC string.
    pub fn open_password_hash(&self, user: &UserId, sealed: &SealedBytes) -> Result<Secret<String>, Failure> {
        let plain =
            envelope::unwrap(self.keys(Purpose::Credentials)?, &self.password_context(user), sealed.as_bytes()).map_err(broken("password hash"))?;
        String::from_utf8(plain.expose().clone()).map(Secret::new).map_err(|_| Failure::Broken("a password hash that is no text".to_owned()))
    }

    /// Seals what questions to the tenant's hook are signed with.
    pub fn seal_hook_secret(&self, secret: &Secret<String>, salt: [u8; 16]) -> Result<SealedBytes, Failure> {
        let keys = self.keys(Purpose::Credentials)?;
        Ok(SealedBytes::new(envelope::wrap(keys, &self.hook_context(), salt, secret.expose().as_bytes())))
    }

    /// Opens what [`Self::seal_hook_secret`] sealed.
    pub fn open_hook_secret(&self, sealed: &SealedBytes) -> Result<Secret<String>, Failure> {
        let plain = envelope::unwrap(self.keys(Purpose::Credentials)?, &self.hook_context(), sealed.as_bytes()).map_err(broken("hook's secret"))?;
        String::from_utf8(plain.expose().clone()).map(Secret::new).map_err(|_| Failure::Broken("a hook's secret that is no text".to_owned()))
    }

    fn hook_context(&self) -> String {
        format!("migration hook|{}", self.record().id)
    }

    fn password_context(&self, user: &UserId) -> String {
        format!("password|{}|{user}", self.record().id)
    }

    /// The claims of a person's names: address and username, and a `sub` that was given. One that is the person's own id needs none while they live:
    /// nobody else has that id.
    pub fn claims_of(&self, user: &User) -> Result<Vec<Claim>, Failure> {
        let given = Some(&user.sub).filter(|sub| sub.as_str() != user.id.as_str()).and_then(|sub| Canonical::subject(sub).ok());
        names(user).into_iter().chain([given]).flatten().map(|canonical| self.claim(&canonical)).collect()
    }

    /// What goes with a person.
    pub fn belongings(&self, user: &User, consents: Vec<Consent>) -> Result<Belongings, Failure> {
        let sub = Canonical::subject(&user.sub).map_err(broken("sub"))?;
        let claims = names(user).iter().flatten().map(|canonical| self.claim(canonical)).collect::<Result<_, _>>()?;
        Ok(Belongings { claims, sub: self.claim(&sub)?, consents })
    }

    /// The claim that makes an identifier unique in this tenant, and finds its owner.
    pub fn claim(&self, canonical: &Canonical) -> Result<Claim, Failure> {
        let label = format!("claim|{}|{CANONICAL_VERSION}", canonical.kind().as_str());
        Ok(Claim { kind: canonical.kind(), version: CANONICAL_VERSION, hmac: self.lookup(&label, canonical.as_str())? })
    }
}

fn names(user: &User) -> [Option<Canonical>; 2] {
    let email = user.email.as_ref().and_then(|email| Canonical::email(&email.address).ok());
    [email, user.username.as_ref().and_then(|username| Canonical::username(username).ok())]
}

fn event_context(event: &Event) -> String {
    format!("event|{}|{}", event.tenant, event.id)
}

/// Reads back the personal fields of a recorded event.
pub fn open_event(recorded: &RecordedEvent, key: &SymmetricKey) -> Result<Personal, Failure> {
    let Some(sealed) = &recorded.personal else { return Ok(Personal::default()) };
    let context = format!("event|{}|{}", recorded.tenant, recorded.id);
    let plain = envelope::unwrap_with(key, &context, sealed.as_bytes()).map_err(broken("event"))?;
    serde_json::from_slice(plain.expose()).map_err(broken("event"))
}
