//! An authorization request, from parameters to what was asked for: a list of named checks (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2).
//!
//! First the [`ReturnAddress`], whose failure is a page; then [`check`], whose failures go back through it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use domain::api::{Api, Audience};
use domain::claims::RequestedClaims;
use domain::client::{Client, RedirectUri};
use domain::policy::{AUTHORIZATION_REQUEST_MAX, STATE_MAX};
use domain::session::Session;
use domain::tenant::Tenant;
use domain::user::User;
use domain::{ClientId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::reasons;
use crate::parameters::RequestParameters;
use crate::pkce::{self, CodeChallenge};
use crate::resource::{self, Misnamed};
use crate::scope;

pub mod claims;
pub mod hint;
pub mod interaction;
pub mod prompt;
pub mod reference;
pub mod response_mode;
pub mod return_address;

pub use hint::VerifyIdToken;
pub use interaction::{NextStep, SignedIn, next_step};
pub use prompt::Prompt;
pub use reference::Pushed;
pub use response_mode::ResponseMode;
pub use return_address::{AuthorizationResponse, PageRefusal, ReturnAddress, client_id};

/// The one response type (RFC 6749 §4.1.1).
pub const RESPONSE_TYPE: &str = "code";
/// How a page may be displayed, as metadata states it. Every page fits all of these, so which one is asked for changes nothing.
pub const DISPLAYS: [&str; 3] = ["page", "popup", "touch"];
/// A longer `ui_locales` is ignored, in bytes: it is a wish, and travels inside sealed state.
const UI_LOCALES_MAX: usize = 100;

/// What was asked for, checked. It travels sealed: inside the state of a half-finished sign-in, or as a `request_uri`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client_id: ClientId,
    /// Where the answer goes, as the request stated it.
    pub redirect_uri: RedirectUri,
    /// How it goes there.
    #[serde(default, skip_serializing_if = "ResponseMode::is_default")]
    pub response_mode: ResponseMode,
    /// What is asked for, of what is offered; never empty.
    pub scopes: BTreeSet<String>,
    /// For which API the access token is to be; for the platform's own endpoints without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// What is asked for by name.
    #[serde(default, skip_serializing_if = "RequestedClaims::is_empty")]
    pub claims: RequestedClaims,
    /// Returned as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Returned in the ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// What the redeemer of the code has to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
    /// What the person is asked, needed or not.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub prompt: BTreeSet<Prompt>,
    /// The most seconds that may have passed since the person signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// The `sub` of the one person who may answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What the sign-in page begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// In which languages, by preference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
    /// When it was asked: who signed in since has signed in for it.
    pub asked_at: Timestamp,
    /// Set when it was pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<Pushed>,
}

/// What a request is checked against, beyond its own parameters.
#[derive(Clone, Copy)]
pub struct Circumstances<'a> {
    /// Of whom.
    pub tenant: &'a Tenant,
    /// Who asks.
    pub client: &'a Client,
    /// The API that it names, if there is such an API.
    pub api: Option<&'a Api>,
    /// Where the answer goes.
    pub address: &'a ReturnAddress,
    /// Reads `id_token_hint`.
    pub verify_id_token: VerifyIdToken<'a>,
    /// Now.
    pub now: Timestamp,
}

