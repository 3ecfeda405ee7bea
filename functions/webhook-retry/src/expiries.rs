//! Sessions that may have run out: one that was used since is looked at later, one that wasn't is ended (OpenID Connect Back-Channel Logout §2.5:
//! apps are told of sessions that time out, too).

use domain::Timestamp;
use domain::event::{Event, EventKind, Lookups, Personal, Subject};
use domain::session::{EndReason, Expiry, RunOut, Session, SessionEnd};
use domain::tenant::Tenant;
use domain::user::User;
use futures_util::future::{join_all, try_join};
use runtime::Failure;
use store::{PersonKeys, SessionEnding, Signing, TenantStore};

use crate::{Deps, PER_SHARD, of_all_shards};

/// Sessions looked at at the same time.
const AT_ONCE: usize = 8;

/// What became of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It had run out and was ended.
    Ended,
    /// It goes on, is over already, or belongs to another region.
    Left,
}

/// Ends what ran out; says how many. A session that can't be looked at now stays due, and keeps no other from being looked at.
pub(crate) async fn end(deps: &Deps, now: Timestamp) -> Result<usize, Failure> {
    let due = of_all_shards(|shard| deps.work.list_expiries(shard, now, PER_SHARD)).await?;
    let mut ended = 0;
    for some in due.chunks(AT_ONCE) {
        for fate in join_all(some.iter().map(|expiry| look(deps, expiry, now))).await {
            match fate {
                Ok(Fate::Ended) => ended += 1,
                Ok(Fate::Left) => {}
                Err(failure) => tracing::warn!(%failure, "a session can't be looked at for now"),
            }
        }
    }
    Ok(ended)
}

async fn look(deps: &Deps, expiry: &Expiry, now: Timestamp) -> Result<Fate, Failure> {
    // The row is replicated to every region of the zone, and only the tenant's home acts on it.
    let Some(home) = deps.region.tables_of(&expiry.tenant, now).await? else { return Ok(Fate::Left) };
    let keys = PersonKeys::of(expiry.user_id.clone()).with_session(expiry.session_id.clone());
    let (person, bundle) = try_join(home.read_person(&keys), home.read_bundle(&[], Signing::Left)).await?;
    let Some(tenant) = bundle.map(|bundle| bundle.tenant) else {
        deps.work.move_expiry(expiry, None).await?;
        return Ok(Fate::Left);
    };
    let home = home.keeping_events(tenant.policies.retention);
    let look = |session| run_out(&tenant, person.user.as_ref(), session, now);
    let (fate, next) = match person.session.as_ref().map(|session| (session, look(session))) {
        Some((_, RunOut::NotBefore(at))) => (Fate::Left, Some(at)),
        Some((session, RunOut::Now)) => match expire(deps, &home, session, now).await? {
            SessionEnding::Ended => (Fate::Ended, None),
            SessionEnding::AlreadyEnded | SessionEnding::Unknown => (Fate::Left, None),
            // It was used between the look and the end: the next sweep looks again.
            SessionEnding::UsedSince => return Ok(Fate::Left),
        },
        Some((_, RunOut::EndedBefore)) | None => (Fate::Left, None),
    };
    deps.work.move_expiry(expiry, next).await?;
    Ok(fate)
}

// Whoever is gone has sessions that live as everybody's do.
fn run_out(tenant: &Tenant, user: Option<&User>, session: &Session, now: Timestamp) -> RunOut {
    let lifetimes = user.map_or(tenant.sessions, |user| tenant.session_lifetimes(user, session.keeping));
    session.run_out(lifetimes, now)
}

async fn expire(deps: &Deps, home: &TenantStore, session: &Session, now: Timestamp) -> Result<SessionEnding, Failure> {
    let event = Event {
        id: deps.random.event_id(now),
        tenant: home.tenant().clone(),
        subject: Subject::User(session.user_id.clone()),
        kind: EventKind::SessionEnded { session_id: session.id.clone(), reason: EndReason::Expired },
        personal: Personal::default(),
    };
    let end = SessionEnd { at: now, reason: EndReason::Expired };
    Ok(home.end_session(session, end, &event.record(None, Lookups::default())).await?)
}
