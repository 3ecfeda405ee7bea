//! A person who has to act is shown a page, bound to their browser.

use crypto::artefact::Kind;
use domain::policy;
use http::{Method, StatusCode};
use oauth::authorization_request::AuthorizationRequest;
use runtime::Clock;
use runtime::interaction::{CompletionState, ConsentState, SignInState};
use serde_json::json;
use testkit::form::with;
use testkit::rows::value;
use testkit::scene::request;
use testkit::{Call, CookieJar, builders};
use web::Cookie;

use crate::support::{Place, asking, endpoint, link, place};

#[tokio::test]
async fn a_person_without_a_session_is_asked_to_sign_in() {
    let place = place().await;
    let app = builders::client();
    let answer = place.ask(&asking(&app)).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: no-store
    content-language: en
    content-security-policy: default-src 'none'; style-src '<hash of the sheet>='; img-src data:; form-action 'self' https:; base-uri 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    cross-origin-resource-policy: same-origin
    permissions-policy: accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()
    pragma: no-cache
    referrer-policy: same-origin
    set-cookie: __Host-cs-browser=<random>; Path=/; Secure; HttpOnly; SameSite=Lax
    strict-transport-security: max-age=63072000
    x-content-type-options: nosniff
    x-frame-options: DENY

    <title>Sign in · Demo
    Sign in
    to continue to
    Sample app
    <form method="post" action="/sign-in">
    <input type="hidden" name="state" value="<sealed>">
    Username or email
    <input id="username" name="username" type="text" value="" autocomplete="username" inputmode="email" autocapitalize="none" autocorrect="off" spellcheck="false" required autofocus>
    Password
    <input id="password" name="password" type="password" autocomplete="current-password" required>
    <button id="sign-in" class="primary" type="submit">
    Sign in
    Forgot your password?
    "#);
    let now = place.stage.clock.now();
    let open = |at| place.scene.tenant.open::<SignInState>(Kind::SignInState, None, answer.field("state"), at).expect("keys");
    assert_eq!(open(now).expect("a state").request, request(&app));
    assert!(open(now.plus(policy::SIGN_IN_STATE)).is_err(), "it is good for half an hour");
}

#[tokio::test]
async fn a_page_is_bound_to_its_browser_and_two_tabs_to_the_same() {
    let place = place().await;
    let app = builders::client();
    let name = place.scene.cookie_name(Cookie::Browser);
    let now = place.stage.clock.now();
    let binding = |answer: &testkit::Answer| {
        let state: SignInState = place.scene.tenant.open(Kind::SignInState, None, answer.field("state"), now).expect("keys").expect("a state");
        state.binding
    };
    let first = place.ask(&asking(&app)).await;
    let mut browser = CookieJar::default();
    browser.keep(&first);
    assert_eq!(binding(&first), crypto::base64url::encode(crypto::derive::sha256(browser.get(&name).as_bytes())));
    let second = place.ask_in(&browser, &asking(&app)).await;
    assert_eq!((binding(&second), second.header("set-cookie")), (binding(&first), ""));
    assert_ne!(second.field("state"), first.field("state"));
    let elsewhere = place.ask(&asking(&app)).await;
    assert_ne!(binding(&elsewhere), binding(&first));
}

