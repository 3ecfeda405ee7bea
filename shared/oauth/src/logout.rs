//! Logout that an app asks for (OpenID Connect RP-Initiated Logout 1.0): who asks, whether the person has to be asked, where the browser goes then.
//!
//! INVARIANT: whether the redirect is good never decides whether the session ends. What fails validation isn't used (§4), nothing more.

use domain::client::{Client, RedirectUri};
use domain::session::Session;
use domain::tenant::Tenant;
use domain::user::User;
use domain::{ClientId, SessionId, Timestamp, UserId, policy};
use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::parameters::RequestParameters;
use crate::{Sha256, sid};

/// What an app asks for (§2). It travels, sealed, through the page that asks the person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutRequest {
    /// The app, where no hint or a hint of the same app says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// Where the browser is to go afterwards, as it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_logout_redirect_uri: Option<String>,
    /// Echoed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The person's languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
}

/// Whose ID token came as the hint. Its signature holds; that it has expired says nothing against it (§2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    sub: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    client_id: ClientId,
}

/// A request whose hint was looked at. One that was posted goes on like this, sealed: a token has no place in a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedRequest {
    /// What the app asks for; of no app when its hint is refused.
    pub request: LogoutRequest,
    /// The hint, if it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
}

/// Why a hint isn't used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HintRefusal {
    /// Changed on its way, made up, of another tenant, or signed by a key that is gone.
    #[error("the hint is no ID token signed by this tenant")]
    Signature,
    /// `iss`, `sub` or `aud` is missing, malformed or several.
    #[error("a claim of the hint is missing or malformed")]
    Claims,
    /// Issued by another issuer.
    #[error("the hint is of another issuer")]
    OtherIssuer,
    /// Issued to another app than the one that `client_id` names (§2).
    #[error("the hint is of another app than client_id")]
    OtherClient,
}

/// Why the browser isn't sent back to the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReturn {
    /// Neither a good hint nor `client_id` says whose address it is.
    #[error("post_logout_redirect_uri of nobody known")]
    UnknownClient,
    /// Not one of the app's, byte for byte (§3).
    #[error("post_logout_redirect_uri is not registered")]
    NotRegistered,
    /// Longer than what is echoed.
    #[error("state is too long")]
    StateTooLong,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep<'a> {
    /// End this session.
    End(&'a Session, &'a User),
    /// Ask the person first.
    Ask(&'a Session, &'a User),
    /// Nobody is signed in.
    NothingToEnd,
}

/// What a confirmed page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed<'a> {
    /// End this session.
    End(&'a Session, &'a User),
    /// It has ended meanwhile.
    EndedBefore,
    /// Somebody signed in anew since: the answer was about another session than the browser's.
    AnotherSession,
}

/// An address of the app to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// The registered address.
    pub uri: RedirectUri,
    /// The same with `state`.
    pub url: String,
}

#[derive(Deserialize)]
struct HintClaims {
    iss: String,
    sub: String,
    aud: ClientId,
    sid: Option<String>,
}

impl Hint {
    /// Reads the claims of an ID token whose signature holds.
    pub fn read(claims: Map<String, Value>, tenant: &Tenant) -> Result<Self, HintRefusal> {
        let claims: HintClaims = serde_json::from_value(claims.into()).map_err(|_| HintRefusal::Claims)?;
        if !tenant.is_issuer(&claims.iss) {
            return Err(HintRefusal::OtherIssuer);
        }
        Ok(Self { sub: claims.sub, sid: claims.sid, client_id: claims.aud })
    }

    // §2: an ID token of this very session, of the person who is signed in.
    fn is_of(&self, session: &Session, user: &User, sha256: Sha256) -> bool {
        self.sub == user.sub && self.sid.as_deref() == Some(&*sid::of(&session.id, sha256))
    }
}

