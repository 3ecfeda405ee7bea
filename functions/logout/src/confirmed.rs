//! Read → decide → act for an answered confirmation page.

use axum::response::Response;
use crypto::artefact::Kind;
use oauth::logout::{self as decision, Confirmed};
use runtime::Refused;
use runtime::interaction::{Browser, Came, LogoutState};
use web::{ErrorReason, Parameters, responders};

use crate::ending::{Goodbye, end, read_person};
use crate::{Deps, Visitor};

/// The field that tells the page's own form from an app's request.
pub(crate) const FIELD: &str = "confirmation";

/// Ends the session that the page asked about, or leaves it.
pub(crate) async fn logout(deps: &Deps, came: &Came, form: &Parameters) -> Result<Response, Refused> {
    let now = deps.clock.now();
    let mut visit = deps.tenants.find(&came.name, now).await?.ok_or(ErrorReason::NotFound)?;
    let tenant = visit.tenant.clone();
    web::origin::check(tenant.record().issuer(), &came.headers).map_err(|_| ErrorReason::CrossSite)?;
    let sealed = form.get(FIELD).unwrap_or_default();
    let Ok(state) = tenant.open::<LogoutState>(Kind::LogoutState, None, sealed, now)? else {
        // Open for too long, or never ours: the person is asked anew.
        return Ok(responders::see_other(&tenant.record().issuer().endpoint("/logout")));
    };
    let browser = Browser::read(&tenant, &came.headers, now)?;
    if !browser.is_bound_to(&state.binding) {
        return Err(ErrorReason::OtherBrowser.into());
    }
    let goodbye = Goodbye::to(deps, &mut visit, &state.request, now).await?;
    let visitor = Visitor { tenant: &tenant, browser: &browser, came, now };
    match form.get("decision") {
        Some("confirm") => {}
        Some("cancel") => return Ok(goodbye.stay(&visitor)),
        _ => return Err(ErrorReason::MalformedRequest.into()),
    }
    let person = visit.beside(read_person(&visitor)).await?;
    let found = person.session.as_ref().zip(person.user.as_ref());
    match decision::confirmed((&state.user_id, &state.session_id), tenant.record(), found, now) {
        Confirmed::End(session, user) => end(deps, &visitor, (user, session), person.user_key.as_ref()).await?,
        Confirmed::EndedBefore => {}
        Confirmed::AnotherSession => return Ok(responders::see_other(&tenant.record().issuer().endpoint("/logout"))),
    }
    Ok(goodbye.say(&visitor))
}
