//! Read → decide → act for the link that proves an address: one read, beside the reservation of an attempt where a password is asked, one transaction.
//!
//! A program that follows the link changes nothing: the page asks. Outside the browser of the sign-up it asks for the password as well, so that
//! nobody's click gives a stranger's password an account under their address.

use axum::response::Response;
use crypto::artefact::Kind;
use domain::attempt::{Reservation, Source, window};
use domain::event::{CreatedBy, EventKind, Personal, Subject, kept_identifier};
use domain::identifier::IdentifierKind;
use domain::policy;
use domain::user::User;
use http::StatusCode;
use oauth::authorization_request::AuthorizationRequest;
use runtime::interaction::{Came, VerificationLink, requests};
use runtime::people::KeyOwner;
use runtime::{Failure, Refused};
use store::{AttemptKey, NewUser, SignUp, SignUpKeys, SignUpRow, UserCreation};
use web::{Brand, ErrorReason, Notice, Parameters, ProofAsked, VerifyPage, responders};

use crate::visitor::{Visitor, link, waiting};
use crate::{Deps, hashing};

/// Asks to confirm.
pub(crate) async fn show(deps: &Deps, came: &Came, query: &str) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| ErrorReason::MalformedRequest)?;
    visit.settle().await;
    let Some((sealed, link)) = open(&visitor, &parameters)? else { return Ok(visitor.dead_link()) };
    Ok(page(&visitor, sealed, asked(&visitor, &link)))
}

/// Makes the account.
pub(crate) async fn posted(deps: &Deps, came: &Came, body: &[u8]) -> Result<Response, Refused> {
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = visitor.form(body)?;
    visit.beside(Box::pin(answer(deps, &visitor, &parameters))).await
}

async fn answer(deps: &Deps, visitor: &Visitor<'_>, parameters: &Parameters) -> Result<Response, Refused> {
    let Some((sealed, link)) = open(visitor, parameters)? else { return Ok(visitor.dead_link()) };
    let found = match asked(visitor, &link) {
        ProofAsked::Nothing => read(visitor, &link).await?,
        _ => match by_password(deps, visitor, &link, parameters.get("password").unwrap_or_default()).await? {
            Ok(found) => found,
            Err(asked) => return Ok(page(visitor, sealed, asked)),
        },
    };
    if found.user.is_some() {
        return Ok(done(deps, visitor, &link, found.row.as_ref())?);
    }
    let Some(row) = found.row.as_ref().filter(|row| row.pending.is_open_to(&link.sign_up, visitor.now)) else { return Ok(visitor.dead_link()) };
    if create(deps, visitor, &found, row).await? { Ok(done(deps, visitor, &link, Some(row))?) } else { Ok(visitor.dead_link()) }
}

fn open<'a>(visitor: &Visitor<'_>, parameters: &'a Parameters) -> Result<Option<(&'a str, VerificationLink)>, Failure> {
    let Some(sealed) = link(parameters) else { return Ok(None) };
    let opened = visitor.tenant().open(Kind::VerificationLink, None, sealed, visitor.now)?;
    Ok(opened.ok().map(|link| (sealed, link)))
}

fn asked(visitor: &Visitor<'_>, link: &VerificationLink) -> ProofAsked {
    if visitor.browser.is_bound_to(&link.browser) { ProofAsked::Nothing } else { ProofAsked::Password }
}

async fn read(visitor: &Visitor<'_>, link: &VerificationLink) -> Result<SignUp, Failure> {
    let keys = SignUpKeys { address: link.address.clone(), id: link.sign_up.clone() };
    Ok(visitor.tenant().home(visitor.now)?.read_sign_up(&keys).await?)
}

