//! Read → decide → act for an answered consent page: remembered per client and scope, then back to the app.

use axum::response::Response;
use crypto::artefact::Kind;
use domain::client::Client;
use domain::event::{EventKind, RecordedEvent};
use domain::session::Session;
use domain::user::User;
use domain::{Timestamp, consent as decision};
use oauth::authorization_request::{Reason, ReturnAddress};
use runtime::interaction::pages::language;
use runtime::interaction::{Browser, Came, ConsentState, WayBack};
use runtime::refused::page_reason;
use runtime::tenants::Name;
use runtime::{Failure, Refused, TenantContext};
use store::{Person, PersonKeys};
use web::{ErrorReason, read_form};

use crate::{Deps, back_to_authorize, elsewhere};

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
    let now = deps.clock.now();
    let mut visit = deps.tenants.find(&Name::Slug(came.slug.clone()), now).await?.ok_or(ErrorReason::NotFound)?;
    let tenant = visit.tenant.clone();
    web::origin::check(&tenant.record().issuer, &came.headers).map_err(|_| ErrorReason::CrossSite)?;
    let form = read_form(&came.headers, body).map_err(|error| ErrorReason::from(&error))?;
    let sealed = form.get("state").ok_or(ErrorReason::SignInExpired)?;
    let state: ConsentState = tenant.open(Kind::ConsentState, None, sealed, now)?.map_err(|_| ErrorReason::SignInExpired)?;
    let browser = Browser::read(&tenant, &came.headers, now)?;
    if !browser.is_bound_to(&state.binding) {
        return elsewhere(deps, &tenant, &browser, &state.request, now);
    }
    let client = deps.clients.find(&mut visit, &state.request.client_id, now).await?.ok_or(ErrorReason::UnknownClient)?;
    let address = ReturnAddress::of(&state.request, &client, &tenant.record().issuer).map_err(page_reason)?;
    let back = WayBack { tenant: &tenant, client: &client, address: &address, language: language(&state.request, &came.headers) };
    let answer = Answer { tenant: &tenant, client: &client, state: &state, back, came, now };
    match form.get("decision") {
        Some("allow") => {
            let person = visit.beside(answer.read(&browser)).await?;
            answer.allow(deps, &person).await
        }
        Some("deny") => Ok(back.with_error(Reason::ConsentDenied)),
        _ => Err(ErrorReason::MalformedRequest.into()),
    }
}

impl Answer<'_> {
    async fn read(&self, browser: &Browser) -> Result<Person, Failure> {
        // Only the session that was asked may answer; another one's cookie reads nothing.
        let asked = browser.session.as_ref().filter(|session| session.session_id == self.state.session_id && session.user_id == self.state.user_id);
        let Some(session) = asked else { return Ok(Person::default()) };
        let keys =
            PersonKeys::of(session.user_id.clone()).with_session(session.session_id.clone()).with_consent(self.client.id.clone()).with_user_key();
        Ok(self.tenant.home(self.now)?.read_person(&keys).await?)
    }

    async fn allow(&self, deps: &Deps, person: &Person) -> Result<Response, Refused> {
        let live =
            person.user.as_ref().zip(person.session.as_ref()).filter(|(user, session)| session.live(self.tenant.record(), user, self.now).is_ok());
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
