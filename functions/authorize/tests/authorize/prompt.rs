//! What a request demands of pages, and of how long ago the person signed in (OpenID Connect Core §3.1.2.1, §3.1.2.6). `prompt=none` shows none.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::policy;
use oauth::authorization_request::{AuthorizationRequest, Prompt};
use oauth::code::AuthorizationCode;
use runtime::Clock;
use runtime::interaction::SignInState;
use testkit::form::with;
use testkit::{Answer, Call, CookieJar, builders};

use crate::support::{Place, asking, place};

const SIGN_IN: &str = "200 Sign in · Demo";

#[tokio::test]
async fn nobody_signed_in_is_login_required() {
    let place = place().await;
    let app = builders::client();
    let answer = place.ask(&with(&asking(&app), "prompt", "none")).await;
    insta::assert_snapshot!(answer.snapshot(), @"
    303
    cache-control: no-store
    location: https://app.example/callback?error=login_required&error_description=Nobody+is+signed+in+as+the+request+demands.&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com
    pragma: no-cache
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    ");
}

#[tokio::test]
async fn a_missing_consent_is_consent_required() {
    let place = place().await;
    let app = builders::client();
    let browser = place.scene.cookies(&place.scene.session().await);
    let answer = place.ask_in(&browser, &with(&asking(&app), "prompt", "none")).await;
    insta::assert_snapshot!(answer.outcome(), @"303 https://app.example/callback?error=consent_required&error_description=Consent+is+missing%2C+and+prompt%3Dnone+forbids+to+ask+for+it.&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com");
}

#[tokio::test]
async fn with_both_there_is_a_code() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let answer = place.ask_in(&browser, &with(&asking(&app), "prompt", "none")).await;
    insta::assert_snapshot!(answer.outcome(), @"303 https://app.example/callback?code=<sealed>&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com");
}

#[tokio::test]
async fn a_session_that_does_not_count_is_login_required() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    place.scene.disable(&place.stage).await;
    let answer = place.ask_in(&browser, &with(&asking(&app), "prompt", "none")).await;
    assert_eq!((answer.returned("error").as_str(), answer.returned("code").as_str()), ("login_required", ""));
}

impl Place {
    /// A request that travels sealed, as it is opened in a browser.
    async fn resume(&self, browser: &CookieJar, request: &AuthorizationRequest) -> Answer {
        let request_uri = self.scene.request_uri(request);
        self.resume_with(browser, request.client_id.as_str(), &request_uri).await
    }

    async fn resume_with(&self, browser: &CookieJar, client_id: &str, request_uri: &str) -> Answer {
        let query = testkit::form::encoded(&[("client_id", client_id), ("request_uri", request_uri)]);
        self.endpoint.send(Call::get(format!("/authorize?{query}")).with_cookies(browser)).await
    }
}

#[tokio::test]
async fn prompt_login_asks_who_is_signed_in_and_is_met_by_signing_in_for_it() {
    let place = place().await;
    let app = builders::client();
    let before = place.browser(&app).await;
    place.stage.clock.advance(Duration::from_secs(1));
    let form = with(&asking(&app), "prompt", "login");
    let answer = place.ask_in(&before, &form).await;
    assert_eq!(answer.outcome(), SIGN_IN);
    let state: SignInState =
        place.scene.tenant.open(Kind::SignInState, None, answer.field("state"), place.stage.clock.now()).expect("keys").expect("a state");
    assert_eq!((state.request.prompt.contains(&Prompt::Login), state.request.asked_at), (true, place.stage.clock.now()));
    // The request as the sign-in sends it on: the session of before doesn't do, the one that began for it does, also when the page is reloaded.
    assert_eq!(place.resume(&before, &state.request).await.outcome(), SIGN_IN);
    let since = place.scene.cookies(&place.scene.session().await);
    for _ in 0..2 {
        place.stage.clock.advance(Duration::from_secs(1));
        assert_ne!(place.resume(&since, &state.request).await.returned("code"), "");
    }
    assert_eq!(place.ask_in(&since, &form).await.outcome(), SIGN_IN, "a new request asks anew");
}

#[tokio::test]
async fn max_age_asks_who_signed_in_too_long_ago() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let began = place.stage.clock.now();
    place.stage.clock.advance(Duration::from_secs(30));
    for young_enough in ["30", "10000"] {
        let answer = place.ask_in(&browser, &with(&asking(&app), "max_age", young_enough)).await;
        let code = answer.returned("code");
        let code: AuthorizationCode =
            place.scene.tenant.open(Kind::AuthorizationCode, Some(&app.id), &code, place.stage.clock.now()).expect("keys").expect("a code");
        assert_eq!(code.authenticated_at, began, "auth_time is when the person signed in, not now");
    }
    for too_old in ["29", "0"] {
        assert_eq!(place.ask_in(&browser, &with(&asking(&app), "max_age", too_old)).await.outcome(), SIGN_IN, "{too_old}");
    }
    let silent = place.ask_in(&browser, &with(&with(&asking(&app), "max_age", "29"), "prompt", "none")).await;
    assert_eq!((silent.returned("error").as_str(), silent.returned("code").as_str()), ("login_required", ""));
}

