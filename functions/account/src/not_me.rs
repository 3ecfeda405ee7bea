//! Read → decide → act for "this wasn't me", the link of a notice: one read, one transaction that ends what the person is signed in to and locks
//! the password; and gives the address back, where the notice was of another one.
//!
//! A program that follows the link changes nothing: the page asks. The event mails a link for a new password, to the address of the account.

mod email;

use axum::response::Response;
use crypto::artefact::Kind;
use domain::alarm;
use domain::event::EventKind;
use domain::password_reset::Promise;
use domain::tenant::Recovery;
use http::StatusCode;
use runtime::interaction::{Came, FormerEmailLink, NotMeLink};
use runtime::{Failure, Refused};
use store::PasswordLock;
use web::{Brand, ErrorReason, NotMePage, Notice, Parameters, Undone, responders};

use crate::Deps;
use crate::visitor::{Visitor, link};

/// What the person says wasn't they.
enum Alarm {
    /// A sign-in, or a new password.
    Account(NotMeLink),
    /// Another address.
    Email(FormerEmailLink),
}

/// Asks whether somebody else uses the account.
pub(crate) async fn show(deps: &Deps, came: &Came, query: &str) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| ErrorReason::MalformedRequest)?;
    visit.settle().await;
    Ok(open(&visitor, &parameters)?.map_or_else(|| visitor.dead_link(), |(sealed, alarm)| page(&visitor, sealed, &alarm)))
}

/// Raises the alarm.
pub(crate) async fn posted(deps: &Deps, came: &Came, body: &[u8]) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = visitor.form(body)?;
    match open(&visitor, &parameters)? {
        Some((_, Alarm::Account(link))) => visit.beside(Box::pin(raise(deps, &visitor, &link))).await,
        Some((_, Alarm::Email(link))) => visit.beside(Box::pin(email::give_back(deps, &visitor, &link))).await,
        None => {
            visit.settle().await;
            Ok(visitor.dead_link())
        }
    }
}

async fn raise(deps: &Deps, visitor: &Visitor<'_>, link: &NotMeLink) -> Result<Response, Refused> {
    let tenant = visitor.tenant();
    let home = tenant.home(visitor.now)?;
    let found = home.read_recovery(&link.user_id, &visitor.now.month()).await?;
    let notice = Promise { credential_version: link.credential_version, asked_at: link.happened_at };
    let decided = alarm::decide(notice, (found.user.as_ref(), found.password.as_ref()), tenant.record().not_before);
    let (user, password) = match decided {
        Ok(standing) => standing,
        Err(reason) => {
            tracing::info!(%reason, "a link raises no alarm");
            return Ok(visitor.dead_link());
        }
    };
    let locked = password.locked(visitor.now);
    let kind = EventKind::AlarmRaised { credential_version: locked.version };
    let event = tenant.event_about((&user.id, found.user_key.as_ref()), kind, visitor.came.personal(), (&*deps.random, visitor.now))?;
    Ok(match home.lock_password(&user.id, &locked, visitor.now, &event).await? {
        PasswordLock::Locked => visitor.notice(StatusCode::OK, visitor.came.language(), raised(tenant.record().recovery)),
        PasswordLock::Stale => visitor.dead_link(),
    })
}

const fn raised(recovery: Recovery) -> Notice {
    match recovery {
        Recovery::ByMail => Notice::AlarmRaised,
        Recovery::Off => Notice::AlarmRaisedWithoutRecovery,
    }
}

fn open<'a>(visitor: &Visitor<'_>, parameters: &'a Parameters) -> Result<Option<(&'a str, Alarm)>, Failure> {
    let Some(sealed) = link(parameters) else { return Ok(None) };
    if let Ok(link) = visitor.tenant().open(Kind::NotMeLink, None, sealed, visitor.now)? {
        return Ok(Some((sealed, Alarm::Account(link))));
    }
    let opened = visitor.tenant().open(Kind::FormerEmailLink, None, sealed, visitor.now)?;
    Ok(opened.ok().map(|link| (sealed, Alarm::Email(link))))
}

fn page(visitor: &Visitor<'_>, sealed: &str, alarm: &Alarm) -> Response {
    let tenant = visitor.tenant().record();
    let page = NotMePage {
        language: visitor.came.language(),
        brand: Brand::of(tenant),
        action: &visitor.action("/not-me"),
        link: sealed,
        undone: match alarm {
            Alarm::Account(_) => Undone::Nothing,
            Alarm::Email(_) => Undone::EmailChange,
        },
        recovery: tenant.recovery,
    };
    responders::html(StatusCode::OK, &page, &visitor.security())
}
