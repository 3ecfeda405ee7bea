//! An answer goes back in the mode that the request asks for, errors too (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2).

use testkit::builders;
use testkit::form::with;

use crate::support::{asking, place};

#[tokio::test]
async fn a_fragment_holds_the_code_or_the_error() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let form = with(&asking(&app), "response_mode", "fragment");
    insta::assert_snapshot!(place.ask_in(&browser, &form).await.outcome(), @"303 https://app.example/callback#code=<sealed>&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com");
    insta::assert_snapshot!(place.ask(&with(&form, "prompt", "none")).await.outcome(), @"303 https://app.example/callback#error=login_required&error_description=Nobody+is+signed+in+as+the+request+demands.&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com");
}

#[tokio::test]
async fn a_form_posts_the_code_by_itself_or_by_its_button() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let answer = place.ask_in(&browser, &with(&asking(&app), "response_mode", "form_post")).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: no-store
    content-language: en
    content-security-policy: default-src 'none'; script-src '<hash of the sheet>='; style-src '<hash of the sheet>='; img-src data:; form-action 'self' https:; base-uri 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    cross-origin-resource-policy: same-origin
    permissions-policy: accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()
    pragma: no-cache
    referrer-policy: same-origin
    strict-transport-security: max-age=63072000
    x-content-type-options: nosniff
    x-frame-options: DENY

    <title>Returning to the app · Demo
    Returning you to
    Sample app
    If nothing happens, press the button.
    <form id="form-post" method="post" action="https://app.example/callback">
    <input type="hidden" name="code" value="<sealed>">
    <input type="hidden" name="state" value="af0ifjsldkj">
    <input type="hidden" name="iss" value="https://demo.id.example.com">
    <button id="form-post-continue" class="primary" type="submit">
    Continue
    "#);
    assert!(answer.body.contains("<script>document.forms[0].submit()</script>"));
}

#[tokio::test]
async fn an_error_is_posted_too_in_the_language_of_the_request() {
    let place = place().await;
    let app = builders::client();
    let form = with(&with(&asking(&app), "response_mode", "form_post"), "ui_locales", "de");
    for wrong in [with(&form, "prompt", "none"), with(&form, "prompt", "none login")] {
        let answer = place.ask(&wrong).await;
        assert_eq!(answer.outcome(), "200 Zurück zur App · Demo", "{wrong:?}");
        assert_eq!([answer.field("state"), answer.field("iss"), answer.field("code")], ["af0ifjsldkj", "https://demo.id.example.com", ""]);
        assert!(["login_required", "invalid_request"].contains(&answer.field("error")), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_state_is_posted_as_it_came_and_writes_no_tag_of_its_own() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let form = with(&with(&asking(&app), "response_mode", "form_post"), "state", "\"><script>alert(1)</script>");
    let answer = place.ask_in(&browser, &form).await;
    assert_eq!(answer.field("state"), "&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;");
    assert_eq!(answer.body.matches("<script").count(), 1);
}

#[tokio::test]
async fn before_the_return_address_is_known_nothing_is_posted_anywhere() {
    let place = place().await;
    let app = builders::client();
    let form = with(&asking(&app), "response_mode", "form_post");
    for wrong in [with(&form, "redirect_uri", "https://evil.example/callback"), with(&form, "client_id", "nobody")] {
        let answer = place.ask(&wrong).await;
        assert_eq!((answer.status.as_u16(), answer.body.contains("<form"), answer.body.contains("<script")), (400, false, false), "{wrong:?}");
    }
}

#[tokio::test]
async fn an_app_of_its_own_scheme_takes_no_form() {
    let place = place().await;
    let native = domain::client::Client {
        id: domain::ClientId::parse("native").expect("an id"),
        redirect_uris: vec![domain::client::RedirectUri::parse("com.example.app:/callback").expect("a redirect URI")],
        ..builders::client()
    };
    place.scene.register(&native).await;
    let form = with(&asking(&native), "redirect_uri", "com.example.app:/callback");
    let refused = place.ask(&with(&form, "response_mode", "form_post")).await;
    assert!(refused.header("location").starts_with("com.example.app:/callback?error=invalid_request&"), "{}", refused.outcome());
    let browser = place.browser(&native).await;
    let answer = place.ask_in(&browser, &with(&form, "response_mode", "fragment")).await;
    assert!(answer.header("location").starts_with("com.example.app:/callback#code="), "{}", answer.outcome());
}
