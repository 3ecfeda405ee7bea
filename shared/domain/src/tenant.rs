//! A tenant is an origin: its issuer, its names and its policies.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::attributes::Schema;
use crate::branding::Branding;
use crate::client::WebOrigin;
use crate::custom_domain::{DomainName, Domains};
use crate::id::{Slug, TenantId};
use crate::migration::Migration;
use crate::password_policy::PasswordPolicy;
use crate::policies::Policies;
use crate::policy;
use crate::preset::Preset;
use crate::registration::RegistrationPolicy;
use crate::roster::Roster;
use crate::standing::Standing;
use crate::timestamp::Timestamp;

/// The issuer identifier of OpenID Connect Discovery §3: a URL without query, fragment or trailing slash, fixed when the tenant is created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer(String);

/// A text can't be an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an issuer is an https URL, or an http URL of this machine, without query, fragment or trailing slash")]
pub struct InvalidIssuer;

impl Issuer {
    /// Reads an issuer; `http` is for loopback hosts alone.
    pub fn parse(text: &str) -> Result<Self, InvalidIssuer> {
        let url = Url::parse(text).map_err(|_| InvalidIssuer)?;
        let scheme_fits = url.scheme() == "https" || is_loopback_http(&url);
        let bare = url.query().is_none() && url.fragment().is_none() && !text.ends_with('/');
        if scheme_fits && bare && url.has_host() { Ok(Self(text.to_owned())) } else { Err(InvalidIssuer) }
    }

    /// The issuer at a host that is known to be one.
    pub(crate) fn of_host(host: &str) -> Self {
        Self(format!("https://{host}"))
    }

    /// The issuer exactly as tokens and metadata state it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of an endpoint below the issuer; `path` begins with a slash.
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The issuer's path, empty in AWS and `/t/{slug}` on a loopback base URL.
    pub fn path(&self) -> &str {
        let after_scheme = self.0.find("://").map_or(0, |at| at + 3);
        self.0[after_scheme..].find('/').map_or("", |at| &self.0[after_scheme + at..])
    }

    /// Scheme, host and port, as an `Origin` header states them.
    pub fn origin(&self) -> &str {
        &self.0[..self.0.len() - self.path().len()]
    }

    /// Whether this is a tenant of a loopback base URL, the only place where cookies go without `Secure`.
    pub fn is_loopback(&self) -> bool {
        self.0.starts_with("http://")
    }
}

/// Whether a URL is plain `http` to this machine: `localhost`, 127.0.0.0/8 or `[::1]`.
pub fn is_loopback_http(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && loopback
}

impl fmt::Display for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Issuer {
    type Error = InvalidIssuer;
    fn try_from(text: String) -> Result<Self, InvalidIssuer> {
        Self::parse(&text)
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> Self {
        issuer.0
    }
}

/// How long sessions of a tenant live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionPolicy {
    /// Seconds without use after which a session is over.
    pub idle_seconds: u64,
    /// Seconds after which it is over, used or not.
    pub absolute_seconds: u64,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self { idle_seconds: policy::SESSION_IDLE.as_secs(), absolute_seconds: policy::SESSION_ABSOLUTE.as_secs() }
    }
}

impl SessionPolicy {
    /// Time without use after which a session is over.
    pub const fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds)
    }

    /// Time after which a session is over, used or not.
    pub const fn absolute(&self) -> Duration {
        Duration::from_secs(self.absolute_seconds)
    }

    /// Whether somebody can act in such a session, and it ends.
    pub fn is_sensible(&self) -> bool {
        let ordered = self.absolute_seconds >= self.idle_seconds;
        self.idle() >= policy::SESSION_SHORTEST && ordered && self.absolute() <= policy::SESSION_LONGEST
    }
}

/// Whether people can set a new password by themselves when they forgot theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// By a link that is mailed to their address.
    #[default]
    ByMail,
    /// They can't: administrators help.
    Off,
}

/// Where a request arrived that didn't arrive at the tenant's first issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrivedAt {
    /// The domain.
    pub domain: DomainName,
    /// The issuer there.
    pub issuer: Issuer,
}

