//! What an app would be told of somebody, before rules are saved and before anybody signs in.

use axum::extract::Path;
use crypto::derive;
use domain::UserId;
use domain::api::{Api, Audience};
use domain::claim_rules::{self, ClaimRule};
use domain::client::Client;
use oauth::preview::{self, Asked};
use oauth::scope;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{OfApp, find, id};
use crate::access::Act;
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::NotChanged;
use crate::people;
use crate::problem::{Problem, Refused};

/// What an app asks for where nobody says it.
const USUALLY: &str = "openid profile email";

/// Of whom, and by which rules.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewAsked {
    /// The person's id.
    #[schema(value_type = String)]
    user: UserId,
    /// Rules to try; those that stand, if it isn't said.
    #[serde(default)]
    #[schema(max_items = 20)]
    claims: Option<Vec<ClaimRule>>,
    /// What the app would be granted; `openid profile email`, if it isn't said.
    #[serde(default)]
    scope: Option<String>,
    /// The audience of the API that the access token would be for.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    resource: Option<Audience>,
}

/// The claims, but for those of a sign-in (`exp`, `iat`, `auth_time`, `nonce`, `acr`, `amr`, `at_hash`, `sid`, `jti`, `ref`); `null` where there would be no such token or answer.
#[derive(Serialize, ToSchema)]
#[schema(as = Preview)]
pub(crate) struct PreviewShown {
    /// Of an ID token.
    #[schema(value_type = Option<Object>)]
    id_token: Option<Map<String, Value>>,
    /// Of an access token.
    #[schema(value_type = Option<Object>)]
    access_token: Option<Map<String, Value>>,
    /// Of the userinfo endpoint.
    #[schema(value_type = Option<Object>)]
    userinfo: Option<Map<String, Value>>,
}

/// What an app would be told of somebody, by its own rules or by others that are tried. Nothing is changed or issued.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/apps/{app}/preview", tag = "apps", params(OfApp), request_body = PreviewAsked,
    responses((status = 200, body = PreviewShown), NotChanged)
)]
pub(crate) async fn preview_app(at: Arrived, Path(named): Path<OfApp>, Body(asked): Body<PreviewAsked>) -> Answer<PreviewShown> {
    let id = id(&named.app)?;
    at.may_with(Act::ReadApp, &id)?;
    at.may_to(Act::ReadPerson, &asked.user)?;
    let tenant = at.standing().await?;
    let mut client = find(&at, &id).await?;
    if let Some(rules) = asked.claims {
        let refused = |(number, why)| Problem::Unfit("claims", format!("rule {}: {why}", number + 1));
        claim_rules::check(&rules, &tenant).map_err(refused)?;
        client = Client { claims: rules, ..client };
    }
    let user = people::find(&at, &asked.user).await?;
    if !client.admits(&tenant, &user) {
        return Err(Problem::Unfit("user", "the app isn't for them".to_owned()).into());
    }
    let api = match &asked.resource {
        Some(audience) if !audience.is_issuer(tenant.issuer()) => Some(api(&at, audience).await?),
        _ => None,
    };
    let scope = asked.scope.as_deref().unwrap_or(USUALLY);
    let scopes = scope::requested(Some(scope), api.as_ref()).map_err(|reason| Problem::Unfit("scope", reason.to_string()))?;
    let asked = Asked { tenant: &tenant, client: &client, user: &user, api: api.as_ref(), scopes: &scopes };
    let preview::Preview { id_token, access_token, userinfo } = preview::of(&asked, derive::sha256, at.now);
    Ok(Done::Shown(PreviewShown { id_token, access_token, userinfo }, None))
}

async fn api(at: &Arrived, audience: &Audience) -> Result<Api, Refused> {
    let administration = Api::of_administration(at.tenant.record()).filter(|api| api.audience == *audience);
    let api = if administration.is_some() { administration } else { at.home()?.find_api(audience).await? };
    Ok(api.ok_or_else(|| Problem::Unfit("resource", "an API of the tenant".to_owned()))?)
}
