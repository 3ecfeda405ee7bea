//! Read → decide → act for a sign-up: two requests beside each other, one password hash, one transaction.
//!
//! The same is done whether or not the address has an account. Which of two mails goes out is decided when it is sent (`deliver`), so that
//! neither page nor work tells who has one.

use std::collections::BTreeSet;

use axum::response::{IntoResponse, Response};
use crypto::artefact::Kind;
use domain::event::{EventKind, Personal, RecordedEvent, kept_identifier};
use domain::identifier::Canonical;
use domain::password_policy;
use domain::sign_up::{Acceptable, Entered, PendingSignUp, Problem};
use domain::{UserId, policy};
use http::StatusCode;
use oauth::authorization_request::AuthorizationRequest;
use runtime::interaction::pages::language;
use runtime::interaction::{Came, SentTo, SignUpState, StateId};
use runtime::{Failure, Refused, Visit};
use store::{Ground, NewSignUp, SignUpRow};
use web::{Again, Brand, CheckMailPage, ErrorReason, Language, Notice, Parameters, SignUpFrom, SignUpPage, SignUpProblems, responders};

use crate::filled::{Checked, Filled};
use crate::visitor::{Mails, Visitor, interrupted, waiting};
use crate::{Deps, hashing};

/// How its mails are counted.
const MAILS: &str = "sign-up";

/// Shows the form, to whoever comes from a sign-in page with what their app asked, or from anywhere without.
pub(crate) async fn show(deps: &Deps, came: &Came, query: &str) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| ErrorReason::MalformedRequest)?;
    let request = match parameters.get("state") {
        Some(sealed) => Some(interrupted(&visitor, sealed)?),
        None => None,
    };
    if !visitor.tenant().record().registration.who.is_offered() {
        return Ok(closed(&visitor, request.as_ref()));
    }
    let client_name = client_name(deps, &visitor, &mut visit, request.as_ref()).await?;
    visit.settle().await;
    let (binding, cookie) = visitor.browser.bind(visitor.tenant(), &*deps.random)?;
    let state = SignUpState { id: StateId::from_random(deps.random.bytes()), binding, request, sent: None };
    let form = Form { visitor: &visitor, sealed: &seal(deps, &visitor, &state)?, state: &state, client_name: client_name.as_deref() };
    Ok((cookie, form.page(&Filled::default(), &SignUpProblems::default())).into_response())
}

/// Begins a sign-up, or sends its link again.
pub(crate) async fn posted(deps: &Deps, came: &Came, body: &[u8]) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = visitor.form(body)?;
    let sealed = parameters.get("state").ok_or(ErrorReason::SignInExpired)?;
    let state: SignUpState = visitor.tenant().open(Kind::SignUpState, None, sealed, visitor.now)?.map_err(|_| ErrorReason::SignInExpired)?;
    if !visitor.browser.is_bound_to(&state.binding) {
        return Err(ErrorReason::OtherBrowser.into());
    }
    if !visitor.tenant().record().registration.who.is_offered() {
        return Ok(closed(&visitor, state.request.as_ref()));
    }
    if let Some(sent) = &state.sent {
        let again = visit.beside(send_again(deps, &visitor, sent)).await?;
        return Ok(check_mail(&visitor, (&state, sealed), &sent.email, again));
    }
    let client_name = client_name(deps, &visitor, &mut visit, state.request.as_ref()).await?;
    let form = Form { visitor: &visitor, sealed, state: &state, client_name: client_name.as_deref() };
    visit.beside(Box::pin(form.begin(deps, &parameters))).await
}

async fn client_name(
    deps: &Deps,
    visitor: &Visitor<'_>,
    visit: &mut Visit,
    request: Option<&AuthorizationRequest>,
) -> Result<Option<String>, Failure> {
    let Some(request) = request else { return Ok(None) };
    let client = deps.clients.find(visit, &request.client_id, visitor.now).await?;
    Ok(client.map(|client| client.name.clone()))
}

fn closed(visitor: &Visitor<'_>, request: Option<&AuthorizationRequest>) -> Response {
    visitor.notice(StatusCode::FORBIDDEN, language_of(visitor, request), Notice::SignUpClosed)
}

fn language_of(visitor: &Visitor<'_>, request: Option<&AuthorizationRequest>) -> Language {
    request.map_or_else(|| visitor.came.language(), |request| language(request, &visitor.came.headers))
}

fn seal(deps: &Deps, visitor: &Visitor<'_>, state: &SignUpState) -> Result<String, Failure> {
    visitor.tenant().seal(Kind::SignUpState, None, visitor.now.plus(policy::SIGN_UP_STATE), deps.random.bytes(), state)
}

/// A form whose state is good.
struct Form<'a> {
    visitor: &'a Visitor<'a>,
    sealed: &'a str,
    state: &'a SignUpState,
    client_name: Option<&'a str>,
}

