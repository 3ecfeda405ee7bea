//! Requests that name an API (RFC 8707 §2.1).

use crypto::artefact::Kind;
use domain::api::{Api, Audience};
use oauth::code::AuthorizationCode;
use runtime::Clock;
use testkit::builders::{self, AUDIENCE};
use testkit::form::{Form, with};
use testkit::scene::scopes;
use testkit::{Call, CookieJar};

use crate::support::{Place, asking, place};

fn asking_for<'a>(form: &Form<'a>, resource: &'a str) -> Form<'a> {
    with(&with(form, "scope", "openid read unknown"), "resource", resource)
}

impl Place {
    async fn signed_in(&self, allowed: &[&str]) -> CookieJar {
        self.scene.allow(&builders::client(), allowed).await;
        self.scene.cookies(&self.scene.session().await)
    }
}

#[tokio::test]
async fn a_code_for_an_api_names_it_and_what_is_asked_of_it() {
    let place = place().await;
    let app = builders::client();
    let usual = asking(&app);
    place.scene.register_api(&builders::api()).await;
    let browser = place.signed_in(&["openid", "https://api.example read"]).await;
    let form = asking_for(&usual, AUDIENCE);
    let answer = place.ask_in(&browser, &form).await;
    let code = answer.returned("code");
    let now = place.stage.clock.now();
    let opened = place.scene.tenant.open::<AuthorizationCode>(Kind::AuthorizationCode, Some(&app.id), &code, now);
    let code = opened.expect("keys").expect("a code");
    assert_eq!((code.audience.as_ref().map(Audience::as_str), code.scopes), (Some(AUDIENCE), scopes(&["openid", "read"])));
    let posted = place.endpoint.send(Call::form("/authorize", &form)).await;
    assert_eq!(place.scene.resumed(&posted).audience.as_ref().map(Audience::as_str), Some(AUDIENCE));
    let platform = place.ask_in(&browser, &asking_for(&usual, "https://demo.id.example.com")).await;
    assert_ne!(platform.returned("code"), "", "the issuer names no API");
}

#[tokio::test]
async fn a_resource_that_is_several_malformed_unknown_or_foreign_goes_back_with_invalid_target() {
    let place = place().await;
    let app = builders::client();
    let usual = asking(&app);
    place.scene.register_api(&builders::api()).await;
    let elsewhere = place.stage.second_tenant().await;
    elsewhere.register_api(&Api { audience: Audience::parse("https://foreign.example").expect("an audience"), ..builders::api() }).await;
    let browser = place.signed_in(&["openid", "https://api.example read"]).await;
    let mut two = asking_for(&usual, AUDIENCE);
    two.push(("resource", AUDIENCE));
    let named = ["https://nobody.example", "https://foreign.example", "https://api.example/", "https://api.example#x", "api", "sample-public"];
    for wrong in named.into_iter().map(|resource| asking_for(&usual, resource)).chain([two]) {
        let answer = place.ask_in(&browser, &wrong).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(answer.outcome(), @"303 https://app.example/callback?error=invalid_target&error_description=The+resource+is+missing%2C+malformed%2C+unknown+or+not+granted%2C+or+there+is+more+than+one.&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com");
        }
    }
    let without_scope = with(&asking_for(&usual, AUDIENCE), "scope", "openid profile");
    assert_eq!(place.ask_in(&browser, &without_scope).await.returned("error"), "invalid_scope");
    assert_ne!(place.ask_in(&browser, &asking_for(&usual, AUDIENCE)).await.returned("code"), "");
}

#[tokio::test]
async fn a_person_is_asked_about_each_api_by_its_name() {
    let place = place().await;
    let app = builders::client();
    let usual = asking(&app);
    place.scene.register_api(&builders::api()).await;
    let browser = place.signed_in(&["openid", "read", "https://other.example read"]).await;
    let answer = place.ask_in(&browser, &asking_for(&usual, AUDIENCE)).await;
    insta::assert_snapshot!(answer.page(), @r#"
    200

    <title>Allow access · Demo
    Allow
    Sample app
    to access your account?
    Signed in as
    ada@example.com
    It will be able to:
    Recognize you
    An ID that tells the app it’s you when you come back
    read
    A permission at
    https://api.example
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
}
