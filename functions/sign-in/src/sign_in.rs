//! Read → decide → act for one posted password in four requests, three in a row.
//!
//! The identifier is looked up beside the reservation of the attempt; then person and credentials; then one transaction. A refusal costs the
//! same requests and the same Argon2id whether or not the account exists. A tenant with a hook for people of elsewhere has it asked before any
//! refusal (`migration.rs`).

use axum::response::{IntoResponse, Response};
use domain::client::Client;
use domain::credential::PasswordCredential;
use domain::event::{Browser as BrowserKind, EventKind};
use domain::password_policy::{PasswordProblem, PasswordText};
use domain::policy;
use domain::session::{Beginning, Keeping, Session};
use domain::sign_in::{PasswordVerdict, Refusal, decide};
use domain::user::User;
use domain::{SessionId, Timestamp};
use oauth::authorization_request::{NextStep, Reason, ReturnAddress, SignedIn, next_step};
use runtime::interaction::browser::{KnownPerson, signed_in_cookies};
use runtime::interaction::pages::{PageOf, language};
use runtime::interaction::{Browser, Came, OutlivedState, SignInState, WayBack};
use runtime::refused::page_reason;
use runtime::{Failure, Refused, TenantContext};
use store::{Account, SessionStart};
use web::{Parameters, SignInProblem};

use crate::account::{self, Named};
use crate::migration::{self, BroughtOver};
use crate::password::{self, Compared};
use crate::posted::Posted;
use crate::throttle::{self, Admission};
use crate::{Deps, back_to_authorize, refusal};

/// A posted sign-in whose state is good.
pub(crate) struct Attempt<'a> {
    pub(crate) tenant: &'a TenantContext,
    pub(crate) client: &'a Client,
    pub(crate) state: &'a SignInState,
    pub(crate) browser: &'a Browser,
    pub(crate) came: &'a Came,
    pub(crate) now: Timestamp,
}

/// Signs a person in, or shows the page again.
pub(crate) async fn sign_in(deps: &Deps, came: &Came, body: &[u8]) -> Result<Response, Refused> {
    let Posted { mut visit, tenant, client, browser, state, form, now } = match Posted::<SignInState>::read(deps, came, body).await? {
        Ok(posted) => posted,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let attempt = Attempt { tenant: &tenant, client: &client, state: &state, browser: &browser, came, now };
    visit.beside(Box::pin(attempt.answer(deps, &form, Posted::<SignInState>::sealed(&form)))).await
}

/// What was typed, where somebody could have it.
#[derive(Clone, Copy)]
struct Typed<'a> {
    named: &'a Named,
    password: &'a str,
    keeping: Keeping,
}

