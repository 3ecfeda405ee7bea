//! The states of half-finished pages: sealed hidden fields that hold evidence, never counters, limits or refusals.
//!
//! INVARIANT: replaying an older state is never better for its holder than the newest.

use crypto::base64url;
use domain::{SessionId, UserId};
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
