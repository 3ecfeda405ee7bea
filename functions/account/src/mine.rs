//! The pages on which people keep their own account. Whoever isn't signed in is sent to sign in, as by any app, and comes back.

pub(crate) mod activity;
pub(crate) mod apps;
pub(crate) mod data;
pub(crate) mod email;
pub(crate) mod phone;
pub(crate) mod photo;
pub(crate) mod profile;
pub(crate) mod security;
pub(crate) mod sessions;

use std::collections::BTreeSet;

use axum::response::{IntoResponse, Response};
use crypto::artefact::Kind;
use domain::claims::RequestedClaims;
use domain::client::{ACCOUNT_PAGES, RedirectUri};
use domain::event::{EventKind, Personal, RecordedEvent};
use domain::key_ring::WrappedUserKey;
use domain::phone::PhoneCode;
use domain::photo::PhotoProblem;
use domain::session::Session;
use domain::user::User;
use domain::{ClientId, policy};
use http::StatusCode;
use oauth::authorization_request::{AuthorizationRequest, ResponseMode};
use oauth::pkce::CodeChallenge;
use runtime::interaction::{AccountState, Came, requests};
use runtime::{Failure, Refused, Visit};
use store::{PersonKeys, UserChange, UserPart};
use web::{Brand, Done, ErrorReason, FormError, Head, Language, Page, Parameters, Said, Section, SetCookie, Wrong, responders};

use crate::Deps;
use crate::visitor::{Visitor, waiting};

/// What stands at an address below `/account`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Section(Section),
    /// Where the link leads that proves an address.
    Email,
    /// All that is stored, as a file.
    Download,
    /// Where a photo is sent.
    Photo,
}

impl Place {
    fn at(path: &str) -> Option<Self> {
        match path.strip_prefix("/account")? {
            "/email" => Some(Self::Email),
            "/download" => Some(Self::Download),
            "/photo" => Some(Self::Photo),
            rest => Section::ALL.into_iter().find(|section| section.path() == rest).map(Self::Section),
        }
    }

    /// Where somebody who had to sign in first comes back to.
    const fn after_sign_in(self) -> &'static str {
        match self {
            Self::Section(section) => section.path(),
            Self::Email => "/email",
            // A file is fetched by whoever asks for it, not by coming back.
            Self::Download => Section::Data.path(),
            Self::Photo => Section::Profile.path(),
        }
    }
}

/// Shows a page, or has its visitor sign in first.
pub(crate) async fn show(deps: &Deps, came: &Came, path: &str, query: &str) -> Result<Response, Refused> {
    let Some(place) = Place::at(path) else { return Ok(responders::not_found()) };
    if place == Place::Photo {
        return Ok(responders::method_not_allowed("POST"));
    }
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| ErrorReason::MalformedRequest)?;
    if parameters.get("code").is_some() {
        visit.settle().await;
        return Ok(back_from_sign_in(&visitor, place, &parameters));
    }
    let Some(owner) = visit.beside(Box::pin(Owner::find(deps, &visitor))).await? else {
        return Ok(sign_in(deps, &visitor, place, (parameters.get("link"), None))?);
    };
    match place {
        Place::Section(Section::Profile) => Ok(profile::show(&owner, None)?),
        Place::Section(Section::Security) => Ok(security::show(&owner, security::said(&parameters).as_ref())?),
        Place::Section(Section::Sessions) => Ok(sessions::show(&owner, None).await?),
        Place::Section(Section::Activity) => Ok(activity::show(&owner, &parameters).await?),
        Place::Section(Section::Apps) => Ok(apps::show(&owner, None).await?),
        Place::Section(Section::Data) => Ok(data::show(&owner, None)?),
        Place::Email => Ok(email::show(&owner, &parameters)?),
        Place::Photo => Ok(responders::not_found()),
        Place::Download if owner.is_fresh() => Ok(data::download(&owner).await?),
        Place::Download => owner.prove_again(place),
    }
}

