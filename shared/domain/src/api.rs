//! An API of a tenant: whom its access tokens are for, what they may be good for, how they are signed and for how long (RFC 8707, RFC 9068).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::id::Slug;
use crate::identifier::is_title;
use crate::key_ring::Algorithm;
use crate::policy;
use crate::tenant::{Issuer, Tenant};
use crate::timestamp::Timestamp;

/// Names an API, as `resource` asks for it and `aud` states it: an absolute URI without a fragment, compared byte for byte (RFC 8707 §2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Audience(String);

/// A text names no API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an audience is an absolute URI without a fragment, of at most {} bytes", policy::AUDIENCE_MAX)]
pub struct InvalidAudience;

impl Audience {
    /// Reads an audience. An app's id has no colon, so none can be taken for one.
    pub fn parse(text: &str) -> Result<Self, InvalidAudience> {
        // RFC 3986 §2: reserved and unreserved characters but for the fragment's `#`.
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte);
        let fits = text.len() <= policy::AUDIENCE_MAX && text.bytes().all(allowed) && Url::parse(text).is_ok();
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidAudience) }
    }

    /// The audience as it is registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the issuer's name: the audience of tokens for the platform's own endpoints, and no API's.
    pub fn is_issuer(&self, issuer: &Issuer) -> bool {
        self.0 == issuer.as_str()
    }
}

/// Why an API can't be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidApi {
    /// Its tokens would be good for the platform's own endpoints.
    #[error("the audience of an API isn't the issuer")]
    Issuer,
    /// Its tokens would be good for the admin API.
    #[error("the audience of an API isn't the admin API")]
    Administration,
    /// Administrators see it.
    #[error("name: 1 to {} characters, none of them invisible", policy::NAME_MAX_CHARACTERS)]
    Name,
    /// The record has to hold them.
    #[error("at most {} scopes", policy::API_SCOPES_MAX)]
    Scopes,
    /// Keys are retired by the longest; the shortest is of some use.
    #[error("access_token_seconds: {} to {}", policy::ACCESS_TOKEN_SHORTEST.as_secs(), policy::ACCESS_TOKEN_LONGEST.as_secs())]
    Lifetime,
}

/// A scope that an API defines: 1 to 100 characters of RFC 6749 §3.3, and none that speaks of people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct ApiScope(String);

/// A text is no scope of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scope of an API has 1 to {} characters of RFC 6749, section 3.3, and isn't one that speaks of people", policy::API_SCOPE_MAX)]
pub struct InvalidApiScope;

/// The scopes that speak of a person and not of an API: those of OpenID Connect Core §5.4 and §11, and those of groups and roles.
pub const SCOPES_OF_PEOPLE: [&str; 9] = ["openid", "profile", "email", "address", "phone", "offline_access", "groups", "roles", "account"];

impl ApiScope {
    /// Reads a scope for registration.
    pub fn parse(text: &str) -> Result<Self, InvalidApiScope> {
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let fits = (1..=policy::API_SCOPE_MAX).contains(&text.len()) && text.bytes().all(allowed);
        if fits && !SCOPES_OF_PEOPLE.contains(&text) { Ok(Self(text.to_owned())) } else { Err(InvalidApiScope) }
    }

