//! What an administrator says of an app, and what can't be.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Access, BackchannelLogout, ClientAuthenticationMethod, ConsentPolicy, GrantType, RedirectUri, SecurityProfile, TokenLifetimes, WebOrigin,
};
use crate::api::{ApiScope, Grants};
use crate::claim_rules::{self, ClaimRule, InvalidRule};
use crate::identifier::is_title;
use crate::key_ring::Algorithm;
use crate::policies::Lifetimes;
use crate::policy;
use crate::tenant::{SessionPolicy, Tenant};

/// What runs an app, which decides what it can keep and where it can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppKind {
    /// A server, which keeps a secret or a key.
    Web,
    /// A browser, which keeps none.
    SinglePage,
    /// A phone or a desktop, which keeps none (RFC 8252).
    Native,
    /// A program that acts for itself (RFC 6749 §4.4).
    Machine,
}

/// What an administrator says of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AppSettings)]
pub struct Settings {
    /// The name that pages show.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What runs it, for good.
    #[serde(rename = "type")]
    pub kind: AppKind,
    /// Which rules it follows.
    #[serde(default = "oauth21")]
    pub security_profile: SecurityProfile,
    /// How it authenticates; by what runs it, if it isn't said: a secret by HTTP Basic, or nothing.
    #[serde(default)]
    pub authentication: Option<ClientAuthenticationMethod>,
    /// The public keys that its assertions verify with.
    #[serde(default)]
    #[schema(value_type = Vec<Object>, max_items = 5)]
    pub jwks: Vec<serde_json::Value>,
    /// What it may ask the token endpoint for; by what runs it, if it isn't said.
    #[serde(default)]
    pub grant_types: Option<BTreeSet<GrantType>>,
    /// Where it may be answered, to the byte.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a person may be sent after logout, to the byte.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where it is told that a session ended.
    #[serde(default)]
    pub backchannel_logout: Option<BackchannelLogoutSettings>,
    /// From where its browser code may call.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub origins: BTreeSet<WebOrigin>,
    /// What it may ask for as itself, by the audience of the API.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    pub apis: Grants,
    /// What signs its ID tokens.
    #[serde(default = "es256")]
    pub id_token_signed_response_alg: Algorithm,
    /// What signs its userinfo, which is plain JSON if it isn't said.
    #[serde(default)]
    pub userinfo_signed_response_alg: Option<Algorithm>,
    /// Whether its users are asked for consent.
    #[serde(default = "asked")]
    pub consent: ConsentPolicy,
    /// How young a session has to be, and how lately used, that opens it without a sign-in.
    #[serde(default)]
    pub sessions: Option<Lifetimes>,
    /// What it is told of people beyond the standards, without that they are asked.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub claims: Vec<ClaimRule>,
    /// How long what it is issued lives.
    #[serde(default)]
    pub lifetimes: TokenLifetimes,
    /// Whom it is for; if it isn't said, whom the tenant's policy `access` names.
    #[serde(default)]
    pub access: Option<Access>,
}

const fn oauth21() -> SecurityProfile {
    SecurityProfile::OAuth21
}

const fn es256() -> Algorithm {
    Algorithm::Es256
}

const fn asked() -> ConsentPolicy {
    ConsentPolicy::Ask
}

/// Where an app is told that a session ended (OpenID Connect Back-Channel Logout §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BackchannelLogout)]
pub struct BackchannelLogoutSettings {
    /// `backchannel_logout_uri`.
    pub uri: RedirectUri,
    /// `backchannel_logout_session_required`: the app can't do without `sid`.
    pub session_required: bool,
}

impl From<BackchannelLogout> for BackchannelLogoutSettings {
    fn from(BackchannelLogout { uri, session_required }: BackchannelLogout) -> Self {
        Self { uri, session_required }
    }
}

impl From<BackchannelLogoutSettings> for BackchannelLogout {
    fn from(BackchannelLogoutSettings { uri, session_required }: BackchannelLogoutSettings) -> Self {
        Self { uri, session_required }
    }
}