reasons! {
    /// Why an authorization request goes back with an error.
    pub enum Reason {
        /// OpenID Connect Core §6.1.
        RequestObject => RequestNotSupported, "request objects by value are not offered";
        /// OpenID Connect Core §6.2.
        RequestUri => RequestUriNotSupported, "request objects by reference are not offered";
        /// OpenID Connect Core §7.2.1.
        Registration => RegistrationNotSupported, "registration by parameter is not offered";
        /// RFC 6749 §3.1.1.
        ResponseTypeMissing => InvalidRequest, "response_type is missing";
        /// RFC 6749 §3.1.1.
        ResponseTypeUnsupported => UnsupportedResponseType, "response_type is not code";
        /// OAuth 2.0 Multiple Response Types §2.1.
        ResponseModeUnsupported => InvalidRequest, "response_mode is not offered, or does not fit the redirect URI";
        /// RFC 6749 §3.3.
        ScopeMissing => InvalidScope, "scope is missing";
        /// RFC 6749 §3.3.
        ScopeMalformed => InvalidScope, "scope has characters that no scope has";
        /// RFC 6749 §3.3.
        ScopeUnknown => InvalidScope, "no requested scope is offered";
        /// RFC 6749 §3.3: what is not granted is left out, and then nothing was left of the API.
        ScopeNotGranted => InvalidScope, "the user's roles open no requested scope of this resource";
        /// RFC 9068 §3.
        ScopeElsewhere => InvalidScope, "no requested scope is one of the API";
        /// RFC 8707 §2.
        ResourceSeveral => InvalidTarget, "resource more than once";
        /// RFC 8707 §2.
        ResourceMalformed => InvalidTarget, "resource is not an absolute URI without a fragment";
        /// RFC 8707 §2.
        ResourceUnknown => InvalidTarget, "no such API";
        /// A code has to carry all of it.
        TooMuchForACode => InvalidRequest, "nonce, resource and scopes of the API are longer together than a code holds";
        /// OpenID Connect Core §5.5.
        ClaimsMalformed => InvalidRequest, "claims is not a claims request";
        /// OpenID Connect Core §5.5.1.
        SubjectsDiffer => InvalidRequest, "the request names two people";
        /// OpenID Connect Core §5.5.1.1.
        AcrUnmet => UnmetAuthenticationRequirements, "the essential acr can not be reached";
        /// OpenID Connect Core §3.1.2.1.
        PromptContradicts => InvalidRequest, "prompt is none and something else";
        /// OpenID Connect Core §3.1.2.1.
        PromptUnsupported => InvalidRequest, "prompt asks for something that is not honoured";
        /// OpenID Connect Core §3.1.2.1.
        MaxAgeMalformed => InvalidRequest, "max_age is no number of seconds";
        /// OpenID Connect Core §3.1.2.1.
        HintUnsigned => InvalidRequest, "id_token_hint is no ID token that a published key of this tenant signed";
        /// OpenID Connect Core §3.1.2.1.
        HintForeign => InvalidRequest, "id_token_hint is from another issuer or for another client";
        /// RFC 6749 §4.1.1.
        StateTooLong => InvalidRequest, "state is longer than 512 bytes";
        /// OpenID Connect Core §3.1.2.1.
        NonceTooLong => InvalidRequest, "nonce is longer than 512 bytes as JSON writes it";
        /// RFC 7636 §4.4.1.
        ChallengeMissing => InvalidRequest, "code_challenge is missing";
        /// RFC 7636 §4.4.1.
        ChallengeMethod => InvalidRequest, "code_challenge_method is not S256";
        /// RFC 7636 §4.2.
        ChallengeMalformed => InvalidRequest, "code_challenge is not 32 bytes in base64url";
        /// Nothing that is asked with such parameters fits a URL.
        TooLong => InvalidRequest, "the request is longer than 2,800 bytes as JSON writes it";
        /// OpenID Connect Core §3.1.2.6.
        NobodySignedIn => LoginRequired, "prompt is none and nobody is signed in";
        /// OpenID Connect Core §3.1.2.1, `max_age`.
        SignedInTooLongAgo => LoginRequired, "prompt is none and the person signed in too long ago";
        /// OpenID Connect Core §3.1.2.1, `id_token_hint`; §5.5.1, `sub`.
        OtherPerson => LoginRequired, "another person than the request names is signed in";
        /// OpenID Connect Core §3.1.2.6.
        ConsentMissing => ConsentRequired, "prompt is none and consent is missing";
        /// OpenID Connect Core §3.1.2.6.
        ProfileIncomplete => InteractionRequired, "prompt is none and the account lacks what the tenant asks of everybody";
        /// RFC 9126 §4.
        AnsweredBefore => InvalidRequestUri, "the pushed request was answered before, or too long ago";
        /// RFC 6749 §4.1.2.1.
        NotAdmitted => AccessDenied, "the app is for groups that the person is not in";
        /// RFC 6749 §4.1.2.1.
        ConsentDenied => AccessDenied, "the person declined";
    }
}

impl From<Misnamed> for Reason {
    fn from(misnamed: Misnamed) -> Self {
        match misnamed {
            Misnamed::Several => Self::ResourceSeveral,
            Misnamed::Malformed => Self::ResourceMalformed,
        }
    }
}

