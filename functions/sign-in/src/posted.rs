//! A form of one of these pages as it comes back: our own page sent it, its state is good, and the browser is the one that the page was shown to.

use std::sync::Arc;

use axum::response::Response;
use crypto::artefact::Kind;
use domain::client::Client;
use domain::{SessionId, Timestamp, UserId};
use oauth::authorization_request::AuthorizationRequest;
use runtime::interaction::{Browser, Came, CompletionState, ConsentState, SignInState};
use runtime::{Failure, Refused, TenantContext, Visit};
use serde::de::DeserializeOwned;
use store::{Person, PersonKeys};
use web::{ErrorReason, Parameters, read_form};

use crate::{Deps, back_to_authorize};

/// The state of a page that stands between a request and its code.
pub(crate) trait State: DeserializeOwned {
    /// As what it is sealed.
    const KIND: Kind;
    /// The browser that it was made for.
    fn binding(&self) -> &str;
    /// What the app asked.
    fn request(&self) -> &AuthorizationRequest;
}

/// The state of a page that somebody sees who has signed in.
pub(crate) trait StateOfSession: State {
    /// Who was asked, and in which session.
    fn asked(&self) -> (&UserId, &SessionId);
}

/// A form, and what it is about.
pub(crate) struct Posted<S> {
    pub(crate) visit: Visit,
    pub(crate) tenant: Arc<TenantContext>,
    pub(crate) client: Arc<Client>,
    pub(crate) browser: Browser,
    pub(crate) state: S,
    pub(crate) form: Parameters,
    pub(crate) now: Timestamp,
}

impl<S: State> Posted<S> {
    /// Reads a form. The answer to one of another browser is in the `Err` within: where somebody is signed in, the sign-in replaced what tied its
    /// pages to it, so a form that is sent again, or another tab's, goes on with that session.
    pub(crate) async fn read(deps: &Deps, came: &Came, body: &[u8]) -> Result<Result<Self, Response>, Refused> {
        let now = deps.clock.now();
        let mut visit = deps.tenants.find(&came.name, now).await?.ok_or(ErrorReason::NotFound)?;
        let tenant = visit.tenant.clone();
        web::origin::check(tenant.record().issuer(), &came.headers).map_err(|_| ErrorReason::CrossSite)?;
        let form = read_form(&came.headers, body).map_err(|error| ErrorReason::from(&error))?;
        let sealed = form.get("state").ok_or(ErrorReason::SignInExpired)?;
        let state: S = tenant.open(S::KIND, None, sealed, now)?.map_err(|_| ErrorReason::SignInExpired)?;
        let browser = Browser::read(&tenant, &came.headers, now)?;
        if !browser.is_bound_to(state.binding()) {
            let goes_on = browser.session.as_ref().map(|_| back_to_authorize(deps, &tenant, state.request(), now));
            return goes_on.unwrap_or_else(|| Err(ErrorReason::OtherBrowser.into())).map(Err);
        }
        let client = deps.clients.find(&mut visit, &state.request().client_id, now).await?.ok_or(ErrorReason::UnknownClient)?;
        Ok(Ok(Self { visit, tenant, client, browser, state, form, now }))
    }

    /// The state as the form carries it, for a page that is shown again.
    pub(crate) fn sealed(form: &Parameters) -> &str {
        form.get("state").unwrap_or_default()
    }
}

/// Reads the person who was asked, beside what `keys` adds. Only the session that was asked may answer: another one's cookie reads nothing.
pub(crate) async fn read_asked(
    tenant: &TenantContext,
    state: &impl StateOfSession,
    browser: &Browser,
    keys: impl FnOnce(PersonKeys) -> PersonKeys,
    now: Timestamp,
) -> Result<Person, Failure> {
    let asked = browser.session.as_ref().filter(|session| (&session.user_id, &session.session_id) == state.asked());
    let Some(session) = asked else { return Ok(Person::default()) };
    let keys = keys(PersonKeys::of(session.user_id.clone()).with_session(session.session_id.clone()).with_user_key());
    Ok(tenant.home(now)?.read_person(&keys).await?)
}

impl State for SignInState {
    const KIND: Kind = Kind::SignInState;

    fn binding(&self) -> &str {
        &self.binding
    }

    fn request(&self) -> &AuthorizationRequest {
        &self.request
    }
}

impl State for CompletionState {
    const KIND: Kind = Kind::CompletionState;

    fn binding(&self) -> &str {
        &self.binding
    }

    fn request(&self) -> &AuthorizationRequest {
        &self.request
    }
}

impl StateOfSession for CompletionState {
    fn asked(&self) -> (&UserId, &SessionId) {
        (&self.user_id, &self.session_id)
    }
}

impl State for ConsentState {
    const KIND: Kind = Kind::ConsentState;

    fn binding(&self) -> &str {
        &self.binding
    }

    fn request(&self) -> &AuthorizationRequest {
        &self.request
    }
}

impl StateOfSession for ConsentState {
    fn asked(&self) -> (&UserId, &SessionId) {
        (&self.user_id, &self.session_id)
    }
}