/// Why an app can't be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// Pages show it.
    #[error("name: 1 to {} characters, none of them invisible", policy::NAME_MAX_CHARACTERS)]
    Name,
    /// What runs in a browser, on a phone or on a desktop can be read by whoever has that.
    #[error("authentication: a single-page or native app keeps no secret, any other has one or a key")]
    Authentication,
    /// An assertion verifies with a key, and with nothing else.
    #[error("jwks: keys are for private_key_jwt, which has 1 to {}", policy::APP_KEYS_MAX)]
    Keys,
    /// One record holds them.
    #[error("jwks: a key has at most {} bytes", policy::APP_KEY_BYTES_MAX)]
    KeySize,
    /// Each kind of app has its grants.
    #[error("grant_types: client_credentials is for machines and asked for by nothing else")]
    Grants,
    /// People have to come back.
    #[error("redirect_uris: 1 to {}, and none for a machine", policy::APP_ADDRESSES_MAX)]
    RedirectUris,
    /// It would look as if it matched what it doesn't.
    #[error("an address has no wildcard")]
    Wildcard,
    /// It would look as if it led elsewhere.
    #[error("an address has no user's name and no backslash")]
    Ambiguous,
    /// A scheme of its own is answered by whatever claims it (RFC 8252 §7.1).
    #[error("redirect_uris: a scheme of its own is for native apps")]
    OwnScheme,
    /// More addresses or origins than an app has.
    #[error("at most {} addresses and origins each", policy::APP_ADDRESSES_MAX)]
    TooMany,
    /// All of them stand in the tenant's record, and none leaves it.
    #[error("origins: a tenant's apps call from at most {} in all", policy::TENANT_ORIGINS_MAX)]
    TenantOrigins,
    /// The platform calls it.
    #[error("backchannel_logout: an https address")]
    BackchannelLogout,
    /// What it asks for as itself.
    #[error("apis: for machines, at most {} with {} scopes each", policy::APP_APIS_MAX, policy::API_SCOPES_MAX)]
    Apis,
    /// A session that is over as it begins lets nobody in, and every one ends.
    #[error("sessions: at least a minute, at most a year, and no shorter used than unused")]
    Sessions,
    /// Nothing outlives what the platform lets live.
    #[error(
        "lifetimes: access and ID tokens {} to {} seconds, refresh tokens from {} to {} without use and {} in all",
        policy::ACCESS_TOKEN_SHORTEST.as_secs(),
        policy::ACCESS_TOKEN_LONGEST.as_secs(),
        policy::REFRESH_SHORTEST.as_secs(),
        policy::REFRESH_IDLE.as_secs(),
        policy::REFRESH_ABSOLUTE.as_secs()
    )]
    Lifetimes,
    /// A rule by which it is told something.
    #[error("claims: rule {}: {why}", .rule + 1)]
    Claims {
        /// Which one, counted from zero.
        rule: usize,
        /// Why.
        why: InvalidRule,
    },
    /// There is no such group.
    #[error("access: 1 to {} groups of the tenant", policy::MEMBERSHIPS_MAX)]
    Access,
    /// What runs an app doesn't change: what it can keep would.
    #[error("type: stays what it is")]
    Kind,
}

impl Settings {
    /// How it authenticates.
    pub fn authentication(&self) -> ClientAuthenticationMethod {
        self.authentication.unwrap_or(match self.kind {
            AppKind::Web | AppKind::Machine => ClientAuthenticationMethod::ClientSecretBasic,
            AppKind::SinglePage | AppKind::Native => ClientAuthenticationMethod::None,
        })
    }

    /// What it may ask the token endpoint for.
    pub fn grant_types(&self) -> BTreeSet<GrantType> {
        self.grant_types.clone().unwrap_or_else(|| match self.kind {
            AppKind::Machine => [GrantType::ClientCredentials].into(),
            AppKind::Web | AppKind::SinglePage | AppKind::Native => GrantType::for_people(),
        })
    }

