//! Where the link leads that proves another address: in a session of its person, who presses a button. A stranger who was sent a link of somebody
//! else's account gets nowhere by it, and gives that account nothing.

use axum::response::Response;
use crypto::artefact::Kind;
use domain::event::EventKind;
use domain::identifier::Canonical;
use domain::user::User;
use runtime::interaction::EmailLink;
use runtime::{Failure, Refused};
use store::{EmailChange, EmailClaims};
use web::{ConfirmEmailPage, Done, Parameters, Said, Wrong};

use super::{Owner, security};
use crate::visitor::{Visitor, link};

/// Asks to confirm.
pub(super) fn show(owner: &Owner<'_>, parameters: &Parameters) -> Result<Response, Failure> {
    let Some((sealed, opened)) = open(owner, parameters)? else { return Ok(owner.visitor.dead_link()) };
    let pending = owner.user.pending_email.as_ref().filter(|pending| pending.version == opened.version);
    let Some(pending) = pending else { return Ok(owner.visitor.dead_link()) };
    let frame = owner.frame()?;
    let page = ConfirmEmailPage { head: owner.head(&frame, None), address: &pending.address, link: sealed };
    Ok(owner.answer(&frame, None, &page))
}

/// Makes it the account's address.
pub(super) async fn confirm(owner: &Owner<'_>, form: &Parameters) -> Result<Response, Refused> {
    let Some((_, opened)) = open(owner, form)? else { return Ok(owner.visitor.dead_link()) };
    let next = match owner.user.with_proved_email(opened.version, owner.visitor.now) {
        Ok(next) => next,
        Err(reason) => {
            tracing::info!(%reason, "a link proves no address");
            return Ok(owner.visitor.dead_link());
        }
    };
    let claims = claims_of(owner.visitor, Some(&owner.user), &next)?;
    let event = owner.event(EventKind::EmailChanged { version: next.version }, owner.visitor.came.personal())?;
    match owner.home()?.change_email(&next, &claims, &event).await? {
        EmailChange::Changed => Ok(security::show(&owner.with(next), Some(&Said::Done(Done::EmailChanged)))?),
        // Somebody else proved it first.
        EmailChange::Taken => Ok(owner.visitor.dead_link()),
        EmailChange::Stale => Ok(security::show(owner, Some(&Said::Wrong(Wrong::ChangedMeanwhile)))?),
    }
}

fn open<'p>(owner: &Owner<'_>, parameters: &'p Parameters) -> Result<Option<(&'p str, EmailLink)>, Failure> {
    let Some(sealed) = link(parameters) else { return Ok(None) };
    let opened = owner.visitor.tenant().open::<EmailLink>(Kind::EmailLink, None, sealed, owner.visitor.now)?;
    Ok(opened.ok().filter(|opened| opened.user_id == owner.user.id).map(|opened| (sealed, opened)))
}

/// The claims of the address that a person has and of the one that they will have.
pub(crate) fn claims_of(visitor: &Visitor<'_>, user: Option<&User>, next: &User) -> Result<EmailClaims, Failure> {
    let claim = |user: &User| {
        let canonical = user.email.as_ref().and_then(|email| Canonical::email(&email.address).ok());
        canonical.map(|canonical| visitor.tenant().claim(&canonical)).transpose()
    };
    Ok(EmailClaims { former: user.map(claim).transpose()?.flatten(), proved: claim(next)? })
}
