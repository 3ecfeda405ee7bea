//! What an attempt is counted under, and what tells one try at a write from another.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ClientId;
use domain::attempt::Window;

use crate::row::Item;

/// Counts attempts of one source at one identifier, or messages of one kind about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptKey {
    /// HMAC of the canonical identifier, in base64url.
    pub identifier: String,
    /// HMAC of the source's text, in base64url; or the kind of message.
    pub source: String,
    /// When they count together.
    pub window: Window,
}

/// Counts wrong secrets of one client from one network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAttemptKey {
    /// Whose secret.
    pub client: ClientId,
    /// HMAC of the network's text, in base64url.
    pub source: String,
    /// When they count together.
    pub window: Window,
}

/// Counts failures of one account from anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureKey {
    /// HMAC of the account's canonical identifier, in base64url; an account that doesn't exist has one too.
    pub account: String,
    /// When they count together.
    pub window: Window,
}

/// 128 random bits made once per request, so that a write that is retried after a lost answer knows its own row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptId(pub [u8; 16]);

const ATTEMPT: &str = "attempt";

impl AttemptId {
    /// Writes the id into a row that claims something.
    pub(crate) fn sign(self, item: &mut Item) {
        item.insert(ATTEMPT.to_owned(), AttributeValue::B(Blob::new(self.0)));
    }

    /// Whether this very attempt wrote `item`.
    pub(crate) fn signed(self, item: &Item) -> bool {
        item.get(ATTEMPT).and_then(|value| value.as_b().ok()).is_some_and(|written| written.as_ref() == self.0)
    }
}
