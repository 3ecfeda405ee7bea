//! Read → decide → act for a password that is too old, replaced between the sign-in and its session: one read, the hash, one transaction that ends whatever
//! stood on the old password and begins the session.
//!
//! The sign-in page leads here once somebody typed the old one (`functions/sign-in/src/sign_in.rs`); then the app's request is decided anew.

use axum::response::{IntoResponse, Response};
use crypto::artefact::Kind;
use domain::SessionId;
use domain::client::Client;
use domain::credential::PasswordCredential;
use domain::event::{Browser, ChangedBy, EventKind};
use domain::password_reset::{self as decision, Promise};
use domain::session::{Beginning, Session};
use domain::user::User;
use runtime::interaction::browser::{KnownPerson, signed_in_cookies};
use runtime::interaction::pages::{PageOf, language};
use runtime::interaction::{Came, OutlivedState, requests};
use runtime::{Failure, Refused};
use store::{Recovery, SessionStart};
use web::{ErrorReason, Parameters, responders};

use crate::visitor::Visitor;
use crate::{Deps, hashing, new_password};

/// The step that a posted form is of.
struct Step<'a> {
    deps: &'a Deps,
    visitor: &'a Visitor<'a>,
    client: &'a Client,
    state: &'a OutlivedState,
}

/// Takes the new password, and goes on to the app.
pub(crate) async fn posted(deps: &Deps, came: &Came, body: &[u8]) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let form = visitor.form(body)?;
    let sealed = form.get("state").ok_or(ErrorReason::SignInExpired)?;
    let state: OutlivedState = visitor.tenant().open(Kind::OutlivedState, None, sealed, visitor.now)?.map_err(|_| ErrorReason::SignInExpired)?;
    let client = deps.clients.find(&mut visit, &state.request.client_id, visitor.now).await?.ok_or(ErrorReason::UnknownClient)?;
    let step = Step { deps, visitor: &visitor, client: &client, state: &state };
    if !visitor.browser.is_bound_to(&state.binding) {
        visit.settle().await;
        // The sign-in replaced what tied the page to this browser: a form that is sent again goes on with its session.
        return if visitor.browser.session.is_some() { Ok(step.back_to_authorize()?) } else { Err(ErrorReason::OtherBrowser.into()) };
    }
    visit.beside(Box::pin(step.take(&form, sealed))).await
}

impl Step<'_> {
    async fn take(&self, form: &Parameters, sealed: &str) -> Result<Response, Refused> {
        let (visitor, tenant) = (self.visitor, self.visitor.tenant());
        let home = tenant.home(visitor.now)?;
        let found = home.read_recovery(&self.state.user_id, &visitor.now.month()).await?;
        let promise = Promise { credential_version: self.state.credential_version, asked_at: self.state.proved_at };
        let (user, password) = match decision::decide(promise, (found.user.as_ref(), found.password.as_ref()), tenant.record().not_before) {
            Ok(standing) => standing,
            Err(reason) => {
                tracing::info!(%reason, "a password isn't replaced");
                return Ok(self.back_to_authorize()?);
            }
        };
        match new_password::chosen(self.deps, visitor, (user, password), form.get("password").unwrap_or_default())? {
            Err(problem) => Ok(self.page().outlived_again((sealed, user), Some(problem))),
            Ok(chosen) => {
                let hash = hashing::sealed(self.deps, visitor, &user.id, &chosen)?;
                let next = password.followed_by(hash, &tenant.record().passwords_in(&user.groups), visitor.now);
                Ok(self.begin(user, &next, &found).await?)
            }
        }
    }

    async fn begin(&self, user: &User, password: &PasswordCredential, found: &Recovery) -> Result<Response, Failure> {
        let (visitor, tenant) = (self.visitor, self.visitor.tenant());
        let session = self.session(user, found)?;
        let changed = EventKind::PasswordChanged { version: password.version, by: ChangedBy::Owner };
        let started = EventKind::SessionStarted {
            session_id: session.id.clone(),
            client_id: self.client.id.clone(),
            browser: if visitor.browser.knows(&user.id) { Browser::Known } else { Browser::New },
            credential_version: password.version,
            runs_out_at: Some(session.runs_out_at()),
        };
        let event = |kind| {
            let drawn = (&*self.deps.random, visitor.now);
            tenant.event_about((&user.id, found.user_key.as_ref()), kind, visitor.came.personal(), drawn)
        };
        let (changed, started) = (event(changed)?, event(started)?);
        match tenant.home(visitor.now)?.start_session_with_new_password(&session, password, [&changed, &started]).await? {
            SessionStart::Started => {
                let person = KnownPerson { user_id: user.id.clone(), identifiers: tenant.lookups_of(user)? };
                let cookies = signed_in_cookies(tenant, &visitor.browser, (&session, person), (&*self.deps.random, visitor.now))?;
                let [session, device, binding] = cookies;
                Ok((session, device, binding, self.back_to_authorize()?).into_response())
            }
            // This very step was done before, or another change was faster: the request is decided anew.
            SessionStart::AlreadyStarted | SessionStart::PasswordChanged => self.back_to_authorize(),
        }
    }

    fn session(&self, user: &User, found: &Recovery) -> Result<Session, Failure> {
        let (visitor, tenant) = (self.visitor, self.visitor.tenant());
        let id = SessionId::from_random(tenant.derived_id("session", self.state.id.as_bytes())?);
        let seal = |key| tenant.seal_seen((&user.id, key), &id, &visitor.came.personal(), self.deps.random.bytes());
        let seen_from = found.user_key.as_ref().map(seal).transpose()?;
        let beginning = Beginning { keeping: self.state.keeping, seen_from, ..Beginning::by_password(id, user.id.clone()) };
        Ok(Session::begin(beginning, tenant.record().session_lifetimes(user, self.state.keeping), visitor.now))
    }

    fn back_to_authorize(&self) -> Result<Response, Failure> {
        let drawn = (&*self.deps.random, self.visitor.now);
        Ok(responders::see_other(&requests::authorize_url(self.visitor.tenant(), &self.state.request, drawn)?))
    }

    fn page(&self) -> PageOf<'_> {
        let (visitor, request) = (self.visitor, &self.state.request);
        PageOf { tenant: visitor.tenant(), client: self.client, request, language: language(request, &visitor.came.headers), now: visitor.now }
    }
}
