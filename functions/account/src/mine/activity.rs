//! What happened to an account: its events, as its person understands them.

use axum::response::Response;
use domain::event::Personal;
use domain::history::{Happening, app_of};
use domain::{EventId, Timestamp, policy};
use runtime::people::{KeyOwner, open_event};
use runtime::{Failure, Refused};
use web::{ActivityPage, Entry, ErrorReason, Parameters};

use super::{Owner, apps};

/// Something that happened.
pub(crate) struct Happened {
    pub(crate) what: Happening,
    pub(crate) at: Timestamp,
    pub(crate) seen: Personal,
    pub(crate) app: Option<String>,
}

/// A page of it, the latest first, older than the entry that `before` names.
pub(super) async fn show(owner: &Owner<'_>, parameters: &Parameters) -> Result<Response, Refused> {
    let before = parameters.get("before").map(EventId::parse).transpose().map_err(|_| ErrorReason::MalformedRequest)?;
    let (happened, last) = read(owner, before.as_ref()).await?;
    let entries: Vec<Entry<'_>> = happened.iter().map(entry).collect();
    let frame = owner.frame()?;
    let older = last.map(|last| format!("{}/activity?before={last}", frame.base));
    Ok(owner.answer(&frame, None, &ActivityPage { head: owner.head(&frame, None), entries: &entries, older: older.as_deref() }))
}

fn entry(happened: &Happened) -> Entry<'_> {
    let Happened { what, at, seen, app } = happened;
    let (user_agent, address, country) = (seen.user_agent.as_deref(), seen.address.as_deref(), seen.country.as_deref());
    Entry { what: *what, at: *at, user_agent, address, country, app: app.as_deref() }
}

/// The entries of a page, and the event that the next one begins after, if there may be one.
pub(crate) async fn read(owner: &Owner<'_>, before: Option<&EventId>) -> Result<(Vec<Happened>, Option<EventId>), Failure> {
    let events = owner.home()?.list_history(&owner.user.id, before, policy::HISTORY_PAGE).await?;
    let last = events.last().filter(|_| events.len() == policy::HISTORY_PAGE).map(|event| event.id.clone());
    let key = owner.visitor.tenant().open_personal_key(KeyOwner::User(&owner.user.id), &owner.user_key)?;
    let names = apps::names(owner, events.iter().filter_map(|event| app_of(&event.kind)).cloned().collect()).await?;
    let mut happened = Vec::new();
    for event in &events {
        let Some(what) = Happening::of(&event.kind) else { continue };
        let app = app_of(&event.kind).and_then(|id| names.get(id)).cloned();
        happened.push(Happened { what, at: event.at, seen: open_event(event, &key)?, app });
    }
    Ok((happened, last))
}
