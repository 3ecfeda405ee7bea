//! An answered consent page: remembered per client and scope, and only for the session that was asked.

use std::time::Duration;

use domain::policy;
use http::StatusCode;
use oauth::authorization_request::AuthorizationRequest;
use store::PersonKeys;
use testkit::builders;
use testkit::scene::{request, scopes};

use crate::support::{Page, Place, place};

impl Place {
    async fn consent_page(&self, names: &[&str]) -> Page {
        let session = self.scene.session().await;
        let request = AuthorizationRequest { scopes: scopes(names), ..request(&builders::client()) };
        let (state, browser) = self.scene.consent_state(request, &session);
        Page { state, browser }
    }

    async fn remembered(&self) -> Vec<String> {
        let keys = PersonKeys::of(self.scene.person.id.clone()).with_consent(builders::client().id);
        let consent = self.scene.home().read_person(&keys).await.expect("an answer").consent;
        consent.map(|consent| consent.scopes.into_iter().collect()).unwrap_or_default()
    }
}

#[tokio::test]
async fn who_allows_is_sent_to_the_app_with_a_code_and_is_remembered() {
    let place = place().await;
    let page = place.consent_page(&["openid", "profile"]).await;
    let answer = place.endpoint.send(page.consent("allow")).await;
    insta::assert_snapshot!(answer.snapshot(), @"
    303
    cache-control: no-store
    location: https://app.example/callback?code=<sealed>&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com
    pragma: no-cache
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    ");
    assert_eq!(place.remembered().await, ["openid", "profile"]);
    assert_eq!(place.events("consent.granted").await.len(), 1);
}

#[tokio::test]
async fn what_is_allowed_at_an_api_is_remembered_under_its_name() {
    let place = place().await;
    let session = place.scene.session().await;
    let audience = domain::api::Audience::parse(builders::AUDIENCE).expect("an audience");
    let request = AuthorizationRequest { scopes: scopes(&["openid", "read"]), audience: Some(audience), ..request(&builders::client()) };
    let (state, browser) = place.scene.consent_state(request, &session);
    let answer = place.endpoint.send(Page { state, browser }.consent("allow")).await;
    assert_ne!(answer.returned("code"), "");
    assert_eq!(place.remembered().await, ["https://api.example read", "openid"]);
    let event = place.events("consent.granted").await.remove(0);
    assert_eq!(testkit::rows::text(&event, "audience"), builders::AUDIENCE);
}

#[tokio::test]
async fn who_denies_is_sent_to_the_app_with_access_denied() {
    let place = place().await;
    let page = place.consent_page(&["openid"]).await;
    let answer = place.endpoint.send(page.consent("deny")).await;
    insta::assert_snapshot!(answer.outcome(), @"303 https://app.example/callback?error=access_denied&error_description=The+request+was+declined.&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com");
    assert!(place.remembered().await.is_empty());
    assert_eq!(place.endpoint.send(page.consent("allow")).await.returned("error"), "", "and may change their mind");
}

#[tokio::test]
async fn what_was_allowed_before_stays_allowed() {
    let place = place().await;
    place.scene.allow(&builders::client(), &["openid", "profile"]).await;
    let page = place.consent_page(&["openid", "email"]).await;
    for _ in 0..2 {
        assert_eq!(place.endpoint.send(page.consent("allow")).await.status, StatusCode::SEE_OTHER);
        assert_eq!(place.remembered().await, ["email", "openid", "profile"]);
    }
}

#[tokio::test]
async fn another_answer_is_none() {
    let place = place().await;
    let page = place.consent_page(&["openid"]).await;
    for decision in ["", "yes", "ALLOW", "allow "] {
        let answer = place.endpoint.send(page.consent(decision)).await;
        assert_eq!(answer.outcome(), "400 This request is incomplete · Countersign", "{decision}");
    }
    assert!(place.remembered().await.is_empty());
}

#[tokio::test]
async fn only_the_session_that_was_asked_may_answer() {
    let place = place().await;
    let page = place.consent_page(&["openid"]).await;
    let name = place.scene.cookie_name(web::Cookie::Session);
    let other_session = place.scene.session().await;
    let mut another = page.clone();
    another.browser.set(&name, place.scene.cookies(&other_session).get(&name));
    let mut none = page.clone();
    none.browser.forget(&name);
    let mut garbage = page.clone();
    garbage.browser.set(&name, "x");
    let mut foreign = page.clone();
    let other = place.stage.second_tenant().await;
    foreign.browser.set(&name, other.cookies(&other.session().await).get(&name));
    for wrong in [another, none, garbage, foreign] {
        let answer = place.endpoint.send(wrong.consent("allow")).await;
        assert_eq!((answer.status, place.scene.resumed(&answer)), (StatusCode::SEE_OTHER, request(&builders::client())));
        assert!(place.remembered().await.is_empty());
    }
    assert_ne!(place.endpoint.send(page.consent("allow")).await.returned("code"), "");
}

#[tokio::test]
async fn a_session_that_has_ended_allows_nothing() {
    let idle = place().await;
    let page = idle.consent_page(&["openid"]).await;
    let disabled = place().await;
    let page_of_disabled = disabled.consent_page(&["openid"]).await;
    disabled.scene.disable(&disabled.stage).await;
    // The page itself is good for less time than a session, so the session is aged by its row.
    let rows = idle.stage.rows("identity").await;
    let mut row = rows.into_iter().find(|row| testkit::rows::text(row, "sk").starts_with("SESSION#")).expect("a session");
    let long_ago = testkit::FixedClock::USUAL.millis() - u64::try_from(policy::SESSION_IDLE.as_millis()).expect("a time");
    row.insert("last_used_at".to_owned(), testkit::rows::Value::N(long_ago.to_string()));
    idle.stage.overwrite("identity", row).await;
    for (place, page) in [(idle, page), (disabled, page_of_disabled)] {
        let answer = place.endpoint.send(page.consent("allow")).await;
        assert_eq!((answer.status, place.scene.resumed(&answer)), (StatusCode::SEE_OTHER, request(&builders::client())));
        assert!(place.remembered().await.is_empty());
    }
}

#[tokio::test]
async fn a_consent_page_may_be_open_for_half_an_hour_in_the_browser_that_it_was_made_for() {
    let place = place().await;
    let page = place.consent_page(&["openid"]).await;
    let mut elsewhere = page.clone();
    elsewhere.browser.set(&place.scene.cookie_name(web::Cookie::Browser), "another");
    let with_session = place.endpoint.send(elsewhere.consent("allow")).await;
    assert_eq!(place.scene.resumed(&with_session), request(&builders::client()), "asked anew");
    elsewhere.browser.forget(&place.scene.cookie_name(web::Cookie::Session));
    let answer = place.endpoint.send(elsewhere.consent("allow")).await;
    assert_eq!(answer.outcome(), "400 This page belongs to another browser · Countersign");
    assert!(place.remembered().await.is_empty());
    place.stage.clock.advance(policy::CONSENT_STATE.saturating_sub(Duration::from_millis(1)));
    assert_ne!(place.endpoint.send(page.consent("allow")).await.returned("code"), "");
    place.stage.clock.advance(Duration::from_millis(1));
    assert_eq!(place.endpoint.send(page.consent("allow")).await.outcome(), "400 This page has expired · Countersign");
}
