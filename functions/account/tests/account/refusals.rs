//! What a sign-up refuses, each beside what it takes.

use domain::policy;
use http::StatusCode;
use serde_json::json;
use testkit::{Call, builders};

use crate::signing_up::CHECK_MAIL;
use crate::support::{CHOSEN, GRACE, Place, place, place_with};

const PROBLEM: &str = "422 Problem: Create account · Demo";

impl Place {
    /// What the page says about a form with these changes; the empty text when it takes it.
    async fn said(&self, changes: &[(&str, &str)]) -> String {
        let answer = self.endpoint.send(self.page().await.sign_up(changes)).await;
        if answer.outcome() == CHECK_MAIL {
            return String::new();
        }
        assert_eq!(answer.outcome(), PROBLEM, "{changes:?}");
        assert!(!answer.body.contains(CHOSEN), "the password never comes back");
        let problem = answer.body.split_once("id=\"problem\"").expect("a problem").1.split_once("<span>").expect("its text").1;
        problem.split_once("</span>").expect("its end").0.to_owned()
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_entered_stays() {
    let place = place().await;
    assert_eq!(place.said(&[("email", "grace")]).await, "That isn’t an email address.");
    assert_eq!(place.said(&[("email", "")]).await, "That isn’t an email address.");
    assert_eq!(place.said(&[("given_name", "a\u{202e}b")]).await, "That name is too long, or holds characters that we can’t show.");
    let short = "Use at least 15 characters. A few words in a row are easy to remember.";
    assert_eq!(place.said(&[("password", "short")]).await, short);
    assert_eq!(place.said(&[("password", "")]).await, "Enter a password.");
    let both = place.said(&[("email", "x"), ("password", "x")]).await;
    assert_eq!(both, format!("That isn’t an email address.<br>{short}"));
    let known = place.said(&[("password", "GraceGraceGraceGrace")]).await;
    assert_eq!(known, "That password is made of names that others know. Choose another.");
    let answer = place.endpoint.send(place.page().await.sign_up(&[("email", "a&b\"@x")])).await;
    assert_eq!((answer.field("email"), answer.field("given_name"), answer.field("password")), ("a&#38;b&#34;@x", "Grace", ""));
    assert_eq!(place.stage.counting.report().write_units().to_string(), "0", "nothing was tried");
    assert_eq!(place.said(&[]).await, "");
}

#[tokio::test]
async fn a_tenant_that_asks_for_a_username_gets_one_that_is_free() {
    let place = place_with(json!({ "who": { "mode": "open" }, "username": "required" })).await;
    let wrong = "A username has up to 64 letters from a to z, digits, dots, hyphens and underscores, and begins with a letter or digit.";
    assert_eq!(place.said(&[]).await, wrong);
    assert_eq!(place.said(&[("username", "\u{430}da")]).await, wrong);
    assert_eq!(place.said(&[("username", "ADA")]).await, "Somebody else has that username. Choose another one.");
    assert_eq!(place.events("sign_up.started").await.len(), 0);
    assert_eq!(place.said(&[("username", "grace")]).await, "");
}

#[tokio::test]
async fn only_addresses_of_the_tenants_domains_are_admitted_where_it_says_so() {
    let place = place_with(json!({ "who": { "mode": "domains", "domains": ["example.org"] } })).await;
    assert_eq!(place.said(&[("email", "grace@example.com")]).await, "Accounts are for people with an email address of this organization.");
    assert_eq!(place.said(&[("email", "grace@EXAMPLE.org")]).await, "");
}

#[tokio::test]
async fn terms_are_agreed_to_in_the_version_that_was_shown() {
    let terms = json!({ "version": "2", "url": "https://example.com/terms" });
    let place = place_with(json!({ "who": { "mode": "open" }, "terms": terms })).await;
    for wrong in [vec![], vec![("terms", "1")]] {
        assert_eq!(place.said(&wrong).await, "To create an account, agree to the terms of use.");
    }
    assert_eq!(place.said(&[("terms", "2")]).await, "");
    let accepted = place.pending(GRACE).await.and_then(|row| row.pending.terms).expect("terms");
    assert_eq!((accepted.version.as_str(), accepted.at), ("2", place.now()));
}

#[tokio::test]
async fn a_closed_tenant_lets_nobody_sign_up() {
    for who in [json!({ "mode": "closed" }), json!({ "mode": "invited" })] {
        let place = place_with(json!({ "who": who })).await;
        let closed = "403 You can’t sign up here · Demo";
        assert_eq!(place.endpoint.get("/sign-up").await.outcome(), closed);
        assert_eq!(place.page().await.answer.outcome(), closed);
        // A page that was open when the tenant closed.
        let state = json!({ "id": "AAAAAAAAAAAAAAAAAAAAAA", "binding": "x" });
        let (_, browser) = place.scene.sign_in_state(testkit::scene::request(&builders::client()));
        let name = place.scene.cookie_name(web::Cookie::Browser);
        let binding = crypto::base64url::encode(crypto::derive::sha256(browser.get(&name).as_bytes()));
        let state = json!({ "binding": binding, "id": state["id"] });
        let sealed = place.scene.seal(crypto::artefact::Kind::SignUpState, None, place.now().plus(policy::SIGN_UP_STATE), &state);
        let form = [("state", sealed.as_str()), ("email", GRACE), ("password", CHOSEN)];
        assert_eq!(place.endpoint.send(Call::form("/sign-up", &form).with_cookies(&browser)).await.outcome(), closed);
        assert_eq!(place.events("sign_up.started").await.len(), 0);
    }
}

#[tokio::test]
async fn a_form_of_another_site_or_time_or_kind_begins_nothing() {
    let place = place().await;
    let page = place.page().await;
    let cross_site = page.sign_up(&[]).with("origin", "https://evil.example");
    assert_eq!(place.endpoint.send(cross_site).await.outcome(), "403 We stopped this request · Countersign");
    let (sign_in_state, _) = place.scene.sign_in_state(testkit::scene::request(&builders::client()));
    for state in ["", "x", &sign_in_state] {
        let answer = place.endpoint.send(page.sign_up(&[("state", state)])).await;
        assert_eq!(answer.outcome(), "400 This page has expired · Countersign");
    }
    let own = page.sign_up(&[]).with("origin", "https://demo.id.example.com");
    place.stage.clock.advance(policy::SIGN_UP_STATE);
    assert_eq!(place.endpoint.send(own.clone()).await.outcome(), "400 This page has expired · Countersign");
    let fresh = place.page().await;
    assert_eq!(place.endpoint.send(fresh.sign_up(&[]).with("origin", "https://demo.id.example.com")).await.outcome(), CHECK_MAIL);
    assert_eq!(place.endpoint.send(Call::new(http::Method::PUT, "/sign-up")).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(place.endpoint.get("/verify/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_body_that_is_no_form_and_hostile_characters_are_refused() {
    let place = place().await;
    let page = place.page().await;
    let json = page.sign_up(&[]).with_body("application/json", "{}");
    assert_eq!(place.endpoint.send(json).await.outcome(), "415 This request has the wrong format · Countersign");
    let twice = Call::form("/sign-up", &[("state", page.answer.field("state")), ("email", GRACE), ("email", GRACE)]).with_cookies(&page.browser);
    assert_eq!(place.endpoint.send(twice).await.outcome(), "400 This request is incomplete · Countersign");
    for field in ["email", "given_name", "family_name", "password", "username", "terms"] {
        let nul = page.sign_up(&[(field, "a\0b")]);
        assert_eq!(place.endpoint.send(nul).await.outcome(), "400 This request is incomplete · Countersign", "{field}");
    }
    assert_eq!(place.said(&[]).await, "");
}
