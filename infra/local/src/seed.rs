//! The demo tenant with a person, five apps and two APIs, and the file that says what to sign in with.
//!
//! Passwords and secrets are made up before anything is written to a table and kept in that file, so that a seed that was cut off, or is run
//! again, ends with the same ones.

mod document;
pub mod many;
mod plan;
pub mod program;
mod told;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use domain::api::{self, ApiScope, Audience, Grants};
use domain::client::{Client, RedirectUri, SecretHash};
use domain::tenant::{InvalidIssuer, Issuer};
use domain::{ClientId, Region, Secret, Slug, TenantId};
use runtime::provision::{NewTenant, NewUser, NotAnAdministrator, NotAnOwner, NotCreated, NotRegistered};
use runtime::{Failure, Platform, Provisioner};
use store::{AdministratorsChange, ApiCreation, ClientCreation, UserCreation};

pub use document::{Api, App, Document, Person, TenantDocument};
pub use plan::{APIS, APPS, ApiPlan, AppPlan, TENANT, registration};

/// Why the demo tenant isn't there.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The tables hold what the file doesn't know.
    #[error("{what} stands already, and {file} doesn't say its secret; start over with empty tables (`make reset`).")]
    Forgotten {
        /// What stands.
        what: String,
        /// The file.
        file: String,
    },
    /// The file can't be read or written.
    #[error("{file} can't be used: {error}.")]
    File {
        /// The file.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// The slug is another tenant's.
    #[error("The slug `{0}` is taken.")]
    SlugTaken(String),
    /// The base URL gives no issuer.
    #[error("No issuer can be made: {0}.")]
    Issuer(#[from] InvalidIssuer),
    /// What the plan says isn't a value of the domain.
    #[error("The demo can't be made: {0}.")]
    Plan(String),
    /// The platform failed.
    #[error("The demo can't be made: {0}.")]
    Failure(#[from] Failure),
}

/// Where the demo will be reached.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The platform.
    pub base_url: String,
    /// Where mails can be read.
    pub inbox_url: Option<String>,
    /// The demo app, where one runs.
    pub demo_app_url: Option<String>,
}

/// Makes sure that the demo stands and that `file` tells of it. `regions` are those of the platform's zone.
pub async fn seed(platform: &Platform, regions: Vec<Region>, addresses: &Addresses, file: &Path) -> Result<Document, SeedError> {
    let failed = |error| SeedError::File { file: file.display().to_string(), error };
    let remembered = Document::read(file).map_err(failed)?;
    let document = match &remembered {
        Some(document) => document.at(addresses),
        None => invent(platform, addresses)?,
    };
    document.write(file).map_err(failed)?;
    let fresh = remembered.is_none();
    let forgotten = |what: &str| SeedError::Forgotten { what: what.to_owned(), file: file.display().to_string() };
    let planted = plant(platform, regions, &document).await?;
    for (what, standing) in &planted.things {
        if *standing == Standing::Before && fresh {
            return Err(forgotten(what));
        }
    }
    own(platform, &planted.tenant, &document).await?;
    Ok(document)
}

/// A demo with a new password and new secrets, nowhere yet.
pub fn invent(platform: &Platform, addresses: &Addresses) -> Result<Document, SeedError> {
    let issuer = platform.routing.issuer(&slug()?)?;
    Ok(plan::document(&issuer, addresses, &*platform.random))
}

/// Whether a thing stood before this seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It did.
    Before,
    /// It is new.
    New,
}

/// What stands now.
#[derive(Clone, Debug)]
pub struct Planted {
    /// The demo tenant.
    pub tenant: TenantId,
    /// Its people, apps and APIs by name.
    pub things: Vec<(String, Standing)>,
}

/// Makes sure that what `document` tells stands. `regions` are those of the platform's zone.
pub async fn plant(platform: &Platform, regions: Vec<Region>, document: &Document) -> Result<Planted, SeedError> {
    let demo = document.tenants.get(TENANT).ok_or_else(|| SeedError::Plan(format!("the file tells of no tenant `{TENANT}`")))?;
    let provisioner = Provisioner::new(platform);
    provisioner.ensure_zone(regions).await?;
    let new =
        NewTenant { slug: slug()?, name: plan::TENANT_NAME.to_owned(), issuer: Issuer::parse(&demo.issuer)?, registration: plan::registration() };
    let tenant = provisioner.create_tenant(&new).await?.ok_or_else(|| SeedError::SlugTaken(TENANT.to_owned()))?;
    let mut things = Vec::new();
    for person in &demo.users {
        things.push((person.username.clone(), make_person(&provisioner, &tenant, person).await?));
    }
    for app in &demo.clients {
        let standing = match provisioner.create_client(&tenant, &client(app, demo, platform)?).await? {
            ClientCreation::Created => Standing::New,
            ClientCreation::Exists => Standing::Before,
        };
        things.push((app.client_id.clone(), standing));
    }
    for described in &demo.apis {
        things.push((described.audience.clone(), make_api(&provisioner, &tenant, &registered(described, platform)?).await?));
    }
    Ok(Planted { tenant, things })
}

