//! Ends the sessions that a person's "not before" cut off, one by one: each leaves the event by which its apps are told (OpenID Connect Back-Channel
//! Logout §2.5). They have been dead since the moment itself.

use domain::Timestamp;
use domain::delivery::{Delivery, Try};
use domain::event::{Event, EventKind, Lookups, Personal, Subject};
use domain::session::{EndReason, SessionEnd};
use runtime::Failure;
use store::PersonKeys;

use crate::Deps;

/// Ends them. Cut off in between, the next try ends the others.
pub(crate) async fn end(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Try, Failure> {
    let Some(tenant) = deps.tenant(delivery, now).await? else { return Ok(Try::FailedForGood) };
    let home = tenant.home(now)?;
    let event = home.find_event(delivery.event_at, delivery.event_shard, &delivery.id.event).await?;
    let Some(Subject::User(user_id)) = event.map(|event| event.subject) else { return Ok(Try::FailedForGood) };
    let user = home.read_person(&PersonKeys::of(user_id.clone())).await?.user;
    for session in home.list_sessions(&user_id, now).await? {
        if !session.is_cut_off(tenant.record(), user.as_ref()) {
            continue;
        }
        let kind = EventKind::SessionEnded { session_id: session.id.clone(), reason: EndReason::NotBefore };
        let subject = Subject::User(user_id.clone());
        let event = Event { id: deps.random.event_id(now), tenant: tenant.record().id.clone(), subject, kind, personal: Personal::default() };
        let end = SessionEnd { at: now, reason: EndReason::NotBefore };
        home.end_session(&session, end, &event.record(None, Lookups::default())).await?;
    }
    Ok(Try::Sent)
}
