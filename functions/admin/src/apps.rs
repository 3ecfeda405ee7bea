//! The apps of a tenant.

pub(crate) mod preview;
pub(crate) mod secrets;

use std::collections::BTreeMap;

use axum::extract::Path;
use crypto::jwk::Jwk;
use domain::ClientId;
use domain::client::{ACCOUNT_PAGES, AppKind, Client, Settings};
use domain::event::{Administered, EventKind};
use domain::listing::{List, listed};
use domain::tenant::{Issuer, Tenant};
use serde::{Deserialize, Serialize};
use store::once::Made;
use store::{ClientChange, ClientCreation};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Act, Thing};
use crate::arrival::{Arrived, Making};
use crate::came::{Answer, Body, Done, New, Wanted};
use crate::documentation::{IdempotencyKey, NotChanged, NotShown};
use crate::pages::{self, ListWanted, Page};
use crate::policies;
use crate::problem::{Problem, Refused};
use crate::tenants::OfTenant;
use secrets::{NewSecret, SecretShown};

/// Names an app.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfApp {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The app's `client_id`.
    app: String,
}

/// An app in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = AppListed)]
pub(crate) struct AppListed {
    /// Its `client_id`.
    client_id: ClientId,
    /// The name that pages show.
    name: String,
    /// What runs it.
    #[serde(rename = "type")]
    kind: AppKind,
}

/// An app.
#[derive(Serialize, ToSchema)]
#[schema(as = App)]
pub(crate) struct AppShown {
    /// Its `client_id`, for good.
    client_id: ClientId,
    /// What is said of it.
    settings: Settings,
    /// Its secrets that are good, but not what they are.
    secrets: Vec<SecretShown>,
    /// What the app itself is set up with, by the names that libraries have for it.
    configuration: BTreeMap<&'static str, String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// An app that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = NewAppShown)]
pub(crate) struct AppMade {
    #[serde(flatten)]
    app: AppShown,
    /// Its secret, which is told this once; none where it keeps none.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

/// An app to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApp)]
pub(crate) struct AppAsked {
    /// Its `client_id`; one is drawn, if none is said.
    #[serde(default)]
    client_id: Option<ClientId>,
    /// What is said of it.
    settings: Settings,
}

fn shown(issuer: &Issuer, client: &Client) -> AppShown {
    AppShown {
        client_id: client.id.clone(),
        settings: client.settings(),
        secrets: client.secrets.iter().map(SecretShown::from).collect(),
        configuration: configuration(issuer, client),
        created_at: client.created_at.rfc3339(),
    }
}

fn configuration(issuer: &Issuer, client: &Client) -> BTreeMap<&'static str, String> {
    let mut values = BTreeMap::from([
        ("issuer", issuer.to_string()),
        ("discovery", issuer.endpoint("/.well-known/openid-configuration")),
        ("client_id", client.id.to_string()),
        ("token_endpoint_auth_method", client.authentication.as_str().to_owned()),
        ("id_token_signed_response_alg", client.id_token_signed_response_alg.as_str().to_owned()),
    ]);
    values.extend(client.redirect_uris.first().map(|uri| ("redirect_uri", uri.to_string())));
    values
}

/// The apps of a tenant by name, or those whose name begins so. A list may be a moment behind.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/apps", tag = "apps", params(OfTenant, ListWanted),
    responses((status = 200, body = Page<AppListed>), NotShown)
)]
pub(crate) async fn list_apps(at: Arrived, Path(_): Path<OfTenant>, Wanted(wanted): Wanted<ListWanted>) -> Answer<Page<AppListed>> {
    at.may(Act::ListApps, Thing::Tenant)?;
    let prefix = listed(wanted.name.as_deref().unwrap_or_default());
    let limit = pages::limit(wanted.limit)?;
    let after = pages::after(&at, List::Apps, &prefix, wanted.cursor.as_deref())?;
    let page = at.home()?.list_clients(store::Wanted { prefix: &prefix, after: after.as_deref(), limit }).await?;
    let next = pages::next(&at, List::Apps, &prefix, page.next)?;
    let items = page.rows.into_iter().map(|client| AppListed { kind: client.kind(), client_id: client.id, name: client.name }).collect();
    Ok(Done::Shown(Page { items, next }, None))
}

/// Registers an app.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/apps", tag = "apps", params(OfTenant, IdempotencyKey), request_body = AppAsked,
    responses((status = 201, body = AppMade, headers(("ETag" = String), ("Location" = String))), NotChanged)
)]
pub(crate) async fn create_app(at: Arrived, Path(_): Path<OfTenant>, New { body: asked, key }: New<AppAsked>) -> Answer<AppMade> {
    at.may(Act::CreateApp, Thing::Tenant)?;
    may_trust(&at, None, &asked.settings)?;
    check(&at.standing().await?, &asked.settings)?;
    let making = at.making("app", key);
    let id = match asked.client_id {
        Some(id) if id.as_str() == ACCOUNT_PAGES => return Err(Problem::Taken("client_id").into()),
        Some(id) => id,
        None => drawn_id(&at, making.as_ref())?,
    };
    let client = Client::registered(id, &asked.settings, at.now);
    let secret = client.authentication.is_by_secret().then(|| NewSecret::of(&at, making.as_ref())).transpose()?;
    let client = Client { secrets: secret.iter().map(|secret| secret.hash.clone()).collect(), ..client };
    let event = at.event_here(EventKind::ClientCreated { client_id: client.id.clone() });
    let home = at.home()?;
    let made = match &making {
        Some(making) => home.create_client_once(&client, &making.request, &event).await?,
        None => Made::Now(home.create_client(&client, &event).await?),
    };
    let client = match made {
        Made::Now(ClientCreation::Created) => client,
        Made::Now(ClientCreation::Exists) => return Err(Problem::Taken("client_id").into()),
        Made::Before => find(&at, &client.id).await?,
        Made::OtherRequest => return Err(Problem::OtherRequest.into()),
    };
    let place = at.path(&format!("/apps/{}", client.id));
    let app = shown(at.tenant.record().issuer(), &client);
    Ok(Done::Made(AppMade { app, client_secret: secret.map(|secret| secret.text) }, client.version, place))
}

