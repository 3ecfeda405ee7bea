//! A browser by its cookies: its session, the random value that ties forms to it, and the people who signed in from it before.

use crypto::artefact::Kind;
use crypto::{base64url, derive};
use domain::session::{Keeping, Session};
use domain::{SessionId, Timestamp, UserId, policy};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use web::{Cookie, CookiePolicy, SetCookie};

use crate::failure::Failure;
use crate::random::Random;
use crate::tenant_context::{TenantContext, broken};

/// What the session cookie carries, sealed: the exact key of the session's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionReference {
    /// Whose session.
    pub user_id: UserId,
    /// Which.
    pub session_id: SessionId,
}

/// What the device cookie carries, sealed: who signed in from this browser before, the latest last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceMemory {
    /// Names the browser as a source of attempts.
    pub id: String,
    /// The people it knows.
    pub people: Vec<KnownPerson>,
}

/// A person who signed in from a browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPerson {
    /// Who.
    pub user_id: UserId,
    /// The lookups of the identifiers that the person may type.
    pub identifiers: Vec<String>,
}

/// A browser as its cookies show it.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The value that ties forms to this browser, when it has one.
    binding: Option<String>,
    /// Its session, if the cookie opens.
    pub session: Option<SessionReference>,
    /// Who signed in from it before.
    pub device: Option<DeviceMemory>,
}

impl Browser {
    /// Reads a browser's cookies. One that doesn't open is as good as none: cookies expire, tenants rotate keys.
    pub fn read(tenant: &TenantContext, headers: &HeaderMap, now: Timestamp) -> Result<Self, Failure> {
        let cookies = CookiePolicy::of(tenant.record().issuer());
        let session = match cookies.read(Cookie::Session, headers) {
            Some(sealed) => tenant.open(Kind::Session, None, sealed, now)?.ok(),
            None => None,
        };
        let device = match cookies.read(Cookie::Device, headers) {
            Some(sealed) => tenant.open(Kind::Device, None, sealed, now)?.ok(),
            None => None,
        };
        Ok(Self { binding: cookies.read(Cookie::Browser, headers).map(str::to_owned), session, device })
    }

    /// Whether a state was made for this browser. `None` of either never fits.
    pub fn is_bound_to(&self, binding_hash: &str) -> bool {
        self.binding.as_deref().is_some_and(|binding| derive::same(hash(binding).as_bytes(), binding_hash.as_bytes()))
    }

    /// Whether the browser sent the value that ties forms to it.
    pub const fn has_binding(&self) -> bool {
        self.binding.is_some()
    }

    /// The hash that a state names its browser by, and the cookie to set when the browser had none.
    pub fn bind(&self, tenant: &TenantContext, random: &dyn Random) -> Result<(String, Option<SetCookie>), Failure> {
        if let Some(binding) = &self.binding {
            return Ok((hash(binding), None));
        }
        let (binding, cookie) = new_binding(tenant, random)?;
        Ok((hash(&binding), Some(cookie)))
    }

    /// Whether `user_id` signed in from here before.
    pub fn knows(&self, user_id: &UserId) -> bool {
        self.device.as_ref().is_some_and(|device| device.people.iter().any(|person| person.user_id == *user_id))
    }

    /// The browser's id as a source of attempts at `identifier`, if its owner signed in from here before.
    pub fn device_for(&self, identifier: &str) -> Option<&str> {
        let device = self.device.as_ref()?;
        device.people.iter().any(|person| person.identifiers.iter().any(|known| known == identifier)).then_some(device.id.as_str())
    }
}

/// The cookies of a sign-in: a session, a memory of the person, and a new binding, so that nothing from before it lives on.
pub fn signed_in_cookies(
    tenant: &TenantContext,
    before: &Browser,
    (session, person): (&Session, KnownPerson),
    (random, now): (&dyn Random, Timestamp),
) -> Result<[SetCookie; 3], Failure> {
    let cookies = CookiePolicy::of(tenant.record().issuer());
    let reference = SessionReference { user_id: session.user_id.clone(), session_id: session.id.clone() };
    let sealed = tenant.seal(Kind::Session, None, session.ends_at, random.bytes(), &reference)?;
    let kept_for = (session.keeping == Keeping::Kept).then(|| session.ends_at.since(now));
    let memory = remember(before.device.clone(), person, random);
    let device = tenant.seal(Kind::Device, None, now.plus(policy::DEVICE_KNOWN), random.bytes(), &memory)?;
    let (_, binding) = new_binding(tenant, random)?;
    Ok([
        cookies.set(Cookie::Session, &sealed, kept_for).map_err(broken("session cookie"))?,
        cookies.set(Cookie::Device, &device, Some(policy::DEVICE_KNOWN)).map_err(broken("device cookie"))?,
        binding,
    ])
}

fn remember(before: Option<DeviceMemory>, person: KnownPerson, random: &dyn Random) -> DeviceMemory {
    let mut memory = before.unwrap_or_else(|| DeviceMemory { id: base64url::encode(random.bytes::<16>()), people: Vec::new() });
    memory.people.retain(|known| known.user_id != person.user_id);
    memory.people.push(person);
    let surplus = memory.people.len().saturating_sub(policy::DEVICE_PEOPLE);
    memory.people.drain(..surplus);
    memory
}

fn new_binding(tenant: &TenantContext, random: &dyn Random) -> Result<(String, SetCookie), Failure> {
    let binding = base64url::encode(random.bytes::<16>());
    let cookie = CookiePolicy::of(tenant.record().issuer()).set(Cookie::Browser, &binding, None).map_err(broken("browser cookie"))?;
    Ok((binding, cookie))
}

fn hash(binding: &str) -> String {
    base64url::encode(derive::sha256(binding.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;

    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn person(number: u8) -> KnownPerson {
        KnownPerson { user_id: UserId::from_random([number; 16]), identifiers: vec![format!("name{number}")] }
    }

    #[test]
    fn a_browser_remembers_the_latest_people_and_each_once() {
        let mut memory = None;
        for number in [1, 2, 3, 4, 5, 1, 6] {
            memory = Some(remember(memory, person(number), &Zeros));
        }
        let people = memory.expect("a memory").people;
        assert_eq!(people, [3, 4, 5, 1, 6].map(person));
    }

    #[test]
    fn a_device_is_a_source_only_for_those_it_knows() {
        let browser = Browser { device: Some(remember(None, person(1), &Zeros)), ..Browser::default() };
        assert!(browser.device_for("name1").is_some());
        assert_eq!(browser.device_for("name2"), None);
        assert!(browser.knows(&UserId::from_random([1; 16])));
        assert!(!browser.knows(&UserId::from_random([2; 16])));
    }

    #[test]
    fn a_state_fits_only_the_browser_that_it_was_made_for() {
        let browser = Browser { binding: Some("mine".to_owned()), ..Browser::default() };
        assert!(browser.is_bound_to(&hash("mine")));
        assert!(!browser.is_bound_to(&hash("yours")));
        assert!(!Browser::default().is_bound_to(&hash("mine")));
    }
}
