//! Requests that aren't these forms: clear errors, never a 500, and links that no header changes.

use http::{Method, StatusCode};
use testkit::builders::PASSWORD;
use testkit::form::encoded;
use testkit::{Call, malformed};

use crate::support::place;

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let place = place().await;
    for path in ["/sign-in", "/complete", "/consent"] {
        for (malformed, status) in malformed::forms(path) {
            let expected = match status {
                413 => "413 This request is too large · Countersign",
                415 => "415 This request has the wrong format · Countersign",
                _ => "400 This request is incomplete · Countersign",
            };
            assert_eq!(place.endpoint.send(malformed.clone()).await.outcome(), expected, "{malformed:?}");
        }
    }
}

#[tokio::test]
async fn an_error_page_is_stored_by_nobody_and_framed_by_no_site() {
    let place = place().await;
    insta::assert_snapshot!(place.endpoint.send(Call::new(Method::POST, "/sign-in")).await.snapshot(), @"
    415
    cache-control: no-store
    content-language: en
    content-security-policy: default-src 'none'; style-src '<hash of the sheet>='; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    cross-origin-resource-policy: same-origin
    permissions-policy: accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()
    pragma: no-cache
    referrer-policy: same-origin
    x-content-type-options: nosniff
    x-frame-options: DENY

    <title>This request has the wrong format · Countersign
    This request has the wrong format
    The form was sent in a way that we don’t read.
    Go back to the app and start again.
    Incident number
    <incident>
    ");
}

#[tokio::test]
async fn fields_besides_those_of_the_form_are_ignored() {
    let place = place().await;
    let page = place.page();
    let form = [
        ("state", page.state.as_str()),
        ("username", "ada"),
        ("password", PASSWORD),
        ("redirect_uri", "https://evil.example"),
        ("next", "//evil.example"),
    ];
    let answer = place.endpoint.send(Call::form("/sign-in?state=x&username=y", &form).with_cookies(&page.browser)).await;
    assert_eq!(place.scene.resumed(&answer), testkit::scene::request(&testkit::builders::client()));
}

#[tokio::test]
async fn only_post_is_answered_here() {
    let place = place().await;
    let page = place.page();
    let query = encoded(&[("state", &page.state), ("username", "ada"), ("password", PASSWORD)]);
    for path in ["/sign-in", "/complete", "/consent"] {
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let answer = place.endpoint.send(Call::new(method.clone(), format!("{path}?{query}")).with_cookies(&page.browser)).await;
            assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"), "{method} {path}");
        }
    }
    assert_eq!(place.endpoint.get("/sign-in/").await.status, StatusCode::NOT_FOUND);
    assert_eq!(place.sessions().await, 0);
}

#[tokio::test]
async fn no_header_changes_a_link() {
    let place = place().await;
    let page = place.page();
    let forged = |call: Call| {
        call.with("x-forwarded-host", "evil.example")
            .with("x-forwarded-proto", "http")
            .with("x-forwarded-port", "81")
            .with("forwarded", "host=evil.example")
    };
    let refused = place.endpoint.send(forged(page.sign_in("ada", "wrong"))).await;
    assert!(!refused.body.contains("evil") && refused.body.contains("action=\"/sign-in\""));
    let answer = place.endpoint.send(forged(page.sign_in("ada", PASSWORD))).await;
    assert_eq!(place.scene.resumed(&answer), testkit::scene::request(&testkit::builders::client()));
}

#[tokio::test]
async fn a_host_without_a_tenant_is_404_and_another_tenants_page_is_none_of_this_one() {
    let place = place().await;
    let other = place.stage.second_tenant().await;
    let page = place.page();
    for host in ["nobody.id.example.com", "evil.example", "demo.id.example.com.evil.example"] {
        let answer = place.endpoint.at(host).send(page.sign_in("ada", PASSWORD)).await;
        assert_eq!(answer.outcome(), "404 There’s nothing here · Countersign", "{host}");
    }
    let elsewhere = place.endpoint.at("other.id.example.com").send(page.sign_in("ada", PASSWORD)).await;
    assert_eq!(elsewhere.outcome(), "400 This page has expired · Countersign");
    let host = other.issuer().origin().trim_start_matches("https://").to_owned();
    assert_eq!(host, "other.id.example.com");
    assert_eq!(place.sign_in_rightly(&page).await.status, StatusCode::SEE_OTHER);
}
