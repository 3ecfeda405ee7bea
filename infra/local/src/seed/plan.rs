//! Who and what the demo tenant has.

use std::collections::{BTreeMap, BTreeSet};

use domain::administration::AdminRole;
use domain::client::{ClientAuthenticationMethod, ConsentPolicy, GrantType, SecurityProfile};
use domain::key_ring::Algorithm;
use domain::registration::{Registration, RegistrationPolicy};
use domain::tenant::Issuer;
use domain::user::Profile;
use runtime::Random;

use super::Addresses;
use super::document::{Api, App, Document, Person, TenantDocument};

/// The demo tenant's slug.
pub const TENANT: &str = "demo";
/// The name that its pages show.
pub(super) const TENANT_NAME: &str = "Demo";

/// An app of the demo tenant.
#[derive(Clone, Copy, Debug)]
pub struct AppPlan {
    /// Its identifier.
    pub client_id: &'static str,
    /// The name that pages show.
    pub name: &'static str,
    /// How it authenticates.
    pub authentication: ClientAuthenticationMethod,
    /// Which rules it follows.
    pub profile: SecurityProfile,
    /// What signs its ID tokens.
    pub algorithm: Algorithm,
    /// Whether people are asked.
    pub consent: ConsentPolicy,
    /// What it may ask for as itself, of which API; an app that may has no people.
    pub apis: &'static [(&'static str, &'static [&'static str])],
    /// As what it administers the demo, which opens the admin API to it as well.
    pub administers: Option<AdminRole>,
}

impl AppPlan {
    /// Whether it acts for itself.
    fn is_machine(&self) -> bool {
        !self.apis.is_empty() || self.administers.is_some()
    }

    /// What it may ask the token endpoint for.
    pub(super) fn grant_types(&self) -> BTreeSet<GrantType> {
        if self.is_machine() { BTreeSet::from([GrantType::ClientCredentials]) } else { GrantType::for_people() }
    }
}

/// An API of the demo tenant.
#[derive(Clone, Copy, Debug)]
pub struct ApiPlan {
    /// What names it.
    pub audience: &'static str,
    /// The name that administrators see.
    pub name: &'static str,
    /// The scopes that it knows.
    pub scopes: &'static [&'static str],
    /// What signs its access tokens.
    pub algorithm: Algorithm,
}

/// One API per algorithm.
pub const APIS: [ApiPlan; 2] = [
    ApiPlan { audience: "https://api.demo.example", name: "Demo API", scopes: &["orders:read", "orders:write"], algorithm: Algorithm::Es256 },
    ApiPlan { audience: "https://files.demo.example", name: "Demo files", scopes: &["files:read"], algorithm: Algorithm::Rs256 },
];

/// One app per way to authenticate, both profiles, both algorithms; one that asks as itself, and one that administers so.
pub const APPS: [AppPlan; 5] = [
    AppPlan {
        client_id: "demo-public",
        name: "Demo app",
        authentication: ClientAuthenticationMethod::None,
        profile: SecurityProfile::OAuth21,
        algorithm: Algorithm::Es256,
        consent: ConsentPolicy::Ask,
        apis: &[],
        administers: None,
    },
    AppPlan {
        client_id: "demo-confidential",
        name: "Demo web app",
        authentication: ClientAuthenticationMethod::ClientSecretBasic,
        profile: SecurityProfile::OAuth21,
        algorithm: Algorithm::Es256,
        consent: ConsentPolicy::Ask,
        apis: &[],
        administers: None,
    },
    AppPlan {
        client_id: "demo-post",
        name: "Demo classic app",
        authentication: ClientAuthenticationMethod::ClientSecretPost,
        profile: SecurityProfile::Oidc,
        algorithm: Algorithm::Rs256,
        consent: ConsentPolicy::Ask,
        apis: &[],
        administers: None,
    },
    AppPlan {
        client_id: "demo-machine",
        name: "Demo machine",
        authentication: ClientAuthenticationMethod::ClientSecretBasic,
        profile: SecurityProfile::OAuth21,
        algorithm: Algorithm::Es256,
        consent: ConsentPolicy::Ask,
        apis: &[("https://api.demo.example", &["orders:read", "orders:write"]), ("https://files.demo.example", &["files:read"])],
        administers: None,
    },
    AppPlan {
        client_id: "demo-admin",
        name: "Demo administration",
        authentication: ClientAuthenticationMethod::ClientSecretBasic,
        profile: SecurityProfile::OAuth21,
        algorithm: Algorithm::Es256,
        consent: ConsentPolicy::Ask,
        apis: &[],
        administers: Some(AdminRole::Admin),
    },
];

/// The plan of an app.
pub(super) fn of(client_id: &str) -> Option<&'static AppPlan> {
    APPS.iter().find(|app| app.client_id == client_id)
}

