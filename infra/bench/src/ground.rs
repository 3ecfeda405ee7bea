//! What is measured stands on this: a tenant with people and apps on an embedded DynamoDB, reached by the clients of a deployed function.

use std::sync::Arc;

use cloud::aws::{Aws, Credentials, Endpoint, http_client};
use cloud::keys::KeyService;
use crypto::{SymmetricKey, derive};
use domain::api::{Api, ApiScope, Audience};
use domain::client::{Client, ClientAuthenticationMethod, ConsentPolicy, GrantType, RedirectUri, SecretHash};
use domain::key_ring::Algorithm;
use domain::registration::{Registration, RegistrationPolicy};
use domain::user::Profile;
use domain::{ClientId, Region, Secret, Slug};
use runtime::configuration::Configuration;
use runtime::provision::{NewTenant, NewUser};
use runtime::{Clock, Platform, Provisioner, SystemRandom, TenantRouting};
use testkit::{Embedded, LocalKeys};

use crate::Error;

/// The zone of the embedded tables.
pub const ZONE: &str = "test";
/// The region that they play.
pub const REGION: &str = "eu-west-1";
/// The domain below which the tenant has its host.
pub const ZONE_DOMAIN: &str = "id.example.com";
/// The tenant's name in hosts.
pub const SLUG: &str = "bench";
/// The tenant's host.
pub const HOST: &str = "bench.id.example.com";
/// The tenant's issuer.
pub const ISSUER: &str = "https://bench.id.example.com";
/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery staple";
/// The person who signs in.
pub const PERSON: &str = "ada";
/// Where every app is answered.
pub const REDIRECT_URI: &str = "https://app.example/callback";
/// The secret of every app.
pub const CLIENT_SECRET: &str = "bench-secret-bench-secret-bench-secret-bench";

/// The API that [`App::Machine`] asks tokens for.
pub const AUDIENCE: &str = "https://api.example";
/// What it may do there.
const API_SCOPE: &str = "read";

/// An app of the tenant; all authenticate by `client_secret_basic` and follow OAuth 2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// Trusted, ID tokens by ES256.
    Trusted,
    /// Trusted, ID tokens by RS256.
    TrustedRs256,
    /// Its people are asked for consent.
    Asking,
    /// Trusted, and asks for refresh tokens.
    Offline,
    /// Asks for tokens as itself.
    Machine,
}

impl App {
    const ALL: [Self; 5] = [Self::Trusted, Self::TrustedRs256, Self::Asking, Self::Offline, Self::Machine];

    /// Its `client_id`.
    pub const fn client_id(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::TrustedRs256 => "trusted-rs256",
            Self::Asking => "asking",
            Self::Offline => "offline",
            Self::Machine => "machine",
        }
    }

    /// What it asks for.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Trusted | Self::TrustedRs256 | Self::Asking => "openid profile email",
            Self::Offline => "openid profile email offline_access",
            Self::Machine => API_SCOPE,
        }
    }

    fn client(self, clock: &dyn Clock) -> Result<Client, Error> {
        let sha256 = crypto::base64url::encode(derive::sha256(CLIENT_SECRET.as_bytes()));
        Ok(Client {
            authentication: ClientAuthenticationMethod::ClientSecretBasic,
            secrets: vec![SecretHash { sha256, created_at: clock.now() }],
            redirect_uris: vec![RedirectUri::parse(REDIRECT_URI)?],
            id_token_signed_response_alg: if self == Self::TrustedRs256 { Algorithm::Rs256 } else { Algorithm::Es256 },
            consent: if self == Self::Asking { ConsentPolicy::Ask } else { ConsentPolicy::Implied },
            ..self.client_of_its_kind(clock)?
        })
    }
}

impl App {
    fn client_of_its_kind(self, clock: &dyn Clock) -> Result<Client, Error> {
        let client = Client::named(ClientId::parse(self.client_id())?, "An app of the bench", clock.now());
        if self != Self::Machine {
            return Ok(client);
        }
        let scopes = [ApiScope::parse(API_SCOPE)?].into();
        Ok(Client { grant_types: [GrantType::ClientCredentials].into(), apis: [(Audience::parse(AUDIENCE)?, scopes)].into(), ..client })
    }
}

/// A seeded tenant. Dropping it ends its tables.
pub struct Ground {
    /// What functions stand on.
    pub platform: Platform,
    /// The key service that wrapped the tenant's keys.
    pub keys: Arc<dyn KeyService>,
    /// The tables.
    pub embedded: Embedded,
}

impl Ground {
    /// A tenant with [`PERSON`], `others` and every [`App`].
    pub async fn seeded(clock: Arc<dyn Clock>, others: &[String]) -> Result<Self, Error> {
        let embedded = Embedded::memory();
        let random = Arc::new(SystemRandom::new());
        let keys: Arc<dyn KeyService> = Arc::new(LocalKeys::new(SymmetricKey::from_bytes([1; 32]), random));
        let routing = TenantRouting::ByHost { zone_domain: ZONE_DOMAIN.to_owned() };
        let deployed = Platform::from_environment(&Configuration::from_source(environment), &account(embedded.endpoint()), routing)?;
        let platform = Platform { keys: Arc::clone(&keys), clock, ..deployed };
        seed(&platform, others).await?;
        Ok(Self { platform, keys, embedded })
    }
}

/// What a function reads of its environment before it reaches its tables.
fn environment(name: &str) -> Option<String> {
    let value = match name {
        "AWS_REGION" | "ZONE_REGIONS" => REGION.to_owned(),
        "ZONE" => ZONE.to_owned(),
        "DIRECTORY_TABLE" => "countersign-directory".to_owned(),
        name => format!("countersign-{ZONE}-{}", name.strip_suffix("_TABLE")?.to_lowercase()),
    };
    Some(value)
}

fn account(endpoint: &Endpoint) -> Aws {
    let credentials = Credentials {
        access_key_id: "bench".to_owned(),
        secret_access_key: Secret::new("bench".to_owned()),
        session_token: Some(Secret::new("bench".to_owned())),
    };
    Aws { region: Region::new(REGION), endpoint: Some(endpoint.clone()), credentials, http: http_client() }
}

async fn seed(platform: &Platform, others: &[String]) -> Result<(), Error> {
    let provisioner = Provisioner::new(platform);
    provisioner.ensure_zone(vec![Region::new(REGION)]).await?;
    let slug = Slug::parse(SLUG)?;
    let registration = RegistrationPolicy { who: Registration::Open, ..RegistrationPolicy::default() };
    let new = NewTenant { issuer: platform.routing.issuer(&slug)?, slug, name: "Bench".to_owned(), registration };
    let tenant = provisioner.create_tenant(&new).await?.ok_or("the slug is taken")?;
    for username in std::iter::once(PERSON).chain(others.iter().map(String::as_str)) {
        let profile = Profile { name: Some("Ada Lovelace".to_owned()), given_name: Some("Ada".to_owned()), ..Profile::default() };
        let email = format!("{username}@bench.example");
        provisioner
            .create_user(&tenant, &NewUser { username: username.to_owned(), email, password: Secret::new(PASSWORD.to_owned()).into(), profile })
            .await?;
    }
    let api = Api::named(Audience::parse(AUDIENCE)?, "An API of the bench", platform.clock.now());
    provisioner.create_api(&tenant, &Api { scopes: [ApiScope::parse(API_SCOPE)?].into(), ..api }).await?;
    for app in App::ALL {
        provisioner.create_client(&tenant, &app.client(&*platform.clock)?).await?;
    }
    Ok(())
}