    /// Whether an app of the tenant may be so.
    pub fn check(&self, tenant: &Tenant) -> Result<(), InvalidSettings> {
        self.check_name()?;
        self.check_authentication()?;
        self.check_grants()?;
        self.check_addresses()?;
        // What an app had stays the tenant's; what adds none is no obstacle, however many there are.
        if self.origins.difference(&tenant.origins).count() > policy::TENANT_ORIGINS_MAX.saturating_sub(tenant.origins.len()) {
            return Err(InvalidSettings::TenantOrigins);
        }
        self.check_claims(tenant)?;
        if self.sessions.is_some_and(|sessions| !SessionPolicy::from(sessions).is_sensible()) {
            Err(InvalidSettings::Sessions)
        } else if !self.lifetimes.are_allowed() {
            Err(InvalidSettings::Lifetimes)
        } else if self.access.as_ref().is_some_and(|access| !access.is_of(tenant)) {
            Err(InvalidSettings::Access)
        } else {
            Ok(())
        }
    }

    fn check_claims(&self, tenant: &Tenant) -> Result<(), InvalidSettings> {
        if self.kind == AppKind::Machine && !self.claims.is_empty() {
            return Err(InvalidSettings::Claims { rule: 0, why: InvalidRule::Machine });
        }
        claim_rules::check(&self.claims, tenant).map_err(|(rule, why)| InvalidSettings::Claims { rule, why })
    }

    fn check_name(&self) -> Result<(), InvalidSettings> {
        if is_title(&self.name) { Ok(()) } else { Err(InvalidSettings::Name) }
    }

    fn check_authentication(&self) -> Result<(), InvalidSettings> {
        let (method, keeps) = (self.authentication(), matches!(self.kind, AppKind::Web | AppKind::Machine));
        if keeps == (method == ClientAuthenticationMethod::None) {
            return Err(InvalidSettings::Authentication);
        }
        let keys = 1..=policy::APP_KEYS_MAX;
        let fits = if method == ClientAuthenticationMethod::PrivateKeyJwt { keys.contains(&self.jwks.len()) } else { self.jwks.is_empty() };
        if !fits {
            return Err(InvalidSettings::Keys);
        }
        if self.jwks.iter().all(|key| key.to_string().len() <= policy::APP_KEY_BYTES_MAX) { Ok(()) } else { Err(InvalidSettings::KeySize) }
    }

    fn check_grants(&self) -> Result<(), InvalidSettings> {
        let (grants, machine) = (self.grant_types(), self.kind == AppKind::Machine);
        let own = grants.contains(&GrantType::ClientCredentials);
        let many = |scopes: &BTreeSet<ApiScope>| scopes.len() > policy::API_SCOPES_MAX;
        let refreshes_alone = grants.contains(&GrantType::RefreshToken) && !grants.contains(&GrantType::AuthorizationCode);
        if grants.is_empty() || own != machine || (machine && grants.len() > 1) || refreshes_alone {
            Err(InvalidSettings::Grants)
        } else if !machine && !self.apis.is_empty() || self.apis.len() > policy::APP_APIS_MAX || self.apis.values().any(many) {
            Err(InvalidSettings::Apis)
        } else {
            Ok(())
        }
    }

    fn check_addresses(&self) -> Result<(), InvalidSettings> {
        let most = policy::APP_ADDRESSES_MAX;
        let told = self.backchannel_logout.as_ref().map(|logout| &logout.uri);
        let all = || self.redirect_uris.iter().chain(&self.post_logout_redirect_uris).chain(told);
        let own_scheme = |uri: &RedirectUri| !matches!(uri.scheme().as_str(), "https:" | "http:");
        if (self.kind == AppKind::Machine) != self.redirect_uris.is_empty() || self.redirect_uris.len() > most {
            Err(InvalidSettings::RedirectUris)
        } else if self.post_logout_redirect_uris.len() > most || self.origins.len() > most {
            Err(InvalidSettings::TooMany)
        } else if all().map(RedirectUri::as_str).chain(self.origins.iter().map(WebOrigin::as_str)).any(|uri| uri.contains('*')) {
            Err(InvalidSettings::Wildcard)
        } else if !all().all(RedirectUri::is_unambiguous) {
            Err(InvalidSettings::Ambiguous)
        } else if told.is_some_and(own_scheme) {
            Err(InvalidSettings::BackchannelLogout)
        } else if self.kind != AppKind::Native && self.redirect_uris.iter().chain(&self.post_logout_redirect_uris).any(own_scheme) {
            Err(InvalidSettings::OwnScheme)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