/// The plan of an API.
pub(super) fn api_of(audience: &str) -> Option<&'static ApiPlan> {
    APIS.iter().find(|api| api.audience == audience)
}

/// What is known about the demo's person.
pub(super) fn profile() -> Profile {
    Profile {
        name: Some("Ada Lovelace".to_owned()),
        given_name: Some("Ada".to_owned()),
        family_name: Some("Lovelace".to_owned()),
        locale: Some("en-GB".to_owned()),
        zoneinfo: Some("Europe/London".to_owned()),
        ..Profile::default()
    }
}

/// The demo with a new password and new secrets.
pub(super) fn document(issuer: &Issuer, addresses: &Addresses, random: &dyn Random) -> Document {
    let ada = Person { username: "ada".to_owned(), email: "ada@demo.example".to_owned(), password: password(random) };
    // Port-free: a native app and a test listen where they can (RFC 8252 §7.3).
    let mut redirect_uris = vec!["http://127.0.0.1/callback".to_owned()];
    redirect_uris.extend(addresses.demo_app_url.as_ref().map(|url| format!("{url}/callback")));
    let post_logout_redirect_uris: Vec<_> = addresses.demo_app_url.iter().map(|url| format!("{url}/")).collect();
    let app = |plan: &AppPlan| App {
        client_id: plan.client_id.to_owned(),
        client_secret: (plan.authentication != ClientAuthenticationMethod::None).then(|| crypto::base64url::encode(random.bytes::<32>())),
        token_endpoint_auth_method: plan.authentication.as_str().to_owned(),
        redirect_uris: if plan.is_machine() { Vec::new() } else { redirect_uris.clone() },
        post_logout_redirect_uris: if plan.is_machine() { Vec::new() } else { post_logout_redirect_uris.clone() },
    };
    let api = |plan: &ApiPlan| Api {
        audience: plan.audience.to_owned(),
        scopes: plan.scopes.iter().map(|&scope| scope.to_owned()).collect(),
        access_token_signed_response_alg: plan.algorithm.as_str().to_owned(),
    };
    let (clients, apis) = (APPS.iter().map(app).collect(), APIS.iter().map(api).collect());
    let demo = TenantDocument { issuer: issuer.as_str().to_owned(), users: vec![ada], clients, apis };
    let Addresses { base_url, inbox_url, demo_app_url } = addresses.clone();
    Document { base_url, inbox_url, demo_app_url, tenants: BTreeMap::from([(TENANT.to_owned(), demo)]) }
}

/// Digits and letters that nobody mistakes for each other; 32 of them, so a byte's low five bits choose fairly.
const LETTERS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// Four groups of five letters, 100 bits: good enough to type, too many to guess.
fn password(random: &dyn Random) -> String {
    let letters = random.bytes::<20>().map(|byte| char::from(LETTERS[usize::from(byte & 31)]));
    letters.chunks(5).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// Whoever runs the demo may make an account of their own.
pub fn registration() -> RegistrationPolicy {
    RegistrationPolicy { who: Registration::Open, ..RegistrationPolicy::default() }
}

#[cfg(test)]
mod tests {
    use testkit::SeededRandom;

    use super::*;

    #[test]
    fn a_password_is_four_groups_and_never_the_same_twice() {
        let random = SeededRandom::new(1);
        let (first, second) = (password(&random), password(&random));
        assert_ne!(first, second);
        assert!(first.len() == 23 && first.split('-').all(|group| group.len() == 5), "{first}");
    }

    #[test]
    fn a_public_app_has_no_secret_and_a_confidential_one_has() {
        let addresses = Addresses { base_url: "http://localhost:1".to_owned(), inbox_url: None, demo_app_url: Some("http://localhost:2".to_owned()) };
        let issuer = Issuer::parse("http://localhost:1/t/demo").expect("an issuer");
        let document = document(&issuer, &addresses, &SeededRandom::new(1));
        let secrets: Vec<_> = document.tenants[TENANT].clients.iter().map(|app| (app.client_id.as_str(), app.client_secret.is_some())).collect();
        let confidential = ["demo-confidential", "demo-post", "demo-machine", "demo-admin"].map(|app| (app, true));
        assert_eq!((secrets[0], &secrets[1..]), (("demo-public", false), &confidential[..]));
        let uris = &document.tenants[TENANT].clients[0].redirect_uris;
        assert_eq!(uris[..], ["http://127.0.0.1/callback", "http://localhost:2/callback"]);
        let machines = &document.tenants[TENANT].clients[3..];
        assert!(machines.iter().all(|app| app.redirect_uris.is_empty()), "an app without people is answered nowhere");
    }
}
