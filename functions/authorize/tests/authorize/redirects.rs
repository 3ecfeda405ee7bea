//! Once client and return address are known, every answer goes there with `state` and `iss` (RFC 6749 §4.1.2, RFC 9207 §2); before, nothing does.

use crypto::artefact::Kind;
use http::StatusCode;
use oauth::code::AuthorizationCode;
use runtime::Clock;
use testkit::builders;
use testkit::form::{with, without};
use testkit::scene::{CHALLENGE, scopes};

use crate::support::{asking, place};

#[tokio::test]
async fn a_person_with_a_session_and_consent_is_sent_back_with_a_code() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let answer = place.ask_in(&browser, &asking(&app)).await;
    insta::assert_snapshot!(answer.snapshot(), @"
    303
    cache-control: no-store
    location: https://app.example/callback?code=<sealed>&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com
    pragma: no-cache
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    ");
    let now = place.stage.clock.now();
    let code = answer.returned("code");
    assert!(code.len() <= domain::policy::CODE_MAX);
    let code: AuthorizationCode = place.scene.tenant.open(Kind::AuthorizationCode, Some(&app.id), &code, now).expect("keys").expect("a code");
    assert_eq!((code.user_id, code.scopes), (place.scene.person.id.clone(), scopes(&["openid"])));
    assert_eq!(code.nonce.as_deref(), Some("n-0S6_WzA2Mj"));
    assert_eq!(code.code_challenge.expect("a challenge").as_str(), CHALLENGE);
}

#[tokio::test]
async fn an_unknown_client_or_return_address_is_an_error_page_and_no_redirect() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let form = asking(&app);
    let unknown = "400 We don’t know this app · Countersign";
    let mismatch = "400 We can’t return you to this app · Countersign";
    for (wrong, expected) in [
        (with(&form, "client_id", "nobody"), unknown),
        (with(&form, "client_id", "SAMPLE-PUBLIC"), unknown),
        (with(&form, "client_id", "sample-public "), unknown),
        (with(&form, "client_id", "a#b"), unknown),
        (with(&form, "client_id", ""), unknown),
        (without(&form, "client_id"), unknown),
        (without(&form, "redirect_uri"), mismatch),
        (with(&form, "redirect_uri", ""), mismatch),
        (with(&form, "redirect_uri", "https://app.example/callback/"), mismatch),
        (with(&form, "redirect_uri", "https://app.example/callbac"), mismatch),
        (with(&form, "redirect_uri", "https://app.example/Callback"), mismatch),
        (with(&form, "redirect_uri", "https://APP.example/callback"), mismatch),
        (with(&form, "redirect_uri", "https://app.example:443/callback"), mismatch),
        (with(&form, "redirect_uri", "https://app.example/callback?x=1"), mismatch),
        (with(&form, "redirect_uri", "https://app.example/callback#"), mismatch),
        (with(&form, "redirect_uri", "https://app.example/../callback"), mismatch),
        (with(&form, "redirect_uri", "https://app.example@evil.example/callback"), mismatch),
        (with(&form, "redirect_uri", "http://app.example/callback"), mismatch),
        (with(&form, "redirect_uri", "https://evil.example/callback"), mismatch),
        (with(&form, "redirect_uri", "javascript:alert(1)"), mismatch),
    ] {
        let answer = place.ask_in(&browser, &wrong).await;
        assert_eq!((answer.outcome().as_str(), answer.header("location")), (expected, ""), "{wrong:?}");
    }
    insta::assert_snapshot!(place.ask(&with(&form, "client_id", "nobody")).await.page(), @"
    400

    <title>We don’t know this app · Countersign
    We don’t know this app
    The app that sent you here isn’t registered with us.
    Go back to the app. If this happens again, tell the people who run it.
    Incident number
    <incident>
    ");
    assert_eq!(place.ask_in(&browser, &form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_goes_back_to_the_app() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let form = asking(&app);
    for (wrong, error) in [
        (without(&form, "response_type"), "invalid_request"),
        (with(&form, "response_type", "token"), "unsupported_response_type"),
        (with(&form, "response_type", "code id_token"), "unsupported_response_type"),
        (with(&form, "response_mode", "query.jwt"), "invalid_request"),
        (with(&form, "response_mode", "web_message"), "invalid_request"),
        (without(&form, "scope"), "invalid_scope"),
        (with(&form, "scope", "of_another"), "invalid_scope"),
        (with(&form, "scope", "openid \u{e9}"), "invalid_scope"),
        (with(&form, "request", "eyJhbGciOiJub25lIn0.e30."), "request_not_supported"),
        (with(&form, "request_uri", "urn:x"), "request_uri_not_supported"),
        (with(&form, "registration", "{}"), "registration_not_supported"),
        (with(&form, "request_uri", "https://app.example/request.jwt"), "request_uri_not_supported"),
        (with(&form, "prompt", "create"), "invalid_request"),
        (with(&form, "max_age", "-1"), "invalid_request"),
        (with(&form, "claims", "{"), "invalid_request"),
        (with(&form, "claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:mfa"}}}"#), "unmet_authentication_requirements"),
        (with(&form, "prompt", "none login"), "invalid_request"),
        (with(&form, "nonce", &"n".repeat(513)), "invalid_request"),
    ] {
        let answer = place.ask_in(&browser, &wrong).await;
        assert!(answer.header("location").starts_with("https://app.example/callback?error="), "{wrong:?}: {}", answer.outcome());
        let returned = ["error", "state", "iss", "code"].map(|name| answer.returned(name));
        assert_eq!(returned, [error, "af0ifjsldkj", "https://demo.id.example.com", ""], "{wrong:?}");
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::SEE_OTHER, "no-store"));
    }
    insta::assert_snapshot!(place.ask(&without(&form, "scope")).await.snapshot(), @"
    303
    cache-control: no-store
    location: https://app.example/callback?error=invalid_scope&error_description=No+scope+was+requested+that+can+be+granted%2C+or+the+scope+is+malformed.&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com
    pragma: no-cache
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    ");
    for fine in [with(&form, "response_mode", "query"), with(&form, "scope", "openid of_another"), with(&form, "max_age_of_x", "1")] {
        assert_ne!(place.ask_in(&browser, &fine).await.returned("code"), "", "{fine:?}");
    }
}

