//! Read → decide → act for somebody who forgot their password: who has the name; the person; one event, counted with its mail.
//!
//! The same is done for a name that nobody has. The link is minted when it is mailed, to the address of the account and nowhere else.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use crypto::artefact::Kind;
use domain::event::{EventKind, Personal, RecordedEvent, kept_identifier};
use domain::policy;
use domain::tenant::Recovery as RecoveryPolicy;
use http::StatusCode;
use runtime::interaction::{Came, ResetState};
use runtime::{Failure, Refused};
use store::Recovery;
use web::{Brand, ErrorReason, Language, Notice, Parameters, ResetPage, ResetProblem, responders};

use crate::visitor::{Mails, Visitor, interrupted, waiting};
use crate::{Deps, new_password};

/// Asks whose password is forgotten; or for the new one, where a link leads here.
pub(crate) async fn show(deps: &Deps, came: &Came, query: &str) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| ErrorReason::MalformedRequest)?;
    visit.settle().await;
    if is_off(&visitor) {
        return Ok(off(&visitor));
    }
    if parameters.get("link").is_some() {
        return new_password::show(&visitor, &parameters);
    }
    let request = parameters.get("state").map(|sealed| interrupted(&visitor, sealed)).transpose()?;
    let (binding, cookie) = visitor.browser.bind(visitor.tenant(), &*deps.random)?;
    let state = ResetState { binding, ui_locales: request.and_then(|request| request.ui_locales) };
    let expires_at = visitor.now.plus(policy::RESET_STATE);
    let sealed = visitor.tenant().seal(Kind::ResetState, None, expires_at, deps.random.bytes(), &state)?;
    Ok((cookie, page(&visitor, (&state, &sealed), "", None)).into_response())
}

/// Has a link sent, if there is an account; or sets the new password that a link allows.
pub(crate) async fn posted(deps: &Deps, came: &Came, body: &[u8]) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = visitor.form(body)?;
    if is_off(&visitor) {
        visit.settle().await;
        return Ok(off(&visitor));
    }
    if parameters.get("link").is_some() {
        return visit.beside(Box::pin(new_password::posted(deps, &visitor, &parameters))).await;
    }
    let sealed = parameters.get("state").ok_or(ErrorReason::SignInExpired)?;
    let state: ResetState = visitor.tenant().open(Kind::ResetState, None, sealed, visitor.now)?.map_err(|_| ErrorReason::SignInExpired)?;
    if !visitor.browser.is_bound_to(&state.binding) {
        return Err(ErrorReason::OtherBrowser.into());
    }
    let Some(typed) = parameters.get("username").filter(|typed| typed.chars().nth(policy::IDENTIFIER_MAX_CHARACTERS).is_none()) else {
        return Ok(page(&visitor, (&state, sealed), "", Some(ResetProblem::Incomplete)));
    };
    match visit.beside(Box::pin(request(deps, &visitor, typed))).await? {
        Ok(()) => Ok(visitor.notice(StatusCode::OK, language(&visitor, &state), Notice::ResetSent)),
        Err(retry_after) => Ok(page(&visitor, (&state, sealed), typed, Some(ResetProblem::Throttled { retry_after }))),
    }
}

/// Whether people can set no new password by themselves here.
fn is_off(visitor: &Visitor<'_>) -> bool {
    visitor.tenant().record().recovery == RecoveryPolicy::Off
}

fn off(visitor: &Visitor<'_>) -> Response {
    visitor.notice(StatusCode::FORBIDDEN, visitor.came.language(), Notice::ResetOff)
}

/// Leaves the event that sends a link, or the one that sends nothing; how long to wait, when the name had its mails.
async fn request(deps: &Deps, visitor: &Visitor<'_>, typed: &str) -> Result<Result<(), Duration>, Failure> {
    let tenant = visitor.tenant();
    let name = tenant.name_typed(typed)?;
    let home = tenant.home(visitor.now)?;
    let owner = home.find_identifier(&name.claim).await?;
    let found = home.read_recovery(owner.as_ref().unwrap_or(&name.nobody), &visitor.now.month()).await?;
    let event = event(deps, visitor, (typed, &name.lookup), &found).await?;
    Mails::about(&name.lookup, "reset", visitor.now).send(visitor, &event).await
}

async fn event(deps: &Deps, visitor: &Visitor<'_>, (typed, lookup): (&str, &str), found: &Recovery) -> Result<RecordedEvent, Failure> {
    let drawn = (&*deps.random, visitor.now);
    let personal = Personal { identifier: Some(kept_identifier(typed)), ..visitor.came.personal() };
    if let Some(user) = found.user.as_ref().filter(|user| user.is_active()) {
        let credential_version = found.password.as_ref().map_or(0, |password| password.version);
        let kind = EventKind::PasswordResetRequested { credential_version };
        return visitor.tenant().event_about((&user.id, found.user_key.as_ref()), kind, personal, drawn);
    }
    let month_key = visitor.tenant().month_key(found.month_key.as_ref(), drawn).await?;
    visitor.tenant().event_about_nobody((lookup, &month_key), EventKind::PasswordResetRefused, personal, drawn)
}

fn language(visitor: &Visitor<'_>, state: &ResetState) -> Language {
    Language::negotiate(state.ui_locales.as_deref(), &visitor.came.headers)
}

fn page(visitor: &Visitor<'_>, (state, sealed): (&ResetState, &str), identifier: &str, problem: Option<ResetProblem>) -> Response {
    let page = ResetPage {
        language: language(visitor, state),
        brand: Brand::of(visitor.tenant().record()),
        action: &visitor.action("/reset"),
        state: sealed,
        identifier,
        problem,
    };
    let (status, retry_after) = match problem {
        None => (StatusCode::OK, None),
        Some(ResetProblem::Incomplete) => (StatusCode::UNPROCESSABLE_ENTITY, None),
        Some(ResetProblem::Throttled { retry_after }) => (StatusCode::TOO_MANY_REQUESTS, Some(retry_after)),
    };
    waiting(responders::html(status, &page, &visitor.security()), retry_after)
}
