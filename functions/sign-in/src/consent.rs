//! Read → decide → act for an answered consent page: remembered per client and scope, then back to the app.

use axum::response::Response;
use domain::client::Client;
use domain::event::{EventKind, RecordedEvent};
use domain::session::Session;
use domain::user::User;
use domain::{Timestamp, consent as decision};
use oauth::authorization_request::{Reason, ReturnAddress};
use runtime::interaction::pages::language;
use runtime::interaction::{Came, ConsentState, WayBack};
use runtime::refused::page_reason;
use runtime::{Failure, Refused, TenantContext};
use store::{Person, PersonKeys};
use web::ErrorReason;

use crate::posted::{Posted, read_asked};
use crate::{Deps, back_to_authorize};

struct Answer<'a> {
    tenant: &'a TenantContext,
    client: &'a Client,
    state: &'a ConsentState,
    back: WayBack<'a>,
    came: &'a Came,
    now: Timestamp,
}

/// Remembers a consent and issues the code, or sends the browser back with `access_denied`.
pub(crate) async fn consent(deps: &Deps, came: &Came, body: &[u8]) -> Result<Response, Refused> {
    let Posted { mut visit, tenant, client, browser, state, form, now } = match Posted::<ConsentState>::read(deps, came, body).await? {
        Ok(posted) => posted,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let address = ReturnAddress::of(&state.request, &client, tenant.record().issuer()).map_err(page_reason)?;
    let back = WayBack { tenant: &tenant, client: &client, address: &address, language: language(&state.request, &came.headers) };
    let answer = Answer { tenant: &tenant, client: &client, state: &state, back, came, now };
    match form.get("decision") {
        Some("allow") => {
            let with_consent = |keys: PersonKeys| keys.with_consent(client.id.clone());
            let person = visit.beside(read_asked(&tenant, &state, &browser, with_consent, now)).await?;
            answer.allow(deps, &person).await
        }
        Some("deny") => Ok(back.with_error(Reason::ConsentDenied)),
        _ => Err(ErrorReason::MalformedRequest.into()),
    }
}

impl Answer<'_> {
    async fn allow(&self, deps: &Deps, person: &Person) -> Result<Response, Refused> {
        let tenant = self.tenant.record();
        let may = |(user, session): &(&User, &Session)| session.live(tenant, user, self.now).is_ok() && self.client.admits(tenant, user);
        let live = person.user.as_ref().zip(person.session.as_ref()).filter(may);
        let Some((user, session)) = live else { return back_to_authorize(deps, self.tenant, &self.state.request, self.now) };
        let given = decision::given(&self.client.id, person.consent.as_ref(), &self.state.request.consent_scopes(), self.now);
        let event = self.event(deps, user, person)?;
        self.tenant.home(self.now)?.grant_consent(&user.id, &given, &event).await?;
        self.code(deps, session).await
    }

    async fn code(&self, deps: &Deps, session: &Session) -> Result<Response, Refused> {
        Ok(self.back.with_code(&self.state.request, session, (&*deps.random, self.now)).await?)
    }

    fn event(&self, deps: &Deps, user: &User, person: &Person) -> Result<RecordedEvent, Failure> {
        let kind = EventKind::ConsentGranted {
            client_id: self.client.id.clone(),
            scopes: self.state.request.asked_scopes(),
            audience: self.state.request.audience.clone(),
        };
        self.tenant.event_about((&user.id, person.user_key.as_ref()), kind, self.came.personal(), (&*deps.random, self.now))
    }
}
