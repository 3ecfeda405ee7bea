//! The page that asks: shown without a good hint, answered only in its own browser about its own session.

use std::time::Duration;

use domain::policy;
use testkit::{Answer, Call, CookieJar};

use crate::support::{ASKS, BYE, OURS, Place, SIGNED_OUT, place};

impl Place {
    /// A page that asks, and the browser that it was made for.
    async fn page(&self, browser: &CookieJar, form: &[(&str, &str)]) -> (String, CookieJar) {
        let answer = self.ask(browser, &form.to_vec()).await;
        assert_eq!(answer.outcome(), ASKS);
        let mut browser = browser.clone();
        browser.keep(&answer);
        (answer.field("confirmation").to_owned(), browser)
    }

    async fn decide(&self, (confirmation, browser): &(String, CookieJar), decision: &str) -> Answer {
        self.endpoint.send(answering(confirmation, decision).with_cookies(browser)).await
    }
}

fn answering(confirmation: &str, decision: &str) -> Call {
    Call::form("/logout", &[("confirmation", confirmation), ("decision", decision)])
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let answer = place.ask(&browser, &vec![]).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: no-store
    content-language: en
    content-security-policy: default-src 'none'; style-src '<hash of the sheet>='; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    cross-origin-resource-policy: same-origin
    permissions-policy: accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()
    pragma: no-cache
    referrer-policy: same-origin
    set-cookie: __Host-cs-browser=<random>; Path=/; Secure; HttpOnly; SameSite=Lax
    strict-transport-security: max-age=63072000
    x-content-type-options: nosniff
    x-frame-options: DENY

    <title>Sign out · Demo
    Do you want to sign out?
    Signed in as
    ada@example.com
    This ends your session in this browser, and apps that you opened with it will ask you to sign in again.
    <form method="post" action="/logout">
    <input type="hidden" name="confirmation" value="<sealed>">
    <button id="logout-cancel" name="decision" value="cancel" type="submit">
    Stay signed in
    <button id="logout-confirm" class="primary" name="decision" value="confirm" type="submit">
    Sign out
    "#);
    assert_eq!(place.ended(&session).await, (false, 0));
    for form in [vec![("state", "s")], vec![("client_id", "leaving")], vec![("post_logout_redirect_uri", BYE)], vec![("logout_hint", "ada")]] {
        assert_eq!(place.ask(&browser, &form).await.outcome(), ASKS, "{form:?}");
    }
    assert_eq!(place.ended(&session).await, (false, 0));
}

#[tokio::test]
async fn the_page_speaks_the_language_that_the_app_asks_for() {
    let place = place().await;
    let (_, browser) = place.signed_in().await;
    let answer = place.ask(&browser, &vec![("ui_locales", "de-AT en")]).await;
    assert_eq!((answer.outcome().as_str(), answer.header("content-language")), ("200 Abmelden · Demo", "de"));
    let page = (answer.field("confirmation").to_owned(), {
        let mut kept = browser.clone();
        kept.keep(&answer);
        kept
    });
    assert_eq!(place.decide(&page, "confirm").await.outcome(), "200 Sie sind abgemeldet · Demo");
}

