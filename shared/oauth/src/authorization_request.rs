//! An authorization request, from parameters to what was asked for: a list of named checks (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2).
//!
//! First the [`ReturnAddress`], whose failure is a page; then [`check`], whose failures go back through it.

use std::collections::BTreeSet;

use domain::ClientId;
use domain::client::{Client, RedirectUri};
use domain::policy::STATE_MAX;
use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};

use crate::error::reasons;
use crate::parameters::RequestParameters;
use crate::pkce::{self, CodeChallenge};
use crate::scope;

pub mod interaction;
pub mod prompt;
pub mod return_address;

pub use interaction::{NextStep, SignedIn, next_step};
pub use prompt::Prompt;
pub use return_address::{PageRefusal, ReturnAddress, client_id};

/// The one response type (RFC 6749 §4.1.1).
pub const RESPONSE_TYPE: &str = "code";
/// The one response mode, also the default of its response type (OAuth 2.0 Multiple Response Types §2.1).
pub const RESPONSE_MODE: &str = "query";
/// A longer `ui_locales` is ignored, in bytes: it is a wish, and travels inside sealed state.
const UI_LOCALES_MAX: usize = 100;

/// What was asked for, checked. It travels inside the state of a half-finished sign-in and returns as a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client_id: ClientId,
    /// Where the answer goes, as the request stated it.
    pub redirect_uri: RedirectUri,
    /// What is asked for, of what is offered; never empty.
    pub scopes: BTreeSet<String>,
    /// Returned as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Returned in the ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// What the redeemer of the code has to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
    /// Whether pages may be shown.
    #[serde(default)]
    pub prompt: Prompt,
    /// In which languages, by preference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
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
        ResponseModeUnsupported => InvalidRequest, "response_mode is not query";
        /// RFC 6749 §3.3.
        ScopeMissing => InvalidScope, "scope is missing";
        /// RFC 6749 §3.3.
        ScopeMalformed => InvalidScope, "scope has characters that no scope has";
        /// RFC 6749 §3.3.
        ScopeUnknown => InvalidScope, "no requested scope is offered";
        /// OpenID Connect Core §3.1.2.1.
        PromptContradicts => InvalidRequest, "prompt is none and something else";
        /// OpenID Connect Core §3.1.2.1.
        PromptUnsupported => InvalidRequest, "prompt asks for something that is not honoured";
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
        /// OpenID Connect Core §3.1.2.6.
        NobodySignedIn => LoginRequired, "prompt is none and nobody is signed in";
        /// OpenID Connect Core §3.1.2.6.
        ConsentMissing => ConsentRequired, "prompt is none and consent is missing";
        /// RFC 6749 §4.1.2.1.
        ConsentDenied => AccessDenied, "the person declined";
    }
}

/// Checks a request whose client and return address are known. Unknown parameters are ignored (RFC 6749 §3.1).
pub fn check(parameters: &RequestParameters<'_>, client: &Client, address: &ReturnAddress) -> Result<AuthorizationRequest, Reason> {
    no_request_object(parameters)?; // OpenID Connect Core §6
    no_registration(parameters)?; // OpenID Connect Core §7.2.1
    response_type(parameters)?; // RFC 6749 §3.1.1
    response_mode(parameters)?; // OAuth 2.0 Multiple Response Types §2.1
    Ok(AuthorizationRequest {
        client_id: client.id.clone(),
        redirect_uri: address.redirect_uri().clone(),         // RFC 6749 §3.1.2
        scopes: scope::requested(parameters.get("scope"))?,   // RFC 6749 §3.3
        prompt: Prompt::requested(parameters.get("prompt"))?, // OpenID Connect Core §3.1.2.1
        state: state(parameters)?,                            // RFC 6749 §4.1.1
        nonce: nonce(parameters)?,                            // OpenID Connect Core §3.1.2.1
        code_challenge: pkce::requested(parameters, client)?, // RFC 7636 §4.3
        ui_locales: ui_locales(parameters),                   // OpenID Connect Core §3.1.2.1
    })
}