impl Form<'_> {
    async fn begin(&self, deps: &Deps, parameters: &Parameters) -> Result<Response, Refused> {
        let filled = Filled::read(self.visitor.tenant().record(), parameters);
        let entered = &filled.entered;
        let checked = match filled.check(self.visitor.tenant().record(), &self.visitor.tenant().record().registration, &BTreeSet::new()) {
            Ok(checked) => checked,
            Err(problems) => return Ok(self.page(&filled, &problems)),
        };
        let address = self.visitor.tenant().lookup("identifier", checked.acceptable.email.as_str())?;
        let mails = Mails::about(&address, MAILS, self.visitor.now);
        let (ground, reservation) = tokio::try_join!(self.ground(&checked.acceptable), mails.reserve(self.visitor))?;
        if let Err(retry_after) = reservation {
            return Ok(self.page(&filled, &SignUpProblems { retry_after: Some(retry_after), ..SignUpProblems::default() }));
        }
        if ground.username_owner.is_some() {
            return Ok(self.page(&filled, &SignUpProblems { entered: [Problem::UsernameTaken].into(), ..SignUpProblems::default() }));
        }
        let sign_up = self.write(deps, (entered, &checked), address, &ground).await?;
        let state = SignUpState { sent: Some(SentTo { email: entered.email.trim().to_owned(), sign_up }), ..self.state.clone() };
        let sealed = seal(deps, self.visitor, &state)?;
        Ok(check_mail(self.visitor, (&state, &sealed), entered.email.trim(), Again::No))
    }

    async fn ground(&self, acceptable: &Acceptable) -> Result<Ground, Failure> {
        let tenant = self.visitor.tenant();
        let username = acceptable.username.as_ref().map(|username| tenant.claim(username)).transpose()?;
        Ok(tenant.home(self.visitor.now)?.read_ground(username.as_ref(), &self.visitor.now.month()).await?)
    }

    // The sign-up's id derives from the page's state, so that a form that is sent twice is one sign-up with one mail.
    async fn write(&self, deps: &Deps, (entered, checked): (&Entered<'_>, &Checked), address: String, ground: &Ground) -> Result<UserId, Failure> {
        let (visitor, tenant) = (self.visitor, self.visitor.tenant());
        let id = UserId::from_random(tenant.derived_id("sign-up", self.state.id.as_bytes())?);
        let locale = language_of(visitor, self.state.request.as_ref()).tag();
        let pending = PendingSignUp::begin(id.clone(), entered, self.state.binding.clone(), locale, visitor.now);
        let pending = PendingSignUp { attributes: checked.attributes.clone(), ..pending };
        let password = hashing::credential(deps, visitor, &id, &checked.password)?;
        let client_id = self.state.request.as_ref().map(|request| request.client_id.clone());
        let kind = EventKind::SignUpStarted { sign_up: id.clone(), client_id };
        let event = event(deps, visitor, (&address, entered.email), kind, ground).await?;
        let row = SignUpRow { pending, request: self.state.request.clone() };
        tenant.home(visitor.now)?.begin_sign_up(&NewSignUp { address, row, password }, &event).await?;
        Ok(id)
    }

    fn page(&self, filled: &Filled<'_>, problems: &SignUpProblems) -> Response {
        let tenant = self.visitor.tenant().record();
        let page = SignUpPage {
            language: language_of(self.visitor, self.state.request.as_ref()),
            brand: Brand::of(tenant),
            client_name: self.client_name,
            action: &self.visitor.action("/sign-up"),
            from: SignUpFrom::Page(self.sealed),
            policy: &tenant.registration,
            password_minimum: tenant.passwords.minimum(password_policy::Factors::PasswordAlone),
            schema: &tenant.attributes,
            entered: filled.entered,
            attributes: &filled.attributes,
            problems,
        };
        let status = match problems {
            SignUpProblems { retry_after: Some(_), .. } => StatusCode::TOO_MANY_REQUESTS,
            fine if *fine == SignUpProblems::default() => StatusCode::OK,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        waiting(responders::html(status, &page, &self.visitor.security()), problems.retry_after)
    }
}

async fn event(
    deps: &Deps,
    visitor: &Visitor<'_>,
    (address, email): (&str, &str),
    kind: EventKind,
    ground: &Ground,
) -> Result<RecordedEvent, Failure> {
    let drawn = (&*deps.random, visitor.now);
    let month_key = visitor.tenant().month_key(ground.month_key.as_ref(), drawn).await?;
    let personal = Personal { identifier: Some(kept_identifier(email)), ..visitor.came.personal() };
    visitor.tenant().event_about_nobody((address, &month_key), kind, personal, drawn)
}

async fn send_again(deps: &Deps, visitor: &Visitor<'_>, sent: &SentTo) -> Result<Again, Failure> {
    let tenant = visitor.tenant();
    let canonical = Canonical::email(&sent.email).map_err(|error| Failure::Broken(error.to_string()))?;
    let address = tenant.lookup("identifier", canonical.as_str())?;
    let home = tenant.home(visitor.now)?;
    let month = visitor.now.month();
    let ground = home.read_ground(None, &month).await?;
    let kind = EventKind::SignUpLinkRequested { sign_up: sent.sign_up.clone() };
    let event = event(deps, visitor, (&address, &sent.email), kind, &ground).await?;
    let sent = Mails::about(&address, MAILS, visitor.now).send(visitor, &event).await?;
    Ok(sent.map_or_else(|retry_after| Again::Throttled { retry_after }, |()| Again::Sent))
}

fn check_mail(visitor: &Visitor<'_>, (state, sealed): (&SignUpState, &str), email: &str, again: Again) -> Response {
    let page = CheckMailPage {
        language: language_of(visitor, state.request.as_ref()),
        brand: Brand::of(visitor.tenant().record()),
        email,
        action: &visitor.action("/sign-up"),
        state: sealed,
        again,
    };
    let (status, retry_after) = match again {
        Again::Throttled { retry_after } => (StatusCode::TOO_MANY_REQUESTS, Some(retry_after)),
        Again::No | Again::Sent => (StatusCode::OK, None),
    };
    waiting(responders::html(status, &page, &visitor.security()), retry_after)
}
