//! Requests that don't read: clear errors, never a 500, and links that no header changes.

use http::{Method, StatusCode};
use testkit::form::{encoded, with, without};
use testkit::{Call, builders, malformed};

use crate::support::{asking, link, place};

#[tokio::test]
async fn a_query_or_form_that_does_not_read_is_an_error_page() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    for query in malformed::queries(&encoded(&without(&asking(&app), "state"))) {
        let answer = place.endpoint.send(Call::get(format!("/authorize?{query}")).with_cookies(&browser)).await;
        assert_eq!((answer.outcome().as_str(), answer.header("location")), ("400 This request is incomplete · Countersign", ""), "{query}");
    }
    for (malformed, status) in malformed::forms("/authorize") {
        let expected = match status {
            413 => "413 This request is too large · Countersign",
            415 => "415 This request has the wrong format · Countersign",
            _ => "400 This request is incomplete · Countersign",
        };
        assert_eq!(place.endpoint.send(malformed.clone()).await.outcome(), expected, "{malformed:?}");
    }
    assert_eq!(place.endpoint.get("/authorize").await.outcome(), "400 We don’t know this app · Countersign");
}

#[tokio::test]
async fn a_request_that_fits_no_url_goes_back_to_the_app_however_it_comes() {
    let place = place().await;
    let app = builders::client();
    let (fits, long) = ("\u{1}".repeat(300), "\u{1}".repeat(512));
    for (state, error) in [(fits, ""), (long, "invalid_request")] {
        let form = with(&asking(&app), "state", &state);
        for answer in [place.endpoint.send(Call::form("/authorize", &form)).await, place.ask(&form).await] {
            assert_eq!((answer.returned("error").as_str(), answer.header("location").len() < 4100), (error, true), "{}", answer.outcome());
        }
    }
}

#[tokio::test]
async fn an_error_page_is_stored_by_nobody_and_framed_by_no_site() {
    let place = place().await;
    insta::assert_snapshot!(place.endpoint.get("/authorize?a=1&a=2").await.snapshot(), @"
    400
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

    <title>This request is incomplete · Countersign
    This request is incomplete
    Something in the link or form that brought you here is missing or doesn’t belong there.
    Go back to the app and start again.
    Incident number
    <incident>
    ");
}

#[tokio::test]
async fn other_methods_are_told_which_are_served() {
    let place = place().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = place.endpoint.send(Call::new(method.clone(), link(&asking(&builders::client())))).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, POST"), "{method}");
        // OAuth 2.1 §3.1: no script of another origin reads this endpoint.
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn no_header_changes_a_link_or_the_issuer() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let forged = |call: Call| {
        call.with("x-forwarded-host", "evil.example")
            .with("x-forwarded-proto", "http")
            .with("forwarded", "host=evil.example")
            .with("x-original-url", "/evil")
    };
    let page = place.endpoint.send(forged(Call::get(link(&asking(&app))))).await;
    assert!(page.body.contains("action=\"/sign-in\"") && !page.body.contains("evil"));
    let answer = place.endpoint.send(forged(Call::get(link(&asking(&app))).with_cookies(&browser))).await;
    assert_eq!(answer.returned("iss"), "https://demo.id.example.com");
    let posted = place.endpoint.send(forged(Call::form("/authorize", &asking(&app)))).await;
    assert!(posted.header("location").starts_with("https://demo.id.example.com/authorize?"));
}

#[tokio::test]
async fn a_host_without_a_tenant_is_404_and_one_in_capitals_is_the_same_issuer() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    for host in ["nobody.id.example.com", "evil.example", "demo.id.example.com.evil.example", "id.example.com", "x.demo.id.example.com", ""] {
        let answer = place.endpoint.at(host).get(&link(&asking(&app))).await;
        assert_eq!(answer.outcome(), "404 There’s nothing here · Countersign", "{host}");
    }
    for host in ["DEMO.id.example.com", "demo.id.example.com:443"] {
        let answer = place.endpoint.at(host).send(Call::get(link(&asking(&app))).with_cookies(&browser)).await;
        assert_eq!(answer.returned("iss"), "https://demo.id.example.com", "{host}");
    }
    assert_eq!(place.endpoint.get("/authorize/").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_an_app_sends_is_escaped_on_the_page() {
    let place = place().await;
    let app = domain::client::Client {
        id: domain::ClientId::parse("hostile").expect("an id"),
        name: "<script>alert(1)</script>".to_owned(),
        ..builders::client()
    };
    place.scene.register(&app).await;
    let answer = place.ask(&testkit::form::with(&asking(&app), "state", "\"><script>")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.body.contains("<script"), "{}", answer.body);
}