    /// The scope as it is registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text {
    ($name:ident, $invalid:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $invalid;
            fn try_from(text: String) -> Result<Self, $invalid> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}
text!(Audience, InvalidAudience);
text!(ApiScope, InvalidApiScope);

/// Scopes by the API that they are of.
pub type Grants = BTreeMap<Audience, BTreeSet<ApiScope>>;

/// The name of the admin API's host beside those of tenants; no tenant has it.
pub const ADMINISTRATION: &str = "admin";
/// The one scope of the admin API.
pub const ADMIN_SCOPE: &str = "admin";

/// Where the admin API is, which is its audience: beside `https://{slug}.{zone}` it is `https://admin.{zone}`; beside `{base}/t/{slug}`, on a loopback
/// base URL, it is the base.
pub fn administration(issuer: &Issuer, slug: &Slug) -> Option<String> {
    let origin = match issuer.path() {
        "" => format!("https://{ADMINISTRATION}.{}", issuer.origin().strip_prefix("https://")?.strip_prefix(slug.as_str())?.strip_prefix('.')?),
        path if path == format!("/t/{slug}") => issuer.origin().to_owned(),
        _ => return None,
    };
    Some(format!("{origin}/admin/v1"))
}

/// An API. Its audience never changes: tokens and apps name it by that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Api {
    /// What names it.
    pub audience: Audience,
    /// Counts its changes.
    #[serde(default = "first")]
    pub version: u64,
    /// The name that administrators see.
    pub name: String,
    /// The scopes that it knows.
    pub scopes: BTreeSet<ApiScope>,
    /// What signs its access tokens.
    pub access_token_signed_response_alg: Algorithm,
    /// How many seconds its access tokens live, as configured; [`Self::access_token_lifetime`] is what counts.
    pub access_token_seconds: u64,
    /// No token for it that was issued before this moment counts; it only grows.
    #[serde(default)]
    pub not_before: Timestamp,
    /// When it was registered.
    pub created_at: Timestamp,
}

const fn first() -> u64 {
    1
}

impl Api {
    /// An API without scopes, whose tokens are like those of the platform itself; what differs is set on it.
    pub fn named(audience: Audience, name: impl Into<String>, created_at: Timestamp) -> Self {
        Self {
            audience,
            version: first(),
            name: name.into(),
            scopes: BTreeSet::new(),
            access_token_signed_response_alg: Algorithm::Es256,
            access_token_seconds: policy::ACCESS_TOKEN.as_secs(),
            not_before: Timestamp::from_seconds(0),
            created_at,
        }
    }

    /// The admin API, as each tenant knows it: it stands in no row, so that no tenant can be without it. `None` for a tenant whose issuer isn't
    /// beside the others of its zone.
    pub fn of_administration(tenant: &Tenant) -> Option<Self> {
        let audience = Audience::parse(&administration(&tenant.first_issuer, &tenant.slug)?).ok()?;
        let scope = ApiScope::parse(ADMIN_SCOPE).ok()?;
        Some(Self { scopes: [scope].into(), ..Self::named(audience, "Administration", tenant.created_at) })
    }

    /// Whether it may be registered at this tenant.
    pub fn check(&self, tenant: &Tenant) -> Result<(), InvalidApi> {
        let administration = Self::of_administration(tenant);
        // A domain that is wanted may be proved later.
        let is_issuer = |issuer: &Issuer| self.audience.is_issuer(issuer);
        if is_issuer(&tenant.first_issuer) || tenant.domains.names.keys().any(|domain| is_issuer(&domain.issuer())) {
            Err(InvalidApi::Issuer)
        } else if administration.is_some_and(|api| api.audience == self.audience) {
            Err(InvalidApi::Administration)
        } else if !is_title(&self.name) {
            Err(InvalidApi::Name)
        } else if self.scopes.len() > policy::API_SCOPES_MAX {
            Err(InvalidApi::Scopes)
        } else if self.access_token_lifetime().as_secs() != self.access_token_seconds {
            Err(InvalidApi::Lifetime)
        } else {
            Ok(())
        }
    }