/// Whether a form that is posted there has a password hashed, or a photo unpacked.
pub(crate) fn hashes(path: &str) -> bool {
    matches!(Place::at(path), Some(Place::Section(Section::Security) | Place::Photo))
}

/// Does what a page's form asks for, and shows the page as it is then.
pub(crate) async fn posted(deps: &Deps, came: &Came, path: &str, body: &[u8]) -> Result<Response, Refused> {
    let place = match Place::at(path) {
        None => return Ok(responders::not_found()),
        Some(Place::Section(Section::Activity) | Place::Download) => return Ok(responders::method_not_allowed("GET, HEAD")),
        Some(place) => place,
    };
    let (visitor, mut visit) = Visitor::arrive(deps, came).await?;
    if place == Place::Photo {
        return uploaded(deps, &visitor, visit, body).await;
    }
    let form = visitor.form(body)?;
    let Some(owner) = visit.beside(Box::pin(Owner::find(deps, &visitor))).await? else {
        return Ok(sign_in(deps, &visitor, place, (form.get("link"), None))?);
    };
    if !owner.wrote(&form)? {
        return Ok(show_as_it_is(&owner, place).await?);
    }
    match place {
        Place::Section(Section::Profile) => profile::save(&owner, &form).await,
        Place::Section(Section::Security) => security::change(&owner, &form).await,
        Place::Section(Section::Sessions) => sessions::end(&owner, &form).await,
        Place::Section(Section::Apps) => apps::remove(&owner, &form).await,
        Place::Section(Section::Data) => data::decide(&owner, &form).await,
        Place::Email => email::confirm(&owner, &form).await,
        Place::Section(Section::Activity) | Place::Download | Place::Photo => Ok(responders::not_found()),
    }
}

/// Does what the form with a photo asks for.
async fn uploaded(deps: &Deps, visitor: &Visitor<'_>, mut visit: Visit, body: &[u8]) -> Result<Response, Refused> {
    let upload = visitor.upload(body, photo::FIELD)?;
    let Some(owner) = visit.beside(Box::pin(Owner::find(deps, visitor))).await? else {
        return Ok(sign_in(deps, visitor, Place::Photo, (None, None))?);
    };
    match upload {
        Ok(upload) if owner.wrote(&upload.fields)? => photo::save(&owner, upload.file).await,
        Ok(_) => Ok(show_as_it_is(&owner, Place::Photo).await?),
        // Of a body that is too long nothing is known, and nothing done.
        Err(FormError::TooLarge) => Ok(profile::show(&owner, Some(&Said::Wrong(Wrong::Photo(PhotoProblem::TooLarge))))?),
        Err(error) => Err(ErrorReason::from(&error).into()),
    }
}

/// Shows the page of a form that was of another person, session or browser, or open for too long.
async fn show_as_it_is(owner: &Owner<'_>, place: Place) -> Result<Response, Failure> {
    let said = Some(&Said::Wrong(Wrong::ChangedMeanwhile));
    match place {
        Place::Section(Section::Profile) | Place::Photo => profile::show(owner, said),
        Place::Section(Section::Security) | Place::Email => security::show(owner, said),
        Place::Section(Section::Sessions) => sessions::show(owner, said).await,
        Place::Section(Section::Apps) => apps::show(owner, said).await,
        Place::Section(Section::Data) => data::show(owner, said),
        Place::Section(Section::Activity) | Place::Download => Ok(responders::not_found()),
    }
}

// The code is worth nothing: nobody has its verifier. `state` holds what the page was asked with.
fn back_from_sign_in(visitor: &Visitor<'_>, place: Place, parameters: &Parameters) -> Response {
    let address = visitor.tenant().record().issuer().endpoint(&format!("/account{}", place.after_sign_in()));
    // A link is base64url, which a query holds as it is.
    let is_link = |state: &&str| state.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    match parameters.get("state").filter(is_link) {
        Some(link) => responders::see_other(&format!("{address}?link={link}")),
        None => responders::see_other(&address),
    }
}

