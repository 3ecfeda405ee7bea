//! Read → decide → act for the link of a forgotten password: one read, the hash, one transaction that ends whatever stood on the old password.

use axum::response::Response;
use crypto::artefact::Kind;
use domain::credential::PasswordCredential;
use domain::event::{ChangedBy, EventKind};
use domain::password_policy::{self, Context, Factors, PasswordProblem, PasswordText};
use domain::password_reset::{self as decision, Promise};
use domain::user::User;
use http::StatusCode;
use runtime::interaction::ResetLink;
use runtime::{Failure, Refused};
use store::PasswordChange;
use web::{Brand, NewPasswordPage, Notice, Parameters, responders};

use crate::visitor::{Visitor, link};
use crate::{Deps, hashing};

/// Asks for the new password.
pub(crate) fn show(visitor: &Visitor<'_>, parameters: &Parameters) -> Result<Response, Refused> {
    Ok(open(visitor, parameters)?.map_or_else(|| visitor.dead_link(), |(sealed, _)| page(visitor, sealed, None)))
}

/// Sets it.
pub(crate) async fn posted(deps: &Deps, visitor: &Visitor<'_>, parameters: &Parameters) -> Result<Response, Refused> {
    let Some((sealed, link)) = open(visitor, parameters)? else { return Ok(visitor.dead_link()) };
    let tenant = visitor.tenant();
    let home = tenant.home(visitor.now)?;
    let found = home.read_recovery(&link.user_id, &visitor.now.month()).await?;
    let promise = Promise { credential_version: link.credential_version, asked_at: link.asked_at };
    let decided = decision::decide(promise, (found.user.as_ref(), found.password.as_ref()), tenant.record().not_before);
    let (user, password) = match decided {
        Ok(standing) => standing,
        Err(reason) => {
            tracing::info!(%reason, "a link sets no password");
            return Ok(visitor.dead_link());
        }
    };
    let chosen = match chosen(deps, visitor, (user, password), parameters.get("password").unwrap_or_default())? {
        Ok(chosen) => chosen,
        Err(problem) => return Ok(page(visitor, sealed, Some(problem))),
    };
    let hash = hashing::sealed(deps, visitor, &user.id, &chosen)?;
    let next = password.followed_by(hash, &tenant.record().passwords_in(&user.groups), visitor.now);
    let kind = EventKind::PasswordChanged { version: next.version, by: ChangedBy::Reset };
    let event = tenant.event_about((&user.id, found.user_key.as_ref()), kind, visitor.came.personal(), (&*deps.random, visitor.now))?;
    match home.change_password(&user.id, &next, visitor.now, &event).await? {
        PasswordChange::Changed => Ok(visitor.notice(StatusCode::OK, visitor.came.language(), Notice::PasswordChanged)),
        PasswordChange::Stale => Ok(visitor.dead_link()),
    }
}

fn open<'a>(visitor: &Visitor<'_>, parameters: &'a Parameters) -> Result<Option<(&'a str, ResetLink)>, Failure> {
    let Some(sealed) = link(parameters) else { return Ok(None) };
    let opened = visitor.tenant().open(Kind::ResetLink, None, sealed, visitor.now)?;
    Ok(opened.ok().map(|link| (sealed, link)))
}

/// The password that was typed, if `user` may choose it in the place of theirs.
pub(crate) fn chosen(
    deps: &Deps,
    visitor: &Visitor<'_>,
    (user, password): (&User, &PasswordCredential),
    typed: &str,
) -> Result<Result<PasswordText, PasswordProblem>, Failure> {
    let tenant = visitor.tenant().record();
    let chosen = PasswordText::typed(typed);
    let asked = tenant.passwords_in(&user.groups);
    let chosen = chosen.and_then(|chosen| password_policy::check(&asked, &chosen, &Context::of_user(tenant, user)).map(|()| chosen));
    let Ok(chosen) = chosen else { return Ok(chosen) };
    let was_used = hashing::is_former(deps, visitor, (user, password), &chosen)?;
    Ok(if was_used { Err(PasswordProblem::Former) } else { Ok(chosen) })
}

fn page(visitor: &Visitor<'_>, sealed: &str, problem: Option<PasswordProblem>) -> Response {
    let tenant = visitor.tenant().record();
    let page = NewPasswordPage {
        language: visitor.came.language(),
        brand: Brand::of(tenant),
        action: &visitor.action("/reset"),
        link: sealed,
        password_minimum: tenant.passwords.minimum(Factors::PasswordAlone),
        problem,
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    responders::html(status, &page, &visitor.security())
}
