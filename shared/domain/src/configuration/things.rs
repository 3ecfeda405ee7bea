//! Apps and APIs, as a configuration says they are from now on.

use std::collections::BTreeMap;

use serde_json::Value;

use super::change::Given;
use super::flaw::{Flaw, Pointer, Why};
use super::names::known_in_app;
use super::reading::read;
use super::shown::shown_app;
use super::{ApiSaid, State};
use crate::api::{Api, Audience};
use crate::client::{ACCOUNT_PAGES, Client, Settings};
use crate::id::ClientId;
use crate::tenant::Tenant;
use crate::timestamp::Timestamp;

/// The APIs that are said, at `tenant`.
pub(super) fn apis(
    said: &BTreeMap<Audience, ApiSaid>,
    standing: &BTreeMap<Audience, Api>,
    tenant: &Tenant,
    now: Timestamp,
) -> Result<BTreeMap<Audience, Api>, Flaw> {
    said.iter().map(|(audience, said)| Ok((audience.clone(), api((audience, said), standing.get(audience), tenant, now)?))).collect()
}

fn api((audience, said): (&Audience, &ApiSaid), standing: Option<&Api>, tenant: &Tenant, now: Timestamp) -> Result<Api, Flaw> {
    let ApiSaid { name, scopes, access_token_signed_response_alg, access_token_seconds, scope_roles: _ } = said.clone();
    let before = standing.cloned().unwrap_or_else(|| Api::named(audience.clone(), "", now));
    let api = Api { name, scopes, access_token_signed_response_alg, access_token_seconds, ..before };
    match standing {
        Some(standing) if *standing == api => return Ok(api),
        _ => api.check(tenant).map_err(|why| Flaw::unfit(Pointer::of(&["apis", audience.as_str()]), why))?,
    }
    Ok(if standing.is_some() { Api { version: api.version + 1, ..api } } else { api })
}

/// The apps that are said, at `tenant`, which has their origins afterwards.
pub(super) fn apps(
    said: &BTreeMap<ClientId, Value>,
    state: &State,
    tenant: &mut Tenant,
    given: &Given<'_>,
) -> Result<BTreeMap<ClientId, Client>, Flaw> {
    let mut all = BTreeMap::new();
    for (id, said) in said {
        let at = Pointer::of(&["apps", id.as_str()]);
        if id.as_str() == ACCOUNT_PAGES {
            return Err(Flaw { at, why: Why::Taken });
        }
        let mut said = said.clone();
        known_in_app(&mut said, &tenant.roster, &at)?;
        let settings: Settings = read(said, &at)?;
        let app = match state.clients.get(id) {
            Some(standing) => changed(standing, &settings, (state, tenant)).map_err(|why| Flaw::unfit(at.clone(), why))?,
            None => Some(Client::registered(id.clone(), &settings, given.now)),
        };
        if let Some(app) = &app {
            settings.check(tenant).map_err(|why| Flaw::unfit(at.clone(), why))?;
            if !settings.jwks.iter().all(given.is_public_key) {
                return Err(Flaw::unfit(at.below("jwks"), "public keys that a signature verifies with"));
            }
            tenant.origins.extend(app.origins.iter().cloned());
        }
        let app = app.or_else(|| state.clients.get(id).cloned());
        all.extend(app.map(|app| (id.clone(), app)));
    }
    Ok(all)
}

// The app as it is said to be; `None` where it is so already.
fn changed(standing: &Client, settings: &Settings, (state, tenant): (&State, &Tenant)) -> Result<Option<Client>, crate::client::InvalidSettings> {
    let changed = standing.changed(settings)?;
    if shown_app(&changed.settings(), &tenant.roster) == shown_app(&standing.settings(), &state.tenant.roster) {
        return Ok(None);
    }
    // A secret is for who authenticates by one.
    let secrets = if changed.authentication.is_by_secret() { changed.secrets.clone() } else { Vec::new() };
    Ok(Some(Client { secrets, ..changed }))
}

/// Whether apps that stay as they are name nothing that is to go. What they named before that was gone already is no obstacle.
pub(super) fn left_whole(state: &State, after: &State) -> Result<(), Flaw> {
    let kept = after.clients.iter().filter(|(id, app)| state.clients.get(*id) == Some(*app));
    for (id, app) in kept {
        let settings = app.settings();
        if let Err(why) = settings.check(&after.tenant)
            && settings.check(&state.tenant).is_ok()
        {
            return Err(Flaw::unfit(Pointer::of(&["apps", id.as_str()]), why));
        }
    }
    Ok(())
}