/// Sends the browser to sign in and back; once more, when `again` says who.
fn sign_in(deps: &Deps, visitor: &Visitor<'_>, place: Place, (link, again): (Option<&str>, Option<&User>)) -> Result<Response, Failure> {
    let tenant = visitor.tenant();
    let uri = tenant.record().issuer().endpoint(&format!("/account{}", place.after_sign_in()));
    let broken = |error: &dyn std::fmt::Display| Failure::Broken(format!("the account pages can't be come back to: {error}"));
    let challenge = crypto::base64url::encode(deps.random.bytes::<32>());
    let request = AuthorizationRequest {
        client_id: ClientId::parse(ACCOUNT_PAGES).map_err(|error| broken(&error))?,
        redirect_uri: RedirectUri::parse(&uri).map_err(|error| broken(&error))?,
        response_mode: ResponseMode::Query,
        scopes: [oauth::scope::OPENID.to_owned()].into(),
        audience: None,
        claims: RequestedClaims::default(),
        state: link.filter(|link| link.len() <= policy::STATE_MAX).map(str::to_owned),
        nonce: None,
        code_challenge: CodeChallenge::parse(&challenge).ok(),
        prompt: BTreeSet::new(),
        max_age: again.map(|_| policy::FRESH_SIGN_IN.as_secs().saturating_sub(1)),
        subject: again.map(|user| user.sub.clone()),
        login_hint: again.map(|user| user.account_name().to_owned()),
        ui_locales: None,
        asked_at: visitor.now,
        pushed: None,
    };
    Ok(responders::see_other(&requests::authorize_url(tenant, &request, (&*deps.random, visitor.now))?))
}

/// Somebody in a live session of theirs.
pub(crate) struct Owner<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) visitor: &'a Visitor<'a>,
    pub(crate) user: User,
    pub(crate) user_key: WrappedUserKey,
    pub(crate) session: Session,
    /// The newest code in flight, whatever session it was asked for in.
    pub(crate) phone_code: Option<PhoneCode>,
}

/// What a page's head borrows from.
struct Frame {
    base: String,
    state: String,
    cookie: Option<SetCookie>,
}

impl<'a> Owner<'a> {
    /// The person in whose session the browser is; its use counts.
    async fn find(deps: &'a Deps, visitor: &'a Visitor<'a>) -> Result<Option<Self>, Failure> {
        let Some(reference) = &visitor.browser.session else { return Ok(None) };
        let (tenant, now) = (visitor.tenant(), visitor.now);
        let home = tenant.home(now)?;
        let keys = PersonKeys::of(reference.user_id.clone()).with_session(reference.session_id.clone()).with_user_key().with_phone_code();
        let person = home.read_person(&keys).await?;
        let (Some(user), Some(user_key), Some(session)) = (person.user, person.user_key, person.session) else { return Ok(None) };
        if session.live(tenant.record(), &user, now).is_err() {
            return Ok(None);
        }
        if session.wants_touch(tenant.record().session_lifetimes(&user, session.keeping), now) {
            home.touch_session(&user.id, &session.id, now).await?;
        }
        Ok(Some(Self { deps, visitor, user, user_key, session, phone_code: person.phone_code }))
    }

    /// Whether they proved themself lately enough for what only they may do.
    pub(crate) fn is_fresh(&self) -> bool {
        self.session.is_fresh(self.visitor.now)
    }

    /// Has them sign in once more, before what only they may do.
    fn prove_again(&self, place: Place) -> Result<Response, Refused> {
        Ok(sign_in(self.deps, self.visitor, place, (None, Some(&self.user)))?)
    }

    /// Whether a form is of a page that was shown to this person in this session and browser.
    fn wrote(&self, form: &Parameters) -> Result<bool, Failure> {
        let Some(sealed) = form.get("state") else { return Ok(false) };
        let opened = self.visitor.tenant().open::<AccountState>(Kind::AccountState, None, sealed, self.visitor.now)?;
        Ok(opened.is_ok_and(|state| {
            self.visitor.browser.is_bound_to(&state.binding) && state.user_id == self.user.id && state.session_id == self.session.id
        }))
    }

