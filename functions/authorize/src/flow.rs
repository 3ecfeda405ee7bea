//! Read → decide → act for one authorization request.

use std::sync::Arc;

use axum::response::Response;
use domain::Timestamp;
use domain::client::Client;
use http::HeaderMap;
use oauth::authorization_request::{self, AuthorizationRequest, NextStep, Reason, ReturnAddress, SignedIn, next_step, reference};
use oauth::{RequestParameters, resource};
use runtime::interaction::pages::{PageOf, language};
use runtime::interaction::{Browser, WayBack, requests};
use runtime::refused::{Refused, page_reason};
use runtime::tenants::Name;
use runtime::{Failure, TenantContext, Visit};
use store::{Person, PersonKeys};
use web::{ErrorReason, Language, Parameters, read_form, responders};

use crate::Deps;

/// A request whose client and return address are known, and its browser.
struct Asked<'a> {
    tenant: &'a TenantContext,
    client: &'a Client,
    back: WayBack<'a>,
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

impl Accepted {
    fn back<'a>(&'a self, tenant: &'a TenantContext, language: Language) -> WayBack<'a> {
        WayBack { tenant, client: &self.client, address: &self.address, language }
    }
}

/// Answers a request: a page, or an answer to the app.
pub(crate) async fn authorize(deps: &Deps, name: &Name, query: &str, headers: &HeaderMap) -> Result<Response, Refused> {
    let now = deps.clock.now();
    let mut visit = deps.tenants.find(name, now).await?.ok_or(ErrorReason::NotFound)?;
    let tenant = visit.tenant.clone();
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| ErrorReason::MalformedRequest)?;
    let accepted = accept(deps, &mut visit, &parameters, now).await?;
    let request = match &accepted.request {
        Ok(request) => request,
        Err(reason) => return Ok(accepted.back(&tenant, Language::negotiate(parameters.get("ui_locales"), headers)).with_error(*reason)),
    };
    let browser = Browser::read(&tenant, headers, now)?;
    let back = accepted.back(&tenant, language(request, headers));
    let asked = Asked { tenant: &tenant, client: &accepted.client, back, request, browser: &browser, headers, now };
    let person = asked.read_person(&mut visit).await?;
    asked.answer(deps, &person).await
}

/// Seals a posted request and sends it on by GET: the session's cookie is `SameSite=Lax` and doesn't come with another site's POST.
pub(crate) async fn authorize_posted(deps: &Deps, name: &Name, headers: &HeaderMap, body: &[u8]) -> Result<Response, Refused> {
    let now = deps.clock.now();
    let mut visit = deps.tenants.find(name, now).await?.ok_or(ErrorReason::NotFound)?;
    let tenant = visit.tenant.clone();
    let form = read_form(headers, body).map_err(|error| ErrorReason::from(&error))?;
    let accepted = accept(deps, &mut visit, &form, now).await?;
    visit.settle().await;
    match &accepted.request {
        Ok(request) => Ok(responders::see_other(&requests::authorize_url(&tenant, request, (&*deps.random, now))?)),
        Err(reason) => Ok(accepted.back(&tenant, Language::negotiate(form.get("ui_locales"), headers)).with_error(*reason)),
    }
}

async fn accept(deps: &Deps, visit: &mut Visit, parameters: &Parameters, now: Timestamp) -> Result<Accepted, Refused> {
    let parameters: RequestParameters<'_> = parameters.iter().collect();
    let client_id = authorization_request::client_id(&parameters).map_err(page_reason)?;
    let client = deps.clients.find(visit, &client_id, now).await?.ok_or(ErrorReason::UnknownClient)?;
    let issuer = visit.tenant.record().issuer();
    if let Some(sealed) = reference::sealed(&parameters) {
        let request = requests::open(&visit.tenant, &client.id, sealed, now)?.ok_or(ErrorReason::SignInExpired)?;
        let address = ReturnAddress::of(&request, &client, issuer).map_err(page_reason)?;
        return Ok(Accepted { client, address, request: Ok(request) });
    }
    let address = ReturnAddress::check(&parameters, &client, issuer).map_err(page_reason)?;
    let api = match resource::wanted(&parameters, issuer) {
        Some(audience) => deps.apis.find(visit, &audience, now).await?,
        None => None,
    };
    let request = requests::check(&visit.tenant, &parameters, (&client, api.as_deref()), &address, now);
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
        let signed_in = found.map(|(user, session)| SignedIn { tenant: self.tenant.record(), user, session, consent: person.consent.as_ref() });
        let page =
            PageOf { tenant: self.tenant, client: self.client, request: self.request, language: language(self.request, self.headers), now: self.now };
        match next_step(self.request, self.client, signed_in, self.now) {
            Err(reason) => Ok(self.back.with_error(reason)),
            Ok(NextStep::SignIn) => Ok(page.sign_in(self.browser, &*deps.random)?),
            Ok(NextStep::SelectAccount(signed_in)) => {
                self.touch(&signed_in).await?;
                Ok(page.select_account(signed_in.user, &*deps.random)?)
            }
            Ok(NextStep::Complete(signed_in, lacking)) => {
                self.touch(&signed_in).await?;
                Ok(page.complete(self.browser, (signed_in.user, signed_in.session), &lacking, &*deps.random)?)
            }
            Ok(NextStep::AskConsent(signed_in, granted)) => {
                self.touch(&signed_in).await?;
                let page = PageOf { request: &granted, ..page };
                Ok(page.consent(self.browser, signed_in.user, signed_in.session, &*deps.random)?)
            }
            Ok(NextStep::IssueCode(signed_in, granted)) => {
                self.touch(&signed_in).await?;
                Ok(self.back.with_code(&granted, signed_in.session, (&*deps.random, self.now)).await?)
            }
        }
    }

    // The use of a session is worth a write once an eighth of its idle time; one that ended meanwhile is found so by whoever reads it next.
    async fn touch(&self, SignedIn { user, session, .. }: &SignedIn<'_>) -> Result<(), Failure> {
        let lifetimes = self.tenant.record().session_lifetimes(user, session.keeping);
        let lifetimes = self.client.sessions.map_or(lifetimes, |app| lifetimes.strictest(app));
        if session.wants_touch(lifetimes, self.now) {
            self.tenant.home(self.now)?.touch_session(&session.user_id, &session.id, self.now).await?;
        }
        Ok(())
    }
}
