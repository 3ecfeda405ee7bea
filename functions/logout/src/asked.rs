//! Read → decide → act for a logout that an app, or a person's bookmark, asks for.

use axum::response::{IntoResponse, Response};
use crypto::artefact::Kind;
use crypto::{derive, jws};
use domain::policy;
use domain::session::Session;
use domain::user::User;
use oauth::logout::{self as decision, Hint, HintRefusal, JudgedRequest, LogoutRequest, NextStep};
use oauth::{RequestParameters, id_token};
use runtime::interaction::{Browser, Came, LogoutState};
use runtime::{Failure, Refused, TenantContext};
use web::{Brand, ErrorReason, LogoutPage, PageSecurity, Parameters, responders};

use crate::ending::{Goodbye, end, read_person};
use crate::{Deps, Visitor};

/// The parameter of a request that was posted and sealed.
const SEALED: &str = "posted";

/// Ends the session, or asks whether to.
pub(crate) async fn logout(deps: &Deps, came: &Came, query: &str) -> Result<Response, Refused> {
    let now = deps.clock.now();
    let mut visit = deps.tenants.find(&came.name, now).await?.ok_or(ErrorReason::NotFound)?;
    let tenant = visit.tenant.clone();
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| ErrorReason::MalformedRequest)?;
    let JudgedRequest { request, hint } = match parameters.get(SEALED) {
        None => judge(&tenant, &parameters.iter().collect()),
        // One that waited too long, or was never ours, says nothing: the person is asked, and the browser stays here.
        Some(sealed) => tenant.open(Kind::LogoutRequest, None, sealed, now)?.unwrap_or_default(),
    };
    let browser = Browser::read(&tenant, &came.headers, now)?;
    let goodbye = Goodbye::to(deps, &mut visit, &request, now).await?;
    let visitor = Visitor { tenant: &tenant, browser: &browser, came, now };
    let person = visit.beside(read_person(&visitor)).await?;
    let found = person.session.as_ref().zip(person.user.as_ref());
    match decision::next_step(hint.as_ref(), tenant.record(), found, derive::sha256, now) {
        NextStep::End(session, user) => {
            end(deps, &visitor, (user, session), person.user_key.as_ref()).await?;
            Ok(goodbye.say(&visitor))
        }
        NextStep::Ask(session, user) => Ok(ask(deps, &visitor, (user, session), (&request, &goodbye))?),
        NextStep::NothingToEnd => Ok(goodbye.say(&visitor)),
    }
}

/// Seals a posted request and sends it on by GET: the session's cookie is `SameSite=Lax` and doesn't come with another site's POST.
pub(crate) async fn posted(deps: &Deps, came: &Came, form: &Parameters) -> Result<Response, Refused> {
    let now = deps.clock.now();
    let mut visit = deps.tenants.find(&came.name, now).await?.ok_or(ErrorReason::NotFound)?;
    visit.settle().await;
    let judged = judge(&visit.tenant, &form.iter().collect());
    // SECURITY: the hint is a token, and URLs are kept in histories and logs; what goes on is good here alone, and not for long.
    let sealed = visit.tenant.seal(Kind::LogoutRequest, None, now.plus(policy::LOGOUT_STATE), deps.random.bytes(), &judged)?;
    Ok(responders::see_other(&format!("{}?{SEALED}={sealed}", visit.tenant.record().issuer().endpoint("/logout"))))
}

fn judge(tenant: &TenantContext, parameters: &RequestParameters<'_>) -> JudgedRequest {
    let (judged, refusal) = LogoutRequest::read(parameters).with_hint(hint(tenant, parameters));
    if let Some(refusal) = refusal {
        tracing::info!(%refusal, "an id_token_hint is not used");
    }
    judged
}

fn hint(tenant: &TenantContext, parameters: &RequestParameters<'_>) -> Option<Result<Hint, HintRefusal>> {
    let token = parameters.get("id_token_hint")?;
    let verified = jws::verify_with_set(tenant.verifying_keys(), id_token::TYP, token).map_err(|_| HintRefusal::Signature);
    Some(verified.and_then(|claims| Hint::read(claims, tenant.record())))
}

// SECURITY: the page is bound to this browser and to the session that it asks about, so that no other site can answer it.
fn ask(
    deps: &Deps,
    visitor: &Visitor<'_>,
    (user, session): (&User, &Session),
    (request, goodbye): (&LogoutRequest, &Goodbye),
) -> Result<Response, Failure> {
    let tenant = visitor.tenant;
    let (binding, cookie) = visitor.browser.bind(tenant, &*deps.random)?;
    let state = LogoutState { binding, user_id: user.id.clone(), session_id: session.id.clone(), request: request.clone() };
    let sealed = tenant.seal(Kind::LogoutState, None, visitor.now.plus(policy::LOGOUT_STATE), deps.random.bytes(), &state)?;
    let issuer = tenant.record().issuer();
    let page = LogoutPage {
        language: goodbye.language(visitor),
        brand: Brand::of(tenant.record()),
        account: user.account_name(),
        action: &format!("{}/logout", issuer.path()),
        confirmation: &sealed,
    };
    let security = goodbye.secured(PageSecurity::of(tenant.record()));
    Ok((cookie, responders::html(http::StatusCode::OK, &page, &security)).into_response())
}
