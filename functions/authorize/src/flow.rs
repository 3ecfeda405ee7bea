//! Read → decide → act for one authorization request.

use axum::response::Response;
use domain::client::Client;
use domain::{Slug, Timestamp};
use http::HeaderMap;
use oauth::RequestParameters;
use oauth::authorization_request::{self, AuthorizationRequest, NextStep, ReturnAddress, SignedIn, next_step};
use runtime::interaction::pages::{PageOf, language};
use runtime::interaction::{Browser, returning};
use runtime::refused::{Refused, page_reason};
use runtime::tenants::Name;
use runtime::{Failure, TenantContext, Visit};
use store::{Person, PersonKeys};
use web::{ErrorReason, Parameters, responders};

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

/// Answers a request: a page, or a redirect to the app.
pub(crate) async fn authorize(deps: &Deps, slug: &Slug, query: &str, headers: &HeaderMap) -> Result<Response, Refused> {
    let now = deps.clock.now();
    let mut visit = deps.tenants.find(&Name::Slug(slug.clone()), now).await?.ok_or(ErrorReason::NotFound)?;
    let tenant = visit.tenant.clone();
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| ErrorReason::MalformedRequest)?;
    let parameters: RequestParameters<'_> = parameters.iter().collect();

    let client_id = authorization_request::client_id(&parameters).map_err(page_reason)?;
    let client = deps.clients.find(&mut visit, &client_id, now).await?.ok_or(ErrorReason::UnknownClient)?;
    let address = ReturnAddress::check(&parameters, &client, &tenant.record().issuer).map_err(page_reason)?;
    let request = match authorization_request::check(&parameters, &client, &address) {
        Ok(request) => request,
        Err(reason) => return Ok(back_with(&address, reason)),
    };
    let browser = Browser::read(&tenant, headers, now)?;
    let asked = Asked { tenant: &tenant, client: &client, address: &address, request: &request, browser: &browser, headers, now };
    let person = asked.read_person(&mut visit).await?;
    asked.answer(deps, &person).await
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
        let page = PageOf {
            tenant: self.tenant,
            client: self.client,
            request: self.request,
            language: language(self.request, self.headers),
            now: self.now,
        };
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

fn back_with(address: &ReturnAddress, reason: authorization_request::Reason) -> Response {
    tracing::info!(%reason, "an authorization request was refused");
    responders::see_other(&address.error(reason.code()))
}