    fn home(&self) -> Result<&store::TenantStore, Failure> {
        self.visitor.tenant().home(self.visitor.now)
    }

    fn event(&self, kind: EventKind, personal: Personal) -> Result<RecordedEvent, Failure> {
        let person = (&self.user.id, Some(&self.user_key));
        self.visitor.tenant().event_about(person, kind, personal, (&*self.deps.random, self.visitor.now))
    }

    /// Writes a part of the record as `next` has it.
    async fn change(&self, next: User, part: UserPart, kind: EventKind) -> Result<Result<Owner<'a>, Wrong>, Failure> {
        let event = self.event(kind, self.visitor.came.personal())?;
        self.change_with(next, part, &event).await
    }

    async fn change_with(&self, next: User, part: UserPart, event: &RecordedEvent) -> Result<Result<Owner<'a>, Wrong>, Failure> {
        Ok(match self.home()?.change_user(&next, part, event).await? {
            UserChange::Changed => Ok(self.with(next)),
            UserChange::Stale => Err(Wrong::ChangedMeanwhile),
        })
    }

    /// The same person with the record as it was changed.
    fn with(&self, user: User) -> Owner<'a> {
        Owner { user, user_key: self.user_key.clone(), session: self.session.clone(), phone_code: self.phone_code.clone(), ..*self }
    }

    /// The same person with another code in flight, or none.
    fn waiting_for(&self, phone_code: Option<PhoneCode>) -> Owner<'a> {
        Owner { phone_code, ..self.with(self.user.clone()) }
    }

    fn language(&self) -> Language {
        self.user.profile.locale.as_deref().and_then(Language::from_tag).unwrap_or_else(|| self.visitor.came.language())
    }

    fn frame(&self) -> Result<Frame, Failure> {
        let (tenant, random) = (self.visitor.tenant(), &*self.deps.random);
        let (binding, cookie) = self.visitor.browser.bind(tenant, random)?;
        let state = AccountState { binding, user_id: self.user.id.clone(), session_id: self.session.id.clone() };
        let state = tenant.seal(Kind::AccountState, None, self.visitor.now.plus(policy::ACCOUNT_STATE), random.bytes(), &state)?;
        Ok(Frame { base: self.visitor.action("/account"), state, cookie })
    }

    fn head<'h>(&'h self, frame: &'h Frame, said: Option<&'h Said>) -> Head<'h> {
        Head {
            language: self.language(),
            brand: Brand::of(self.visitor.tenant().record()),
            base: &frame.base,
            account: self.user.account_name(),
            schema: &self.visitor.tenant().record().attributes,
            state: &frame.state,
            said,
        }
    }

    fn answer(&self, frame: &Frame, said: Option<&Said>, page: &impl Page) -> Response {
        let (status, retry_after) = match said {
            None | Some(Said::Done(_)) => (StatusCode::OK, None),
            Some(Said::Wrong(Wrong::ChangedMeanwhile | Wrong::Administers)) => (StatusCode::CONFLICT, None),
            Some(Said::Wrong(Wrong::Photo(PhotoProblem::TooLarge))) => (StatusCode::PAYLOAD_TOO_LARGE, None),
            Some(Said::Wrong(Wrong::Throttled { retry_after })) => (StatusCode::TOO_MANY_REQUESTS, Some(*retry_after)),
            Some(Said::Wrong(_)) => (StatusCode::UNPROCESSABLE_ENTITY, None),
        };
        let response = responders::html(status, page, &self.visitor.security().showing_photos());
        (frame.cookie.clone(), waiting(response, retry_after)).into_response()
    }
}

/// The person after a change, or as before, and what is said of it.
fn told<'a, 'o>(owner: &'o Owner<'a>, changed: &'o Result<Owner<'a>, Wrong>, done: Done) -> (&'o Owner<'a>, Said) {
    match changed {
        Ok(next) => (next, Said::Done(done)),
        Err(wrong) => (owner, Said::Wrong(wrong.clone())),
    }
}
