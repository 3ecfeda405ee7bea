//! Which apps a person allowed something or is connected with; removing one withdraws the consent and ends its tokens.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::Response;
use domain::consent::Consent;
use domain::event::EventKind;
use domain::family::{Family, RevocationReason};
use domain::{ClientId, Timestamp};
use futures_util::future::try_join_all;
use runtime::{Failure, Refused};
use web::{AppsPage, ConnectedApp, Done, Parameters, Said, Wrong};

use super::Owner;

/// What an app has of a person.
pub(crate) struct App {
    pub(crate) client_id: ClientId,
    pub(crate) name: String,
    pub(crate) scopes: String,
    pub(crate) since: Timestamp,
}

/// Lists them by name.
pub(super) async fn show(owner: &Owner<'_>, said: Option<&Said>) -> Result<Response, Failure> {
    let apps = connected(owner).await?;
    let row = |app| -> ConnectedApp<'_> {
        let App { client_id, name, scopes, since }: &App = app;
        ConnectedApp { client_id: client_id.as_str(), name, scopes, since: *since }
    };
    let rows: Vec<_> = apps.iter().map(row).collect();
    let frame = owner.frame()?;
    Ok(owner.answer(&frame, said, &AppsPage { head: owner.head(&frame, said), apps: &rows }))
}

/// Takes back what one of them has.
pub(super) async fn remove(owner: &Owner<'_>, form: &Parameters) -> Result<Response, Refused> {
    let removed = take_back(owner, form.get("remove").unwrap_or_default()).await?;
    let said = if removed { Said::Done(Done::AppRemoved) } else { Said::Wrong(Wrong::ChangedMeanwhile) };
    Ok(show(owner, Some(&said)).await?)
}

/// Takes back what the app of this id has; whether it had anything.
pub(crate) async fn take_back(owner: &Owner<'_>, named: &str) -> Result<bool, Failure> {
    let (consents, families) = held(owner).await?;
    let consents: Vec<_> = consents.into_iter().filter(|consent| consent.client_id.as_str() == named).collect();
    let families: Vec<_> = families.into_iter().filter(|family| family.client_id.as_str() == named).collect();
    if consents.is_empty() && families.is_empty() {
        return Ok(false);
    }
    // The consent first: cut off in between, the app gets nothing new, and the page still shows what it has.
    for Consent { client_id, .. } in consents {
        let event = owner.event(EventKind::ConsentWithdrawn { client_id: client_id.clone() }, owner.visitor.came.personal())?;
        owner.home()?.withdraw_consent(&owner.user.id, &client_id, &event).await?;
    }
    for family in families {
        let reason = RevocationReason::ConsentWithdrawn;
        let kind = EventKind::GrantRevoked { client_id: family.client_id, family_id: family.id.clone(), reason };
        let event = owner.event(kind, owner.visitor.came.personal())?;
        owner.home()?.revoke_family(&owner.user.id, &family.id, reason, owner.visitor.now, &event).await?;
    }
    Ok(true)
}

/// What apps hold: consents, and families whose tokens may count.
pub(super) async fn held(owner: &Owner<'_>) -> Result<(Vec<Consent>, Vec<Family>), Failure> {
    let home = owner.home()?;
    Ok(tokio::try_join!(home.list_consents(&owner.user.id), home.list_live_families(&owner.user.id, owner.visitor.now))?)
}

/// The names of apps; one that is gone has none.
pub(super) async fn names(owner: &Owner<'_>, ids: BTreeSet<ClientId>) -> Result<BTreeMap<ClientId, String>, Failure> {
    let home = owner.home()?;
    let found = try_join_all(ids.iter().map(|id| home.find_client(id))).await?;
    Ok(ids.iter().cloned().zip(found).filter_map(|(id, client)| Some((id, client?.name))).collect())
}

/// The apps that have something, by name.
pub(crate) async fn connected(owner: &Owner<'_>) -> Result<Vec<App>, Failure> {
    let (consents, families) = held(owner).await?;
    let mut held: BTreeMap<ClientId, (BTreeSet<String>, Timestamp)> = BTreeMap::new();
    let of_consents = consents.into_iter().map(|consent| (consent.client_id, consent.scopes, consent.given_at));
    for (id, scopes, since) in of_consents.chain(families.into_iter().map(|family| (family.client_id, family.scopes, family.issued_at))) {
        let entry = held.entry(id).or_insert_with(|| (BTreeSet::new(), since));
        entry.0.extend(scopes);
        entry.1 = entry.1.min(since);
    }
    let names = names(owner, held.keys().cloned().collect()).await?;
    let app = |(client_id, (scopes, since)): (ClientId, (BTreeSet<String>, Timestamp))| {
        let name = names.get(&client_id).cloned().unwrap_or_else(|| client_id.to_string());
        App { client_id, name, scopes: oauth::scope::join(&scopes), since }
    };
    let mut apps: Vec<App> = held.into_iter().map(app).collect();
    apps.sort_by_key(|app| app.name.to_lowercase());
    Ok(apps)
}
