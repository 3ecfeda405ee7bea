//! The states of half-finished pages: sealed hidden fields that hold evidence, never counters, limits or refusals.
//!
//! INVARIANT: replaying an older state is never better for its holder than the newest.

use crypto::base64url;
use domain::session::Keeping;
use domain::{SessionId, Timestamp, UserId};
use oauth::authorization_request::AuthorizationRequest;
use oauth::logout::LogoutRequest;
use serde::{Deserialize, Serialize};

/// A state's random id; what it creates is keyed by what derives from it, so that creating claims the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StateId([u8; 16]);

impl StateId {
    /// Makes the id from 128 random bits.
    pub const fn from_random(bits: [u8; 16]) -> Self {
        Self(bits)
    }

    /// The bits to derive from.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A text is no state id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a state id is 16 bytes in base64url")]
pub struct InvalidStateId;

impl TryFrom<String> for StateId {
    type Error = InvalidStateId;
    fn try_from(text: String) -> Result<Self, InvalidStateId> {
        let bytes = base64url::decode(text).map_err(|_| InvalidStateId)?;
        bytes.try_into().map(Self).map_err(|_| InvalidStateId)
    }
}

impl From<StateId> for String {
    fn from(id: StateId) -> Self {
        base64url::encode(id.0)
    }
}

/// A sign-in page's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInState {
    /// Which.
    pub id: StateId,
    /// The browser it was made for.
    pub binding: String,
    /// What the app asked.
    pub request: AuthorizationRequest,
}

/// A consent page's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentState {
    /// Which.
    pub id: StateId,
    /// The browser it was made for.
    pub binding: String,
    /// Who was asked.
    pub user_id: UserId,
    /// In which session.
    pub session_id: SessionId,
    /// What the app asked.
    pub request: AuthorizationRequest,
}

/// The state of a page that asks for another password before the session begins: that it stands is the proof that somebody typed the one of that version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlivedState {
    /// That of the sign-in page, which one session comes of.
    pub id: StateId,
    /// The browser it was made for.
    pub binding: String,
    /// Who was asked.
    pub user_id: UserId,
    /// The version of their password.
    pub credential_version: u64,
    /// When they typed it.
    pub proved_at: Timestamp,
    /// Whether the browser keeps the session.
    pub keeping: Keeping,
    /// What the app asked.
    pub request: AuthorizationRequest,
}

/// The state of a page that asks for what an account lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionState {
    /// The browser it was made for.
    pub binding: String,
    /// Who was asked.
    pub user_id: UserId,
    /// In which session.
    pub session_id: SessionId,
    /// What the app asked.
    pub request: AuthorizationRequest,
}

/// The state of a page that asks whether to sign out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutState {
    /// The browser it was made for.
    pub binding: String,
    /// Who was asked.
    pub user_id: UserId,
    /// About which session.
    pub session_id: SessionId,
    /// What the app asked.
    pub request: LogoutRequest,
}

/// A sign-up page's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpState {
    /// Which.
    pub id: StateId,
    /// The browser it was made for.
    pub binding: String,
    /// What the app asked that the person came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<AuthorizationRequest>,
    /// To whom a link was sent by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<SentTo>,
}

/// Where the link of a sign-up went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentTo {
    /// The address, as entered.
    pub email: String,
    /// Which sign-up.
    pub sign_up: UserId,
}

/// The link that proves an address. It holds no secret but itself, and makes an account only of the sign-up that it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationLink {
    /// HMAC of the canonical address: where the sign-up is kept.
    #[serde(rename = "a")]
    pub address: String,
    /// Which sign-up.
    #[serde(rename = "s")]
    pub sign_up: UserId,
    /// The browser that it came from: there nobody is asked for the password.
    #[serde(rename = "b")]
    pub browser: String,
}

/// The link of an invitation. It makes an account only of the invitation that it names, in that version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLink {
    /// HMAC of the canonical address, or [`domain::invitation::Invitation::FOUNDING`]: where the invitation is kept.
    #[serde(rename = "a")]
    pub address: String,
    /// Which invitation.
    #[serde(rename = "i")]
    pub invitation: UserId,
    /// The version that it was sent for.
    #[serde(rename = "v")]
    pub version: u64,
}

/// The state of a page that asks whose password is forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetState {
    /// The browser it was made for.
    pub binding: String,
    /// The person's language as the app asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
}

/// The state of a form on a person's own account pages: whose pages they were when it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    /// The browser it was made for.
    pub binding: String,
    /// Whose account.
    pub user_id: UserId,
    /// In which session.
    pub session_id: SessionId,
}

/// The link that proves another address of an account. A newer wish kills it, and nobody but its person gets anywhere by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailLink {
    /// Whose account.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// The version of their record that remembers the wish.
    #[serde(rename = "v")]
    pub version: u64,
}

/// The link for a new password. Any change of the password kills it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetLink {
    /// Whose.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// The version that it replaces.
    #[serde(rename = "v")]
    pub credential_version: u64,
    /// When it was asked for.
    #[serde(rename = "t")]
    pub asked_at: Timestamp,
}

/// The link "this wasn't me" of the mail to an address before. Giving the address back kills it and those of every later change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerEmailLink {
    /// Whose account.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// The version of their record that the other address came with.
    #[serde(rename = "v")]
    pub version: u64,
}

/// The link "this wasn't me" of a notice. An alarm kills it, and so does any change of the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotMeLink {
    /// Whose.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// The version of their password at the time.
    #[serde(rename = "v")]
    pub credential_version: u64,
    /// When it happened.
    #[serde(rename = "t")]
    pub happened_at: Timestamp,
}
