//! Proof Key for Code Exchange, method S256 alone (RFC 7636, RFC 9700 §2.1.1): the challenge of a request and the verifier that answers it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::client::Client;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::Sha256;
use crate::authorization_request::Reason;
use crate::grants::{CodeVerifier, authorization_code};
use crate::parameters::RequestParameters;
use crate::profile::{self, Pkce};

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

/// Whether `verifier` answers the challenge that a code was issued to `client` with (RFC 7636 §4.6).
pub fn verify(
    client: &Client,
    challenge: Option<&CodeChallenge>,
    verifier: Option<&CodeVerifier>,
    sha256: Sha256,
) -> Result<(), authorization_code::Reason> {
    match (challenge, verifier) {
        // SECURITY: the profile may have become stricter since the code was issued; nothing proves that a public client is the same.
        (None, None) => match profile::rules(client).pkce {
            Pkce::Required => Err(authorization_code::Reason::ChallengeMissing),
            Pkce::Optional => Ok(()),
        },
        (Some(_), None) => Err(authorization_code::Reason::VerifierMissing),
        // SECURITY: RFC 9700 §2.1.1, downgrade: somebody removed the challenge from the request.
        (None, Some(_)) => Err(authorization_code::Reason::VerifierUnexpected),
        (Some(challenge), Some(verifier)) if answers(challenge, verifier, sha256) => Ok(()),
        (Some(_), Some(_)) => Err(authorization_code::Reason::VerifierWrong),
    }
}

fn answers(challenge: &CodeChallenge, verifier: &CodeVerifier, sha256: Sha256) -> bool {
    let answer = URL_SAFE_NO_PAD.encode(sha256(verifier.expose().as_bytes()));
    is_verifier(verifier.expose()) && bool::from(answer.as_bytes().ct_eq(challenge.as_str().as_bytes()))
}

// RFC 7636 §4.1: 43 to 128 unreserved characters.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    use domain::Secret;
    use domain::client::SecurityProfile;
    use proptest::prelude::*;

    use super::*;
    use crate::samples::{self, CHALLENGE, VERIFIER, request_with};

    fn challenge() -> CodeChallenge {
        CodeChallenge::parse(CHALLENGE).expect("the challenge of RFC 7636")
    }

    fn proof(challenge: Option<&CodeChallenge>, verifier: Option<&str>) -> Result<(), authorization_code::Reason> {
        let verifier = verifier.map(|text| Secret::new(text.to_owned()));
        verify(&samples::confidential_client(), challenge, verifier.as_ref(), samples::sha256)
    }

    #[test]
    fn the_verifier_of_rfc_7636_answers_its_challenge() {
        assert_eq!(proof(Some(&challenge()), Some(VERIFIER)), Ok(()));
    }

    #[test]
    fn a_challenge_without_its_verifier_is_refused() {
        assert_eq!(proof(Some(&challenge()), None), Err(authorization_code::Reason::VerifierMissing));
        let other = VERIFIER.replace('d', "e");
        // The challenge itself is what `plain` would have wanted.
        for wrong in [other.as_str(), CHALLENGE, &format!("{VERIFIER}="), &VERIFIER[..42]] {
            assert_eq!(proof(Some(&challenge()), Some(wrong)), Err(authorization_code::Reason::VerifierWrong), "{wrong}");
        }
    }

    #[test]
    fn a_verifier_without_a_challenge_is_a_downgrade() {
        assert_eq!(proof(None, Some(VERIFIER)), Err(authorization_code::Reason::VerifierUnexpected));
        assert_eq!(proof(None, None), Ok(()));
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters_even_where_its_hash_is_right() {
        let hash_of = |text: &str| CodeChallenge::parse(&URL_SAFE_NO_PAD.encode(samples::sha256(text.as_bytes()))).expect("32 bytes");
        for fine in ["a".repeat(43), "~".repeat(128)] {
            assert_eq!(proof(Some(&hash_of(&fine)), Some(&fine)), Ok(()), "{fine}");
        }
        for weak in ["a".repeat(42), "a".repeat(129), format!("{}+", "a".repeat(42)), format!("{}ü", "a".repeat(43))] {
            assert_eq!(proof(Some(&hash_of(&weak)), Some(&weak)), Err(authorization_code::Reason::VerifierWrong), "{weak}");
        }
    }

    #[test]
    fn a_code_without_a_challenge_is_refused_once_the_profile_demands_one() {
        let strict = Client { security_profile: SecurityProfile::OAuth21, ..samples::confidential_client() };
        assert_eq!(verify(&strict, None, None, samples::sha256), Err(authorization_code::Reason::ChallengeMissing));
        assert_eq!(verify(&samples::public_client(), None, None, samples::sha256), Err(authorization_code::Reason::ChallengeMissing));
    }

    #[test]
    fn s256_is_accepted_and_plain_refused_also_where_it_is_meant_silently() {
        let requested = |changes: &[(&str, &str)]| requested(&request_with(changes), &samples::confidential_client());
        assert_eq!(requested(&[]), Ok(Some(challenge())));
        assert_eq!(requested(&[("code_challenge_method", "plain")]), Err(Reason::ChallengeMethod));
        assert_eq!(requested(&[("code_challenge_method", "")]), Err(Reason::ChallengeMethod));
        assert_eq!(requested(&[("code_challenge_method", "s256")]), Err(Reason::ChallengeMethod));
        assert_eq!(requested(&[("code_challenge", ""), ("code_challenge_method", "plain")]), Err(Reason::ChallengeMethod));
    }

    #[test]
    fn a_missing_or_empty_challenge_is_refused_where_the_profile_demands_one() {
        let without = request_with(&[("code_challenge", "")]);
        let strict = Client { security_profile: SecurityProfile::OAuth21, ..samples::confidential_client() };
        let public_oidc = Client { security_profile: SecurityProfile::Oidc, ..samples::public_client() };
        for client in [&samples::public_client(), &strict, &public_oidc] {
            assert_eq!(requested(&without, client), Err(Reason::ChallengeMissing), "{client:?}");
            assert_eq!(requested(&request_with(&[]), client), Ok(Some(challenge())), "{client:?}");
        }
        assert_eq!(requested(&without, &samples::confidential_client()), Ok(None));
    }

    #[test]
    fn a_challenge_is_exactly_the_base64url_of_32_bytes() {
        let long = format!("{CHALLENGE}A");
        let padded = format!("{CHALLENGE}=");
        let loose = format!("{}N", &CHALLENGE[..42]);
        let other_alphabet = CHALLENGE.replace('-', "+");
        for malformed in [long.as_str(), padded.as_str(), loose.as_str(), other_alphabet.as_str(), &CHALLENGE[..42], VERIFIER.repeat(2).as_str()] {
            let request = request_with(&[("code_challenge", malformed)]);
            assert_eq!(requested(&request, &samples::public_client()), Err(Reason::ChallengeMalformed), "{malformed}");
        }
    }

    proptest! {
        #[test]
        fn every_verifier_answers_its_own_challenge_and_no_other(one in "[A-Za-z0-9._~-]{43,128}", another in "[A-Za-z0-9._~-]{43,128}") {
            let challenge = CodeChallenge::parse(&URL_SAFE_NO_PAD.encode(samples::sha256(one.as_bytes()))).expect("32 bytes");
            prop_assert_eq!(proof(Some(&challenge), Some(&one)), Ok(()));
            prop_assert_eq!(proof(Some(&challenge), Some(&another)).is_ok(), one == another);
        }
    }
}