/// What a tenant is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// Its identifier, which never changes.
    pub id: TenantId,
    /// Its name in hosts and local paths.
    pub slug: Slug,
    /// The name that pages and mails show.
    pub name: String,
    /// Its first issuer, which never changes. What answers a request states [`Self::issuer`] instead.
    #[serde(rename = "issuer")]
    pub first_issuer: Issuer,
    /// The domain of its own at which a request arrived; not in any row.
    #[serde(skip)]
    pub arrived_at: Option<ArrivedAt>,
    /// How long its sessions live.
    #[serde(default)]
    pub sessions: SessionPolicy,
    /// How long a session lives that its person asked to be kept; where it is `None`, nobody is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_sessions: Option<SessionPolicy>,
    /// How people get an account.
    #[serde(default)]
    pub registration: RegistrationPolicy,
    /// From where browser code of its apps may call: every origin that one of them registered (CORS).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub origins: BTreeSet<WebOrigin>,
    /// Nothing issued before this moment counts; it only grows.
    #[serde(default)]
    pub not_before: Timestamp,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whether it lets anybody in.
    #[serde(default, skip_serializing_if = "Standing::is_untouched")]
    pub standing: Standing,
    /// The settings that it began with.
    #[serde(default, skip_serializing_if = "Preset::is_basic")]
    pub preset: Preset,
    /// What it asks of a new password.
    #[serde(default)]
    pub passwords: PasswordPolicy,
    /// What people can do who forgot their password.
    #[serde(default)]
    pub recovery: Recovery,
    /// The kinds of password hashes that people brought from elsewhere: every sign-in does the work of each, so that it tells no account from another.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub imported_hashes: BTreeSet<String>,
    /// Its groups and roles.
    #[serde(default, skip_serializing_if = "Roster::is_untouched")]
    pub roster: Roster,
    /// The attributes that it keeps of its people beside the standard claims.
    #[serde(default, skip_serializing_if = "Schema::is_untouched")]
    pub attributes: Schema,
    /// What makes its pages and mails its own.
    #[serde(default, skip_serializing_if = "Branding::is_untouched")]
    pub branding: Branding,
    /// Who says of people whom nobody here knows whether their password is right elsewhere.
    #[serde(default, skip_serializing_if = "Migration::is_untouched")]
    pub migration: Migration,
    /// How often its policies were changed, and what they say beside the above.
    #[serde(default, skip_serializing_if = "Policies::is_untouched")]
    pub policies: Policies,
    /// The domains of its own that it has or wants.
    #[serde(default, skip_serializing_if = "Domains::is_untouched")]
    pub domains: Domains,
    /// How often a whole configuration was applied: of two that were made of the same one, one is applied.
    #[serde(default, skip_serializing_if = "is_never")]
    pub configured: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references to its predicates")]
const fn is_never(times: &u64) -> bool {
    *times == 0
}

impl Tenant {
    /// A tenant with the policies that every tenant begins with.
    pub fn named(id: TenantId, slug: Slug, name: &str, issuer: Issuer, created_at: Timestamp) -> Self {
        Self {
            id,
            slug,
            name: name.to_owned(),
            first_issuer: issuer,
            arrived_at: None,
            sessions: SessionPolicy::default(),
            kept_sessions: None,
            registration: RegistrationPolicy::default(),
            origins: BTreeSet::new(),
            not_before: Timestamp::from_seconds(0),
            created_at,
            standing: Standing::default(),
            preset: Preset::default(),
            passwords: PasswordPolicy::default(),
            recovery: Recovery::default(),
            imported_hashes: BTreeSet::new(),
            roster: Roster::default(),
            attributes: Schema::default(),
            branding: Branding::none(),
            migration: Migration::default(),
            policies: Policies::default(),
            domains: Domains::default(),
            configured: 0,
        }
    }

