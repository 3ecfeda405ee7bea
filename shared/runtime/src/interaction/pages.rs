//! The sign-in and consent pages of an authorization request, each with its sealed state.

use axum::response::{IntoResponse, Response};
use crypto::artefact::Kind;
use domain::api::Audience;
use domain::attributes::Posted;
use domain::client::Client;
use domain::completion::{Lacking, Problems};
use domain::password_policy::{Factors, PasswordProblem};
use domain::session::Session;
use domain::tenant::Recovery;
use domain::user::User;
use domain::{Timestamp, policy};
use http::{HeaderMap, HeaderValue, StatusCode};
use oauth::authorization_request::AuthorizationRequest;
use web::{Brand, CompletePage, ConsentPage, Language, OutlivedPage, PageSecurity, SelectAccountPage, SignInPage, SignInProblem, responders};

use super::browser::Browser;
use super::requests;
use super::states::{CompletionState, ConsentState, OutlivedState, SignInState, StateId};
use crate::failure::Failure;
use crate::random::Random;
use crate::tenant_context::TenantContext;

/// A person's language: the app's wish first, the browser's next.
pub fn language(request: &AuthorizationRequest, headers: &HeaderMap) -> Language {
    Language::negotiate(request.ui_locales.as_deref(), headers)
}

/// Everything that a page of a request is made of.
#[derive(Clone, Copy)]
pub struct PageOf<'a> {
    /// Whose page.
    pub tenant: &'a TenantContext,
    /// The app that asks.
    pub client: &'a Client,
    /// What it asks.
    pub request: &'a AuthorizationRequest,
    /// In which language.
    pub language: Language,
    /// Now.
    pub now: Timestamp,
}

