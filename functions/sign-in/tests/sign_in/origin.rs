//! A form is taken from our own page in the browser that it was made for, and from nowhere else.

use http::StatusCode;
use testkit::builders::PASSWORD;
use testkit::{Call, CookieJar};

use crate::support::{Page, Place, place};

const OURS: &str = "https://demo.id.example.com";

impl Place {
    async fn refuses(&self, call: Call, expected: &str) {
        let answer = self.endpoint.send(call.clone()).await;
        assert_eq!(answer.outcome(), expected, "{call:?}");
        assert!(!answer.headers.contains_key("set-cookie") && !answer.headers.contains_key("location"));
        assert_eq!((self.sessions().await, self.stage.count("identity", "SOURCE#").await), (0, 0), "nothing was tried");
    }
}

#[tokio::test]
async fn a_form_that_another_site_sent_is_refused() {
    let place = place().await;
    let page = place.page();
    let call = || page.sign_in("ada", PASSWORD);
    for foreign in [
        call().with("origin", "https://evil.example"),
        call().with("origin", "https://other.id.example.com"),
        call().with("origin", "http://demo.id.example.com"),
        call().with("origin", "https://demo.id.example.com:8443"),
        call().with("origin", "null"),
        call().with("origin", OURS).with("origin", OURS),
        call().with("sec-fetch-site", "cross-site"),
        call().with("sec-fetch-site", "same-site").with("origin", OURS),
    ] {
        place.refuses(foreign, "403 We stopped this request · Countersign").await;
    }
    insta::assert_snapshot!(place.endpoint.send(call().with("origin", "https://evil.example")).await.page(), @"
    403

    <title>We stopped this request · Countersign
    We stopped this request
    It was sent from another website, not from our own page.
    If you wanted to sign in, go back to the app and start again.
    Incident number
    <incident>
    ");
    let own = call().with("origin", OURS).with("sec-fetch-site", "same-origin");
    assert_eq!(place.endpoint.send(own).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_consent_that_another_site_sent_is_refused() {
    let place = place().await;
    let session = place.scene.session().await;
    let (state, browser) = place.scene.consent_state(testkit::scene::request(&testkit::builders::client()), &session);
    let page = Page { state, browser };
    let answer = place.endpoint.send(page.consent("allow").with("origin", "https://evil.example")).await;
    assert_eq!(answer.outcome(), "403 We stopped this request · Countersign");
    assert_eq!(place.stage.count("identity", "CONSENT#").await, 0);
    assert_eq!(place.endpoint.send(page.consent("allow").with("origin", OURS)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_that_was_made_for_another_browser_is_refused() {
    let place = place().await;
    let page = place.page();
    let other = place.page().browser;
    let name = place.scene.cookie_name(web::Cookie::Browser);
    let planted = page.sign_in("ada", PASSWORD).with("cookie", &format!("{name}=planted"));
    for foreign in [
        Page { browser: CookieJar::default(), ..page.clone() }.sign_in("ada", PASSWORD),
        Page { browser: other, ..page.clone() }.sign_in("ada", PASSWORD),
        // The right value under the name that it has on a loopback base URL.
        Page { browser: CookieJar::of("cs-browser", page.browser.get(&name)), ..page.clone() }.sign_in("ada", PASSWORD),
        planted,
    ] {
        place.refuses(foreign, "400 This page belongs to another browser · Countersign").await;
    }
    assert_eq!(place.sign_in_rightly(&page).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn somebody_elses_page_in_a_browser_with_a_session_signs_nobody_in() {
    let place = place().await;
    let session = place.scene.session().await;
    let page = Page { browser: place.scene.cookies(&session), ..place.page() };
    let answer = place.sign_in_rightly(&page).await;
    assert_eq!((answer.status, place.scene.resumed(&answer)), (StatusCode::SEE_OTHER, testkit::scene::request(&testkit::builders::client())));
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!((place.sessions().await, place.stage.count("identity", "SOURCE#").await), (1, 0), "nothing was tried");
}
