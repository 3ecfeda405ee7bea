//! The secrets of an app: two are good while one takes the other's place.

use axum::extract::Path;
use crypto::{base64url, derive};
use domain::client::{Client, SecretHash};
use domain::event::Administered;
use domain::policy;
use runtime::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{OfApp, find, id, write};
use crate::access::Act;
use crate::arrival::{Arrived, Making};
use crate::came::{Answer, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::pages::Page;
use crate::problem::Problem;

/// Names a secret of an app.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfSecret {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The app's `client_id`.
    app: String,
    /// The secret's id.
    secret: String,
}

/// A secret, but not what it is.
#[derive(Serialize, ToSchema)]
#[schema(as = Secret)]
pub(crate) struct SecretShown {
    /// Its id, the beginning of its hash.
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A secret that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = NewSecret)]
pub(crate) struct SecretMade {
    /// Its id.
    id: String,
    /// What it is, which is told this once.
    client_secret: String,
}

impl From<&SecretHash> for SecretShown {
    fn from(hash: &SecretHash) -> Self {
        Self { id: name(hash), created_at: hash.created_at.rfc3339() }
    }
}

// 48 bits of a hash of 256 random ones tell nothing of them.
fn name(hash: &SecretHash) -> String {
    hash.sha256.chars().take(8).collect()
}

/// A secret as it is made.
pub(crate) struct NewSecret {
    pub(crate) text: String,
    pub(crate) hash: SecretHash,
}

impl NewSecret {
    /// A secret of 256 bits: drawn, or made by the request under the tenant's key, so that it can be told again to who sends that again.
    pub(crate) fn of(at: &Arrived, making: Option<&Making>) -> Result<Self, Failure> {
        let text = base64url::encode(at.secret_bits(making)?);
        let sha256 = base64url::encode(derive::sha256(text.as_bytes()));
        Ok(Self { text, hash: SecretHash { sha256, created_at: at.now } })
    }
}

/// The secrets of an app that are good, the oldest first.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/apps/{app}/secrets", tag = "apps", params(OfApp),
    responses((status = 200, body = Page<SecretShown>, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn list_secrets(at: Arrived, Path(named): Path<OfApp>) -> Answer<Page<SecretShown>> {
    let id = id(&named.app)?;
    at.may_with(Act::ReadApp, &id)?;
    let client = find(&at, &id).await?;
    let items = client.secrets.iter().map(SecretShown::from).collect();
    Ok(Done::Shown(Page { items, next: None }, Some(client.version)))
}

/// Makes one more secret of an app; the one before is good until it is removed.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/apps/{app}/secrets", tag = "apps",
    params(OfApp, ("If-Match" = String, Header, description = "The app's version.")),
    responses((status = 201, body = SecretMade, headers(("ETag" = String), ("Location" = String))), NotChanged)
)]
pub(crate) async fn add_secret(at: Arrived, Path(named): Path<OfApp>) -> Answer<SecretMade> {
    let id = id(&named.app)?;
    at.may_with(Act::ChangeApp, &id)?;
    let mut client = find(&at, &id).await?;
    at.changes(client.version)?;
    if !client.authentication.is_by_secret() {
        return Err(Problem::Unfit("authentication", "by no secret".to_owned()).into());
    }
    if client.secrets.len() >= policy::APP_SECRETS_MAX {
        return Err(Problem::Unfit("secrets", format!("at most {}", policy::APP_SECRETS_MAX)).into());
    }
    let secret = NewSecret::of(&at, None)?;
    let (name, place) = (name(&secret.hash), at.path(&format!("/apps/{id}/secrets/{}", name(&secret.hash))));
    client.secrets.push(secret.hash);
    let changed = Client { version: client.version + 1, ..client };
    write(&at, &changed, Administered::ClientSecretAdded { client_id: id, version: changed.version }).await?;
    Ok(Done::Made(SecretMade { id: name, client_secret: secret.text }, changed.version, place))
}

/// Removes a secret of an app, which is good for nothing within 30 seconds. The last one stays.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/apps/{app}/secrets/{secret}", tag = "apps",
    params(OfSecret, ("If-Match" = String, Header, description = "The app's version.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn remove_secret(at: Arrived, Path(named): Path<OfSecret>) -> Answer<()> {
    let id = id(&named.app)?;
    at.may_with(Act::ChangeApp, &id)?;
    let mut client = find(&at, &id).await?;
    let at_place = client.secrets.iter().position(|hash| name(hash) == named.secret).ok_or(Problem::NotFound)?;
    at.changes(client.version)?;
    if client.secrets.len() == 1 {
        return Err(Problem::LastSecret.into());
    }
    client.secrets.remove(at_place);
    let changed = Client { version: client.version + 1, ..client };
    write(&at, &changed, Administered::ClientSecretRemoved { client_id: id, version: changed.version }).await?;
    Ok(Done::Changed(changed.version))
}