    /// The tenant as it is seen at a domain of its own; `None` where it has none of that name.
    pub fn at(self, domain: &DomainName) -> Option<Self> {
        let arrived_at = self.domains.is_verified(domain).then(|| ArrivedAt { domain: domain.clone(), issuer: domain.issuer() })?;
        Some(Self { arrived_at: Some(arrived_at), ..self })
    }

    /// The issuer at which the request arrived: what its answer states, and where its links lead.
    pub fn issuer(&self) -> &Issuer {
        self.arrived_at.as_ref().map_or(&self.first_issuer, |at| &at.issuer)
    }

    /// The domain of the tenant's own at which the request arrived, if it was at one.
    pub fn domain(&self) -> Option<&DomainName> {
        self.arrived_at.as_ref().map(|at| &at.domain)
    }

    /// The issuer at `domain`, where that is still the tenant's: where a link leads that somebody asked for there.
    pub fn issuer_at(&self, domain: Option<&DomainName>) -> Issuer {
        domain.filter(|domain| self.domains.is_verified(domain)).map_or_else(|| self.first_issuer.clone(), DomainName::issuer)
    }

    /// Whether `text` is an issuer of this tenant: subjects and keys are the same at each of them. That of a domain that isn't the tenant's any more is none.
    pub fn is_issuer(&self, text: &str) -> bool {
        text == self.first_issuer.as_str() || self.domains.verified().any(|domain| text.strip_prefix("https://") == Some(domain.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_this_machine() {
        for fine in ["https://demo.id.example.com", "http://localhost:8080/t/demo", "http://127.0.0.1:1/t/x", "http://[::1]:80/t/x"] {
            assert!(Issuer::parse(fine).is_ok(), "{fine}");
        }
        for wrong in
            ["http://demo.example.com", "https://a.b/", "https://a.b?x", "https://a.b#x", "ftp://localhost", "demo", "http://localhost.evil.example"]
        {
            assert!(Issuer::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_tenant_has_an_issuer_at_each_domain_that_it_proved_and_states_the_one_that_was_arrived_at() {
        let (first, now) = (Issuer::parse("https://demo.id.example.com").expect("an issuer"), Timestamp::from_seconds(5));
        let mut tenant = Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", first, now);
        let domain = DomainName::parse("login.acme.example").expect("a domain");
        let challenge = crate::custom_domain::Challenge::from_random([1; 16]);
        tenant.domains = tenant.domains.wanting(domain.clone(), challenge.clone(), None, now).expect("a wish");
        assert!(!tenant.is_issuer("https://login.acme.example") && tenant.clone().at(&domain).is_none(), "wanted alone");
        tenant.domains = tenant.domains.proving(&domain, &challenge, now).expect("a wish");
        let there = tenant.clone().at(&domain).expect("a domain of its own");
        assert_eq!((tenant.issuer().as_str(), tenant.domain()), ("https://demo.id.example.com", None));
        assert_eq!((there.issuer().as_str(), there.domain()), ("https://login.acme.example", Some(&domain)));
        for at in [&tenant, &there] {
            assert!(at.is_issuer("https://login.acme.example") && at.is_issuer("https://demo.id.example.com"));
            for other in ["login.acme.example", "https://login.acme.example/", "https://acme.example", "http://login.acme.example", ""] {
                assert!(!at.is_issuer(other), "{other}");
            }
            let row = serde_json::to_value(at).expect("JSON");
            assert_eq!((&row["issuer"], &row["arrived_at"]), (&serde_json::json!("https://demo.id.example.com"), &serde_json::Value::Null));
        }
    }

    #[test]
    fn an_issuer_knows_its_origin_and_path() {
        let local = Issuer::parse("http://localhost:8080/t/demo").expect("a loopback issuer");
        assert_eq!((local.origin(), local.path()), ("http://localhost:8080", "/t/demo"));
        let deployed = Issuer::parse("https://demo.id.example.com").expect("an https issuer");
        assert_eq!((deployed.origin(), deployed.path()), ("https://demo.id.example.com", ""));
        assert_eq!(deployed.endpoint("/token"), "https://demo.id.example.com/token");
    }
}
