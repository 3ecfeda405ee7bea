//! The link that proves an address: a program's click changes nothing, and a stranger's password gets no account.

use domain::policy;
use http::StatusCode;
use serde_json::json;
use testkit::rows::text;
use testkit::{Call, CookieJar};

use crate::support::{CHOSEN, GRACE, Place, place, place_with};

const READY: &str = "200 Your account is ready · Demo";
const DEAD: &str = "410 This link doesn’t work any more · Demo";
const WRONG: &str = "403 Problem: Confirm email address · Demo";

impl Place {
    async fn open(&self, link: &str, browser: &CookieJar) -> String {
        self.endpoint.send(Call::get(format!("/verify?link={link}")).with_cookies(browser)).await.page()
    }
}

#[tokio::test]
async fn following_the_link_changes_nothing_and_the_button_makes_the_account() {
    let place = place().await;
    let page = place.signed_up().await;
    let link = place.link(GRACE).await;
    place.stage.counting.reset();
    insta::assert_snapshot!(place.open(&link, &page.browser).await.replace(&link, "<link>"), @r#"
    200

    <title>Confirm email address · Demo
    Confirm email address
    Confirm that this address is yours, and your account is ready.
    <form method="post" action="/verify">
    <input type="hidden" name="link" value="<sealed>">
    <button id="verify" class="primary" type="submit">
    Confirm email address
    "#);
    for _ in 0..5 {
        place.open(&link, &CookieJar::default()).await;
    }
    assert_eq!(place.stage.counting.take().requests(), 0);
    assert_eq!(place.people().await, 1);
    let answer = place.verify(&link, &page.browser, "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let resumed = place.scene.resumed(&answer);
    assert_eq!((resumed.client_id.as_str(), resumed.login_hint.as_deref()), ("sample-public", Some(GRACE)));
    assert_eq!(place.people().await, 2);
    let created = place.events("user.created").await;
    let own: Vec<_> = created.iter().filter(|event| text(event, "by") == "sign_up").collect();
    assert_eq!(own.len(), 1);
}

#[tokio::test]
async fn in_another_browser_the_password_is_asked_for() {
    let place = place().await;
    place.signed_up().await;
    let (link, elsewhere) = (place.link(GRACE).await, CookieJar::default());
    insta::assert_snapshot!(place.open(&link, &elsewhere).await.replace(&link, "<link>"), @r#"
    200

    <title>Confirm email address · Demo
    Confirm email address
    You’re in another browser than the one in which you signed up. Enter the password that you chose there.
    <form method="post" action="/verify">
    <input type="hidden" name="link" value="<sealed>">
    Password
    <input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
    <button id="verify" class="primary" type="submit">
    Confirm email address
    "#);
    assert_eq!(place.verify(&link, &elsewhere, "").await.outcome(), "200 Confirm email address · Demo");
    for wrong in ["not the password of Grace", &"x".repeat(policy::PASSWORD_MAX_CHARACTERS + 1)] {
        assert_eq!(place.verify(&link, &elsewhere, wrong).await.outcome(), WRONG);
    }
    assert_eq!(place.people().await, 1);
    assert_eq!(place.verify(&link, &elsewhere, CHOSEN).await.outcome(), READY);
    assert_eq!(place.people().await, 2);
}

#[tokio::test]
async fn passwords_are_not_guessed_at_a_link() {
    let place = place().await;
    place.signed_up().await;
    let (link, elsewhere) = (place.link(GRACE).await, CookieJar::default());
    for _ in 0..policy::ATTEMPTS_PER_WINDOW {
        assert_eq!(place.verify(&link, &elsewhere, "not the password of Grace").await.outcome(), WRONG);
    }
    let throttled = place.verify(&link, &elsewhere, CHOSEN).await;
    assert_eq!(throttled.outcome(), "429 Problem: Confirm email address · Demo");
    assert!(!throttled.header("retry-after").is_empty());
    assert_eq!(place.people().await, 1);
    place.stage.clock.advance(policy::ATTEMPT_WINDOW);
    assert_eq!(place.verify(&link, &elsewhere, CHOSEN).await.outcome(), READY);
}

#[tokio::test]
async fn a_link_that_is_used_again_makes_no_second_account_and_says_the_same() {
    let place = place().await;
    let page = place.signed_up().await;
    let link = place.link(GRACE).await;
    for _ in 0..2 {
        assert_eq!(place.verify(&link, &page.browser, "").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(place.people().await, 2);
    assert_eq!(place.events("user.created").await.iter().filter(|event| text(event, "by") == "sign_up").count(), 1);
}

#[tokio::test]
async fn a_link_ends_after_a_day() {
    let place = place().await;
    let page = place.signed_up().await;
    let link = place.link(GRACE).await;
    place.stage.clock.advance(policy::SIGN_UP_PENDING);
    assert_eq!(place.verify(&link, &page.browser, CHOSEN).await.outcome(), DEAD);
    let answer = place.endpoint.get(&format!("/verify?link={link}")).await;
    assert_eq!(answer.outcome(), DEAD);
    assert_eq!(place.people().await, 1);
}

#[tokio::test]
async fn a_link_of_another_tenant_another_kind_or_nobody_is_dead() {
    let place = place().await;
    let page = place.signed_up().await;
    let link = place.link(GRACE).await;
    let other = place.stage.second_tenant().await;
    let there = place.endpoint.at("other.id.example.com");
    let answer = there.send(Call::form("/verify", &[("link", &link), ("password", CHOSEN)]).with_cookies(&page.browser)).await;
    assert_eq!(answer.outcome(), "410 This link doesn’t work any more · Other");
    assert_eq!(other.home().find_sign_up(&place.address(GRACE)).await, Ok(None));
    let cut = &link[..link.len() - 4];
    for wrong in ["", "x", cut, page.answer.field("state"), &"a".repeat(5000)] {
        assert_eq!(place.verify(wrong, &page.browser, CHOSEN).await.outcome(), DEAD);
        assert_eq!(place.endpoint.get(&format!("/verify?link={wrong}")).await.outcome(), DEAD);
    }
    let cross_site = Call::form("/verify", &[("link", &link)]).with_cookies(&page.browser).with("origin", "https://evil.example");
    assert_eq!(place.endpoint.send(cross_site).await.outcome(), "403 We stopped this request · Countersign");
    assert_eq!(place.people().await, 2, "each tenant has its Ada");
    assert_eq!(place.verify(&link, &page.browser, "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_address_that_became_somebody_elses_meanwhile_stays_theirs() {
    let place = place().await;
    let page = place.page().await;
    place.endpoint.send(page.sign_up(&[("email", "ada@example.com")])).await;
    let link = place.link("ada@example.com").await;
    assert_eq!(place.verify(&link, &page.browser, "").await.outcome(), DEAD);
    assert_eq!(place.people().await, 1);
}

#[tokio::test]
async fn a_username_that_somebody_else_took_meanwhile_is_left_to_them() {
    let place = place_with(json!({ "who": { "mode": "open" }, "username": "required" })).await;
    let (first, second) = (place.page().await, place.page().await);
    place.endpoint.send(first.sign_up(&[("username", "grace")])).await;
    place.endpoint.send(second.sign_up(&[("username", "Grace"), ("email", "other@example.org")])).await;
    assert_eq!(place.verify(&place.link(GRACE).await, &first.browser, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(place.verify(&place.link("other@example.org").await, &second.browser, "").await.status, StatusCode::SEE_OTHER);
    let rows = place.stage.rows("identity").await;
    let mut names: Vec<_> = rows.iter().filter(|row| text(row, "sk") == "USER").map(|row| text(row, "username")).collect();
    names.sort_unstable();
    assert_eq!(names, ["", "ada", "grace"]);
}