#[tokio::test]
async fn prompt_consent_asks_again_what_was_allowed_before() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    assert_eq!(place.ask_in(&browser, &with(&asking(&app), "prompt", "consent")).await.outcome(), "200 Allow access · Demo");
    assert_ne!(place.ask_in(&browser, &asking(&app)).await.returned("code"), "");
}

#[tokio::test]
async fn a_person_goes_on_as_who_is_signed_in_or_as_somebody_else() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    place.stage.clock.advance(Duration::from_secs(1));
    let form = with(&asking(&app), "prompt", "select_account");
    assert_eq!(place.ask(&form).await.outcome(), SIGN_IN, "nobody is signed in: whoever signs in is chosen");
    let page = place.ask_in(&browser, &form).await;
    insta::assert_snapshot!(page.page(), @r#"
    200

    <title>Choose an account · Demo
    Choose an account
    to continue to
    Sample app
    Signed in as
    ada@example.com
    <form method="get" action="/authorize">
    <input type="hidden" name="client_id" value="sample-public">
    <button id="account-continue" class="primary" name="request_uri" value="urn:ietf:params:oauth:request_uri:<sealed>" type="submit">
    Continue
    <button id="account-other" name="request_uri" value="urn:ietf:params:oauth:request_uri:<sealed>" type="submit">
    Use another account
    "#);
    assert_eq!(page.header("set-cookie"), "");
    let button = |id: &str| {
        let tag = page.body.split('<').find(|tag| tag.contains(&format!("id=\"{id}\""))).expect("a button");
        tag.split_once(" value=\"").and_then(|(_, rest)| rest.split('"').next()).expect("a value").to_owned()
    };
    let (same, other) = (button("account-continue"), button("account-other"));
    assert_ne!(place.resume_with(&browser, "sample-public", &same).await.returned("code"), "");
    assert_eq!(place.resume_with(&browser, "sample-public", &other).await.outcome(), SIGN_IN);
    assert_ne!(place.resume_with(&browser, "sample-public", &same).await.returned("code"), "", "and may change their mind");
}

#[tokio::test]
async fn a_sealed_request_is_good_for_its_client_and_tenant_and_for_minutes() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let request = testkit::scene::request(&app);
    let request_uri = place.scene.request_uri(&request);
    let expired = "400 This page has expired · Countersign";
    let ends = place.stage.clock.now().plus(policy::REQUEST_URI);
    let sealed = |kind, client| format!("urn:ietf:params:oauth:request_uri:{}", place.scene.seal(kind, client, ends, &request));
    for wrong in [
        format!("{request_uri}A"),
        request_uri.to_lowercase(),
        "urn:ietf:params:oauth:request_uri:".to_owned(),
        "urn:ietf:params:oauth:request_uri:x".to_owned(),
        place.stage.second_tenant().await.request_uri(&request),
        sealed(Kind::AuthorizationRequest, None),
        sealed(Kind::AuthorizationRequest, Some(&builders::confidential_client())),
        sealed(Kind::AuthorizationCode, Some(&app)),
        sealed(Kind::SignInState, Some(&app)),
    ] {
        let answer = place.resume_with(&browser, "sample-public", &wrong).await;
        assert_eq!((answer.outcome().as_str(), answer.header("location")), (expired, ""), "{wrong}");
    }
    assert_eq!(place.resume_with(&browser, "sample-confidential", &request_uri).await.outcome(), expired);
    assert_eq!(place.resume_with(&browser, "nobody", &request_uri).await.outcome(), "400 We don’t know this app · Countersign");
    place.stage.clock.set(testkit::FixedClock::USUAL.plus(policy::REQUEST_URI.saturating_sub(Duration::from_millis(1))));
    assert_ne!(place.resume_with(&browser, "sample-public", &request_uri).await.returned("code"), "");
    place.stage.clock.advance(Duration::from_millis(1));
    assert_eq!(place.resume_with(&browser, "sample-public", &request_uri).await.outcome(), expired);
}

#[tokio::test]
async fn what_stands_beside_a_sealed_request_changes_nothing() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let request_uri = place.scene.request_uri(&testkit::scene::request(&app));
    let query = testkit::form::encoded(&[
        ("client_id", "sample-public"),
        ("request_uri", &request_uri),
        ("redirect_uri", "https://evil.example/"),
        ("scope", "openid email"),
        ("state", "another"),
        ("response_mode", "fragment"),
        ("prompt", "login"),
    ]);
    let answer = place.endpoint.send(Call::get(format!("/authorize?{query}")).with_cookies(&browser)).await;
    insta::assert_snapshot!(answer.outcome(), @"303 https://app.example/callback?code=<sealed>&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com");
}
