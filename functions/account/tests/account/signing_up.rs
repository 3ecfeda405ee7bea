//! A sign-up takes nothing from anybody: it waits for a day until its address is proved.

use domain::policy;
use http::StatusCode;
use serde_json::json;
use testkit::rows::text;
use testkit::{Call, CookieJar, builders};

use crate::support::{CHOSEN, GRACE, Page, Place, place, place_with};

pub(crate) const CHECK_MAIL: &str = "200 Check your mail · Demo";

#[tokio::test]
async fn the_page_asks_for_what_the_tenant_wants_and_names_the_app() {
    let terms = json!({ "version": "2026-11", "url": "https://example.com/terms" });
    let place = place_with(json!({ "who": { "mode": "open" }, "username": "required", "terms": terms })).await;
    let page = place.page().await.answer;
    insta::assert_snapshot!(page.page(), @r#"
    200

    <title>Create account · Demo
    Create account
    to continue to
    Sample app
    <form method="post" action="/sign-up">
    <input type="hidden" name="state" value="<sealed>">
    Email
    <input id="email" name="email" type="email" value="" autocomplete="email" required autofocus>
    Username
    <input id="username" name="username" type="text" value="" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required>
    First name (optional)
    <input id="given_name" name="given_name" type="text" value="" autocomplete="given-name">
    Last name (optional)
    <input id="family_name" name="family_name" type="text" value="" autocomplete="family-name">
    Password
    <input id="password" name="password" type="password" autocomplete="new-password" required aria-describedby="password-hint">
    At least 15 characters. A few words that only you would put together are easy to keep in mind.
    <input id="terms" name="terms" type="checkbox" value="2026-11" required>
    I agree to the
    terms of use
    .
    <button id="sign-up" class="primary" type="submit">
    Create account
    "#);
    let bare = crate::support::place().await.page().await.answer;
    assert_eq!(bare.status, StatusCode::OK);
    assert!(!bare.body.contains("name=\"username\"") && !bare.body.contains("name=\"terms\""));
}

#[tokio::test]
async fn whoever_comes_from_no_app_signs_up_as_well() {
    let place = place().await;
    let answer = place.endpoint.get("/sign-up").await;
    assert_eq!(answer.outcome(), "200 Create account · Demo");
    assert!(!answer.body.contains("to continue to"));
    let mut browser = CookieJar::default();
    browser.keep(&answer);
    let page = Page { answer, browser };
    assert_eq!(place.endpoint.send(page.sign_up(&[])).await.outcome(), CHECK_MAIL);
    assert_eq!(place.pending(GRACE).await.expect("a sign-up").request, None);
}

#[tokio::test]
async fn a_sign_up_is_kept_for_a_day_with_its_password_apart_and_told_by_an_event() {
    let place = place().await;
    let page = place.signed_up().await;
    insta::assert_snapshot!(page.answer.page(), @r#"
    200

    <title>Check your mail · Demo
    Check your mail
    We sent a mail to
    Grace@Example.org
    . Follow the link in it to finish. It’s good for 24 hours.
    <form method="post" action="/sign-up">
    <input type="hidden" name="state" value="<sealed>">
    <button id="send-again" name="again" value="yes" type="submit">
    Send it again
    "#);
    let row = place.pending("grace@example.org").await.expect("a sign-up");
    assert_eq!((row.pending.email.as_str(), row.pending.ends_at), (GRACE, place.now().plus(policy::SIGN_UP_PENDING)));
    assert_eq!(row.pending.profile.given_name.as_deref(), Some("Grace"));
    assert_eq!(row.request.map(|request| request.client_id), Some(builders::client().id));
    let rows = place.stage.rows("identity").await;
    let secret: Vec<_> = rows.iter().filter(|row| row.contains_key("sealed_hash") && text(row, "sk") == "PENDING").collect();
    assert_eq!(secret.len(), 1);
    assert!(text(secret[0], "pk").starts_with("CRED#"), "{}", text(secret[0], "pk"));
    assert_eq!(place.people().await, 1, "nobody but Ada");
    let events = place.events("sign_up.started").await;
    assert_eq!(events.len(), 1);
    assert_eq!((text(&events[0], "client_id"), text(&events[0], "subject")), ("sample-public", place.address(GRACE).as_str()));
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_one_sign_up() {
    let place = place().await;
    let page = place.page().await;
    for _ in 0..2 {
        assert_eq!(place.endpoint.send(page.sign_up(&[])).await.outcome(), CHECK_MAIL);
    }
    assert_eq!(place.events("sign_up.started").await.len(), 1);
}

#[tokio::test]
async fn a_newer_sign_up_takes_the_place_of_an_older_one() {
    let place = place().await;
    place.signed_up().await;
    let (first, link) = (place.pending(GRACE).await, place.link(GRACE).await);
    let page = place.page().await;
    let answer = place.endpoint.send(page.sign_up(&[("email", "grace@example.org"), ("given_name", "Another")])).await;
    assert_eq!(answer.outcome(), CHECK_MAIL);
    let second = place.pending(GRACE).await.expect("a sign-up");
    assert_ne!(first.map(|row| row.pending.id), Some(second.pending.id.clone()));
    assert_eq!(second.pending.profile.given_name.as_deref(), Some("Another"));
    assert_eq!(place.verify(&link, &CookieJar::default(), CHOSEN).await.outcome(), "410 This link doesn’t work any more · Demo");
    assert_eq!(place.people().await, 1);
}

impl Place {
    async fn cost_of(&self, email: &str) -> (String, Vec<String>, usize, String) {
        let page = self.page().await;
        self.stage.counting.reset();
        let answer = self.endpoint.send(page.sign_up(&[("email", email)])).await;
        let report = self.stage.counting.take();
        let mut operations: Vec<_> = report.operations.iter().map(|operation| operation.name.clone()).collect();
        operations.sort();
        let shown = answer.page().replace(email, "<email>");
        (shown, operations, report.longest_chain(), report.write_units().to_string())
    }
}

#[tokio::test]
async fn an_address_that_has_an_account_reads_the_same_and_costs_the_same() {
    let place = place().await;
    // The month's key is made by the first of them.
    place.signed_up().await;
    let (known, unknown) = (place.cost_of("ada@example.com").await, place.cost_of("nil@example.com").await);
    assert_eq!(known, unknown);
    assert_eq!(known.1, ["BatchGetItem", "TransactWriteItems", "UpdateItem"]);
    assert_eq!(place.people().await, 1);
}

#[tokio::test]
async fn the_link_is_sent_again_three_times_an_hour() {
    let place = place().await;
    let page = place.signed_up().await;
    for sent in 1..=3 {
        let again = place.endpoint.send(page.again()).await;
        assert_eq!(again.outcome(), CHECK_MAIL);
        assert!(again.body.contains("on its way again"), "{}", again.body);
        assert_eq!(place.events("sign_up.link_requested").await.len(), sent);
    }
    let refused = place.endpoint.send(page.again()).await;
    assert_eq!(refused.outcome(), "429 Check your mail · Demo");
    assert!(!refused.header("retry-after").is_empty() && !refused.body.contains("on its way again"));
    assert_eq!(place.events("sign_up.link_requested").await.len(), 3);
    // Another form under the same address doesn't get around it.
    let other = place.page().await;
    let throttled = place.endpoint.send(other.sign_up(&[])).await;
    assert_eq!(throttled.outcome(), "429 Problem: Create account · Demo");
    assert_eq!(throttled.header("retry-after"), refused.header("retry-after"));
    place.stage.clock.advance(policy::MAIL_WINDOW);
    let later = place.page().await;
    assert_eq!(place.endpoint.send(later.sign_up(&[])).await.outcome(), CHECK_MAIL);
}

#[tokio::test]
async fn a_page_of_another_browser_begins_nothing() {
    let place = place().await;
    let page = place.page().await;
    for browser in [CookieJar::default(), place.page().await.browser] {
        let stolen = Page { browser, ..page.clone() };
        assert_eq!(place.endpoint.send(stolen.sign_up(&[])).await.outcome(), "400 This page belongs to another browser · Countersign");
    }
    let (state, _) = place.scene.sign_in_state(testkit::scene::request(&builders::client()));
    let foreign = place.endpoint.send(Call::get(format!("/sign-up?state={state}"))).await;
    assert_eq!(foreign.outcome(), "400 This page belongs to another browser · Countersign");
    assert_eq!(place.events("sign_up.started").await.len(), 0);
    assert_eq!(place.endpoint.send(page.sign_up(&[])).await.outcome(), CHECK_MAIL);
}
