//! The APIs of a tenant: whom access tokens are for, and what they may be good for.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use crypto::base64url;
use domain::api::{Api, ApiScope, Audience};
use domain::event::{Administered, EventKind};
use domain::key_ring::Algorithm;
use domain::listing::{List, listed};
use domain::policy;
use domain::roster::{RoleName, Roster};
use serde::{Deserialize, Serialize};
use store::once::Made;
use store::{ApiChange, ApiCreation};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done, New, Wanted};
use crate::documentation::{IdempotencyKey, NotChanged, NotShown};
use crate::pages::{self, ListWanted, Page};
use crate::problem::{Problem, Refused};
use crate::roster;
use crate::tenants::OfTenant;

/// Names an API.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfApi {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The API's id: its audience in base64url.
    api: String,
}

/// An API.
#[derive(Serialize, ToSchema)]
#[schema(as = Api)]
pub(crate) struct ApiShown {
    /// Its audience in base64url, which names it in paths.
    id: String,
    /// The `aud` of its access tokens, and the `resource` that asks for them; for good.
    audience: Audience,
    /// What is said of it.
    settings: ApiSettings,
    #[schema(format = DateTime)]
    created_at: String,
}

/// What is said of an API.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiSettings {
    /// The name that administrators see.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The scopes that it knows.
    #[serde(default)]
    #[schema(max_items = 100)]
    scopes: BTreeSet<ApiScope>,
    /// What signs its access tokens.
    #[serde(default = "es256")]
    access_token_signed_response_alg: Algorithm,
    /// How many seconds its access tokens live.
    #[serde(default = "ten_minutes")]
    #[schema(minimum = 60, maximum = 86400)]
    access_token_seconds: u64,
}

const fn es256() -> Algorithm {
    Algorithm::Es256
}

const fn ten_minutes() -> u64 {
    policy::ACCESS_TOKEN.as_secs()
}

/// An API to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApi)]
pub(crate) struct ApiAsked {
    /// An absolute URI without a fragment (RFC 8707 §2).
    audience: Audience,
    /// What is said of it.
    settings: ApiSettings,
}

impl From<Api> for ApiShown {
    fn from(api: Api) -> Self {
        Self {
            id: base64url::encode(api.audience.as_str()),
            audience: api.audience,
            settings: ApiSettings {
                name: api.name,
                scopes: api.scopes,
                access_token_signed_response_alg: api.access_token_signed_response_alg,
                access_token_seconds: api.access_token_seconds,
            },
            created_at: api.created_at.rfc3339(),
        }
    }
}

fn with(api: Api, settings: ApiSettings) -> Api {
    let ApiSettings { name, scopes, access_token_signed_response_alg, access_token_seconds } = settings;
    Api { name, scopes, access_token_signed_response_alg, access_token_seconds, ..api }
}

/// The APIs of a tenant by name, or those whose name begins so. A list may be a moment behind.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/apis", tag = "apis", params(OfTenant, ListWanted),
    responses((status = 200, body = Page<ApiShown>), NotShown)
)]
pub(crate) async fn list_apis(at: Arrived, Path(_): Path<OfTenant>, Wanted(wanted): Wanted<ListWanted>) -> Answer<Page<ApiShown>> {
    at.may(Act::ReadApis, Thing::Tenant)?;
    let prefix = listed(wanted.name.as_deref().unwrap_or_default());
    let limit = pages::limit(wanted.limit)?;
    let after = pages::after(&at, List::Apis, &prefix, wanted.cursor.as_deref())?;
    let page = at.home()?.list_apis(store::Wanted { prefix: &prefix, after: after.as_deref(), limit }).await?;
    let next = pages::next(&at, List::Apis, &prefix, page.next)?;
    Ok(Done::Shown(Page { items: page.rows.into_iter().map(ApiShown::from).collect(), next }, None))
}

/// Registers an API.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/apis", tag = "apis", params(OfTenant, IdempotencyKey), request_body = ApiAsked,
    responses((status = 201, body = ApiShown, headers(("ETag" = String), ("Location" = String))), NotChanged)
)]
pub(crate) async fn create_api(at: Arrived, Path(_): Path<OfTenant>, New { body: asked, key }: New<ApiAsked>) -> Answer<ApiShown> {
    at.may(Act::ChangeApis, Thing::Tenant)?;
    let api = with(Api::named(asked.audience, "", at.now), asked.settings);
    // As it stands: a domain that was added just now is no audience.
    api.check(&at.standing().await?).map_err(|invalid| Problem::Unfit("api", invalid.to_string()))?;
    let event = at.event_here(EventKind::ApiCreated { audience: api.audience.clone() });
    let home = at.home()?;
    let made = match at.making("api", key) {
        Some(making) => home.create_api_once(&api, &making.request, &event).await?,
        None => Made::Now(home.create_api(&api, &event).await?),
    };
    let api = match made {
        Made::Now(ApiCreation::Created) => api,
        Made::Now(ApiCreation::Exists) => return Err(Problem::Taken("audience").into()),
        Made::Before => home.find_api(&api.audience).await?.ok_or(Problem::NotFound)?,
        Made::OtherRequest => return Err(Problem::OtherRequest.into()),
    };
    let (version, shown) = (api.version, ApiShown::from(api));
    let place = at.path(&format!("/apis/{}", shown.id));
    Ok(Done::Made(shown, version, place))
}

