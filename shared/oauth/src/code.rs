//! What a sealed authorization code says (RFC 6749 §4.1.2): everything that redeeming it must know, so that issuing it costs no write.
//!
//! Tenant, client, expiry, region and epoch belong to the seal: a code opens only for the client that it was issued to. A changed password moves
//! the person's watermark, which ends the session that the code names, and so the code.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::api::Audience;
use domain::claims::RequestedClaims;
use domain::session::{AuthenticationMethod, Session};
use domain::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::Sha256;
use crate::authorization_request::AuthorizationRequest;
use crate::pkce::CodeChallenge;

/// 128 random bits from which the family's id is derived, so that making the family is what redeems the code.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeId([u8; 16]);

/// A text is no code id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code id is 16 bytes in base64url")]
pub struct InvalidCodeId;

impl CodeId {
    /// Makes the id from 128 random bits.
    pub const fn from_random(bits: [u8; 16]) -> Self {
        Self(bits)
    }

    /// The bits to derive from.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for CodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CodeId({})", URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl TryFrom<String> for CodeId {
    type Error = InvalidCodeId;
    fn try_from(text: String) -> Result<Self, InvalidCodeId> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCodeId)?;
        bytes.try_into().map(Self).map_err(|_| InvalidCodeId)
    }
}

impl From<CodeId> for String {
    fn from(id: CodeId) -> Self {
        URL_SAFE_NO_PAD.encode(id.0)
    }
}

/// What an authorization code says. Its names are short because a code is capped at 1,200 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationCode {
    /// Which code.
    #[serde(rename = "i")]
    pub id: CodeId,
    /// Who signed in.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// In which session.
    #[serde(rename = "s")]
    pub session_id: SessionId,
    /// SHA-256 of the redirect URI that the request stated, base64url.
    #[serde(rename = "r")]
    pub redirect_uri_sha256: String,
    /// What is granted.
    #[serde(rename = "o")]
    pub scopes: BTreeSet<String>,
    /// What is granted beyond the scopes.
    #[serde(rename = "k", default, skip_serializing_if = "RequestedClaims::is_empty")]
    pub claims: RequestedClaims,
    /// Returned in the ID token.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// For which API the access token is to be.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// What the redeemer has to answer.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
    /// When the person last proved to be themself.
    #[serde(rename = "a")]
    pub authenticated_at: Timestamp,
    /// How.
    #[serde(rename = "m")]
    pub methods: Vec<AuthenticationMethod>,
}

impl AuthorizationCode {
    /// The code that answers `request` for the person of `session`.
    pub fn issue(id: CodeId, request: &AuthorizationRequest, session: &Session, sha256: Sha256) -> Self {
        Self {
            id,
            user_id: session.user_id.clone(),
            session_id: session.id.clone(),
            redirect_uri_sha256: redirect_uri_sha256(request.redirect_uri.as_str(), sha256),
            scopes: request.scopes.clone(),
            claims: request.claims,
            audience: request.audience.clone(),
            nonce: request.nonce.clone(),
            code_challenge: request.code_challenge.clone(),
            authenticated_at: session.authenticated_at,
            methods: session.methods.clone(),
        }
    }

    /// Whether the code answered a request with this redirect URI.
    pub fn is_for_redirect_uri(&self, redirect_uri: &str, sha256: Sha256) -> bool {
        self.redirect_uri_sha256 == redirect_uri_sha256(redirect_uri, sha256)
    }
}

fn redirect_uri_sha256(redirect_uri: &str, sha256: Sha256) -> String {
    URL_SAFE_NO_PAD.encode(sha256(redirect_uri.as_bytes()))
}

#[cfg(test)]
mod tests {
    use domain::api::{Api, ApiScope};
    use domain::claims::StandardClaim;
    use domain::client::RedirectUri;
    use domain::policy::{CODE_MAX, REDIRECT_URI_MAX, STATE_MAX};
    use proptest::prelude::*;

    use super::*;
    use crate::authorization_request::{self, Circumstances, ReturnAddress};
    use crate::samples;
    use crate::scope;

    /// Around the payload stand 64 bytes: version, key id, epoch, expiry, the longest region's name with its length, salt and tag.
    const PAYLOAD_MAX: usize = CODE_MAX / 4 * 3 - 64;

    #[test]
    fn an_id_is_logged_as_it_is_written() {
        assert_eq!(format!("{:?}", CodeId::from_random([5; 16])), "CodeId(BQUFBQUFBQUFBQUFBQUFBQ)");
    }

