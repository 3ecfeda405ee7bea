//! What a person signs in with: a new password for who knows the present one, another address or telephone number for who has just signed in.

use axum::response::{IntoResponse, Response};
use domain::SessionId;
use domain::attempt::{Reservation, Source, window};
use domain::client::ACCOUNT_PAGES;
use domain::event::{Browser, ChangedBy, EventKind, Personal, kept_identifier};
use domain::password_policy::Factors;
use domain::session::{Beginning, Session};
use domain::{ClientId, policy};
use runtime::interaction::browser::{KnownPerson, signed_in_cookies};
use runtime::{Failure, Refused};
use store::{AttemptKey, PasswordChange, Recovery, UserPart};
use web::{Done, Parameters, Said, Section, SecurityPage, SetCookie, Wrong, responders};

use super::{Owner, Place, phone, told};
use crate::visitor::Mails;
use crate::{hashing, new_password};

/// The parameter that tells the page which a new password leads to.
const DONE: &str = "done";

/// What a new password says on the page that it leads to.
pub(super) fn said(parameters: &Parameters) -> Option<Said> {
    (parameters.get(DONE) == Some("password")).then_some(Said::Done(Done::PasswordChanged))
}

/// Shows it.
pub(super) fn show(owner: &Owner<'_>, said: Option<&Said>) -> Result<Response, Failure> {
    let frame = owner.frame()?;
    let page = SecurityPage {
        head: owner.head(&frame, said),
        password_minimum: owner.visitor.tenant().record().passwords_in(&owner.user.groups).minimum(Factors::PasswordAlone),
        email: owner.user.email.as_ref().map(|email| email.address.as_str()),
        pending_email: owner.user.pending_email.as_ref().map(|pending| pending.address.as_str()),
        phone: phone::part(owner),
    };
    Ok(owner.answer(&frame, said, &page))
}

/// Does what one of the forms asks for.
pub(super) async fn change(owner: &Owner<'_>, form: &Parameters) -> Result<Response, Refused> {
    if let Some(email) = form.get("email") {
        if !owner.is_fresh() {
            return owner.prove_again(Place::Section(Section::Security));
        }
        let changed = ask_for_email(owner, email).await?;
        let (owner, said) = told(owner, &changed, Done::EmailAsked);
        return Ok(show(owner, Some(&said))?);
    }
    if form.get("forget").is_some() {
        let changed = forget_email(owner).await?;
        let (owner, said) = told(owner, &changed, Done::EmailForgotten);
        return Ok(show(owner, Some(&said))?);
    }
    if let Some(answer) = phone::change(owner, form).await? {
        return Ok(answer);
    }
    let (current, new) = (form.get("current_password").unwrap_or_default(), form.get("new_password").unwrap_or_default());
    match change_password(owner, current, new).await? {
        Ok(cookies) => {
            // By GET, since the forms of this page are of a session that is over.
            let address = owner.visitor.tenant().record().issuer().endpoint(&format!("/account/security?{DONE}=password"));
            let [session, device, binding] = cookies;
            Ok((session, device, binding, responders::see_other(&address)).into_response())
        }
        Err(wrong) => Ok(show(owner, Some(&Said::Wrong(wrong)))?),
    }
}

/// Remembers the address that the person wants; the event sends a link there.
pub(crate) async fn ask_for_email<'a>(owner: &Owner<'a>, entered: &str) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    let visitor = owner.visitor;
    let (next, canonical) = match owner.user.asking_for_email(entered, visitor.now) {
        Ok(wish) => wish,
        Err(problem) => return Ok(Err(Wrong::Email(problem))),
    };
    let lookup = visitor.tenant().lookup("identifier", canonical.as_str())?;
    if let Err(retry_after) = Mails::about(&lookup, "email-change", visitor.now).reserve(visitor).await? {
        return Ok(Err(Wrong::Throttled { retry_after }));
    }
    let personal = Personal { identifier: Some(kept_identifier(entered)), ..visitor.came.personal() };
    let event = owner.event(EventKind::EmailChangeRequested { version: next.version }, personal)?;
    owner.change_with(next, UserPart::PendingEmail, &event).await
}

/// Waits for no address any more.
pub(crate) async fn forget_email<'a>(owner: &Owner<'a>) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    let next = owner.user.without_pending_email(owner.visitor.now);
    let version = next.version;
    owner.change(next, UserPart::PendingEmail, EventKind::ProfileChanged { version }).await
}