/// An API.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/apis/{api}", tag = "apis", params(OfApi),
    responses((status = 200, body = ApiShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_api(at: Arrived, Path(named): Path<OfApi>) -> Answer<ApiShown> {
    at.may(Act::ReadApis, Thing::Tenant)?;
    let api = find(&at, &named).await?;
    let version = api.version;
    Ok(Done::Shown(api.into(), Some(version)))
}

/// Says of an API what it is from now on, all of it.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/apis/{api}", tag = "apis",
    params(OfApi, ("If-Match" = String, Header, description = "The API's version.")), request_body = ApiSettings,
    responses((status = 200, body = ApiShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn change_api(at: Arrived, Path(named): Path<OfApi>, Body(settings): Body<ApiSettings>) -> Answer<ApiShown> {
    at.may(Act::ChangeApis, Thing::Tenant)?;
    let api = find(&at, &named).await?;
    at.changes(api.version)?;
    let changed = with(Api { version: api.version + 1, ..api }, settings);
    check(&at, &changed)?;
    let event = at.event_here(Administered::ApiChanged { audience: changed.audience.clone(), version: changed.version });
    match at.home()?.change_api(&changed, &event).await? {
        ApiChange::Changed => {
            let version = changed.version;
            Ok(Done::Shown(changed.into(), Some(version)))
        }
        ApiChange::Stale => Err(Problem::Stale.into()),
    }
}

/// Takes an API away: no token for it is issued any more, and none of its scopes is bound to a role.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/apis/{api}", tag = "apis",
    params(OfApi, ("If-Match" = String, Header, description = "The API's version.")), responses((status = 204), NotChanged)
)]
pub(crate) async fn delete_api(at: Arrived, Path(named): Path<OfApi>) -> Answer<()> {
    at.may(Act::ChangeApis, Thing::Tenant)?;
    let api = find(&at, &named).await?;
    at.changes(api.version)?;
    let event = at.event_here(Administered::ApiDeleted { audience: api.audience.clone() });
    let left = roster::standing(&at).await?.without_api(&api.audience);
    match at.home()?.delete_api(&api, left.as_ref(), &event).await? {
        ApiChange::Changed => Ok(Done::Gone),
        ApiChange::Stale => Err(Problem::Stale.into()),
    }
}

/// The scopes of an API that are granted only to who has one of these roles; any other is granted to everybody.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/apis/{api}/scope-roles", tag = "apis", params(OfApi),
    responses((status = 200, body = BTreeMap<String, Vec<String>>, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_scope_roles(at: Arrived, Path(named): Path<OfApi>) -> Answer<BTreeMap<ApiScope, BTreeSet<RoleName>>> {
    at.may(Act::ReadApis, Thing::Tenant)?;
    let api = find(&at, &named).await?;
    let roster = roster::standing(&at).await?;
    Ok(Done::Shown(roster.scopes.get(&api.audience).cloned().unwrap_or_default(), Some(roster.version)))
}

/// Says which scopes of an API are granted only to who has one of these roles, all of them.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/apis/{api}/scope-roles", tag = "apis",
    params(OfApi, ("If-Match" = String, Header, description = "The version of the tenant's groups and roles.")),
    request_body = BTreeMap<String, Vec<String>>, responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn change_scope_roles(
    at: Arrived,
    Path(named): Path<OfApi>,
    Body(bound): Body<BTreeMap<ApiScope, BTreeSet<RoleName>>>,
) -> Answer<()> {
    at.may(Act::ChangeRoster, Thing::Tenant)?;
    let api = find(&at, &named).await?;
    let mut scopes = roster::standing(&at).await?;
    at.changes(scopes.version)?;
    if !bound.keys().all(|scope| api.scopes.contains(scope)) {
        return Err(Problem::Unfit("scopes", "those that the API knows".to_owned()).into());
    }
    if bound.is_empty() {
        scopes.scopes.remove(&api.audience);
    } else {
        scopes.scopes.insert(api.audience, bound);
    }
    let written = roster::write(&at, Roster { version: scopes.version + 1, ..scopes }).await?;
    Ok(Done::Changed(written.version))
}

fn check(at: &Arrived, api: &Api) -> Result<(), Problem> {
    api.check(at.tenant.record()).map_err(|invalid| Problem::Unfit("api", invalid.to_string()))
}

async fn find(at: &Arrived, named: &OfApi) -> Result<Api, Refused> {
    let audience = base64url::decode(&named.api).ok().and_then(|bytes| String::from_utf8(bytes).ok()).and_then(|text| Audience::parse(&text).ok());
    let audience = audience.ok_or(Problem::NotFound)?;
    Ok(at.home()?.find_api(&audience).await?.ok_or(Problem::NotFound)?)
}
