//! The account API, `/account/v1`: what people do on their account's pages, done by an app that they granted the scope `account`.
//!
//! It acts in the session that the app's tokens are of: offline access isn't enough, and what only the person may do wants a sign-in of just now
//! (RFC 9470). Nothing of a cookie is looked at.

mod problem;
mod resources;

use axum::response::Response;
use domain::family::Evidence;
use http::{HeaderMap, HeaderValue, Method, header};
use oauth::bearer::{self, Reason, Refusal};
use oauth::scope;
use runtime::interaction::Came;
use runtime::json_failure::json_failure;
use runtime::{Failure, Visit};
use store::PersonKeys;
use web::{ErrorReason, responders};

use crate::Deps;
use crate::mine::Owner;
use crate::visitor::Visitor;
use problem::Problem;

/// A request of an app.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    /// What stands behind `/account/v1/`.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) body: &'a [u8],
}

/// Who is at the other end of a token.
enum Found<'a> {
    Owner(Box<Owner<'a>>),
    /// Their session is over, or the token goes without one.
    Away,
    Nobody(Refusal),
}

/// Answers a request.
pub(crate) async fn answer(deps: &Deps, came: &Came, asked: Asked<'_>) -> Response {
    let turn = if matches!(asked.path, "password" | "photo") { deps.turns.one().map(Some) } else { Some(None) };
    let Some(_turn) = turn else { return Problem::Busy.answer() };
    match answered(deps, came, asked).await {
        Ok(response) => response,
        Err(failure) => json_failure(&failure, came.incident()),
    }
}

async fn answered(deps: &Deps, came: &Came, asked: Asked<'_>) -> Result<Response, Failure> {
    let (visitor, visit) = match Visitor::arrive(deps, came).await {
        Ok(arrived) => arrived,
        Err(runtime::Refused::Failure(failure)) => return Err(failure),
        Err(runtime::Refused::Reason(ErrorReason::NotFound)) => return Ok(responders::not_found()),
        Err(runtime::Refused::Reason(_)) => return Ok(Problem::Malformed.answer()),
    };
    match find(deps, &visitor, visit).await? {
        Found::Owner(owner) => Ok(resources::answer(&owner, asked).await?.unwrap_or_else(|problem| problem.answer())),
        Found::Away => Ok(Problem::NotFresh.answer()),
        Found::Nobody(refusal) => Ok(runtime::bearer::refused(visitor.tenant(), refusal, came.incident())),
    }
}

async fn find<'a>(deps: &'a Deps, visitor: &'a Visitor<'a>, mut visit: Visit) -> Result<Found<'a>, Failure> {
    let (tenant, now) = (visitor.tenant(), visitor.now);
    let token = match bearer::token(authorization(&visitor.came.headers), None) {
        Ok(token) => token,
        Err(refusal) => return Ok(Found::Nobody(refusal)),
    };
    let (token, reference) = match runtime::bearer::read(tenant, &token, now)? {
        Ok(read) => read,
        Err(refusal) => return Ok(Found::Nobody(refusal)),
    };
    let Some(client) = deps.clients.find(&mut visit, token.client_id(), now).await? else { return Ok(Found::Nobody(Reason::Dead.into())) };
    let keys = PersonKeys::of(reference.user_id).with_family(reference.family_id).with_session_if(reference.session_id).with_user_key();
    let keys = keys.with_phone_code();
    let person = visit.beside(tenant.home(now)?.read_person(&keys)).await?;
    let evidence = Evidence {
        tenant: tenant.record(),
        client: Some(&client),
        user: person.user.as_ref(),
        session: person.session.as_ref(),
        family: person.family.as_ref(),
    };
    if let Err(reason) = bearer::holder(&token, &evidence, (scope::ACCOUNT, Reason::AccountMissing), now) {
        return Ok(Found::Nobody(reason.into()));
    }
    Ok(match (person.user, person.user_key, person.session) {
        (Some(user), Some(user_key), Some(session)) => {
            Found::Owner(Box::new(Owner { deps, visitor, user, user_key, session, phone_code: person.phone_code }))
        }
        _ => Found::Away,
    })
}

fn authorization(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes)
}