impl PageOf<'_> {
    /// The sign-in page with a fresh state, which binds it to the browser.
    pub fn sign_in(&self, browser: &Browser, random: &dyn Random) -> Result<Response, Failure> {
        let (binding, cookie) = browser.bind(self.tenant, random)?;
        let state = SignInState { id: StateId::from_random(random.bytes()), binding, request: self.request.clone() };
        let sealed = self.tenant.seal(Kind::SignInState, None, self.now.plus(policy::SIGN_IN_STATE), random.bytes(), &state)?;
        Ok((cookie, self.sign_in_again(&sealed, self.request.login_hint.as_deref().unwrap_or_default(), None)).into_response())
    }

    /// The sign-in page as it was, with what went wrong. The state stays: it holds no counter that a new one would reset.
    pub fn sign_in_again(&self, sealed: &str, typed: &str, problem: Option<SignInProblem>) -> Response {
        let issuer = self.tenant.record().issuer();
        // The state is in the links as well, so that whoever makes an account goes on to the app; it is good in this browser alone.
        let tenant = self.tenant.record();
        let sign_up = tenant.registration.who.is_offered().then(|| format!("{}/sign-up?state={sealed}", issuer.path()));
        let reset = (tenant.recovery == Recovery::ByMail).then(|| format!("{}/reset?state={sealed}", issuer.path()));
        let page = SignInPage {
            language: self.language,
            brand: Brand::of(self.tenant.record()),
            client_name: &self.client.name,
            action: &format!("{}/sign-in", issuer.path()),
            state: sealed,
            identifier: typed,
            may_keep: tenant.kept_sessions.is_some(),
            sign_up: sign_up.as_deref(),
            reset: reset.as_deref(),
            problem,
        };
        let security = PageSecurity::of(self.tenant.record()).returning_to(&self.request.redirect_uri);
        let mut response = responders::html(status(problem), &page, &security);
        let retry_after = match problem {
            Some(SignInProblem::Throttled { retry_after }) => Some(retry_after),
            Some(SignInProblem::Unavailable) => Some(policy::MIGRATION_HOOK_AGAIN),
            _ => None,
        };
        if let Some(retry_after) = retry_after {
            response.headers_mut().insert(http::header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs()));
        }
        response
    }

    /// The page on which `user` goes on, or somebody else.
    pub fn select_account(&self, user: &User, random: &dyn Random) -> Result<Response, Failure> {
        let same = requests::request_uri(self.tenant, &self.request.going_on_as(&user.sub), (random, self.now))?;
        let other = requests::request_uri(self.tenant, &self.request.going_on_anew(self.now), (random, self.now))?;
        let issuer = self.tenant.record().issuer();
        let page = SelectAccountPage {
            language: self.language,
            brand: Brand::of(self.tenant.record()),
            client_name: &self.client.name,
            account: user.account_name(),
            action: &format!("{}/authorize", issuer.path()),
            client_id: self.client.id.as_str(),
            same: &same,
            other: &other,
        };
        Ok(responders::html(StatusCode::OK, &page, &PageSecurity::of(self.tenant.record()).returning_to(&self.request.redirect_uri)))
    }

    /// The page that asks for what the account of `user` lacks.
    pub fn complete(
        &self,
        browser: &Browser,
        (user, session): (&User, &Session),
        lacking: &Lacking<'_>,
        random: &dyn Random,
    ) -> Result<Response, Failure> {
        let (binding, cookie) = browser.bind(self.tenant, random)?;
        let state = CompletionState { binding, user_id: user.id.clone(), session_id: session.id.clone(), request: self.request.clone() };
        let sealed = self.tenant.seal(Kind::CompletionState, None, self.now.plus(policy::COMPLETION_STATE), random.bytes(), &state)?;
        Ok((cookie, self.complete_again((&sealed, user), lacking, &Posted::new(), &Problems::default())).into_response())
    }

    /// The same page as it was, with what was entered and what is wrong with it.
    pub fn complete_again(&self, (sealed, user): (&str, &User), lacking: &Lacking<'_>, entered: &Posted<'_>, problems: &Problems) -> Response {
        let issuer = self.tenant.record().issuer();
        let page = CompletePage {
            language: self.language,
            brand: Brand::of(self.tenant.record()),
            client_name: &self.client.name,
            account: user.account_name(),
            action: &format!("{}/complete", issuer.path()),
            state: sealed,
            schema: &self.tenant.record().attributes,
            lacking,
            entered,
            problems,
        };
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        responders::html(status, &page, &PageSecurity::of(self.tenant.record()).returning_to(&self.request.redirect_uri))
    }

    /// The page that asks `user` for another password.
    pub fn outlived(&self, state: &OutlivedState, user: &User, random: &dyn Random) -> Result<Response, Failure> {
        let sealed = self.tenant.seal(Kind::OutlivedState, None, self.now.plus(policy::OUTLIVED_STATE), random.bytes(), state)?;
        Ok(self.outlived_again((&sealed, user), None))
    }

    /// The same page as it was, with why the password before can't be chosen.
    pub fn outlived_again(&self, (sealed, user): (&str, &User), problem: Option<PasswordProblem>) -> Response {
        let tenant = self.tenant.record();
        let page = OutlivedPage {
            language: self.language,
            brand: Brand::of(tenant),
            client_name: &self.client.name,
            account: user.account_name(),
            action: &format!("{}/new-password", tenant.issuer().path()),
            state: sealed,
            password_minimum: tenant.passwords_in(&user.groups).minimum(Factors::PasswordAlone),
            problem,
        };
        let status = if problem.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        responders::html(status, &page, &PageSecurity::of(tenant).returning_to(&self.request.redirect_uri))
    }

    /// The consent page.
    pub fn consent(&self, browser: &Browser, user: &User, session: &Session, random: &dyn Random) -> Result<Response, Failure> {
        let (binding, cookie) = browser.bind(self.tenant, random)?;
        let id = StateId::from_random(random.bytes());
        let state = ConsentState { id, binding, user_id: user.id.clone(), session_id: session.id.clone(), request: self.request.clone() };
        let sealed = self.tenant.seal(Kind::ConsentState, None, self.now.plus(policy::CONSENT_STATE), random.bytes(), &state)?;
        let asked = self.request.asked_scopes();
        let scopes: Vec<&str> = asked.iter().map(String::as_str).collect();
        let issuer = self.tenant.record().issuer();
        let page = ConsentPage {
            language: self.language,
            brand: Brand::of(self.tenant.record()),
            client_name: &self.client.name,
            redirect_uri: &self.request.redirect_uri,
            account: user.account_name(),
            scopes: &scopes,
            audience: self.request.audience.as_ref().map(Audience::as_str),
            action: &format!("{}/consent", issuer.path()),
            state: &sealed,
        };
        let security = PageSecurity::of(self.tenant.record()).returning_to(&self.request.redirect_uri);
        Ok((cookie, responders::html(StatusCode::OK, &page, &security)).into_response())
    }
}

const fn status(problem: Option<SignInProblem>) -> StatusCode {
    match problem {
        None => StatusCode::OK,
        Some(SignInProblem::Throttled { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(SignInProblem::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        // Not 401, which RFC 9110 §15.5.2 ties to a WWW-Authenticate challenge.
        Some(_) => StatusCode::FORBIDDEN,
    }
}