#[tokio::test]
async fn who_confirms_is_signed_out_and_returned_only_where_the_app_is_known() {
    for (form, outcome) in [
        (vec![], SIGNED_OUT),
        (vec![("post_logout_redirect_uri", BYE), ("state", "s")], SIGNED_OUT),
        (vec![("client_id", "leaving"), ("post_logout_redirect_uri", BYE), ("state", "s")], "303 https://app.example/bye?state=s"),
        (vec![("client_id", "leaving"), ("post_logout_redirect_uri", "https://evil.example")], SIGNED_OUT),
    ] {
        let place = place().await;
        let (session, browser) = place.signed_in().await;
        let page = place.page(&browser, &form).await;
        let answer = place.decide(&page, "confirm").await;
        assert_eq!(answer.outcome(), outcome, "{form:?}");
        assert_eq!(answer.header("set-cookie"), "__Host-cs-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
        assert_eq!(place.ended(&session).await, (true, 1));
        assert_eq!(place.decide(&page, "confirm").await.outcome(), outcome, "once more changes nothing");
        assert_eq!(place.ended(&session).await, (true, 1));
    }
}

#[tokio::test]
async fn who_cancels_stays_signed_in() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let page = place.page(&browser, &[("client_id", "leaving"), ("post_logout_redirect_uri", BYE)]).await;
    let answer = place.decide(&page, "cancel").await;
    assert_eq!((answer.outcome().as_str(), answer.header("set-cookie")), ("200 You’re still signed in · Demo", ""));
    assert_eq!(place.ended(&session).await, (false, 0));
    for decision in ["", "yes", "CONFIRM"] {
        assert_eq!(place.decide(&page, decision).await.outcome(), "400 This request is incomplete · Countersign", "{decision}");
    }
    assert_eq!(place.ended(&session).await, (false, 0));
    assert_eq!(place.decide(&page, "confirm").await.outcome(), "303 https://app.example/bye");
}

#[tokio::test]
async fn an_answer_from_another_site_or_another_browser_ends_nothing() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let page = place.page(&browser, &[]).await;
    let (_, other) = place.signed_in().await;
    let call = || answering(&page.0, "confirm").with_cookies(&page.1);
    for (foreign, outcome) in [
        (call().with("origin", "https://evil.example"), "403 We stopped this request · Countersign"),
        (call().with("origin", "null"), "403 We stopped this request · Countersign"),
        (call().with("sec-fetch-site", "cross-site"), "403 We stopped this request · Countersign"),
        (answering(&page.0, "confirm").with_cookies(&browser), "400 This page belongs to another browser · Countersign"),
        (answering(&page.0, "confirm").with_cookies(&other), "400 This page belongs to another browser · Countersign"),
        (answering(&page.0, "confirm"), "400 This page belongs to another browser · Countersign"),
    ] {
        let answer = place.endpoint.send(foreign).await;
        assert_eq!((answer.outcome().as_str(), answer.header("set-cookie")), (outcome, ""));
        assert_eq!(place.ended(&session).await, (false, 0));
    }
    assert_eq!(place.endpoint.send(call().with("origin", OURS).with("sec-fetch-site", "same-origin")).await.outcome(), SIGNED_OUT);
    assert_eq!(place.ended(&session).await, (true, 1));
}

#[tokio::test]
async fn a_page_that_is_too_old_or_was_never_ours_asks_anew() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let page = place.page(&browser, &[]).await;
    let (forged, cut) = (format!("{}A", page.0), page.0[..page.0.len() - 1].to_owned());
    let sign_in_state = place.scene.sign_in_state(testkit::scene::request(&place.app)).0;
    for wrong in ["x".to_owned(), forged, cut, sign_in_state] {
        let answer = place.endpoint.send(answering(&wrong, "confirm").with_cookies(&page.1)).await;
        assert_eq!(answer.outcome(), "303 https://demo.id.example.com/logout", "{wrong}");
    }
    place.stage.clock.advance(policy::LOGOUT_STATE);
    assert_eq!(place.decide(&page, "confirm").await.outcome(), "303 https://demo.id.example.com/logout");
    assert_eq!(place.ended(&session).await, (false, 0));
    let fresh = place.page(&page.1, &[]).await;
    place.stage.clock.advance(policy::LOGOUT_STATE.saturating_sub(Duration::from_secs(1)));
    assert_eq!(place.decide(&fresh, "confirm").await.outcome(), SIGNED_OUT);
}

#[tokio::test]
async fn an_answer_about_another_session_than_the_browsers_asks_anew() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let (confirmation, mut kept) = place.page(&browser, &[]).await;
    let (newer, in_newer) = place.signed_in().await;
    let name = place.scene.cookie_name(web::Cookie::Session);
    kept.set(&name, in_newer.get(&name));
    let answer = place.decide(&(confirmation, kept), "confirm").await;
    assert_eq!(answer.outcome(), "303 https://demo.id.example.com/logout");
    assert_eq!((place.ended(&session).await, place.ended(&newer).await), ((false, 0), (false, 0)));
}
