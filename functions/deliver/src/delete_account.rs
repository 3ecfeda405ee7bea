//! Deletes an account whose time has come, unless its person changed their mind.

use domain::Timestamp;
use domain::delivery::{Delivery, Try};
use domain::event::{Event, EventKind, Lookups, Personal, Subject};
use runtime::Failure;
use store::{Erasure, PersonKeys};

use crate::Deps;

/// Deletes it. What is sealed under the person's key is unreadable from then on, in every event and archive.
pub(crate) async fn delete(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Try, Failure> {
    let Some(tenant) = deps.tenant(delivery, now).await? else { return Ok(Try::FailedForGood) };
    let home = tenant.home(now)?;
    let event = home.find_event(delivery.event_at, delivery.event_shard, &delivery.id.event).await?;
    let Some((Subject::User(user_id), EventKind::DeletionRequested { due_at })) = event.map(|event| (event.subject, event.kind)) else {
        return Ok(Try::FailedForGood);
    };
    let user = home.read_person(&PersonKeys::of(user_id)).await?.user;
    let Some(user) = user.filter(|user| user.is_to_be_deleted(due_at, now)) else { return Ok(Try::Sent) };
    let belongings = tenant.belongings(&user, home.list_consents(&user.id).await?)?;
    let kind = EventKind::AccountDeleted { photo: user.photo(&tenant.record().first_issuer) };
    let (id, tenant_id, subject) = (deps.random.event_id(now), tenant.record().id.clone(), Subject::User(user.id.clone()));
    let gone = Event { id, tenant: tenant_id, subject, kind, personal: Personal::default() };
    Ok(match home.erase_user(&user, &belongings, &gone.record(None, Lookups::default())).await? {
        Erasure::Erased => Try::Sent,
        Erasure::Stale => Try::FailedForNow,
    })
}
