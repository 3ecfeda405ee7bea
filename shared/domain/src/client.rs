//! An app as registered: how it authenticates, where it may be answered, which security profile it follows.

mod access;
mod change;
mod lifetimes;
mod redirect_uri;
mod settings;
mod web_origin;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::Grants;
use crate::claim_rules::ClaimRule;
use crate::id::ClientId;
use crate::identifier::SUBJECTS_OF_CLIENTS;
use crate::key_ring::Algorithm;
use crate::tenant::{SessionPolicy, Tenant};
use crate::timestamp::Timestamp;

pub use access::Access;
pub use lifetimes::TokenLifetimes;
pub use redirect_uri::{InvalidRedirectUri, RedirectUri};
pub use settings::{AppKind, BackchannelLogoutSettings, InvalidSettings, Settings};
pub use web_origin::{InvalidWebOrigin, WebOrigin};

/// How a client authenticates at the token endpoint (OpenID Connect Core §9), as registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ClientAuthenticationMethod {
    /// A public client (RFC 6749 §2.1).
    #[serde(rename = "none")]
    None,
    /// HTTP Basic (RFC 6749 §2.3.1).
    #[serde(rename = "client_secret_basic")]
    ClientSecretBasic,
    /// The secret in the body (RFC 6749 §2.3.1).
    #[serde(rename = "client_secret_post")]
    ClientSecretPost,
    /// A JWT signed with the client's own key (RFC 7523 §2.2, OpenID Connect Core §9).
    #[serde(rename = "private_key_jwt")]
    PrivateKeyJwt,
}

impl ClientAuthenticationMethod {
    /// Whether it is by a secret that both know.
    pub const fn is_by_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }

    /// The registered name of the method.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// A client secret's SHA-256, base64url; the secret has 256 bits, so no slow hash is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretHash {
    /// SHA-256 of the secret.
    pub sha256: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The rules that a client follows where standards leave a choice; `oauth::profile` says what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum SecurityProfile {
    /// Plain OpenID Connect Core: PKCE welcome, not required of confidential clients.
    #[serde(rename = "oidc")]
    Oidc,
    /// OAuth 2.1: PKCE required.
    #[serde(rename = "oauth2.1")]
    OAuth21,
}

/// Whether a person is asked before the app learns anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPolicy {
    /// Asked once per client and scope, then remembered.
    Ask,
    /// The organisation's own app, trusted by its administrator.
    Implied,
}

/// What a client may ask the token endpoint for (RFC 7591 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
}

impl GrantType {
    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// What an app for people is registered with.
    pub fn for_people() -> BTreeSet<Self> {
        BTreeSet::from([Self::AuthorizationCode, Self::RefreshToken])
    }
}

/// Where an app is told that a session ended (OpenID Connect Back-Channel Logout §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackchannelLogout {
    /// `backchannel_logout_uri`.
    pub uri: RedirectUri,
    /// `backchannel_logout_session_required`: the app can't do without `sid`.
    pub session_required: bool,
}

/// The id of the tenant's own account pages, [`Client::of_account_pages`].
pub const ACCOUNT_PAGES: &str = "account";
/// What follows `/account` in the addresses of those pages.
pub const ACCOUNT_SECTIONS: [&str; 7] = ["", "/security", "/sessions", "/activity", "/apps", "/data", "/email"];

/// An app of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// The name that pages show.
    pub name: String,
    /// What runs it, where that was said; [`Self::kind`] is what counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<AppKind>,
    /// Counts its changes.
    #[serde(default = "first")]
    pub version: u64,
    /// How it authenticates.
    pub authentication: ClientAuthenticationMethod,
    /// Its live secrets, two while one is rotated; none for a public client.
    #[serde(default)]
    pub secrets: Vec<SecretHash>,
    /// The public keys that its assertions verify with (RFC 7517), two while one is rotated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jwks: Vec<serde_json::Value>,
    /// What it may ask the token endpoint for.
    #[serde(default = "GrantType::for_people")]
    pub grant_types: BTreeSet<GrantType>,
    /// Where it may be answered.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a person may be sent after logout.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where it is told that a session ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout: Option<BackchannelLogout>,
    /// From where its browser code may call (CORS).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub origins: BTreeSet<WebOrigin>,
    /// What it may ask for as itself, of which API (RFC 6749 §4.4).
    #[serde(default, skip_serializing_if = "Grants::is_empty")]
    pub apis: Grants,
    /// Which rules it follows.
    pub security_profile: SecurityProfile,
    /// What signs its ID tokens.
    pub id_token_signed_response_alg: Algorithm,
    /// What signs its userinfo; plain JSON without it (OpenID Connect Core §5.3.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Algorithm>,
    /// Whether its users are asked for consent.
    pub consent: ConsentPolicy,
    /// How young a session has to be, and how lately used, that opens it without a sign-in; any that lives does where it doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<SessionPolicy>,
    /// What it is told of people beyond the standards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimRule>,
    /// How long what it is issued lives.
    #[serde(default, skip_serializing_if = "TokenLifetimes::is_unsaid")]
    pub lifetimes: TokenLifetimes,
    /// Whom it is for; where it doesn't say, whom the tenant's apps are for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// Nothing issued to it before this moment counts; it only grows.
    #[serde(default)]
    pub not_before: Timestamp,
    /// When it was registered.
    pub created_at: Timestamp,
}

