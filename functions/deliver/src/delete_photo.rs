//! Removes photos that no record points to: one that another took the place of, one that went with its account, and one that was kept before its record
//! was written and never was.

use cloud::objects::ObjectName;
use domain::Timestamp;
use domain::delivery::{Delivery, Try};
use domain::event::{EventKind, Subject};
use domain::id::PhotoId;
use runtime::{Failure, TenantContext};
use store::PersonKeys;

use crate::Deps;

/// Removes the photo of an event, unless it is the person's.
pub(crate) async fn delete(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Try, Failure> {
    let Some(tenant) = deps.tenant(delivery, now).await? else { return Ok(Try::FailedForGood) };
    let event = tenant.home(now)?.find_event(delivery.event_at, delivery.event_shard, &delivery.id.event).await?;
    let Some((subject, kind)) = event.map(|event| (event.subject, event.kind)) else { return Ok(Try::FailedForGood) };
    let photo = match kind {
        EventKind::PhotoKept { photo } => Some(photo),
        EventKind::PhotoChanged { former, .. } | EventKind::AccountDeleted { photo: former } => former,
        _ => return Ok(Try::FailedForGood),
    };
    let Some(photo) = photo else { return Ok(Try::Sent) };
    if is_shown(&tenant, subject, &photo, now).await? {
        return Ok(Try::Sent);
    }
    let name = ObjectName::of(tenant.record().id.clone(), photo);
    Ok(match deps.objects.delete(&tenant.placement().home, &name).await {
        Ok(()) => Try::Sent,
        Err(error) => {
            tracing::warn!(%error, attempts = delivery.attempts, "a photo is not removed for now");
            Try::FailedForNow
        }
    })
}

/// Whether the person's record points to it.
async fn is_shown(tenant: &TenantContext, subject: Subject, photo: &PhotoId, now: Timestamp) -> Result<bool, Failure> {
    let Subject::User(user_id) = subject else { return Ok(false) };
    let user = tenant.home(now)?.read_person(&PersonKeys::of(user_id)).await?.user;
    Ok(user.and_then(|user| user.photo(&tenant.record().first_issuer)).as_ref() == Some(photo))
}