#[tokio::test]
async fn a_person_who_was_not_asked_before_is_asked_for_consent() {
    let place = place().await;
    let app = builders::client();
    let session = place.scene.session().await;
    let form = with(&asking(&app), "scope", "openid profile email");
    let answer = place.ask_in(&place.scene.cookies(&session), &form).await;
    insta::assert_snapshot!(answer.page(), @r#"
    200

    <title>Allow access · Demo
    Allow
    Sample app
    to access your account?
    Signed in as
    ada@example.com
    It will be able to:
    See your email address
    And whether it has been verified
    Recognize you
    An ID that tells the app it’s you when you come back
    See your profile
    Your name, username, picture, birthday, language and the like
    Either way, you’ll return to
    app.example
    .
    <form method="post" action="/consent">
    <input type="hidden" name="state" value="<sealed>">
    <button id="consent-deny" name="decision" value="deny" type="submit">
    Deny
    <button id="consent-allow" class="primary" name="decision" value="allow" type="submit">
    Allow
    "#);
    let state: ConsentState =
        place.scene.tenant.open(Kind::ConsentState, None, answer.field("state"), place.stage.clock.now()).expect("keys").expect("a state");
    assert_eq!((state.user_id, state.session_id), (session.user_id, session.id));
}

#[tokio::test]
async fn a_person_whose_account_lacks_something_is_asked_for_it_first_and_nobody_where_no_page_may_be_shown() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let registration = json!({ "terms": { "version": "2", "url": "https://example.com/terms" } });
    let city = json!({ "name": "city", "label": { "en": "City" }, "hint": { "en": "Where you work." }, "kind": { "type": "text", "maximum": 20 },
        "required": true, "readers": ["person"], "writer": "person" });
    place.scene.change_row(&place.stage, "TENANT#", "registration", value(&registration)).await;
    place.scene.change_row(&place.stage, "TENANT#", "attributes", value(&json!({ "version": 1, "attributes": [city] }))).await;
    let place = Place { endpoint: endpoint(&place.stage), ..place };
    let answer = place.ask_in(&browser, &asking(&app)).await;
    insta::assert_snapshot!(answer.page(), @r#"
    200

    <title>Before you go on · Demo
    Before you go on
    We need a little more from you. Then you’ll go on to
    Sample app
    .
    Signed in as
    ada@example.com
    <form method="post" action="/complete">
    <input type="hidden" name="state" value="<sealed>">
    City
    <input id="attribute-city" name="attribute-city" type="text" inputmode="text" value="" maxlength="20" required aria-describedby="attribute-city-hint">
    Where you work.
    <input id="terms" name="terms" type="checkbox" value="2" required>
    I agree to the
    terms of use
    .
    <button id="complete" class="primary" type="submit">
    Continue
    "#);
    let state: CompletionState =
        place.scene.tenant.open(Kind::CompletionState, None, answer.field("state"), place.stage.clock.now()).expect("keys").expect("a state");
    assert_eq!(state.user_id, place.scene.person.id);
    let silent = place.ask_in(&browser, &with(&asking(&app), "prompt", "none")).await;
    assert_eq!(silent.returned("error"), "interaction_required");
    let said = [("terms", json!({ "version": "2", "at": 0 })), ("attributes", json!({ "city": "Oslo" }))];
    for (attribute, said) in said {
        assert_eq!(place.ask_in(&browser, &asking(&app)).await.outcome(), "200 Before you go on · Demo", "before {attribute}");
        place.scene.change_person(&place.stage, attribute, value(&said)).await;
    }
    assert_ne!(place.ask_in(&browser, &with(&asking(&app), "prompt", "none")).await.returned("code"), "");
}

#[tokio::test]
async fn consent_is_asked_for_what_is_new_and_never_twice() {
    let place = place().await;
    let app = builders::client();
    place.scene.allow(&app, &["openid", "profile"]).await;
    let browser = place.scene.cookies(&place.scene.session().await);
    for (scope, asked) in [("openid", false), ("profile openid", false), ("openid email", true), ("email", true)] {
        let answer = place.ask_in(&browser, &with(&asking(&app), "scope", scope)).await;
        assert_eq!(answer.status == StatusCode::OK, asked, "{scope}: {}", answer.outcome());
    }
    // What is allowed to one app is not to another.
    let other = place.ask_in(&browser, &asking(&builders::confidential_client())).await;
    assert_eq!(other.outcome(), "200 Allow access · Demo");
}

#[tokio::test]
async fn an_app_of_the_organisation_asks_nobody() {
    let place = place().await;
    let id = domain::ClientId::parse("trusted").expect("an id");
    let app = domain::client::Client { id, consent: domain::client::ConsentPolicy::Implied, ..builders::client() };
    place.scene.register(&app).await;
    let browser = place.scene.cookies(&place.scene.session().await);
    assert_ne!(place.ask_in(&browser, &with(&asking(&app), "scope", "openid profile email")).await.returned("code"), "");
}

#[tokio::test]
async fn the_page_speaks_the_apps_language_first_and_the_browsers_next() {
    let place = place().await;
    let app = builders::client();
    let form = asking(&app);
    let ask = async |form: &testkit::form::Form<'_>| place.endpoint.send(Call::get(link(form)).with("accept-language", "de-AT, en;q=0.3")).await;
    let german = ask(&form).await;
    assert_eq!((german.outcome().as_str(), german.header("content-language")), ("200 Anmelden · Demo", "de"));
    let english = ask(&with(&form, "ui_locales", "fr en")).await;
    assert_eq!((english.outcome().as_str(), english.header("content-language")), ("200 Sign in · Demo", "en"));
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_page() {
    let place = place().await;
    let answer = place.endpoint.send(Call::new(Method::HEAD, link(&asking(&builders::client())))).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn a_posted_request_is_sent_on_by_get() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    // As another site posts it: without the cookies.
    let posted = place.endpoint.send(Call::form("/authorize", &asking(&app)).with("origin", "https://app.example")).await;
    insta::assert_snapshot!(posted.snapshot(), @"
    303
    cache-control: no-store
    location: https://demo.id.example.com/authorize?client_id=sample-public&request_uri=urn:ietf:params:oauth:request_uri:<sealed>
    pragma: no-cache
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    ");
    let path = posted.header("location").strip_prefix("https://demo.id.example.com").expect("our own address");
    let followed = place.endpoint.send(Call::get(path).with_cookies(&browser)).await;
    assert_ne!(followed.returned("code"), "");
}

#[tokio::test]
async fn the_policy_of_a_page_lets_its_form_end_at_the_app() {
    let place = place().await;
    let native = domain::client::Client {
        id: domain::ClientId::parse("native").expect("an id"),
        redirect_uris: vec![domain::client::RedirectUri::parse("com.example.app:/callback").expect("a redirect URI")],
        ..builders::client()
    };
    place.scene.register(&native).await;
    let answer = place.ask(&with(&asking(&native), "redirect_uri", "com.example.app:/callback")).await;
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("form-action 'self' com.example.app:;"), "{policy}");
}

#[tokio::test]
async fn a_state_is_that_of_this_request_however_it_is_asked() {
    let place = place().await;
    let app = builders::confidential_client();
    let form: Vec<_> = asking(&app).into_iter().filter(|(name, _)| !name.starts_with("code_challenge")).collect();
    let answer = place.ask(&form).await;
    let state: SignInState =
        place.scene.tenant.open(Kind::SignInState, None, answer.field("state"), place.stage.clock.now()).expect("keys").expect("a state");
    assert_eq!(state.request, AuthorizationRequest { code_challenge: None, ..request(&app) });
}
