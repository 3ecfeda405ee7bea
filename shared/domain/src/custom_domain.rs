//! Domains of a tenant's own: a name in the DNS, proved by a record there, at which the tenant has another issuer with the same subjects.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::Host;
use utoipa::ToSchema;

use crate::id::TenantId;
use crate::policy;
use crate::tenant::Issuer;
use crate::timestamp::Timestamp;

/// What stands before a domain in the name of the record that proves it: a name of our own, so that no record of another's is in the way (RFC 8552 §1.1).
pub const RECORD_PREFIX: &str = "_countersign.";

/// A domain in its one form: lower case, ASCII (RFC 5891 §4.4), labels with dots between.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct DomainName(String);

/// A text can't be a domain of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a domain is a name of two labels or more, neither an address nor a URL, and has no port")]
pub struct InvalidDomain;

impl DomainName {
    /// Reads a domain as somebody types it.
    pub fn parse(text: &str) -> Result<Self, InvalidDomain> {
        let typed = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        if text.len() > 4 * policy::DOMAIN_NAME_MAX || !text.chars().all(typed) {
            return Err(InvalidDomain);
        }
        let Ok(Host::Domain(name)) = Host::parse(text) else { return Err(InvalidDomain) };
        // The record that proves it has a name as well.
        let fits = RECORD_PREFIX.len() + name.len() <= policy::DOMAIN_NAME_MAX;
        if fits && name.contains('.') && name.split('.').all(is_label) { Ok(Self(name)) } else { Err(InvalidDomain) }
    }

    /// The domain.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The issuer at this domain.
    pub fn issuer(&self) -> Issuer {
        Issuer::of_host(&self.0)
    }

    /// The name of the TXT record that proves it.
    pub fn record_name(&self) -> String {
        format!("{RECORD_PREFIX}{}", self.0)
    }

    /// Whether it is `domain` or below it.
    pub fn is_within(&self, domain: &str) -> bool {
        self.0.strip_suffix(domain).is_some_and(|above| above.is_empty() || above.ends_with('.'))
    }
}

// RFC 1123 §2.1.
fn is_label(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let length = (1..=policy::DOMAIN_LABEL_MAX).contains(&label.len());
    length && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
}

impl fmt::Display for DomainName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for DomainName {
    type Error = InvalidDomain;
    fn try_from(text: String) -> Result<Self, InvalidDomain> {
        Self::parse(&text)
    }
}

impl From<DomainName> for String {
    fn from(domain: DomainName) -> Self {
        domain.0
    }
}

/// What a tenant puts into the DNS to prove a domain. Everybody may see it: it is good for this wish of this tenant alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Challenge(String);

impl Challenge {
    /// A challenge of 128 random bits.
    pub fn from_random(bits: [u8; 16]) -> Self {
        use base64::Engine;
        Self(format!("countersign={}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bits)))
    }

    /// The value of the record.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is among the values that the DNS told: one that is exactly this, whatever stands beside it.
    pub fn is_answered_by(&self, told: &[String]) -> bool {
        told.contains(&self.0)
    }
}

/// How far a domain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Proof {
    /// Its record is to be set. It keeps nobody else from the domain.
    Pending,
    /// Its record was found: the tenant is reached there.
    Verified {
        /// When.
        verified_at: Timestamp,
    },
}

/// A domain that a tenant has or wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomDomain {
    /// What proves it.
    pub challenge: Challenge,
    /// Since when it is wanted.
    pub added_at: Timestamp,
    /// How far it is.
    #[serde(flatten)]
    pub proof: Proof,
}

impl CustomDomain {
    /// Whether the tenant is reached there.
    pub const fn is_verified(&self) -> bool {
        matches!(self.proof, Proof::Verified { .. })
    }
}

/// The domains that a tenant has or wants; they count their changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Domains {
    /// Counts the changes of all of them.
    pub version: u64,
    /// Each by its name.
    pub names: BTreeMap<DomainName, CustomDomain>,
}

/// Why a domain isn't added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdded {
    /// It stands there.
    #[error("the tenant has it already, or wants it")]
    Known,
    /// Enough is enough.
    #[error("at most {} domains", policy::DOMAINS_MAX)]
    TooMany,
    /// Tenants have their hosts there.
    #[error("the platform's own")]
    OfThePlatform,
}

impl Domains {
    /// Whether there never was one.
    pub const fn is_untouched(&self) -> bool {
        self.version == 0
    }

    /// Whether the tenant is reached at `domain`.
    pub fn is_verified(&self, domain: &DomainName) -> bool {
        self.names.get(domain).is_some_and(CustomDomain::is_verified)
    }

    /// The domains at which the tenant is reached.
    pub fn verified(&self) -> impl Iterator<Item = &DomainName> {
        self.names.iter().filter(|(_, domain)| domain.is_verified()).map(|(name, _)| name)
    }

    /// With a wish for `name`, which is no part of the platform's `zone_domain`.
    pub fn wanting(&self, name: DomainName, challenge: Challenge, zone_domain: Option<&str>, now: Timestamp) -> Result<Self, NotAdded> {
        if zone_domain.is_some_and(|zone| name.is_within(zone)) {
            return Err(NotAdded::OfThePlatform);
        }
        if self.names.contains_key(&name) {
            return Err(NotAdded::Known);
        }
        if self.names.len() >= policy::DOMAINS_MAX {
            return Err(NotAdded::TooMany);
        }
        Ok(self.changed(|names| names.insert(name, CustomDomain { challenge, added_at: now, proof: Proof::Pending })))
    }

    /// With `name` proved; `None` where it is no wish any more.
    pub fn proving(&self, name: &DomainName, challenge: &Challenge, now: Timestamp) -> Option<Self> {
        let wish = self.names.get(name).filter(|wish| wish.challenge == *challenge && !wish.is_verified())?;
        let proved = CustomDomain { proof: Proof::Verified { verified_at: now }, ..wish.clone() };
        Some(self.changed(|names| names.insert(name.clone(), proved)))
    }

    /// Without `name`; `None` where it isn't there.
    pub fn without(&self, name: &DomainName) -> Option<Self> {
        self.names.contains_key(name).then(|| self.changed(|names| names.remove(name)))
    }

    fn changed<R>(&self, change: impl FnOnce(&mut BTreeMap<DomainName, CustomDomain>) -> R) -> Self {
        let mut names = self.names.clone();
        change(&mut names);
        Self { version: self.version + 1, names }
    }
}

/// Whom the directory leads to from a domain, and by which record they proved it.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// What it proved the domain with.
    pub challenge: &'a Challenge,
}

/// Whether `tenant`, whose record the DNS tells among `told`, may take a domain from its `holder`.
///
/// Who can write the DNS of a domain says whose it is. A holder whose own record is gone isn't meant any more; as long as both stand there, the first has it.
pub fn may_take(holder: Holder<'_>, tenant: &TenantId, told: &[String]) -> bool {
    holder.tenant == tenant || !holder.challenge.is_answered_by(told)
}

#[cfg(test)]
mod tests;
