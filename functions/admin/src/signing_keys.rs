//! The tenant's signing keys: seen here, changed by `key-rotation`, which alone may open and make them.

use axum::extract::Path;
use domain::event::Administered;
use domain::key_ring::wish::{AskedOfKeys, KeyWish};
use domain::key_ring::{Algorithm, KeyState, SigningKeyRecord, SigningRing};
use serde::Serialize;
use store::Signing;
use utoipa::ToSchema;

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::pages::Page;
use crate::problem::{Problem, Refused, broken};
use crate::tenants::OfTenant;

/// A signing key, but not what it signs with.
#[derive(Serialize, ToSchema)]
#[schema(as = SigningKey)]
pub(crate) struct KeyShown {
    /// Its name, the RFC 7638 thumbprint of the public key.
    kid: String,
    /// What it signs with.
    algorithm: Algorithm,
    /// Where it is in its life.
    state: KeyState,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
    /// Whether somebody asked for it before it was time.
    asked: bool,
    /// The public key as the key set shows it (RFC 7517).
    #[schema(value_type = Object)]
    public_jwk: serde_json::Value,
}

impl From<&SigningKeyRecord> for KeyShown {
    fn from(key: &SigningKeyRecord) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            state: key.state,
            since: key.since.rfc3339(),
            asked: key.asked,
            public_jwk: key.public_jwk.clone(),
        }
    }
}

/// The tenant's signing keys, the oldest first.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/keys", tag = "keys", params(OfTenant),
    responses((status = 200, body = Page<KeyShown>, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn list_keys(at: Arrived, Path(_): Path<OfTenant>) -> Answer<Page<KeyShown>> {
    at.may(Act::ReadKeys, Thing::Tenant)?;
    let ring = ring(&at).await?;
    Ok(Done::Shown(Page { items: ring.keys.iter().map(KeyShown::from).collect(), next: None }, Some(ring.version)))
}

/// Asks for other signing keys before it is time for them, or for one to go. It is done within a minute or two, and everywhere a minute later.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/keys/changes", tag = "keys",
    params(OfTenant, ("If-Match" = String, Header, description = "The keys' version.")), request_body = KeyWish,
    responses((status = 202, description = "It will be done."), NotChanged)
)]
pub(crate) async fn ask_of_keys(at: Arrived, Path(_): Path<OfTenant>, Body(wish): Body<KeyWish>) -> Answer<()> {
    at.may(Act::ChangeKeys, Thing::Tenant)?;
    let ring = ring(&at).await?;
    at.changes(ring.version)?;
    wish.check(&ring).map_err(|invalid| Problem::Unfit("keys", invalid.to_string()))?;
    let event = at.event_here(Administered::SigningKeysAsked { version: ring.version, wish: wish.clone() });
    at.home()?.ask_of_keys(AskedOfKeys { seen: ring.version, wish }, at.now, &event).await?;
    Ok(Done::Asked)
}

async fn ring(at: &Arrived) -> Result<SigningRing, Refused> {
    let bundle = at.home()?.read_bundle(&[], Signing::Included).await?;
    Ok(bundle.and_then(|bundle| bundle.signing).ok_or_else(|| broken("a tenant without keys"))?)
}
