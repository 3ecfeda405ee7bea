//! A sign-in that is refused says nothing about the account: the same text, the same requests, the same traces.

use domain::event::{ChangedBy, EventKind};
use domain::password_policy::PasswordPolicy;
use http::StatusCode;
use runtime::Clock;
use testkit::builders::{self, PASSWORD};
use testkit::scene::request;

use oauth::authorization_request::AuthorizationRequest;

use crate::support::{Place, WRONG, place};

/// Names that nobody has, some of which nobody could have.
const NOBODY: [&str; 6] = ["grace", "grace@example.com", "ada@example.org", "not a name", "a@b@c", "\u{202e}ada"];

#[tokio::test]
async fn a_wrong_password_shows_the_page_again() {
    let place = place().await;
    let page = place.page();
    let answer = place.sign_in(&page, "ada", "wrong").await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    403
    cache-control: no-store
    content-language: en
    content-security-policy: default-src 'none'; style-src '<hash of the sheet>='; img-src data:; form-action 'self' https:; base-uri 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    cross-origin-resource-policy: same-origin
    permissions-policy: accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()
    pragma: no-cache
    referrer-policy: same-origin
    strict-transport-security: max-age=63072000
    x-content-type-options: nosniff
    x-frame-options: DENY

    <title>Problem: Sign in · Demo
    Sign in
    to continue to
    Sample app
    That username and password don’t match. Check both and try again.
    <form method="post" action="/sign-in">
    <input type="hidden" name="state" value="<sealed>">
    Username or email
    <input id="username" name="username" type="text" value="ada" autocomplete="username" inputmode="email" autocapitalize="none" autocorrect="off" spellcheck="false" required aria-invalid="true" aria-describedby="problem">
    Password
    <input id="password" name="password" type="password" autocomplete="current-password" required aria-invalid="true" aria-describedby="problem" autofocus>
    <button id="sign-in" class="primary" type="submit">
    Sign in
    Forgot your password?
    "#);
    assert_eq!(answer.field("state"), page.state, "the state stays");
    assert_eq!(place.sign_in_rightly(&page).await.status, StatusCode::SEE_OTHER, "and is still good");
}

#[tokio::test]
async fn an_unknown_account_is_answered_as_a_wrong_password_is() {
    let place = place().await;
    let page = place.page();
    let known = place.sign_in(&page, "ada", "wrong").await;
    for name in NOBODY {
        let unknown = place.sign_in(&page, name, "wrong").await;
        let field = format!("value=\"{}\"", name.replace('&', "&amp;"));
        assert!(unknown.body.contains(&field), "{name}: typed names stay");
        assert_eq!(unknown.body.replace(&field, "value=\"ada\""), known.body, "{name}");
        assert_eq!((unknown.status, &unknown.headers.keys().collect::<Vec<_>>()), (known.status, &known.headers.keys().collect()), "{name}");
    }
    assert_eq!(place.sessions().await, 0);
}

impl Place {
    /// Which operations a refusal needs, and how long their longest chain is.
    async fn cost_of(&self, name: &str) -> (Vec<String>, usize, String) {
        let page = self.page();
        self.stage.counting.reset();
        assert_eq!(self.sign_in(&page, name, "wrong").await.outcome(), WRONG, "{name}");
        let report = self.stage.counting.take();
        let mut operations: Vec<String> = report.operations.iter().map(|operation| operation.name.clone()).collect();
        operations.sort();
        (operations, report.longest_chain(), report.write_units().to_string())
    }
}

#[tokio::test]
async fn known_and_unknown_accounts_cost_the_same_requests() {
    let place = place().await;
    // The month's first unknown name makes the month's key.
    place.sign_in(&place.page(), "nobody", "wrong").await;
    let known = place.cost_of("ada").await;
    assert_eq!(known.0, ["BatchGetItem", "GetItem", "PutItem", "UpdateItem", "UpdateItem"]);
    assert_eq!(known.1, 3);
    for name in NOBODY {
        assert_eq!(place.cost_of(name).await, known, "{name}");
    }
}

#[tokio::test]
async fn a_disabled_person_is_refused_like_anybody_else_even_with_the_right_password() {
    let place = place().await;
    let page = place.page();
    let wrong = place.sign_in(&page, "ada", "wrong").await;
    place.scene.disable(&place.stage).await;
    let disabled = place.sign_in_rightly(&page).await;
    assert_eq!((disabled.status, disabled.body), (wrong.status, wrong.body));
    assert_eq!(place.sessions().await, 0);
}

