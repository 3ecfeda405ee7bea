//! The list of checks, parameter by parameter.

use domain::claims::StandardClaim;
use domain::policy;
use proptest::prelude::*;

use super::*;
use crate::samples::{self, CHALLENGE, NOW, REDIRECT_URI, request_with};

fn read(parameters: &RequestParameters<'_>) -> Result<AuthorizationRequest, Reason> {
    let client = samples::public_client();
    let address = ReturnAddress::check(parameters, &client, &samples::issuer()).expect("a registered redirect URI");
    // A hint says no more here than whose it is; `hint` shows what a good one says.
    let verify_id_token = |token: &str| {
        let claims = serde_json::json!({ "iss": "https://demo.id.example", "sub": token.strip_prefix("hint-of-")?, "aud": "app" });
        claims.as_object().cloned()
    };
    let api = samples::api();
    check(
        parameters,
        &Circumstances {
            tenant: &samples::tenant(),
            client: &client,
            api: Some(&api),
            address: &address,
            verify_id_token: &verify_id_token,
            now: NOW,
        },
    )
}

fn refusal(changes: &[(&str, &str)]) -> Option<Reason> {
    read(&request_with(changes)).err()
}

#[test]
fn an_acceptable_request_is_read_whole_and_unknown_parameters_are_ignored() {
    let expected = AuthorizationRequest {
        client_id: ClientId::parse("app").expect("a client id"),
        redirect_uri: RedirectUri::parse(REDIRECT_URI).expect("a redirect URI"),
        response_mode: ResponseMode::Fragment,
        scopes: samples::scopes(&["openid", "profile", "email"]),
        audience: None,
        claims: RequestedClaims { userinfo: [StandardClaim::Name].into_iter().collect(), ..RequestedClaims::default() },
        state: Some("st".to_owned()),
        nonce: Some("no".to_owned()),
        code_challenge: Some(CodeChallenge::parse(CHALLENGE).expect("a challenge")),
        prompt: BTreeSet::from([Prompt::Login]),
        max_age: Some(1),
        subject: Some("ada".to_owned()),
        login_hint: Some("ada@example.com".to_owned()),
        ui_locales: Some("de en".to_owned()),
        asked_at: NOW,
        pushed: None,
    };
    let changes = [
        ("ui_locales", "de en"),
        ("response_mode", "fragment"),
        ("prompt", "login"),
        ("max_age", "1"),
        ("claims", r#"{"userinfo":{"name":null}}"#),
        ("id_token_hint", "hint-of-ada"),
        ("login_hint", "ada@example.com"),
        ("acr_values", "urn:any"),
        ("claims_locales", "de"),
        ("display", "popup"),
        ("x-own", "1"),
    ];
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
fn a_response_mode_is_offered_or_refused() {
    for offered in response_mode::SUPPORTED {
        assert_eq!(refusal(&[("response_mode", offered)]), None);
    }
    for other in ["query.jwt", "QUERY", "web_message"] {
        assert_eq!(refusal(&[("response_mode", other)]), Some(Reason::ResponseModeUnsupported), "{other}");
    }
}

#[test]
fn max_age_is_a_number_of_seconds() {
    let max_age = |text: &str| read(&request_with(&[("max_age", text)])).map(|request| request.max_age);
    assert_eq!([max_age("0"), max_age("10000"), max_age("")], [Ok(Some(0)), Ok(Some(10_000)), Ok(None)]);
    for malformed in ["-1", "+1", "1.5", "1e3", "x", " 1", "18446744073709551616"] {
        assert_eq!(max_age(malformed), Err(Reason::MaxAgeMalformed), "{malformed}");
    }
}

#[test]
fn a_request_names_one_person_by_hint_or_by_claim() {
    let subject = |changes: &[(&str, &str)]| read(&request_with(changes)).map(|request| request.subject);
    let claim = r#"{"id_token":{"sub":{"value":"ada"}}}"#;
    assert_eq!(subject(&[("claims", claim)]), Ok(Some("ada".to_owned())));
    assert_eq!(subject(&[("claims", claim), ("id_token_hint", "hint-of-ada")]), Ok(Some("ada".to_owned())));
    assert_eq!(subject(&[("claims", claim), ("id_token_hint", "hint-of-bob")]), Err(Reason::SubjectsDiffer));
    assert_eq!(subject(&[("id_token_hint", "forged")]), Err(Reason::HintUnsigned));
}

#[test]
fn a_request_names_one_api_of_the_tenant_and_something_of_it() {
    let read_for = |resource: &str, scope: &str| read(&request_with(&[("resource", resource), ("scope", scope)]));
    let asked = read_for(samples::AUDIENCE, "openid read delete unknown").expect("acceptable");
    assert_eq!(asked.audience.as_ref().map(Audience::as_str), Some(samples::AUDIENCE));
    assert_eq!(asked.scopes, samples::scopes(&["openid", "read", "delete"]));
    let by_claim = AuthorizationRequest {
        claims: RequestedClaims { userinfo: [StandardClaim::Email].into_iter().collect(), ..RequestedClaims::default() },
        ..asked.clone()
    };
    assert_eq!(by_claim.asked_scopes(), samples::scopes(&["openid", "read", "delete", "email"]));
    assert_eq!(asked.consent_scopes(), samples::scopes(&["openid", "https://api.example read", "https://api.example delete"]));
    let of_the_platform = read_for("https://demo.id.example", "openid read").expect("acceptable");
    assert_eq!((of_the_platform.audience, of_the_platform.scopes), (None, samples::scopes(&["openid"])));
    assert_eq!(read_for(samples::AUDIENCE, "openid").err(), Some(Reason::ScopeElsewhere));
    for unknown in ["https://other.example", "https://api.example/", "urn:x"] {
        assert_eq!(read_for(unknown, "openid read").err(), Some(Reason::ResourceUnknown), "{unknown}");
    }
    for malformed in ["api", "https://api.example#x", "app"] {
        assert_eq!(read_for(malformed, "openid read").err(), Some(Reason::ResourceMalformed), "{malformed}");
    }
    let two = request_with(&[("resource", samples::AUDIENCE), ("resource", samples::AUDIENCE), ("scope", "read")]);
    assert_eq!(read(&two).err(), Some(Reason::ResourceSeveral));
    for reason in [Reason::ResourceUnknown, Reason::ResourceMalformed, Reason::ResourceSeveral] {
        assert_eq!(reason.code().as_str(), "invalid_target");
    }
}

#[test]
fn an_api_shares_the_nonces_room_in_a_code() {
    // `,"d":"https://api.example"` and `"read",` beside the nonce.
    let room = STATE_MAX - (samples::AUDIENCE.len() + 7) - (4 + 3);
    let with_nonce = |length: usize| refusal(&[("resource", samples::AUDIENCE), ("scope", "openid read"), ("nonce", &"n".repeat(length))]);
    assert_eq!([with_nonce(0), with_nonce(room), with_nonce(room + 1)], [None, None, Some(Reason::TooMuchForACode)]);
    assert_eq!(refusal(&[("nonce", &"n".repeat(STATE_MAX))]), None);
}

#[test]
fn scope_prompt_and_pkce_are_on_the_list() {
    assert_eq!(refusal(&[("scope", "")]), Some(Reason::ScopeMissing));
    assert_eq!(refusal(&[("prompt", "none login")]), Some(Reason::PromptContradicts));
    assert_eq!(refusal(&[("code_challenge", "")]), Some(Reason::ChallengeMissing));
    assert_eq!(refusal(&[("code_challenge_method", "plain")]), Some(Reason::ChallengeMethod));
    assert_eq!(read(&request_with(&[("prompt", "none")])).map(|request| request.prompt), Ok(BTreeSet::from([Prompt::None])));
    assert_eq!(refusal(&[("claims", "[]")]), Some(Reason::ClaimsMalformed));
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
fn a_request_that_fits_no_url_is_refused_and_one_at_each_of_its_limits_is_not() {
    let (longest, hint) = ("s".repeat(512), "ada".repeat(106));
    let full = [("state", longest.as_str()), ("nonce", &longest), ("login_hint", &hint), ("ui_locales", "de-AT de en"), ("prompt", "consent")];
    assert_eq!(refusal(&full), None);
    assert_eq!(refusal(&[("state", &"\"".repeat(512)), ("nonce", &longest)]), None);
    // JSON writes a control character in six bytes.
    assert_eq!(refusal(&[("state", &"\u{1}".repeat(512))]), Some(Reason::TooLong));
    let header_and_tag = 64;
    let pushed = serde_json::to_string(&reference::Pushed::new([255; 16], Timestamp::from_seconds(99_999_999_999))).expect("JSON").len();
    let sealed = (policy::AUTHORIZATION_REQUEST_MAX + header_and_tag + ",\"pushed\":".len() + pushed).div_ceil(3) * 4;
    assert!(reference::request_uri(&"s".repeat(sealed)).len() <= policy::REQUEST_URI_MAX);
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
        "invalid_target",
        "unsupported_response_type",
        "access_denied",
        "login_required",
        "consent_required",
        "interaction_required",
        "unmet_authentication_requirements",
        "request_not_supported",
        "request_uri_not_supported",
        "invalid_request_uri",
        "registration_not_supported",
    ];
    for reason in Reason::ALL {
        assert!(by_redirect.contains(&reason.code().as_str()), "{reason}");
    }
}

#[test]
fn a_request_without_its_optional_parts_is_short() {
    let bare = AuthorizationRequest { state: None, nonce: None, code_challenge: None, ..samples::authorization_request() };
    let json = serde_json::json!({ "client_id": "app", "redirect_uri": REDIRECT_URI, "scopes": ["email", "openid"], "asked_at": NOW.millis() });
    assert_eq!(serde_json::to_value(bare).expect("JSON"), json);
}

proptest! {
    #[test]
    fn a_request_is_read_from_its_json_as_it_was(
        state in proptest::option::of("\\PC{1,120}|[&=#?%+ \r\n\"]{1,20}"),
        scopes in proptest::sample::subsequence(scope::SUPPORTED.to_vec(), 1..=3),
        prompt in proptest::sample::subsequence(vec![Prompt::None, Prompt::Login, Prompt::Consent, Prompt::SelectAccount], 0..=4),
        response_mode in prop_oneof![Just(ResponseMode::Query), Just(ResponseMode::Fragment), Just(ResponseMode::FormPost)],
        max_age in proptest::option::of(0..u64::MAX),
    ) {
        let prompt = prompt.into_iter().collect();
        let request = AuthorizationRequest { state, scopes: samples::scopes(&scopes), prompt, response_mode, max_age, ..samples::authorization_request() };
        let json = serde_json::to_string(&request).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<AuthorizationRequest>(&json).expect("the same"), request);
    }
}

#[test]
fn a_request_of_the_longest_length_is_the_longest_that_is_accepted() {
    let written = |request: &AuthorizationRequest| serde_json::to_vec(request).expect("JSON").len();
    let with_state = |length| AuthorizationRequest { state: Some("s".repeat(length)), ..samples::authorization_request() };
    let fits = with_state(AUTHORIZATION_REQUEST_MAX - written(&with_state(0)));
    assert_eq!(written(&fits), AUTHORIZATION_REQUEST_MAX);
    assert_eq!(short_enough(fits.clone()), Ok(fits.clone()));
    let one_more = with_state(fits.state.expect("a state").len() + 1);
    assert_eq!(short_enough(one_more), Err(Reason::TooLong));
}
