//! A tenant, a person and apps in one line each; a test changes what it is about with `..`.

use domain::api::{Api, ApiScope, Audience};
use domain::client::{Client, ClientAuthenticationMethod, GrantType, RedirectUri, SecretHash, SecurityProfile};
use domain::tenant::{Issuer, Tenant};
use domain::user::{Email, Profile, User};
use domain::{ClientId, Epoch, Placement, Region, Secret, Slug, TenantId, Timestamp, UserId, ZoneName};

use crate::FixedClock;

/// Where the sample apps are answered.
pub const REDIRECT_URI: &str = "https://app.example/callback";
/// The password of the sample person.
pub const PASSWORD: &str = "correct horse battery staple";
/// The secret of the sample confidential app.
pub const CLIENT_SECRET: &str = "sample-secret-sample-secret-sample-secret-1";

/// The sample tenant's id.
pub fn tenant_id() -> TenantId {
    TenantId::from_random([1; 16])
}

/// The sample person's id.
pub fn user_id() -> UserId {
    UserId::from_random([2; 16])
}

/// The tenant `demo` at `https://demo.id.example.com`.
///
/// # Panics
/// Never; its texts are valid.
pub fn tenant() -> Tenant {
    let issuer = Issuer::parse("https://demo.id.example.com").expect("an issuer");
    Tenant::named(tenant_id(), Slug::parse("demo").expect("a slug"), "Demo", issuer, FixedClock::USUAL)
}

/// The sample tenant at home in `region`, in the zone's first epoch.
pub fn placement(region: &Region) -> Placement {
    Placement { tenant: tenant_id(), zone: ZoneName::new("test"), home: region.clone(), epoch: Epoch(0), epoch_began_at: Timestamp::from_seconds(0) }
}

/// Ada, active, with a verified address.
pub fn user() -> User {
    let profile = Profile {
        name: Some("Ada Lovelace".to_owned()),
        given_name: Some("Ada".to_owned()),
        family_name: Some("Lovelace".to_owned()),
        locale: Some("en".to_owned()),
        zoneinfo: Some("Europe/London".to_owned()),
        ..Profile::default()
    };
    User {
        username: Some("ada".to_owned()),
        email: Some(Email::first("ada@example.com", true)),
        profile,
        not_before: Timestamp::from_seconds(0),
        ..User::new(user_id(), FixedClock::USUAL)
    }
}

/// A public app of the profile `oauth2.1` that asks for consent.
///
/// # Panics
/// Never; its texts are valid.
pub fn client() -> Client {
    Client {
        redirect_uris: vec![RedirectUri::parse(REDIRECT_URI).expect("a redirect URI")],
        ..Client::named(ClientId::parse("sample-public").expect("a client id"), "Sample app", FixedClock::USUAL)
    }
}

/// A confidential app of the profile `oidc`, authenticated by `client_secret_basic` with [`CLIENT_SECRET`].
///
/// # Panics
/// Never; its texts are valid.
pub fn confidential_client() -> Client {
    let sha256 = crypto::base64url::encode(crypto::derive::sha256(CLIENT_SECRET.as_bytes()));
    Client {
        id: ClientId::parse("sample-confidential").expect("a client id"),
        name: "Sample web app".to_owned(),
        authentication: ClientAuthenticationMethod::ClientSecretBasic,
        secrets: vec![SecretHash { sha256, created_at: FixedClock::USUAL }],
        security_profile: SecurityProfile::Oidc,
        ..client()
    }
}

/// What names the sample API.
pub const AUDIENCE: &str = "https://api.example";

fn api_scopes(names: &[&str]) -> std::collections::BTreeSet<ApiScope> {
    names.iter().map(|name| ApiScope::parse(name).expect("a scope")).collect()
}

/// An API with the scopes `read`, `write` and `delete`. Who needs it registers it.
///
/// # Panics
/// Never; its texts are valid.
pub fn api() -> Api {
    let audience = Audience::parse(AUDIENCE).expect("an audience");
    Api { scopes: api_scopes(&["read", "write", "delete"]), ..Api::named(audience, "Sample API", FixedClock::USUAL) }
}

/// An app that may read and write at the sample API as itself, authenticated as the confidential one. Who needs it registers it.
///
/// # Panics
/// Never; its texts are valid.
pub fn machine() -> Client {
    Client {
        id: ClientId::parse("sample-machine").expect("a client id"),
        name: "Sample machine".to_owned(),
        grant_types: [GrantType::ClientCredentials].into(),
        apis: [(api().audience, api_scopes(&["read", "write"]))].into(),
        redirect_uris: Vec::new(),
        ..confidential_client()
    }
}

/// The sample person's password.
pub fn password() -> Secret<String> {
    Secret::new(PASSWORD.to_owned())
}