#[tokio::test]
async fn an_empty_field_is_asked_for_and_counts_nothing() {
    let place = place().await;
    let page = place.page();
    insta::assert_snapshot!(place.sign_in(&page, "ada", "").await.page(), @r#"
    403

    <title>Problem: Sign in · Demo
    Sign in
    to continue to
    Sample app
    Enter your username and your password.
    <form method="post" action="/sign-in">
    <input type="hidden" name="state" value="<sealed>">
    Username or email
    <input id="username" name="username" type="text" value="ada" autocomplete="username" inputmode="email" autocapitalize="none" autocorrect="off" spellcheck="false" required aria-invalid="true" aria-describedby="problem">
    Password
    <input id="password" name="password" type="password" autocomplete="current-password" required aria-invalid="true" aria-describedby="problem" autofocus>
    <button id="sign-in" class="primary" type="submit">
    Sign in
    Forgot your password?
    "#);
    for (username, password) in [("", ""), ("", PASSWORD)] {
        assert_eq!(place.sign_in(&page, username, password).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(place.stage.count("identity", "SOURCE#").await, 0);
}

#[tokio::test]
async fn a_name_or_password_that_nobody_has_is_refused_before_it_costs_work() {
    let place = place().await;
    let page = place.page();
    place.sign_in(&page, "ada", "wrong").await;
    place.stage.counting.reset();
    for (username, password) in [("a".repeat(321), "x".to_owned()), ("ada".to_owned(), "x".repeat(4097))] {
        assert_eq!(place.sign_in(&page, &username, &password).await.outcome(), WRONG);
    }
    assert_eq!(place.stage.counting.take().requests(), 0);
    // The longest that somebody could have are tried.
    assert_eq!(place.sign_in(&page, &"a".repeat(320), &"x".repeat(4096)).await.outcome(), WRONG);
    assert!(place.stage.counting.take().requests() > 0);
}

#[tokio::test]
async fn the_page_speaks_the_apps_language_first_and_the_browsers_next() {
    let place = place().await;
    let page = place.page();
    let german = place.endpoint.send(page.sign_in("ada", "falsch").with("accept-language", "de-AT,en;q=0.5")).await;
    insta::assert_snapshot!(german.outcome(), @"403 Problem: Anmelden · Demo");
    assert_eq!(german.header("content-language"), "de");
    let page = place.page_for(AuthorizationRequest { ui_locales: Some("fr en".to_owned()), ..request(&builders::client()) });
    let english = place.endpoint.send(page.sign_in("ada", "wrong").with("accept-language", "de")).await;
    assert_eq!((english.outcome().as_str(), english.header("content-language")), (WRONG, "en"));
}

#[tokio::test]
async fn what_was_typed_is_escaped() {
    let place = place().await;
    let answer = place.sign_in(&place.page(), "\"><script>alert(1)</script>", "wrong").await;
    assert_eq!(answer.outcome(), WRONG);
    assert!(!answer.body.contains("<script"), "{}", answer.body);
    assert!(!answer.body.contains("wrong\""), "a password is never shown");
}

#[tokio::test]
async fn a_refusal_leaves_an_event_and_nothing_personal_in_clear() {
    let place = place().await;
    let page = place.page();
    for name in ["ada", "grace@example.com"] {
        place.endpoint.send(page.sign_in(name, "my-secret-password").with("user-agent", "Netscape/4.7")).await;
    }
    assert_eq!(place.events("sign_in.refused").await.len(), 2);
    for table in ["events", "identity"] {
        for mut row in place.stage.rows(table).await {
            // The lists that administrators see name her as her record does (docs/decisions/0017).
            row.remove("list_sk");
            let said = format!("{row:?}");
            // Ada's own record says who she is; nothing else does.
            let personal: &[&str] = if said.contains("S(\"USER\")") {
                &["my-secret-password"]
            } else {
                &["ada@", "grace", "my-secret-password", "Netscape", "198.51.100"]
            };
            for text in personal {
                assert!(!said.contains(text), "{text} in {said}");
            }
        }
    }
}

#[tokio::test]
async fn a_locked_password_opens_nothing_until_another_takes_its_place() {
    let place = place().await;
    let home = place.scene.home();
    let page = place.page();
    let wrong = place.sign_in(&page, "ada", "wrong").await;
    let standing = home.read_recovery(&place.scene.person.id, "2026-11").await.expect("a read").password.expect("a password");
    let locked = standing.locked(place.stage.clock.now());
    let raised = place.scene.event(EventKind::AlarmRaised { credential_version: locked.version });
    home.lock_password(&place.scene.person.id, &locked, place.stage.clock.now(), &raised).await.expect("an answer");
    let page = place.page();
    let right = place.sign_in_rightly(&page).await;
    assert_eq!(right.outcome(), wrong.outcome());
    let next = locked.followed_by(standing.sealed_hash, &PasswordPolicy::default(), place.stage.clock.now());
    let changed = place.scene.event(EventKind::PasswordChanged { version: next.version, by: ChangedBy::Reset });
    home.change_password(&place.scene.person.id, &next, place.stage.clock.now(), &changed).await.expect("an answer");
    assert_eq!(place.sign_in_rightly(&page).await.status, StatusCode::SEE_OTHER);
}