    #[test]
    fn a_code_says_who_signed_in_when_and_how_and_what_was_asked_for() {
        let json = serde_json::to_value(samples::code()).expect("JSON");
        let expected = serde_json::json!({
            "i": "BQUFBQUFBQUFBQUFBQUFBQ",
            "u": samples::user().id.as_str(),
            "s": samples::session().id.as_str(),
            "r": URL_SAFE_NO_PAD.encode(samples::sha256(samples::REDIRECT_URI.as_bytes())),
            "o": ["email", "openid"],
            "n": "no",
            "c": samples::CHALLENGE,
            "a": samples::session().authenticated_at.millis(),
            "m": ["pwd"],
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn a_code_of_a_later_release_is_read_without_what_is_not_known_yet() {
        let mut json = serde_json::to_value(samples::code()).expect("JSON");
        json["later"] = true.into();
        assert_eq!(serde_json::from_value::<AuthorizationCode>(json).expect("a code"), samples::code());
    }

    #[test]
    fn a_code_knows_its_redirect_uri_to_the_byte() {
        assert!(samples::code().is_for_redirect_uri(samples::REDIRECT_URI, samples::sha256));
        assert!(!samples::code().is_for_redirect_uri("https://app.example/cb/", samples::sha256));
    }

    #[test]
    fn an_id_of_another_length_is_refused() {
        assert_eq!(CodeId::try_from("BQUFBQUFBQUFBQUFBQUFBQ".to_owned()), Ok(CodeId::from_random([5; 16])));
        for wrong in ["", "BQUF", "BQUFBQUFBQUFBQUFBQUFBQUF", "BQUFBQUFBQUFBQUFBQUFBQ=="] {
            assert_eq!(CodeId::try_from(wrong.to_owned()), Err(InvalidCodeId), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_request_that_is_accepted_makes_a_code_longer_than_its_cap(nonce in "\\PC{0,512}|[\"\\\\\u{1}\n]{0,512}|n{512}", path in "[a-z]{0,480}") {
            let redirect_uri = RedirectUri::parse(&format!("https://app.example/{path}")).expect("a redirect URI");
            prop_assume!(serde_json::to_string(&nonce).expect("JSON").len() - 2 <= STATE_MAX);
            prop_assert!(redirect_uri.as_str().len() <= REDIRECT_URI_MAX);
            let request = AuthorizationRequest {
                nonce: Some(nonce),
                redirect_uri,
                scopes: samples::scopes(&scope::SUPPORTED),
                claims: RequestedClaims { userinfo: StandardClaim::ALL.into_iter().collect(), id_token: StandardClaim::ALL.into_iter().collect() },
                ..samples::authorization_request()
            };
            let code = AuthorizationCode::issue(CodeId::from_random([255; 16]), &request, &samples::session(), samples::sha256);
            let json = serde_json::to_string(&code).expect("JSON");
            prop_assert!(json.len() <= PAYLOAD_MAX, "{} bytes", json.len());
            prop_assert_eq!(serde_json::from_str::<AuthorizationCode>(&json).expect("a code"), code);
        }

        #[test]
        fn nor_does_one_that_names_an_api(path in "[a-z]{0,179}", count in 1..40_usize, name in "[a-z]{1,60}", nonce in "n{0,512}") {
            let names: Vec<String> = (0..count).map(|number| format!("{name}{number:02}")).collect();
            let api = Api {
                audience: Audience::parse(&format!("https://api.example/{path}")).expect("an audience"),
                scopes: names.iter().map(|name| ApiScope::parse(name).expect("a scope")).collect(),
                ..samples::api()
            };
            let scope = [scope::SUPPORTED.join(" "), names.join(" ")].join(" ");
            let parameters = samples::request_with(&[("resource", api.audience.as_str()), ("scope", &scope), ("nonce", &nonce)]);
            let client = samples::public_client();
            let address = ReturnAddress::check(&parameters, &client, &samples::issuer()).expect("a registered redirect URI");
            let at = Circumstances { tenant: &samples::tenant(), client: &client, api: Some(&api), address: &address, verify_id_token: &|_| None, now: samples::NOW };
            if let Ok(request) = authorization_request::check(&parameters, &at) {
                let claims = RequestedClaims { userinfo: StandardClaim::ALL.into_iter().collect(), id_token: StandardClaim::ALL.into_iter().collect() };
                let request = AuthorizationRequest { claims, ..request };
                let code = AuthorizationCode::issue(CodeId::from_random([255; 16]), &request, &samples::session(), samples::sha256);
                let json = serde_json::to_string(&code).expect("JSON");
                prop_assert!(json.len() <= PAYLOAD_MAX, "{} bytes", json.len());
                prop_assert_eq!(serde_json::from_str::<AuthorizationCode>(&json).expect("a code"), code);
            }
        }
    }
}