#[tokio::test]
async fn a_state_comes_back_as_it_was_and_one_that_is_too_long_does_not() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let form = asking(&app);
    let longest = "s".repeat(512);
    for state in ["x", "a b+c&d=e%20#ü\"<>'", longest.as_str()] {
        let answer = place.ask_in(&browser, &with(&form, "state", state)).await;
        assert_eq!((answer.returned("state").as_str(), answer.returned("error").as_str()), (state, ""));
        assert_ne!(answer.returned("code"), "");
    }
    let without_state = place.ask_in(&browser, &without(&form, "state")).await;
    assert!(!without_state.header("location").contains("state="));
    let longer = "s".repeat(513);
    let answer = place.ask_in(&browser, &with(&form, "state", &longer)).await;
    assert_eq!((answer.returned("error").as_str(), answer.returned("state").as_str()), ("invalid_request", ""));
}

#[tokio::test]
async fn a_profile_that_requires_pkce_refuses_a_request_without_a_good_challenge() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let form = asking(&app);
    for wrong in [
        without(&form, "code_challenge"),
        without(&without(&form, "code_challenge"), "code_challenge_method"),
        with(&form, "code_challenge", ""),
        with(&form, "code_challenge_method", "plain"),
        with(&form, "code_challenge_method", "s256"),
        without(&form, "code_challenge_method"),
        with(&form, "code_challenge", "short"),
        with(&form, "code_challenge", &format!("{CHALLENGE}=")),
    ] {
        let answer = place.ask_in(&browser, &wrong).await;
        assert_eq!((answer.status, answer.returned("error").as_str()), (StatusCode::SEE_OTHER, "invalid_request"), "{wrong:?}");
        assert_eq!(answer.returned("code"), "");
    }
    assert_ne!(place.ask_in(&browser, &form).await.returned("code"), "");
}

#[tokio::test]
async fn a_profile_that_does_not_takes_an_empty_challenge_for_none_and_plain_for_an_error() {
    let place = place().await;
    let app = builders::confidential_client();
    let browser = place.browser(&app).await;
    let form = asking(&app);
    let bare = without(&without(&form, "code_challenge"), "code_challenge_method");
    for fine in [bare.clone(), with(&bare, "code_challenge", ""), without(&form, "code_challenge")] {
        let answer = place.ask_in(&browser, &fine).await;
        let code: AuthorizationCode = place
            .scene
            .tenant
            .open(Kind::AuthorizationCode, Some(&app.id), &answer.returned("code"), place.stage.clock.now())
            .expect("keys")
            .expect("a code");
        assert_eq!(code.code_challenge, None);
    }
    for wrong in
        [with(&form, "code_challenge_method", "plain"), without(&form, "code_challenge_method"), with(&bare, "code_challenge_method", "plain")]
    {
        assert_eq!(place.ask_in(&browser, &wrong).await.returned("error"), "invalid_request", "{wrong:?}");
    }
}

#[tokio::test]
async fn a_desktop_app_may_listen_on_any_port_of_this_machine() {
    let place = place().await;
    let app = domain::client::Client {
        id: domain::ClientId::parse("desktop").expect("an id"),
        redirect_uris: vec![domain::client::RedirectUri::parse("http://127.0.0.1/cb").expect("a redirect URI")],
        ..builders::client()
    };
    place.scene.register(&app).await;
    let browser = place.browser(&app).await;
    let ask = async |uri| place.ask_in(&browser, &with(&asking(&app), "redirect_uri", uri)).await;
    assert!(ask("http://127.0.0.1:51234/cb").await.header("location").starts_with("http://127.0.0.1:51234/cb?code="));
    for wrong in
        ["http://127.0.0.1:51234/cb2", "http://127.0.0.2/cb", "http://localhost/cb", "http://127.0.0.1.evil.example/cb", "https://127.0.0.1/cb"]
    {
        assert_eq!(ask(wrong).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn the_query_of_a_redirect_uri_is_kept() {
    let place = place().await;
    let app = domain::client::Client {
        id: domain::ClientId::parse("with-query").expect("an id"),
        redirect_uris: vec![domain::client::RedirectUri::parse("https://app.example/cb?tenant=1").expect("a redirect URI")],
        ..builders::client()
    };
    place.scene.register(&app).await;
    let browser = place.browser(&app).await;
    let answer = place.ask_in(&browser, &with(&asking(&app), "redirect_uri", "https://app.example/cb?tenant=1")).await;
    insta::assert_snapshot!(answer.outcome(), @"303 https://app.example/cb?tenant=1&code=<sealed>&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com");
}