    // INVARIANT: whatever a row says, no access token outlives `policy::ACCESS_TOKEN_LONGEST`: signing keys are retired by that.
    /// How long its access tokens live.
    pub fn access_token_lifetime(&self) -> Duration {
        Duration::from_secs(self.access_token_seconds).clamp(policy::ACCESS_TOKEN_SHORTEST, policy::ACCESS_TOKEN_LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_an_absolute_uri_without_a_fragment() {
        for fine in ["https://api.example", "https://api.example/v1/", "https://api.example?x=1", "urn:example:api", "api:orders"] {
            assert_eq!(Audience::parse(fine).map(String::from), Ok(fine.to_owned()));
        }
        let long = format!("https://api.example/{}", "x".repeat(policy::AUDIENCE_MAX));
        for wrong in [
            "",
            "api",
            "/api",
            "//api.example",
            "https://api.example#",
            "https://api.example/#x",
            "https://a b",
            "https://ä.example",
            "https:\"",
            &long,
        ] {
            assert_eq!(Audience::parse(wrong), Err(InvalidAudience), "{wrong}");
        }
    }

    fn tenant(issuer: &str) -> Tenant {
        let (slug, issuer) = (Slug::parse("demo").expect("a slug"), Issuer::parse(issuer).expect("an issuer"));
        Tenant::named(crate::TenantId::from_random([1; 16]), slug, "Demo", issuer, Timestamp::from_seconds(0))
    }

    #[test]
    fn the_admin_api_is_an_api_of_every_tenant_beside_which_it_stands() {
        let audience = |issuer: &str| Api::of_administration(&tenant(issuer)).map(|api| String::from(api.audience));
        assert_eq!(audience("https://demo.id.example").as_deref(), Some("https://admin.id.example/admin/v1"));
        assert_eq!(audience("http://localhost:8080/t/demo").as_deref(), Some("http://localhost:8080/admin/v1"));
        for elsewhere in ["https://login.company.example", "https://demoid.example", "http://localhost:8080/t/other"] {
            assert_eq!(audience(elsewhere), None, "{elsewhere}");
        }
        let api = Api::of_administration(&tenant("https://demo.id.example")).expect("an API");
        assert_eq!(api.scopes.iter().map(ApiScope::as_str).collect::<Vec<_>>(), [ADMIN_SCOPE]);
    }

    #[test]
    fn an_audience_is_the_issuer_or_not_to_the_byte() {
        let issuer = Issuer::parse("https://demo.id.example").expect("an issuer");
        let is_issuer = |text: &str| Audience::parse(text).expect("an audience").is_issuer(&issuer);
        assert!(is_issuer("https://demo.id.example"));
        let api = |text: &str| Api::named(Audience::parse(text).expect("an audience"), "API", Timestamp::from_seconds(0));
        let tenant = tenant("https://demo.id.example");
        assert_eq!(api("https://demo.id.example").check(&tenant), Err(InvalidApi::Issuer));
        assert_eq!(api("https://admin.id.example/admin/v1").check(&tenant), Err(InvalidApi::Administration));
        assert_eq!(api("https://api.example").check(&tenant), Ok(()));
        let fine = || api("https://api.example");
        for name in ["", " API", "a\u{202e}b", &"x".repeat(policy::NAME_MAX_CHARACTERS + 1)] {
            assert_eq!(Api { name: name.to_owned(), ..fine() }.check(&tenant), Err(InvalidApi::Name), "{name}");
        }
        let scopes = (0..=policy::API_SCOPES_MAX).map(|number| ApiScope::parse(&format!("s{number}")).expect("a scope")).collect();
        assert_eq!(Api { scopes, ..fine() }.check(&tenant), Err(InvalidApi::Scopes));
        for access_token_seconds in [0, 59, 86_401] {
            assert_eq!(Api { access_token_seconds, ..fine() }.check(&tenant), Err(InvalidApi::Lifetime));
        }
        assert!(!is_issuer("https://demo.id.example/") && !is_issuer("https://DEMO.id.example"));
    }

    #[test]
    fn a_scope_of_an_api_is_never_one_of_openid_connect() {
        for fine in ["read", "orders:read", "https://api.example/read", "Openid", &"s".repeat(100)] {
            assert!(ApiScope::parse(fine).is_ok(), "{fine}");
        }
        for wrong in SCOPES_OF_PEOPLE.into_iter().chain(["", "a b", "a\"b", "a\\b", "ü", &"s".repeat(101)]) {
            assert_eq!(ApiScope::parse(wrong), Err(InvalidApiScope), "{wrong}");
        }
    }

    #[test]
    fn whatever_is_configured_a_token_lives_between_a_minute_and_a_day() {
        let lifetime = |access_token_seconds| {
            let audience = Audience::parse("https://api.example").expect("an audience");
            Api { access_token_seconds, ..Api::named(audience, "API", Timestamp::from_seconds(0)) }.access_token_lifetime().as_secs()
        };
        assert_eq!([lifetime(0), lifetime(59), lifetime(3600), lifetime(86_400), lifetime(u64::MAX)], [60, 60, 3600, 86_400, 86_400]);
    }
}