// Who tries the demo tries the admin API as well, by a browser's app or from the command line.
async fn own(platform: &Platform, tenant: &TenantId, document: &Document) -> Result<(), SeedError> {
    for person in document.tenants.get(TENANT).iter().flat_map(|demo| &demo.users) {
        match Provisioner::new(platform).make_owner(tenant, &person.username).await {
            Ok(AdministratorsChange::Changed) => {}
            Ok(AdministratorsChange::Stale) => return Err(SeedError::Plan(format!("another seed made {} an owner", person.username))),
            Err(NotAnOwner::Failure(failure)) => return Err(failure.into()),
            Err(reason @ (NotAnOwner::Identifier(_) | NotAnOwner::Unknown | NotAnOwner::Administrators(_))) => {
                return Err(SeedError::Plan(reason.to_string()));
            }
        }
    }
    for app in document.tenants.get(TENANT).iter().flat_map(|demo| &demo.clients) {
        administer(platform, tenant, app).await?;
    }
    Ok(())
}

async fn administer(platform: &Platform, tenant: &TenantId, app: &App) -> Result<(), SeedError> {
    let Some(role) = plan::of(&app.client_id).and_then(|plan| plan.administers) else { return Ok(()) };
    let id = ClientId::parse(&app.client_id).map_err(plan_error)?;
    match Provisioner::new(platform).make_app_administrator(tenant, &id, role).await {
        Ok(AdministratorsChange::Changed) => Ok(()),
        Ok(AdministratorsChange::Stale) => Err(SeedError::Plan(format!("another seed made {} an administrator", app.client_id))),
        Err(NotAnAdministrator::Failure(failure)) => Err(failure.into()),
        Err(reason @ (NotAnAdministrator::Unknown | NotAnAdministrator::Administrators(_))) => Err(SeedError::Plan(reason.to_string())),
    }
}

async fn make_person(provisioner: &Provisioner, tenant: &TenantId, person: &Person) -> Result<Standing, SeedError> {
    let new = NewUser {
        username: person.username.clone(),
        email: person.email.clone(),
        password: Secret::new(person.password.clone()).into(),
        profile: plan::profile(),
    };
    match provisioner.create_user(tenant, &new).await {
        Ok(UserCreation::Created) => Ok(Standing::New),
        Ok(UserCreation::Taken(_) | UserCreation::Exists) => Ok(Standing::Before),
        Err(NotCreated::Failure(failure)) => Err(failure.into()),
        Err(reason @ (NotCreated::Identifier(_) | NotCreated::Hash(_) | NotCreated::TooManyKinds)) => Err(SeedError::Plan(reason.to_string())),
    }
}

async fn make_api(provisioner: &Provisioner, tenant: &TenantId, api: &api::Api) -> Result<Standing, SeedError> {
    match provisioner.create_api(tenant, api).await {
        Ok(ApiCreation::Created) => Ok(Standing::New),
        Ok(ApiCreation::Exists) => Ok(Standing::Before),
        Err(NotRegistered::Failure(failure)) => Err(failure.into()),
        Err(NotRegistered::Api(reason)) => Err(SeedError::Plan(reason.to_string())),
    }
}

fn registered(described: &Api, platform: &Platform) -> Result<api::Api, SeedError> {
    let plan = plan::api_of(&described.audience).ok_or_else(|| SeedError::Plan(format!("no API is called {}", described.audience)))?;
    let audience = Audience::parse(plan.audience).map_err(plan_error)?;
    let scopes = api_scopes(plan.scopes)?;
    Ok(api::Api { scopes, access_token_signed_response_alg: plan.algorithm, ..api::Api::named(audience, plan.name, platform.clock.now()) })
}

fn api_scopes(names: &[&str]) -> Result<BTreeSet<ApiScope>, SeedError> {
    names.iter().map(|name| ApiScope::parse(name).map_err(plan_error)).collect()
}

fn client(app: &App, demo: &TenantDocument, platform: &Platform) -> Result<Client, SeedError> {
    let plan = plan::of(&app.client_id).ok_or_else(|| SeedError::Plan(format!("no app is called {}", app.client_id)))?;
    let now = platform.clock.now();
    let uris = |uris: &[String]| uris.iter().map(|uri| RedirectUri::parse(uri)).collect::<Result<Vec<_>, _>>().map_err(plan_error);
    let hash = |secret: &String| SecretHash { sha256: crypto::base64url::encode(crypto::derive::sha256(secret.as_bytes())), created_at: now };
    let granted = |(audience, scopes): &(&str, &[&str])| Ok((Audience::parse(audience).map_err(plan_error)?, api_scopes(scopes)?));
    let mut apis: Grants = plan.apis.iter().map(granted).collect::<Result<_, SeedError>>()?;
    if plan.administers.is_some() {
        let audience = api::administration(&Issuer::parse(&demo.issuer)?, &slug()?).ok_or_else(|| SeedError::Plan("no admin API".to_owned()))?;
        apis.insert(Audience::parse(&audience).map_err(plan_error)?, api_scopes(&[api::ADMIN_SCOPE])?);
    }
    Ok(Client {
        authentication: plan.authentication,
        grant_types: plan.grant_types(),
        apis,
        secrets: app.client_secret.iter().map(hash).collect(),
        redirect_uris: uris(&app.redirect_uris)?,
        post_logout_redirect_uris: uris(&app.post_logout_redirect_uris)?,
        security_profile: plan.profile,
        id_token_signed_response_alg: plan.algorithm,
        consent: plan.consent,
        ..Client::named(ClientId::parse(&app.client_id).map_err(plan_error)?, plan.name, now)
    })
}

fn slug() -> Result<Slug, SeedError> {
    Slug::parse(TENANT).map_err(plan_error)
}

fn plan_error(error: impl std::fmt::Display) -> SeedError {
    SeedError::Plan(error.to_string())
}