/// Checks a request whose client and return address are known. Unknown parameters are ignored (RFC 6749 §3.1).
pub fn check(parameters: &RequestParameters<'_>, at: &Circumstances<'_>) -> Result<AuthorizationRequest, Reason> {
    no_request_object(parameters)?; // OpenID Connect Core §6
    no_registration(parameters)?; // OpenID Connect Core §7.2.1
    response_type(parameters)?; // RFC 6749 §3.1.1
    let asked = claims::requested(parameters.get("claims"))?; // OpenID Connect Core §5.5
    let api = api(parameters, at)?; // RFC 8707 §2.1
    let scopes = scope::requested(parameters.get("scope"), api)?; // RFC 6749 §3.3
    let nonce = nonce(parameters)?; // OpenID Connect Core §3.1.2.1
    fits_a_code(api, &scopes, nonce.as_deref())?;
    short_enough(AuthorizationRequest {
        client_id: at.client.id.clone(),
        redirect_uri: at.address.redirect_uri().clone(), // RFC 6749 §3.1.2
        response_mode: response_mode(parameters, at)?,   // OAuth 2.0 Multiple Response Types §2.1
        scopes,
        audience: api.map(|api| api.audience.clone()),
        claims: asked.claims,
        prompt: Prompt::requested(parameters.get("prompt"))?,  // OpenID Connect Core §3.1.2.1
        max_age: max_age(parameters)?,                         // OpenID Connect Core §3.1.2.1
        subject: subject(parameters, at, asked.subject)?,      // OpenID Connect Core §3.1.2.1, §5.5.1
        login_hint: hint::login(parameters.get("login_hint")), // OpenID Connect Core §3.1.2.1
        state: state(parameters)?,                             // RFC 6749 §4.1.1
        nonce,
        code_challenge: pkce::requested(parameters, at.client)?, // RFC 7636 §4.3
        ui_locales: ui_locales(parameters),                      // OpenID Connect Core §3.1.2.1
        asked_at: at.now,
        pushed: None,
    })
}

impl AuthorizationRequest {
    /// Whether `session` began for this request, or is as young as it demands (OpenID Connect Core §3.1.2.1, `prompt`, `max_age`).
    pub fn is_young_enough(&self, session: &Session, now: Timestamp) -> bool {
        let age = now.since(session.authenticated_at);
        let demanded = self.prompt.contains(&Prompt::Login) || self.max_age.is_some_and(|seconds| age > Duration::from_secs(seconds));
        !demanded || self.is_answered_by(session)
    }

    /// Whether somebody signed in for this request: since it was asked.
    pub fn is_answered_by(&self, session: &Session) -> bool {
        session.authenticated_at >= self.asked_at
    }

    /// Every scope that the person has to agree to: a claim by name is worth the scope that it belongs to, and an API's scope is that API's alone.
    pub fn consent_scopes(&self) -> BTreeSet<String> {
        scope::to_agree_to(&self.scopes, self.claims, self.audience.as_ref())
    }

    /// The same as a page and an event name them, beside the API.
    pub fn asked_scopes(&self) -> BTreeSet<String> {
        scope::with_those_of(&self.scopes, self.claims)
    }

    /// The same request for what `user` is granted, without the scopes that their roles don't open; `None` when nothing of its API is left.
    pub fn granted_to(&self, tenant: &Tenant, user: &User) -> Option<Cow<'_, Self>> {
        let scopes = scope::open_to(&self.scopes, self.audience.as_ref(), &tenant.roster, user)?;
        Some(if scopes == self.scopes { Cow::Borrowed(self) } else { Cow::Owned(Self { scopes, ..self.clone() }) })
    }

    /// The same request, after the person chose to go on as who is signed in.
    #[must_use]
    pub fn going_on_as(&self, sub: &str) -> Self {
        let mut prompt = self.prompt.clone();
        prompt.remove(&Prompt::SelectAccount);
        Self { prompt, subject: Some(sub.to_owned()), ..self.clone() }
    }

    /// The same request, after the person chose to go on as somebody else.
    #[must_use]
    pub fn going_on_anew(&self, now: Timestamp) -> Self {
        let mut prompt = self.prompt.clone();
        prompt.remove(&Prompt::SelectAccount);
        prompt.insert(Prompt::Login);
        Self { prompt, asked_at: now, ..self.clone() }
    }
}

// Whatever interrupts a request, it goes on in a URL: pushed, posted, or after a page.
fn short_enough(request: AuthorizationRequest) -> Result<AuthorizationRequest, Reason> {
    let written = serde_json::to_vec(&request).map_or(usize::MAX, |json| json.len());
    if written > AUTHORIZATION_REQUEST_MAX { Err(Reason::TooLong) } else { Ok(request) }
}