async fn by_password(deps: &Deps, visitor: &Visitor<'_>, link: &VerificationLink, typed: &str) -> Result<Result<SignUp, ProofAsked>, Failure> {
    if typed.is_empty() || typed.chars().nth(policy::PASSWORD_MAX_CHARACTERS).is_some() {
        return Ok(Err(if typed.is_empty() { ProofAsked::Password } else { ProofAsked::PasswordAgain }));
    }
    let window = window(visitor.now, policy::ATTEMPT_WINDOW);
    let source = visitor.tenant().lookup("attempt source", &Source::network(visitor.came.caller.address).as_text())?;
    let key = AttemptKey { identifier: link.address.clone(), source, window };
    let home = visitor.tenant().home(visitor.now)?;
    let reserved = async { Ok(home.reserve_attempt(&key, policy::ATTEMPTS_PER_WINDOW).await?) };
    let (found, reservation) = tokio::try_join!(read(visitor, link), reserved)?;
    if reservation == Reservation::Exhausted {
        return Ok(Err(ProofAsked::PasswordLater { retry_after: window.ends_at.since(visitor.now) }));
    }
    let matches = hashing::is_password(deps, visitor, (&link.sign_up, found.password.as_ref()), typed)?;
    Ok(if matches { Ok(found) } else { Err(ProofAsked::PasswordAgain) })
}

/// Whether the account stands: it is new, or this very sign-up made it before. `false` when the address is somebody else's by now.
async fn create(deps: &Deps, visitor: &Visitor<'_>, found: &SignUp, row: &SignUpRow) -> Result<bool, Failure> {
    let username = row.pending.username.as_deref();
    Ok(match write(deps, visitor, found, row.pending.become_person(username, visitor.now)).await? {
        UserCreation::Created | UserCreation::Exists => true,
        // Somebody was faster with the username; they sign in by address, as whoever was asked for none.
        UserCreation::Taken(IdentifierKind::Username) => {
            let nameless = row.pending.become_person(None, visitor.now);
            matches!(write(deps, visitor, found, nameless).await?, UserCreation::Created | UserCreation::Exists)
        }
        UserCreation::Taken(_) => false,
    })
}

async fn write(deps: &Deps, visitor: &Visitor<'_>, found: &SignUp, user: User) -> Result<UserCreation, Failure> {
    let (tenant, drawn) = (visitor.tenant(), (&*deps.random, visitor.now));
    let claims = tenant.claims_of(&user)?;
    let (key, user_key) = tenant.make_personal_key(KeyOwner::User(&user.id), drawn.0, drawn.1)?;
    let kind = EventKind::UserCreated { by: CreatedBy::SignUp, terms: user.terms.as_ref().map(|terms| terms.version.clone()) };
    let identifier = user.email.as_ref().map(|email| kept_identifier(&email.address));
    let personal = Personal { identifier, ..visitor.came.personal() };
    let event = tenant.event_under(&key, Subject::User(user.id.clone()), (kind, personal), drawn)?;
    let new = NewUser { user, password: found.password.clone(), claims, user_key };
    Ok(tenant.home(visitor.now)?.create_user(&new, &event).await?)
}

// In the browser of the sign-up on to the app; elsewhere the app wouldn't know what it is answered.
fn done(deps: &Deps, visitor: &Visitor<'_>, link: &VerificationLink, row: Option<&SignUpRow>) -> Result<Response, Failure> {
    let same_browser = visitor.browser.is_bound_to(&link.browser);
    match row.and_then(|row| Some((row, row.request.as_ref()?))).filter(|_| same_browser) {
        Some((row, request)) => {
            let request = AuthorizationRequest { login_hint: Some(row.pending.email.clone()), ..request.clone() };
            Ok(responders::see_other(&requests::authorize_url(visitor.tenant(), &request, (&*deps.random, visitor.now))?))
        }
        None => Ok(visitor.notice(StatusCode::OK, visitor.came.language(), Notice::AddressVerified)),
    }
}

fn page(visitor: &Visitor<'_>, sealed: &str, asked: ProofAsked) -> Response {
    let page = VerifyPage {
        language: visitor.came.language(),
        brand: Brand::of(visitor.tenant().record()),
        action: &visitor.action("/verify"),
        link: sealed,
        asked,
    };
    let (status, retry_after) = match asked {
        ProofAsked::Nothing | ProofAsked::Password => (StatusCode::OK, None),
        ProofAsked::PasswordAgain => (StatusCode::FORBIDDEN, None),
        ProofAsked::PasswordLater { retry_after } => (StatusCode::TOO_MANY_REQUESTS, Some(retry_after)),
    };
    waiting(responders::html(status, &page, &visitor.security()), retry_after)
}