/// Sets the password, which ends whatever stood on the one before, and begins a session anew in this browser.
pub(crate) async fn change_password(owner: &Owner<'_>, current: &str, new: &str) -> Result<Result<[SetCookie; 3], Wrong>, Failure> {
    let visitor = owner.visitor;
    let found = match prove_current(owner, current).await? {
        Ok(found) => found,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let Some(standing) = &found.password else { return Ok(Err(Wrong::CurrentPassword)) };
    let chosen = match new_password::chosen(owner.deps, visitor, (&owner.user, standing), new)? {
        Ok(chosen) => chosen,
        Err(problem) => return Ok(Err(Wrong::NewPassword(problem))),
    };
    let hash = hashing::sealed(owner.deps, visitor, &owner.user.id, &chosen)?;
    let next = standing.followed_by(hash, &visitor.tenant().record().passwords_in(&owner.user.groups), visitor.now);
    let event = owner.event(EventKind::PasswordChanged { version: next.version, by: ChangedBy::Owner }, visitor.came.personal())?;
    match owner.home()?.change_password(&owner.user.id, &next, visitor.now, &event).await? {
        PasswordChange::Changed => Ok(Ok(begin_anew(owner, next.version).await?)),
        PasswordChange::Stale => Ok(Err(Wrong::ChangedMeanwhile)),
    }
}

async fn prove_current(owner: &Owner<'_>, typed: &str) -> Result<Result<Recovery, Wrong>, Failure> {
    let visitor = owner.visitor;
    if typed.is_empty() || typed.chars().nth(policy::PASSWORD_MAX_CHARACTERS).is_some() {
        return Ok(Err(Wrong::CurrentPassword));
    }
    let (tenant, window) = (visitor.tenant(), window(visitor.now, policy::ATTEMPT_WINDOW));
    let source = tenant.lookup("attempt source", &Source::network(visitor.came.caller.address).as_text())?;
    let key = AttemptKey { identifier: tenant.lookup("own password", owner.user.id.as_str())?, source, window };
    let (home, month) = (owner.home()?, visitor.now.month());
    let (found, reserved) = tokio::try_join!(home.read_recovery(&owner.user.id, &month), home.reserve_attempt(&key, policy::ATTEMPTS_PER_WINDOW))?;
    if reserved == Reservation::Exhausted {
        return Ok(Err(Wrong::Throttled { retry_after: window.ends_at.since(visitor.now) }));
    }
    let matches = hashing::is_password(owner.deps, visitor, (&owner.user.id, found.password.as_ref()), typed)?;
    Ok(if matches { Ok(found) } else { Err(Wrong::CurrentPassword) })
}

async fn begin_anew(owner: &Owner<'_>, credential_version: u64) -> Result<[SetCookie; 3], Failure> {
    let (visitor, before) = (owner.visitor, &owner.session);
    let (tenant, random) = (visitor.tenant(), &*owner.deps.random);
    let id = SessionId::from_random(random.bytes());
    let seen = tenant.seal_seen((&owner.user.id, &owner.user_key), &id, &visitor.came.personal(), random.bytes())?;
    let beginning = Beginning { keeping: before.keeping, seen_from: Some(seen), ..Beginning::by_password(id.clone(), owner.user.id.clone()) };
    let session = Session::begin(beginning, tenant.record().session_lifetimes(&owner.user, before.keeping), visitor.now);
    let client_id = ClientId::parse(ACCOUNT_PAGES).map_err(|error| Failure::Broken(error.to_string()))?;
    let runs_out_at = Some(session.runs_out_at());
    let kind = EventKind::SessionStarted { session_id: id, client_id, browser: Browser::Known, credential_version, runs_out_at };
    let event = owner.event(kind, visitor.came.personal())?;
    owner.home()?.start_session(&session, None, &event).await?;
    let known = visitor.browser.device.iter().flat_map(|device| &device.people).find(|person| person.user_id == owner.user.id);
    let person = known.cloned().unwrap_or_else(|| KnownPerson { user_id: owner.user.id.clone(), identifiers: Vec::new() });
    signed_in_cookies(tenant, &visitor.browser, (&session, person), (random, visitor.now))
}