const fn first() -> u64 {
    1
}

impl Client {
    /// A public app of the profile `oauth2.1` that asks for consent and can't be answered anywhere yet; what differs is set on it.
    pub fn named(id: ClientId, name: impl Into<String>, created_at: Timestamp) -> Self {
        Self {
            id,
            name: name.into(),
            kind: None,
            version: first(),
            authentication: ClientAuthenticationMethod::None,
            secrets: Vec::new(),
            jwks: Vec::new(),
            grant_types: GrantType::for_people(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout: None,
            origins: BTreeSet::new(),
            apis: Grants::new(),
            security_profile: SecurityProfile::OAuth21,
            id_token_signed_response_alg: Algorithm::Es256,
            userinfo_signed_response_alg: None,
            consent: ConsentPolicy::Ask,
            sessions: None,
            claims: Vec::new(),
            lifetimes: TokenLifetimes::default(),
            access: None,
            not_before: Timestamp::from_seconds(0),
            created_at,
        }
    }

    /// The tenant's own pages on which people keep their account: an app like others, so that they are reached through the same sign-in. It asks the
    /// token endpoint for nothing, is for everybody whatever the tenant's policies say, and no registered app has its id.
    pub fn of_account_pages(tenant: &Tenant) -> Option<Self> {
        let uri = |section: &&str| RedirectUri::parse(&tenant.issuer().endpoint(&format!("/account{section}")));
        let redirect_uris = ACCOUNT_SECTIONS.iter().map(uri).collect::<Result<_, _>>().ok()?;
        let id = ClientId::parse(ACCOUNT_PAGES).ok()?;
        let client = Self::named(id, tenant.name.clone(), tenant.created_at);
        Some(Self { redirect_uris, grant_types: BTreeSet::new(), consent: ConsentPolicy::Implied, access: Some(Access::Everyone), ..client })
    }

    /// The app that a system tenant begins with: a program on an administrator's own machine (RFC 8252 §7.3), by which its first owner registers others.
    pub fn of_operators(now: Timestamp) -> Option<Self> {
        let client = Self::named(ClientId::parse("administration").ok()?, "Administration".to_owned(), now);
        Some(Self { kind: Some(AppKind::Native), redirect_uris: vec![RedirectUri::parse("http://127.0.0.1/callback").ok()?], ..client })
    }

    /// Whether it can keep a secret (RFC 6749 §2.1).
    pub const fn is_confidential(&self) -> bool {
        !matches!(self.authentication, ClientAuthenticationMethod::None)
    }

    // SECURITY: RFC 9700 §4.15: an API that looks at `sub` alone must not take an app for a person. No person's `sub` begins so.
    /// The `sub` of tokens that it gets as itself (RFC 9068 §2.2).
    pub fn subject(&self) -> String {
        format!("{SUBJECTS_OF_CLIENTS}{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{Canonical, InvalidIdentifier};

    #[test]
    fn the_account_pages_are_an_app_of_the_tenants_own_that_gets_no_token() {
        let issuer = crate::tenant::Issuer::parse("https://demo.id.example.com").expect("an issuer");
        let slug = crate::Slug::parse("demo").expect("a slug");
        let tenant = Tenant::named(crate::TenantId::from_random([1; 16]), slug, "Demo", issuer, Timestamp::from_seconds(0));
        let pages = Client::of_account_pages(&tenant).expect("pages");
        assert_eq!((pages.id.as_str(), pages.name.as_str(), pages.consent), (ACCOUNT_PAGES, "Demo", ConsentPolicy::Implied));
        assert!(pages.grant_types.is_empty());
        let uris: Vec<&str> = pages.redirect_uris.iter().map(RedirectUri::as_str).collect();
        assert_eq!(uris[..2], ["https://demo.id.example.com/account", "https://demo.id.example.com/account/security"]);
    }

    proptest::proptest! {
        #[test]
        fn the_subject_of_no_app_can_be_a_persons(id in "[A-Za-z0-9._~-]{1,100}") {
            let app = Client::named(ClientId::parse(&id).expect("a client id"), "App", Timestamp::from_seconds(0));
            proptest::prop_assert_eq!(Canonical::subject(&app.subject()), Err(InvalidIdentifier::OfClients));
        }
    }

    #[test]
    fn a_scheme_comes_with_its_colon() {
        let scheme = |text: &str| RedirectUri::parse(text).expect("a registrable URI").scheme();
        assert_eq!(scheme("https://app.example:8443/cb?x=1"), "https:");
        assert_eq!(scheme("com.example.app:/cb"), "com.example.app:");
    }
}