/// An app.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/apps/{app}", tag = "apps", params(OfApp),
    responses((status = 200, body = AppShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_app(at: Arrived, Path(named): Path<OfApp>) -> Answer<AppShown> {
    let id = id(&named.app)?;
    at.may_with(Act::ReadApp, &id)?;
    let client = find(&at, &id).await?;
    Ok(Done::Shown(shown(at.tenant.record().issuer(), &client), Some(client.version)))
}

/// Says of an app what it is from now on, all of it.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/apps/{app}", tag = "apps",
    params(OfApp, ("If-Match" = String, Header, description = "The app's version.")), request_body = Settings,
    responses((status = 200, body = AppShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn change_app(at: Arrived, Path(named): Path<OfApp>, Body(settings): Body<Settings>) -> Answer<AppShown> {
    let id = id(&named.app)?;
    at.may_with(Act::ChangeApp, &id)?;
    let client = find(&at, &id).await?;
    may_trust(&at, Some(&client), &settings)?;
    at.changes(client.version)?;
    let tenant = at.standing().await?;
    check(&tenant, &settings)?;
    let changed = client.changed(&settings).map_err(|invalid| Problem::Unfit("app", invalid.to_string()))?;
    policies::keeps_a_way_in(&at, &tenant, &changed).await?;
    // A secret is for who authenticates by one.
    let secrets = if changed.authentication.is_by_secret() { client.secrets } else { Vec::new() };
    let changed = Client { secrets, ..changed };
    write(&at, &changed, Administered::ClientChanged { client_id: changed.id.clone(), version: changed.version }).await?;
    Ok(Done::Shown(shown(at.tenant.record().issuer(), &changed), Some(changed.version)))
}

/// Takes an app away that administers nothing. Whatever was issued to it is dead within 30 seconds.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/apps/{app}", tag = "apps",
    params(OfApp, ("If-Match" = String, Header, description = "The app's version.")), responses((status = 204), NotChanged)
)]
pub(crate) async fn delete_app(at: Arrived, Path(named): Path<OfApp>) -> Answer<()> {
    let id = id(&named.app)?;
    at.may_with(Act::DeleteApp, &id)?;
    let client = find(&at, &id).await?;
    at.changes(client.version)?;
    // Another app of its id would administer in its place.
    if at.administrators.machine(&id).is_some() {
        return Err(Problem::Administers.into());
    }
    let event = at.event_here(Administered::ClientDeleted { client_id: id });
    match at.home()?.delete_client(&client, &event).await? {
        ClientChange::Changed => Ok(Done::Gone),
        ClientChange::Stale => Err(Problem::Stale.into()),
    }
}

fn may_trust(at: &Arrived, standing: Option<&Client>, settings: &Settings) -> Result<(), Refused> {
    if settings.trusts_more_than(standing) { at.may(Act::TrustApp, Thing::Tenant) } else { Ok(()) }
}

fn check(tenant: &Tenant, settings: &Settings) -> Result<(), Problem> {
    settings.check(tenant).map_err(|invalid| Problem::Unfit("app", invalid.to_string()))?;
    // SECURITY: a private key would be one that two hold.
    let public = |member: &serde_json::Value| Jwk::of_foreign_set(member).is_some() && member.get("d").is_none();
    if settings.jwks.iter().all(public) { Ok(()) } else { Err(Problem::Unfit("jwks", "public keys that a signature verifies with".to_owned())) }
}

fn drawn_id(at: &Arrived, making: Option<&Making>) -> Result<ClientId, Refused> {
    let text = crypto::base64url::encode(at.bits(making)?);
    ClientId::parse(&text).map_err(|error| crate::problem::broken(error).into())
}

/// An id of a path. What can't be one names nothing.
pub(crate) fn id(text: &str) -> Result<ClientId, Problem> {
    ClientId::parse(text).map_err(|_| Problem::NotFound)
}

/// The app, as it stands.
pub(crate) async fn find(at: &Arrived, id: &ClientId) -> Result<Client, Refused> {
    Ok(at.home()?.find_client(id).await?.ok_or(Problem::NotFound)?)
}

/// Writes an app that was changed.
pub(crate) async fn write(at: &Arrived, changed: &Client, done: Administered) -> Result<(), Refused> {
    match at.home()?.change_client(changed, &at.event_here(done)).await? {
        ClientChange::Changed => Ok(()),
        ClientChange::Stale => Err(Problem::Stale.into()),
    }
}
