//! Read → decide → act for one authorization request.

use std::sync::Arc;

use axum::response::Response;
use domain::client::Client;
use domain::{Slug, Timestamp};
use http::HeaderMap;
use oauth::RequestParameters;
use oauth::authorization_request::{self, AuthorizationRequest, NextStep, Reason, ReturnAddress, SignedIn, next_step};
use runtime::interaction::pages::{PageOf, language};
use runtime::interaction::{Browser, returning};
use runtime::refused::{Refused, page_reason};
use runtime::tenants::Name;
use runtime::{Failure, TenantContext, Visit};
use store::{Person, PersonKeys};
use web::{ErrorReason, Parameters, read_form, responders};

use crate::Deps;

/// A request whose client and return address are known, and its browser.
struct Asked<'a> {
    tenant: &'a TenantContext,
    client: &'a Client,
    address: &'a ReturnAddress,
    request: &'a AuthorizationRequest,
    browser: &'a Browser,
    headers: &'a HeaderMap,
    now: Timestamp,
}

/// A request whose client and return address are known, and what the named checks made of it.
struct Accepted {
    client: Arc<Client>,
    address: ReturnAddress,
    request: Result<AuthorizationRequest, Reason>,
}

/// Answers a request: a page, or a redirect to the app.
pub(crate) async fn authorize(deps: &Deps, slug: &Slug, query: &str, headers: &HeaderMap) -> Result<Response, Refused> {
    let now = deps.clock.now();
    let mut visit = deps.tenants.find(&Name::Slug(slug.clone()), now).await?.ok_or(ErrorReason::NotFound)?;
    let tenant = visit.tenant.clone();
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| ErrorReason::MalformedRequest)?;
    let Accepted { client, address, request } = accept(deps, &mut visit, &parameters, now).await?;
    let request = match request {
        Ok(request) => request,
        Err(reason) => return Ok(back_with(&address, reason)),
    };
    let browser = Browser::read(&tenant, headers, now)?;
    let asked = Asked { tenant: &tenant, client: &client, address: &address, request: &request, browser: &browser, headers, now };
    let person = asked.read_person(&mut visit).await?;
    asked.answer(deps, &person).await
}

/// Sends a posted request on by GET: the session's cookie is `SameSite=Lax` and doesn't come with another site's POST.
pub(crate) async fn authorize_posted(deps: &Deps, slug: &Slug, headers: &HeaderMap, body: &[u8]) -> Result<Response, Refused> {
    let now = deps.clock.now();
    let mut visit = deps.tenants.find(&Name::Slug(slug.clone()), now).await?.ok_or(ErrorReason::NotFound)?;
    let form = read_form(headers, body).map_err(|error| ErrorReason::from(&error))?;
    let Accepted { address, request, .. } = accept(deps, &mut visit, &form, now).await?;
    visit.settle().await;
    Ok(match request {
        Ok(request) => responders::see_other(&format!("{}?{}", visit.tenant.record().issuer.endpoint("/authorize"), request.to_query())),
        Err(reason) => back_with(&address, reason),
    })
}

async fn accept(deps: &Deps, visit: &mut Visit, parameters: &Parameters, now: Timestamp) -> Result<Accepted, Refused> {
    let parameters: RequestParameters<'_> = parameters.iter().collect();
    let client_id = authorization_request::client_id(&parameters).map_err(page_reason)?;
    let client = deps.clients.find(visit, &client_id, now).await?.ok_or(ErrorReason::UnknownClient)?;
    let address = ReturnAddress::check(&parameters, &client, &visit.tenant.record().issuer).map_err(page_reason)?;
    let request = authorization_request::check(&parameters, &client, &address);
    Ok(Accepted { client, address, request })
}

impl Asked<'_> {
    async fn read_person(&self, visit: &mut Visit) -> Result<Person, Failure> {
        let Some(session) = &self.browser.session else {
            visit.settle().await;
            return Ok(Person::default());
        };
        let keys = PersonKeys::of(session.user_id.clone()).with_session(session.session_id.clone()).with_consent(self.client.id.clone());
        let home = self.tenant.home(self.now)?;
        Ok(visit.beside(home.read_person(&keys)).await?)
    }

    async fn answer(&self, deps: &Deps, person: &Person) -> Result<Response, Refused> {
        let found = person.user.as_ref().zip(person.session.as_ref());
        let signed_in = found.map(|(user, session)| SignedIn { user, session, consent: person.consent.as_ref() });
        let page =
            PageOf { tenant: self.tenant, client: self.client, request: self.request, language: language(self.request, self.headers), now: self.now };
        match next_step(self.request, self.client, signed_in, self.now) {
            Err(reason) => Ok(back_with(self.address, reason)),
            Ok(NextStep::SignIn) => Ok(page.sign_in(self.browser, &*deps.random)?),
            Ok(NextStep::AskConsent(signed_in)) => {
                self.touch(signed_in.session).await?;
                Ok(page.consent(self.browser, signed_in.user, signed_in.session, &*deps.random)?)
            }
            Ok(NextStep::IssueCode(signed_in)) => {
                self.touch(signed_in.session).await?;
                Ok(returning::with_code(self.tenant, self.request, self.address, signed_in.session, (&*deps.random, self.now))?)
            }
        }
    }

    // The use of a session is worth a write once an eighth of its idle time; one that ended meanwhile is found so by whoever reads it next.
    async fn touch(&self, session: &domain::session::Session) -> Result<(), Failure> {
        if session.wants_touch(self.now) {
            self.tenant.home(self.now)?.touch_session(&session.user_id, &session.id, self.now).await?;
        }
        Ok(())
    }
}

fn back_with(address: &ReturnAddress, reason: Reason) -> Response {
    tracing::info!(%reason, "an authorization request was refused");
    responders::see_other(&address.error(reason.code()))
}
