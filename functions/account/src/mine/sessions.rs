//! Where a person is signed in; they end any session but the one that they look from, which signing out ends.

use axum::response::Response;
use crypto::derive;
use domain::event::{EventKind, Personal};
use domain::session::{EndReason, Session, SessionEnd};
use futures_util::future::try_join_all;
use oauth::sid;
use runtime::people::KeyOwner;
use runtime::{Failure, Refused};
use web::{Done, Parameters, Said, SessionsPage, ShownSession, Wrong};

use super::Owner;

/// Sessions that are ended at the same time.
const AT_ONCE: usize = 8;

/// A session with the name that apps know it by, and where it began.
pub(crate) struct Known {
    pub(crate) sid: String,
    pub(crate) seen: Personal,
    pub(crate) session: Session,
}

/// Those that live, the one that this is asked in first, then the one that was used last.
pub(crate) async fn list(owner: &Owner<'_>) -> Result<Vec<Known>, Failure> {
    let key = owner.visitor.tenant().open_personal_key(KeyOwner::User(&owner.user.id), &owner.user_key)?;
    let known = |session: Session| {
        let seen = session.seen_from.as_ref().map(|sealed| owner.visitor.tenant().open_seen(&key, &session.id, sealed)).transpose()?;
        Ok(Known { sid: sid::of(&session.id, derive::sha256), seen: seen.unwrap_or_default(), session })
    };
    let mut sessions = live(owner).await?.into_iter().map(known).collect::<Result<Vec<Known>, Failure>>()?;
    sessions.sort_by_key(|Known { session, .. }| (session.id != owner.session.id, std::cmp::Reverse(session.last_used_at)));
    Ok(sessions)
}

/// Lists them.
pub(super) async fn show(owner: &Owner<'_>, said: Option<&Said>) -> Result<Response, Failure> {
    let sessions = list(owner).await?;
    let rows: Vec<ShownSession<'_>> = sessions.iter().map(|row| row_of(owner, row)).collect();
    let frame = owner.frame()?;
    Ok(owner.answer(&frame, said, &SessionsPage { head: owner.head(&frame, said), sessions: &rows }))
}

fn row_of<'s>(owner: &Owner<'_>, Known { sid, seen, session }: &'s Known) -> ShownSession<'s> {
    ShownSession {
        sid,
        user_agent: seen.user_agent.as_deref(),
        address: seen.address.as_deref(),
        country: seen.country.as_deref(),
        began_at: session.authenticated_at,
        last_used_at: session.last_used_at,
        is_this: session.id == owner.session.id,
    }
}

/// Ends one, or all others.
pub(super) async fn end(owner: &Owner<'_>, form: &Parameters) -> Result<Response, Refused> {
    let wanted = form.get("end");
    let said = match (end_others(owner, wanted).await?, wanted) {
        (0, Some(_)) => Said::Wrong(Wrong::ChangedMeanwhile),
        (_, Some(_)) => Said::Done(Done::SessionEnded),
        (_, None) => Said::Done(Done::OthersEnded),
    };
    Ok(show(owner, Some(&said)).await?)
}

/// Ends the session that apps know by this name, or all; never the one that this is asked in. Says how many.
pub(crate) async fn end_others(owner: &Owner<'_>, sid: Option<&str>) -> Result<usize, Failure> {
    let mut others = live(owner).await?;
    others.retain(|session| session.id != owner.session.id && sid.is_none_or(|sid| sid::of(&session.id, derive::sha256) == sid));
    for some in others.chunks(AT_ONCE) {
        try_join_all(some.iter().map(|session| revoke(owner, session))).await?;
    }
    Ok(others.len())
}

async fn revoke(owner: &Owner<'_>, session: &Session) -> Result<(), Failure> {
    let end = SessionEnd { at: owner.visitor.now, reason: EndReason::Revoked };
    let kind = EventKind::SessionEnded { session_id: session.id.clone(), reason: EndReason::Revoked };
    let event = owner.event(kind, owner.visitor.came.personal())?;
    owner.home()?.end_session(session, end, &event).await?;
    Ok(())
}

/// The person's sessions that count now.
pub(super) async fn live(owner: &Owner<'_>) -> Result<Vec<Session>, Failure> {
    let (tenant, now) = (owner.visitor.tenant().record(), owner.visitor.now);
    let mut sessions = owner.home()?.list_sessions(&owner.user.id, now).await?;
    sessions.retain(|session| session.live(tenant, &owner.user, now).is_ok());
    Ok(sessions)
}