impl LogoutRequest {
    /// What the parameters say. A `client_id` that nobody can have names nobody.
    pub fn read(parameters: &RequestParameters<'_>) -> Self {
        let text = |name| parameters.get(name).map(str::to_owned);
        Self {
            client_id: parameters.get("client_id").and_then(|id| ClientId::parse(id).ok()),
            post_logout_redirect_uri: text("post_logout_redirect_uri").filter(|uri| uri.len() <= policy::REDIRECT_URI_MAX),
            state: text("state").map(kept_state),
            ui_locales: text("ui_locales").filter(|locales| locales.len() <= policy::STATE_MAX),
        }
    }

    /// The request as a good hint completes it, or as a bad one leaves it: of no app, and with the reason.
    pub fn with_hint(self, hint: Option<Result<Hint, HintRefusal>>) -> (JudgedRequest, Option<HintRefusal>) {
        match hint.map(|hint| hint.and_then(|hint| self.of_same_app(hint))) {
            None => (JudgedRequest { request: self, hint: None }, None),
            Some(Ok(hint)) => (JudgedRequest { request: Self { client_id: Some(hint.client_id.clone()), ..self }, hint: Some(hint) }, None),
            Some(Err(refusal)) => (JudgedRequest { request: Self { client_id: None, ..self }, hint: None }, Some(refusal)),
        }
    }

    fn of_same_app(&self, hint: Hint) -> Result<Hint, HintRefusal> {
        if self.client_id.as_ref().is_none_or(|named| *named == hint.client_id) { Ok(hint) } else { Err(HintRefusal::OtherClient) }
    }

    /// Where the browser goes afterwards, if the app asked for an address: one that it has registered (§3).
    pub fn destination(&self, client: Option<&Client>) -> Result<Option<Return>, NoReturn> {
        let Some(asked) = &self.post_logout_redirect_uri else { return Ok(None) };
        let client = client.ok_or(NoReturn::UnknownClient)?;
        let uri = client.post_logout_redirect_uris.iter().find(|known| known.as_str() == asked).ok_or(NoReturn::NotRegistered)?;
        if self.state.as_ref().is_some_and(|state| state.len() > policy::STATE_MAX) {
            return Err(NoReturn::StateTooLong);
        }
        Ok(Some(Return { uri: uri.clone(), url: with_state(uri, self.state.as_deref()) }))
    }
}

// One that is too long to be echoed is kept as one that is too long, and no longer.
fn kept_state(mut state: String) -> String {
    state.truncate(state.ceil_char_boundary(policy::STATE_MAX + 1));
    state
}

fn with_state(uri: &RedirectUri, state: Option<&str>) -> String {
    let Some(state) = state else { return uri.as_str().to_owned() };
    let separator = match uri.as_str().split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{}", Serializer::new(String::new()).append_pair("state", state).finish())
}

/// What is to be done about the browser's session. Without a hint of this very session its person is asked: anybody can send a browser here.
pub fn next_step<'a>(hint: Option<&Hint>, tenant: &Tenant, browser: Option<(&'a Session, &'a User)>, sha256: Sha256, now: Timestamp) -> NextStep<'a> {
    match browser.filter(|(session, user)| session.live(tenant, user, now).is_ok()) {
        None => NextStep::NothingToEnd,
        Some((session, user)) if hint.is_some_and(|hint| hint.is_of(session, user, sha256)) => NextStep::End(session, user),
        Some((session, user)) => NextStep::Ask(session, user),
    }
}

/// What confirming does: it ends the session that the page asked about, if that is still the browser's.
pub fn confirmed<'a>(
    (user_id, session_id): (&UserId, &SessionId),
    tenant: &Tenant,
    browser: Option<(&'a Session, &'a User)>,
    now: Timestamp,
) -> Confirmed<'a> {
    match browser.filter(|(session, user)| session.live(tenant, user, now).is_ok()) {
        None => Confirmed::EndedBefore,
        Some((session, user)) if session.id == *session_id && session.user_id == *user_id => Confirmed::End(session, user),
        Some(_) => Confirmed::AnotherSession,
    }
}

#[cfg(test)]
mod tests;