fn no_request_object(parameters: &RequestParameters<'_>) -> Result<(), Reason> {
    match (parameters.get("request"), parameters.get("request_uri")) {
        (None, None) => Ok(()),
        (Some(_), _) => Err(Reason::RequestObject),
        (None, Some(_)) => Err(Reason::RequestUri),
    }
}

fn no_registration(parameters: &RequestParameters<'_>) -> Result<(), Reason> {
    parameters.get("registration").map_or(Ok(()), |_| Err(Reason::Registration))
}

fn response_type(parameters: &RequestParameters<'_>) -> Result<(), Reason> {
    match parameters.get("response_type") {
        Some(RESPONSE_TYPE) => Ok(()),
        Some(_) => Err(Reason::ResponseTypeUnsupported),
        None => Err(Reason::ResponseTypeMissing),
    }
}

// The issuer names the platform's own endpoints, as does a request that names nothing.
fn api<'a>(parameters: &RequestParameters<'_>, at: &Circumstances<'a>) -> Result<Option<&'a Api>, Reason> {
    match resource::requested(parameters)? {
        Some(audience) if !audience.is_issuer(at.address.issuer()) => {
            at.api.filter(|api| api.audience == audience).map(Some).ok_or(Reason::ResourceUnknown)
        }
        _ => Ok(None),
    }
}

/// What stands around an audience in the JSON of a code: a comma, the member's name, a colon and quotes.
const NAMED: usize = 7;

// An API's name and scopes share the room of the nonce, so that a code keeps its promised length: as JSON, with their quotes, commas and member's name.
fn fits_a_code(api: Option<&Api>, scopes: &BTreeSet<String>, nonce: Option<&str>) -> Result<(), Reason> {
    let Some(api) = api else { return Ok(()) };
    let of_scopes: usize = scope::meant_for(scopes, Some(api)).iter().map(|scope| scope.len() + 3).sum();
    let of_audience = api.audience.as_str().len() + NAMED;
    if nonce.map_or(0, json_length) + of_scopes + of_audience > STATE_MAX { Err(Reason::TooMuchForACode) } else { Ok(()) }
}

fn response_mode(parameters: &RequestParameters<'_>, at: &Circumstances<'_>) -> Result<ResponseMode, Reason> {
    ResponseMode::requested(parameters.get("response_mode"), at.address.redirect_uri()).map_err(|_| Reason::ResponseModeUnsupported)
}

fn max_age(parameters: &RequestParameters<'_>) -> Result<Option<u64>, Reason> {
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |text: &str| Some(text).filter(digits)?.parse().ok();
    parameters.get("max_age").map(|text| number(text).ok_or(Reason::MaxAgeMalformed)).transpose()
}

fn subject(parameters: &RequestParameters<'_>, at: &Circumstances<'_>, by_claims: Option<String>) -> Result<Option<String>, Reason> {
    let by_hint = hint::subject(parameters.get("id_token_hint"), at.verify_id_token, at.tenant, &at.client.id)?;
    match (by_claims, by_hint) {
        (Some(one), Some(other)) if one != other => Err(Reason::SubjectsDiffer),
        (one, other) => Ok(one.or(other)),
    }
}

fn state(parameters: &RequestParameters<'_>) -> Result<Option<String>, Reason> {
    match parameters.get("state") {
        Some(state) if state.len() > STATE_MAX => Err(Reason::StateTooLong),
        state => Ok(state.map(str::to_owned)),
    }
}

fn nonce(parameters: &RequestParameters<'_>) -> Result<Option<String>, Reason> {
    match parameters.get("nonce") {
        Some(nonce) if json_length(nonce) > STATE_MAX => Err(Reason::NonceTooLong),
        nonce => Ok(nonce.map(str::to_owned)),
    }
}

// A nonce travels in the JSON of a code, whose length is promised; a quote or a control character takes more room there than one byte.
fn json_length(text: &str) -> usize {
    serde_json::Value::from(text).to_string().len() - "\"\"".len()
}

fn ui_locales(parameters: &RequestParameters<'_>) -> Option<String> {
    parameters.get("ui_locales").filter(|locales| locales.len() <= UI_LOCALES_MAX).map(str::to_owned)
}

#[cfg(test)]
mod tests;
