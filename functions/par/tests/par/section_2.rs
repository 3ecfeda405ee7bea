//! RFC 9126 §2: who may push, what is checked, and what is answered.

use domain::policy;
use http::{Method, StatusCode};
use oauth::authorization_request::AuthorizationRequest;
use runtime::Clock;
use runtime::interaction::requests;
use testkit::builders::{self, CLIENT_SECRET};
use testkit::form::{with, without};
use testkit::{Call, malformed};

use crate::support::{INVALID_REQUEST, asking, basic, place};

const INVALID_CLIENT: &str =
    r#"401 {"error":"invalid_client","error_description":"The client is unknown, or did not authenticate by its registered method."}"#;

#[tokio::test]
async fn section_2_1_a_request_is_authenticated_as_at_the_token_endpoint() {
    let place = place().await;
    let app = builders::confidential_client();
    let form = asking(&app);
    let push = async |form: &testkit::form::Form<'_>, authorization: &str| {
        let call = Call::form("/par", form);
        place.endpoint.send(if authorization.is_empty() { call } else { call.with("authorization", authorization) }).await
    };
    let right = basic("sample-confidential", CLIENT_SECRET);
    assert_eq!(push(&form, &right).await.status, StatusCode::CREATED);
    let posted = with(&form, "client_secret", CLIENT_SECRET);
    for (form, authorization) in [(&form, ""), (&form, basic("sample-confidential", "wrong").as_str()), (&posted, "")] {
        assert_eq!(push(form, authorization).await.outcome(), INVALID_CLIENT);
    }
    assert_eq!(push(&posted, &right).await.outcome(), INVALID_REQUEST, "two methods at once");
    let public = builders::client();
    assert_eq!(place.push(&public, &asking(&public)).await.status, StatusCode::CREATED, "a public client names itself");
    assert_eq!(push(&without(&asking(&public), "client_id"), "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn section_2_1_the_client_is_the_one_that_authenticated_and_the_request_no_reference() {
    let place = place().await;
    let app = builders::confidential_client();
    let form = asking(&app);
    for wrong in [
        without(&form, "client_id"),
        with(&form, "client_id", "sample-public"),
        with(&form, "request_uri", "urn:ietf:params:oauth:request_uri:x"),
        with(&form, "request_uri", "https://app.example/request.jwt"),
    ] {
        assert_eq!(place.push(&app, &wrong).await.outcome(), INVALID_REQUEST, "{wrong:?}");
    }
    // What one pushed request yields can't be pushed again.
    let request_uri = place.push(&app, &form).await.text_of("request_uri");
    assert_eq!(place.push(&app, &with(&form, "request_uri", &request_uri)).await.outcome(), INVALID_REQUEST);
    assert_eq!(place.push(&app, &form).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn section_2_1_the_list_of_checks_is_that_of_the_authorization_endpoint_and_an_error_is_json() {
    let place = place().await;
    let app = builders::client();
    let form = asking(&app);
    for (wrong, error) in [
        (without(&form, "redirect_uri"), "invalid_request"),
        (with(&form, "redirect_uri", "https://evil.example/callback"), "invalid_request"),
        (with(&form, "redirect_uri", "https://app.example/callback/"), "invalid_request"),
        (without(&form, "response_type"), "invalid_request"),
        (with(&form, "response_type", "token"), "unsupported_response_type"),
        (with(&form, "response_mode", "web_message"), "invalid_request"),
        (without(&form, "scope"), "invalid_scope"),
        (with(&form, "scope", "of_another"), "invalid_scope"),
        (with(&form, "request", "eyJhbGciOiJub25lIn0.e30."), "request_not_supported"),
        (with(&form, "registration", "{}"), "registration_not_supported"),
        (with(&form, "prompt", "none login"), "invalid_request"),
        (with(&form, "max_age", "x"), "invalid_request"),
        (with(&form, "claims", "{"), "invalid_request"),
        (with(&form, "claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:mfa"}}}"#), "unmet_authentication_requirements"),
        (with(&form, "id_token_hint", "x"), "invalid_request"),
        (without(&form, "code_challenge"), "invalid_request"),
        (with(&form, "code_challenge_method", "plain"), "invalid_request"),
        (with(&form, "state", &"s".repeat(513)), "invalid_request"),
        (with(&form, "nonce", &"n".repeat(513)), "invalid_request"),
    ] {
        let answer = place.push(&app, &wrong).await;
        assert_eq!((answer.status, answer.text_of("error").as_str()), (StatusCode::BAD_REQUEST, error), "{wrong:?}");
        assert_eq!((answer.header("location"), answer.header("cache-control")), ("", "no-store"), "{wrong:?}");
    }
    assert_eq!(place.push(&app, &form).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_request_for_an_api_is_checked_when_it_is_pushed() {
    let place = place().await;
    let app = builders::client();
    place.scene.register_api(&builders::api()).await;
    let form = with(&with(&asking(&app), "scope", "openid read"), "resource", builders::AUDIENCE);
    let mut two = form.clone();
    two.push(("resource", "https://other.example"));
    for (wrong, error) in [
        (with(&form, "resource", "https://other.example"), "invalid_target"),
        (with(&form, "resource", "api"), "invalid_target"),
        (two, "invalid_target"),
        (with(&form, "scope", "openid"), "invalid_scope"),
    ] {
        let answer = place.push(&app, &wrong).await;
        assert_eq!((answer.status, answer.text_of("error").as_str()), (StatusCode::BAD_REQUEST, error), "{wrong:?}");
    }
    assert_eq!(place.push(&app, &form).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn section_2_2_the_answer_is_a_request_uri_that_holds_what_was_asked() {
    let place = place().await;
    let app = builders::client();
    let answer = place.push(&app, &asking(&app)).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    201
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    x-content-type-options: nosniff

    {"request_uri":"urn:ietf:params:oauth:request_uri:<sealed>","expires_in":540}
    "#);
    let request_uri = answer.text_of("request_uri");
    let sealed = request_uri.rsplit(':').next().expect("a sealed request");
    let now = place.stage.clock.now();
    let asked = requests::open(&place.scene.tenant, &app.id, sealed, now).expect("keys").expect("a request");
    let pushed = asked.pushed.clone().expect("a pushed request");
    assert_eq!(
        (asked, pushed.ends_at),
        (AuthorizationRequest { pushed: Some(pushed.clone()), ..testkit::scene::request(&app) }, now.plus(policy::PUSHED_REQUEST))
    );
    let again = place.push(&app, &asking(&app)).await.text_of("request_uri");
    let again = requests::open(&place.scene.tenant, &app.id, again.rsplit(':').next().unwrap_or_default(), now).expect("keys").expect("a request");
    assert_ne!(again.pushed.expect("a pushed request").id, pushed.id, "each is a request of its own");
    // It names its client: for another one, and after its time, it is nothing.
    assert_eq!(requests::open(&place.scene.tenant, &builders::confidential_client().id, sealed, now).expect("keys"), None);
    assert_eq!(requests::open(&place.scene.tenant, &app.id, sealed, now.plus(policy::REQUEST_URI)).expect("keys"), None);
}

#[tokio::test]
async fn section_2_2_a_request_that_fits_no_url_is_refused() {
    let place = place().await;
    let app = builders::client();
    // Within their limits each, and long together: JSON writes a control character in six bytes.
    let (state, hint) = ("\u{1}".repeat(512), "ü".repeat(320));
    let form = with(&with(&asking(&app), "state", &state), "login_hint", &hint);
    assert_eq!(place.push(&app, &form).await.outcome(), INVALID_REQUEST);
    let (state, nonce) = ("s".repeat(512), "n".repeat(512));
    assert_eq!(place.push(&app, &with(&with(&asking(&app), "state", &state), "nonce", &nonce)).await.status, StatusCode::CREATED);
}

/// docs/decisions/0008: what requests of today weigh, against what a URL carries.
#[tokio::test]
async fn section_2_2_a_request_as_apps_send_it_is_short_and_one_with_everything_in_it_still_fits() {
    let place = place().await;
    let app = builders::client();
    let random = "r".repeat(43);
    let (state, nonce) = ("s".repeat(512), "n".repeat(512));
    let usual = with(&with(&with(&asking(&app), "state", &random), "nonce", &random), "scope", "openid profile email");
    let claims = r#"{"id_token":{"auth_time":{"essential":true},"acr":{"values":["urn:mace:incommon:iap:silver"]}},"userinfo":{"email":{"essential":true},"name":null,"picture":null}}"#;
    let rich =
        [("prompt", "consent"), ("max_age", "3600"), ("login_hint", "ada.lovelace@example.com"), ("ui_locales", "de-AT de en"), ("claims", claims)];
    let rich = [usual.clone(), rich.to_vec()].concat();
    let full = with(&with(&rich, "state", &state), "nonce", &nonce);
    for (form, most) in [(&usual, 650), (&rich, 800), (&full, 2100)] {
        let request_uri = place.push(&app, form).await.text_of("request_uri");
        assert!(!request_uri.is_empty() && request_uri.len() <= most, "{} characters of {most}", request_uri.len());
    }
}

#[tokio::test]
async fn section_2_3_what_does_not_read_is_refused_and_other_methods_too() {
    let place = place().await;
    for (call, status) in malformed::forms("/par") {
        let answer = place.endpoint.send(call.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text_of("error").as_str()), (status, "invalid_request"), "{call:?}");
    }
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let answer = place.endpoint.send(Call::new(method.clone(), "/par")).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"), "{method}");
    }
}

#[tokio::test]
async fn pushing_reads_and_writes_nothing_once_the_tenant_and_the_app_are_known() {
    let place = place().await;
    let app = builders::client();
    place.push(&app, &asking(&app)).await;
    let rows = async || (place.stage.rows("identity").await.len(), place.stage.rows("once").await.len(), place.stage.rows("events").await.len());
    let before = rows().await;
    assert_eq!(place.push(&app, &asking(&app)).await.status, StatusCode::CREATED);
    assert_eq!(rows().await, before);
}
