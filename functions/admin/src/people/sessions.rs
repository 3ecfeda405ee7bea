//! Where somebody is signed in.

use axum::extract::Path;
use crypto::derive;
use domain::event::EventKind;
use domain::session::{EndReason, Session, SessionEnd};
use domain::user::User;
use oauth::sid;
use runtime::people::KeyOwner;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{OfUser, id};
use crate::access::Act;
use crate::arrival::Arrived;
use crate::came::{Answer, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::pages::Page;
use crate::problem::{Problem, Refused};

/// Names a session of somebody.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfSession {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The person's id.
    user: String,
    /// The session as apps know it, the `sid` of their ID tokens.
    sid: String,
}

/// A session of a browser.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionShown {
    /// The `sid` of ID tokens.
    sid: String,
    /// `User-Agent` of the browser as it signed in.
    user_agent: Option<String>,
    /// Network address that it signed in from.
    address: Option<String>,
    /// Country of that address, where an edge tells it.
    country: Option<String>,
    #[schema(format = DateTime)]
    authenticated_at: String,
    #[schema(format = DateTime)]
    last_used_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
}

/// Where somebody is signed in, what was used last first.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/users/{user}/sessions", tag = "users", params(OfUser),
    responses((status = 200, body = Page<SessionShown>), NotShown)
)]
pub(crate) async fn list_sessions(at: Arrived, Path(named): Path<OfUser>) -> Answer<Page<SessionShown>> {
    let id = id(&named.user)?;
    at.may_to(Act::ReadPerson, &id)?;
    let account = at.home()?.read_recovery(&id, &at.now.month()).await?;
    let (user, user_key) = (account.user.ok_or(Problem::NotFound)?, account.user_key.ok_or(Problem::NotFound)?);
    let key = at.tenant.open_personal_key(KeyOwner::User(&id), &user_key)?;
    let mut sessions = live(&at, &user).await?;
    sessions.sort_by_key(|session| std::cmp::Reverse(session.last_used_at));
    let shown = |session: &Session| {
        let seen = session.seen_from.as_ref().map(|sealed| at.tenant.open_seen(&key, &session.id, sealed)).transpose()?.unwrap_or_default();
        Ok(SessionShown {
            sid: sid::of(&session.id, derive::sha256),
            user_agent: seen.user_agent,
            address: seen.address,
            country: seen.country,
            authenticated_at: session.authenticated_at.rfc3339(),
            last_used_at: session.last_used_at.rfc3339(),
            ends_at: session.ends_at.rfc3339(),
        })
    };
    let items = sessions.iter().map(shown).collect::<Result<_, Refused>>()?;
    Ok(Done::Shown(Page { items, next: None }, None))
}

/// Ends one of them.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/users/{user}/sessions/{sid}", tag = "users", params(OfSession),
    responses((status = 204), NotChanged)
)]
pub(crate) async fn end_session(at: Arrived, Path(named): Path<OfSession>) -> Answer<()> {
    let id = id(&named.user)?;
    at.may_to(Act::EndSessions, &id)?;
    let user = super::find(&at, &id).await?;
    let sessions = live(&at, &user).await?;
    let session = sessions.iter().find(|session| sid::of(&session.id, derive::sha256) == named.sid).ok_or(Problem::NotFound)?;
    let end = SessionEnd { at: at.now, reason: EndReason::Revoked };
    let event = at.event_about(&id, EventKind::SessionEnded { session_id: session.id.clone(), reason: EndReason::Revoked });
    at.home()?.end_session(session, end, &event).await?;
    Ok(Done::Gone)
}

async fn live(at: &Arrived, user: &User) -> Result<Vec<Session>, Refused> {
    let mut sessions = at.home()?.list_sessions(&user.id, at.now).await?;
    sessions.retain(|session| session.live(at.tenant.record(), user, at.now).is_ok());
    Ok(sessions)
}