impl AuthorizationRequest {
    /// The request as a query that [`check`] reads as this same request.
    pub fn to_query(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("response_type", RESPONSE_TYPE);
        query.append_pair("client_id", self.client_id.as_str());
        query.append_pair("redirect_uri", self.redirect_uri.as_str());
        query.append_pair("scope", &scope::join(&self.scopes));
        if let Some(challenge) = &self.code_challenge {
            query.append_pair("code_challenge", challenge.as_str());
            query.append_pair("code_challenge_method", pkce::METHOD);
        }
        let optional = [
            ("state", self.state.as_deref()),
            ("nonce", self.nonce.as_deref()),
            ("prompt", self.prompt.as_parameter()),
            ("ui_locales", self.ui_locales.as_deref()),
        ];
        query.extend_pairs(optional.iter().filter_map(|(name, value)| value.map(|value| (name, value))));
        query.finish()
    }
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

fn response_mode(parameters: &RequestParameters<'_>) -> Result<(), Reason> {
    match parameters.get("response_mode") {
        None | Some(RESPONSE_MODE) => Ok(()),
        Some(_) => Err(Reason::ResponseModeUnsupported),
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::samples::{self, CHALLENGE, REDIRECT_URI, request_with};

    fn read(parameters: &RequestParameters<'_>) -> Result<AuthorizationRequest, Reason> {
        let client = samples::public_client();
        let address = ReturnAddress::check(parameters, &client, &samples::issuer()).expect("a registered redirect URI");
        check(parameters, &client, &address)
    }

    fn refusal(changes: &[(&str, &str)]) -> Option<Reason> {
        read(&request_with(changes)).err()
    }

    #[test]
    fn an_acceptable_request_is_read_whole_and_unknown_parameters_are_ignored() {
        let expected = AuthorizationRequest {
            client_id: ClientId::parse("app").expect("a client id"),
            redirect_uri: RedirectUri::parse(REDIRECT_URI).expect("a redirect URI"),
            scopes: samples::scopes(&["openid", "profile", "email"]),
            state: Some("st".to_owned()),
            nonce: Some("no".to_owned()),
            code_challenge: Some(CodeChallenge::parse(CHALLENGE).expect("a challenge")),
            prompt: Prompt::WhenNeeded,
            ui_locales: Some("de en".to_owned()),
        };
        let changes = [("ui_locales", "de en"), ("response_mode", "query"), ("max_age", "1"), ("claims", "{}"), ("x-own", "1")];
        assert_eq!(read(&request_with(&changes)), Ok(expected));
    }

    #[test]
    fn request_objects_and_registration_are_refused_by_their_own_names() {
        for (parameter, reason, code) in [
            ("request", Reason::RequestObject, "request_not_supported"),
            ("request_uri", Reason::RequestUri, "request_uri_not_supported"),
            ("registration", Reason::Registration, "registration_not_supported"),
        ] {
            assert_eq!(refusal(&[(parameter, "x")]), Some(reason));
            assert_eq!(refusal(&[(parameter, "")]), None);
            assert_eq!(reason.code().as_str(), code);
        }
        // A request object may carry what is missing outside, so it is named first.
        assert_eq!(refusal(&[("request", "x"), ("response_type", ""), ("scope", "")]), Some(Reason::RequestObject));
    }

    #[test]
    fn the_response_type_is_code() {
        assert_eq!(refusal(&[("response_type", "code")]), None);
        assert_eq!(refusal(&[("response_type", "")]), Some(Reason::ResponseTypeMissing));
        for other in ["token", "id_token", "code id_token", "CODE", "none"] {
            assert_eq!(refusal(&[("response_type", other)]), Some(Reason::ResponseTypeUnsupported), "{other}");
        }
    }

    #[test]
    fn the_response_mode_is_query() {
        assert_eq!(refusal(&[("response_mode", "query")]), None);
        for other in ["fragment", "form_post", "query.jwt"] {
            assert_eq!(refusal(&[("response_mode", other)]), Some(Reason::ResponseModeUnsupported), "{other}");
        }
    }

    #[test]
    fn scope_prompt_and_pkce_are_on_the_list() {
        assert_eq!(refusal(&[("scope", "")]), Some(Reason::ScopeMissing));
        assert_eq!(refusal(&[("prompt", "none login")]), Some(Reason::PromptContradicts));
        assert_eq!(refusal(&[("code_challenge", "")]), Some(Reason::ChallengeMissing));
        assert_eq!(refusal(&[("code_challenge_method", "plain")]), Some(Reason::ChallengeMethod));
        assert_eq!(read(&request_with(&[("prompt", "none")])).map(|request| request.prompt), Ok(Prompt::None));
    }

    #[test]
    fn state_and_nonce_have_512_bytes_and_may_be_missing() {
        let (longest, longer) = ("s".repeat(512), "s".repeat(513));
        assert_eq!(refusal(&[("state", &longest), ("nonce", &longest)]), None);
        assert_eq!(refusal(&[("state", &longer)]), Some(Reason::StateTooLong));
        assert_eq!(refusal(&[("nonce", &longer)]), Some(Reason::NonceTooLong));
        assert_eq!(refusal(&[("state", ""), ("nonce", "")]), None);
    }

    #[test]
    fn a_nonce_is_measured_as_the_code_will_carry_it() {
        assert_eq!(refusal(&[("nonce", &"\"".repeat(256))]), None);
        assert_eq!(refusal(&[("nonce", &"\"".repeat(257))]), Some(Reason::NonceTooLong));
        assert_eq!(refusal(&[("nonce", &"\u{1}".repeat(85))]), None);
        assert_eq!(refusal(&[("nonce", &"\u{1}".repeat(86))]), Some(Reason::NonceTooLong));
    }

    #[test]
    fn a_list_of_languages_that_is_too_long_is_no_wish() {
        let locales = |list: &str| read(&request_with(&[("ui_locales", list)])).expect("acceptable").ui_locales;
        assert_eq!(locales("de"), Some("de".to_owned()));
        assert_eq!(locales(&"de ".repeat(34)), None);
    }

    #[test]
    fn every_refusal_is_one_that_may_be_returned_by_redirect() {
        let by_redirect = [
            "invalid_request",
            "invalid_scope",
            "unsupported_response_type",
            "access_denied",
            "login_required",
            "consent_required",
            "request_not_supported",
            "request_uri_not_supported",
            "registration_not_supported",
        ];
        for reason in Reason::ALL {
            assert!(by_redirect.contains(&reason.code().as_str()), "{reason}");
        }
    }

    #[test]
    fn a_request_without_its_optional_parts_survives_its_query() {
        let bare = AuthorizationRequest { state: None, nonce: None, code_challenge: None, ..samples::authorization_request() };
        assert_eq!(bare.to_query(), "response_type=code&client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=email+openid");
    }

    proptest! {
        #[test]
        fn a_request_is_read_from_its_query_and_its_json_as_it_was(
            state in proptest::option::of("\\PC{1,120}|[&=#?%+ \r\n\"]{1,20}"),
            nonce in proptest::option::of("\\PC{1,120}"),
            scopes in proptest::sample::subsequence(scope::SUPPORTED.to_vec(), 1..=3),
            prompt in prop_oneof![Just(Prompt::WhenNeeded), Just(Prompt::None)],
            ui_locales in proptest::option::of("[a-z-]{2,20}( [a-z-]{2,20}){0,3}"),
        ) {
            let request = AuthorizationRequest { state, nonce, scopes: samples::scopes(&scopes), prompt, ui_locales, ..samples::authorization_request() };
            let pairs: Vec<(String, String)> = form_urlencoded::parse(request.to_query().as_bytes()).into_owned().collect();
            let parameters = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            prop_assert_eq!(read(&parameters), Ok(request.clone()));
            let json = serde_json::to_string(&request).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<AuthorizationRequest>(&json).expect("the same"), request);
        }
    }
}