impl Attempt<'_> {
    async fn answer(&self, deps: &Deps, form: &Parameters, sealed: &str) -> Result<Response, Refused> {
        let (Some(typed), Some(password)) = (form.get("username"), form.get("password")) else {
            return Ok(self.page().sign_in_again(sealed, form.get("username").unwrap_or_default(), Some(SignInProblem::Incomplete)));
        };
        let password_is_too_long = PasswordText::typed(password) == Err(PasswordProblem::TooLong);
        if typed.chars().nth(policy::IDENTIFIER_MAX_CHARACTERS).is_some() || password_is_too_long {
            // Nobody has such a name or password; refused before it costs work.
            return Ok(self.page().sign_in_again(sealed, "", Some(SignInProblem::WrongCredentials)));
        }
        let named = account::name(self, typed)?;
        let found = match throttle::admit(deps, self, &named).await? {
            Admission::Admitted(found) => found,
            Admission::Wait(retry_after) => return Ok(self.again(sealed, typed, SignInProblem::Throttled { retry_after })),
        };
        let account = account::read(self, &named, found.as_ref()).await?;
        if let Some(until) = throttle::account_wait(self, &named, &account) {
            throttle::report(deps, self, &named, &account).await?;
            return Ok(self.again(sealed, typed, SignInProblem::Throttled { retry_after: until.since(self.now) }));
        }
        match self.enter(deps, Typed { named: &named, password, keeping: self.keeping(form) }, &account).await? {
            Ok(response) => Ok(response),
            Err(reason) => {
                refusal::record(deps, self, &named, &account, reason).await?;
                let unchecked = reason == Refusal::NobodyToAsk;
                Ok(self.again(sealed, typed, if unchecked { SignInProblem::Unavailable } else { SignInProblem::WrongCredentials }))
            }
        }
    }

    async fn enter(&self, deps: &Deps, typed: Typed<'_>, account: &Account) -> Result<Result<Response, Refusal>, Refused> {
        let refused = match self.enter_here(deps, typed, account).await? {
            Ok(response) => return Ok(Ok(response)),
            Err(reason) => reason,
        };
        match migration::bring_over(deps, self, typed.named, (account, refused), typed.password).await? {
            BroughtOver::NotAsked => Ok(Err(refused)),
            BroughtOver::Refused(reason) => Ok(Err(reason)),
            BroughtOver::Made(account) => {
                let user = account.user.as_ref().ok_or_else(|| Failure::Broken("an account of nobody".to_owned()))?;
                Ok(Ok(self.start(deps, user, (&account, &Compared::matching()), typed.keeping).await?))
            }
            // Somebody else's sign-in, or the same one sent twice, was faster: their account decides.
            BroughtOver::Before(account) => self.enter_here(deps, typed, &account).await,
        }
    }

    async fn enter_here(&self, deps: &Deps, typed: Typed<'_>, account: &Account) -> Result<Result<Response, Refusal>, Refused> {
        let compared = password::compare(deps, self, account, typed.password)?;
        match decide(account.user.as_ref(), compared.verdict) {
            Ok(user) => match account.password.as_ref().filter(|password| self.is_outlived(user, password)) {
                Some(password) => Ok(Ok(self.ask_for_another(deps, (user, password), typed.keeping)?)),
                None => Ok(Ok(self.start(deps, user, (account, &compared), typed.keeping).await?)),
            },
            Err(reason) => Ok(Err(reason)),
        }
    }

    fn is_outlived(&self, user: &User, password: &PasswordCredential) -> bool {
        password.has_to_change(&self.tenant.record().passwords_in(&user.groups), self.now)
    }

    // No session begins before the password is replaced (`functions/account/src/outlived.rs`).
    fn ask_for_another(&self, deps: &Deps, (user, password): (&User, &PasswordCredential), keeping: Keeping) -> Result<Response, Failure> {
        let SignInState { id, binding, request } = self.state.clone();
        let (user_id, credential_version, proved_at) = (user.id.clone(), password.version, self.now);
        let state = OutlivedState { id, binding, user_id, credential_version, proved_at, keeping, request };
        self.page().outlived(&state, user, &*deps.random)
    }

    // Only where the tenant offers it.
    fn keeping(&self, form: &Parameters) -> Keeping {
        let offered = self.tenant.record().kept_sessions.is_some();
        if offered && form.get("keep").is_some() { Keeping::Kept } else { Keeping::WhileOpen }
    }

    fn session(&self, deps: &Deps, account: &Account, user: &User, keeping: Keeping) -> Result<Session, Failure> {
        let id = SessionId::from_random(self.tenant.derived_id("session", self.state.id.as_bytes())?);
        let key = account.user_key.as_ref();
        let seal = |key| self.tenant.seal_seen((&user.id, key), &id, &self.came.personal(), deps.random.bytes());
        let beginning = Beginning { keeping, seen_from: key.map(seal).transpose()?, ..Beginning::by_password(id.clone(), user.id.clone()) };
        Ok(Session::begin(beginning, self.tenant.record().session_lifetimes(user, keeping), self.now))
    }

    async fn start(&self, deps: &Deps, user: &User, (account, compared): (&Account, &Compared), keeping: Keeping) -> Result<Response, Refused> {
        let session = self.session(deps, account, user, keeping)?;
        let id = session.id.clone();
        let browser = if self.browser.knows(&user.id) { BrowserKind::Known } else { BrowserKind::New };
        let credential_version = account.password.as_ref().map_or(0, |password| password.version);
        let (client_id, runs_out_at) = (self.client.id.clone(), Some(session.runs_out_at()));
        let kind = EventKind::SessionStarted { session_id: id, client_id, browser, credential_version, runs_out_at };
        let event = account::event_of(deps, self, account, kind)?;
        let upgrade = matches!(compared.verdict, PasswordVerdict::MatchNeedsUpgrade).then_some(compared.upgrade.as_ref()).flatten();
        match self.tenant.home(self.now)?.start_session(&session, upgrade, &event).await? {
            SessionStart::Started => self.go_on(deps, user, account, &session).await,
            // The state made its session before: a repeated POST makes no second one. A password changed meanwhile asks again.
            SessionStart::AlreadyStarted | SessionStart::PasswordChanged => back_to_authorize(deps, self.tenant, &self.state.request, self.now),
        }
    }

    async fn go_on(&self, deps: &Deps, user: &User, account: &Account, session: &Session) -> Result<Response, Refused> {
        let person = KnownPerson { user_id: user.id.clone(), identifiers: self.tenant.lookups_of(user)? };
        let cookies = signed_in_cookies(self.tenant, self.browser, (session, person), (&*deps.random, self.now))?;
        let response = self.onwards(deps, SignedIn { tenant: self.tenant.record(), user, session, consent: account.consent.as_ref() }).await?;
        let [session_cookie, device, binding] = cookies;
        Ok((session_cookie, device, binding, response).into_response())
    }

    // The same decision as at the authorization endpoint, for somebody who has just signed in.
    async fn onwards(&self, deps: &Deps, signed_in: SignedIn<'_>) -> Result<Response, Refused> {
        let request = &self.state.request;
        let address = ReturnAddress::of(request, self.client, self.tenant.record().issuer()).map_err(page_reason)?;
        let back = WayBack { tenant: self.tenant, client: self.client, address: &address, language: language(request, &self.came.headers) };
        match next_step(request, self.client, Some(signed_in), self.now) {
            Ok(NextStep::IssueCode(person, granted)) => Ok(back.with_code(&granted, person.session, (&*deps.random, self.now)).await?),
            Ok(NextStep::AskConsent(..) | NextStep::SelectAccount(_) | NextStep::Complete(..)) => {
                back_to_authorize(deps, self.tenant, request, self.now)
            }
            // Whoever is asked for isn't who signed in (OpenID Connect Core §3.1.2.1, `id_token_hint`).
            Ok(NextStep::SignIn) => Ok(back.with_error(Reason::OtherPerson)),
            Err(reason) => Ok(back.with_error(reason)),
        }
    }

    fn again(&self, sealed: &str, typed: &str, problem: SignInProblem) -> Response {
        self.page().sign_in_again(sealed, typed, Some(problem))
    }

    fn page(&self) -> PageOf<'_> {
        PageOf {
            tenant: self.tenant,
            client: self.client,
            request: &self.state.request,
            language: language(&self.state.request, &self.came.headers),
            now: self.now,
        }
    }
}
