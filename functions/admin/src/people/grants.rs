//! What somebody allowed which apps, and what apps hold of them.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use domain::ClientId;
use domain::consent::Consent;
use domain::event::EventKind;
use domain::family::{Family, RevocationReason};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{OfUser, find, id};
use crate::access::Act;
use crate::arrival::Arrived;
use crate::came::{Answer, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::pages::Page;
use crate::problem::{Problem, Refused};

/// Names an app that somebody allowed something.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfGrant {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The person's id.
    user: String,
    /// The app's id.
    app: String,
}

/// What an app has of somebody.
#[derive(Serialize, ToSchema)]
#[schema(as = Grant)]
pub(crate) struct GrantShown {
    /// The app's id.
    #[schema(value_type = String)]
    client_id: ClientId,
    /// What was allowed, and what live tokens hold.
    scopes: BTreeSet<String>,
    /// Live lineages of tokens.
    live: usize,
    /// When the first of it was given.
    #[schema(format = DateTime)]
    since: String,
}

/// What somebody allowed which apps, and what these hold.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/users/{user}/grants", tag = "users", params(OfUser),
    responses((status = 200, body = Page<GrantShown>), NotShown)
)]
pub(crate) async fn list_grants(at: Arrived, Path(named): Path<OfUser>) -> Answer<Page<GrantShown>> {
    let id = id(&named.user)?;
    at.may_to(Act::ReadPerson, &id)?;
    find(&at, &id).await?;
    let home = at.home()?;
    let (consents, families) = tokio::try_join!(home.list_consents(&id), home.list_live_families(&id, at.now))?;
    Ok(Done::Shown(Page { items: shown(&consents, &families), next: None }, None))
}

fn shown(consents: &[Consent], families: &[Family]) -> Vec<GrantShown> {
    let consented = consents.iter().map(|consent| (&consent.client_id, &consent.scopes, consent.given_at, 0));
    let held = families.iter().map(|family| (&family.client_id, &family.scopes, family.issued_at, 1));
    let mut by_app: BTreeMap<&ClientId, (BTreeSet<String>, usize, domain::Timestamp)> = BTreeMap::new();
    for (client_id, scopes, at, live) in consented.chain(held) {
        let app = by_app.entry(client_id).or_insert_with(|| (BTreeSet::new(), 0, at));
        app.0.extend(scopes.iter().cloned());
        app.1 += live;
        app.2 = app.2.min(at);
    }
    let shown = |(client_id, (scopes, live, since)): (&ClientId, (BTreeSet<String>, usize, domain::Timestamp))| GrantShown {
        client_id: client_id.clone(),
        scopes,
        live,
        since: since.rfc3339(),
    };
    by_app.into_iter().map(shown).collect()
}

/// Takes back what an app has of somebody: the consent, and every token.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/users/{user}/grants/{app}", tag = "users", params(OfGrant),
    responses((status = 204), NotChanged)
)]
pub(crate) async fn revoke_grant(at: Arrived, Path(named): Path<OfGrant>) -> Answer<()> {
    let id = id(&named.user)?;
    at.may_to(Act::EndSessions, &id)?;
    find(&at, &id).await?;
    let client_id = ClientId::parse(&named.app).map_err(|_| Problem::NotFound)?;
    let home = at.home()?;
    let (consents, mut families) = tokio::try_join!(home.list_consents(&id), home.list_live_families(&id, at.now))?;
    families.retain(|family| family.client_id == client_id);
    let consented = consents.iter().any(|consent| consent.client_id == client_id);
    if !consented && families.is_empty() {
        return Err(Problem::NotFound.into());
    }
    // The consent first: cut off in between, the app gets nothing new, and what it holds is still shown.
    if consented {
        let event = at.event_about(&id, EventKind::ConsentWithdrawn { client_id: client_id.clone() });
        home.withdraw_consent(&id, &client_id, &event).await?;
    }
    for family in families {
        revoke(&at, &family).await?;
    }
    Ok(Done::Gone)
}

async fn revoke(at: &Arrived, family: &Family) -> Result<(), Refused> {
    let reason = RevocationReason::ConsentWithdrawn;
    let kind = EventKind::GrantRevoked { client_id: family.client_id.clone(), family_id: family.id.clone(), reason };
    at.home()?.revoke_family(&family.user_id, &family.id, reason, at.now, &at.event_about(&family.user_id, kind)).await?;
    Ok(())
}
