//! Proof Key for Code Exchange, method S256 alone (RFC 7636, RFC 9700 §2.1.1): the challenge of a request and the verifier that answers it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::client::Client;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::authorization_request::Reason;
use crate::grants::authorization_code;
use crate::parameters::RequestParameters;
use crate::profile::{self, Pkce};
use crate::{Sha256, grants};

/// The one method that is offered; `plain` protects nobody who needs protection.
pub const METHOD: &str = "S256";

/// An S256 challenge: base64url of 32 bytes (RFC 7636 §4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeChallenge(String);

/// A text is no S256 challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an S256 challenge is 32 bytes in base64url")]
pub struct InvalidChallenge;

impl CodeChallenge {
    /// Reads a challenge.
    pub fn parse(text: &str) -> Result<Self, InvalidChallenge> {
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(digest) if digest.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(InvalidChallenge),
        }
    }

    /// The challenge as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CodeChallenge {
    type Error = InvalidChallenge;
    fn try_from(text: String) -> Result<Self, InvalidChallenge> {
        Self::parse(&text)
    }
}

impl From<CodeChallenge> for String {
    fn from(challenge: CodeChallenge) -> Self {
        challenge.0
    }
}

/// The challenge of an authorization request (RFC 7636 §4.3), demanded where the client's profile does.
pub fn requested(parameters: &RequestParameters<'_>, client: &Client) -> Result<Option<CodeChallenge>, Reason> {
    let method = parameters.get("code_challenge_method");
    match (parameters.get("code_challenge"), method) {
        (_, Some(method)) if method != METHOD => Err(Reason::ChallengeMethod),
        // RFC 7636 §4.3: without a method it would be `plain`.
        (Some(_), None) => Err(Reason::ChallengeMethod),
        (Some(challenge), Some(_)) => CodeChallenge::parse(challenge).map(Some).map_err(|_| Reason::ChallengeMalformed),
        (None, _) => match profile::rules(client).pkce {
            Pkce::Required => Err(Reason::ChallengeMissing),
            Pkce::Optional => Ok(None),
        },
    }
}

/// Whether `verifier` answers the challenge that a code was issued with (RFC 7636 §4.6).
pub fn verify(challenge: Option<&CodeChallenge>, verifier: Option<&grants::CodeVerifier>, sha256: Sha256) -> Result<(), authorization_code::Reason> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(authorization_code::Reason::VerifierMissing),
        // SECURITY: RFC 9700 §2.1.1, downgrade: somebody removed the challenge from the request.
        (None, Some(_)) => Err(authorization_code::Reason::VerifierUnexpected),
        (Some(challenge), Some(verifier)) => {
            let answer = URL_SAFE_NO_PAD.encode(sha256(verifier.expose().as_bytes()));
            let right: bool = answer.as_bytes().ct_eq(challenge.as_str().as_bytes()).into();
            if right && is_verifier(verifier.expose()) { Ok(()) } else { Err(authorization_code::Reason::VerifierWrong) }
        }
    }
}

// RFC 7636 §4.1: 43 to 128 unreserved characters.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}
