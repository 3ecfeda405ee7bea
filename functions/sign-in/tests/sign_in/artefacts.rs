//! A state is a state of this page, of this tenant, of now: nothing else opens in its place, and the real one still works.

use crypto::artefact::Kind;
use domain::policy;
use http::StatusCode;
use runtime::Clock;
use runtime::interaction::{SignInState, StateId};
use testkit::builders::{self, PASSWORD};
use testkit::scene::request;

use crate::support::{Page, Place, place};

const EXPIRED: &str = "400 This page has expired · Countersign";

impl Place {
    async fn opens_only(&self, page: &Page, states: &[String]) {
        for state in states {
            let wrong = Page { state: state.clone(), ..page.clone() };
            assert_eq!(self.sign_in_rightly(&wrong).await.outcome(), EXPIRED, "{state}");
            assert_eq!(self.endpoint.send(wrong.consent("allow")).await.outcome(), EXPIRED, "{state}");
        }
        assert_eq!((self.sessions().await, self.stage.count("identity", "CONSENT#").await), (0, 0));
        assert_eq!(self.sign_in_rightly(page).await.status, StatusCode::SEE_OTHER, "the real one still works");
    }
}

#[tokio::test]
async fn a_damaged_state_is_refused() {
    let place = place().await;
    let page = place.page();
    let state = &page.state;
    let flipped: String = state.chars().rev().enumerate().map(|(at, c)| if at == 1 { if c == 'A' { 'B' } else { 'A' } } else { c }).collect();
    let damaged = [
        String::new(),
        "x".to_owned(),
        state[..state.len() - 1].to_owned(),
        format!("{state}="),
        format!("{state}A"),
        state.to_lowercase(),
        flipped.chars().rev().collect(),
        state.repeat(20),
    ];
    place.opens_only(&page, &damaged).await;
}

#[tokio::test]
async fn an_artefact_of_another_kind_tenant_or_client_is_no_state() {
    let place = place().await;
    let page = place.page();
    let other = place.stage.second_tenant().await;
    let app = builders::client();
    let ends = place.stage.clock.now().plus(policy::SIGN_IN_STATE);
    let binding = crypto::base64url::encode(crypto::derive::sha256(page.browser.get(&place.scene.cookie_name(web::Cookie::Browser)).as_bytes()));
    let content = SignInState { id: StateId::from_random([9; 16]), binding, request: request(&app) };
    let foreign = [
        other.seal(Kind::SignInState, None, ends, &content),
        place.scene.seal(Kind::Session, None, ends, &content),
        place.scene.seal(Kind::Device, None, ends, &content),
        place.scene.seal(Kind::AuthorizationCode, Some(&app), ends, &content),
        place.scene.seal(Kind::AccessReference, Some(&app), ends, &content),
        place.scene.seal(Kind::SignInState, Some(&app), ends, &content),
        place.scene.seal(Kind::SignInState, None, ends, &"something else"),
    ];
    place.opens_only(&page, &foreign).await;
    // The same content under the right seal is a state.
    let right = Page { state: place.scene.seal(Kind::SignInState, None, ends, &content), ..page };
    assert_eq!(place.sign_in_rightly(&right).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_state_of_one_page_is_none_of_the_other() {
    let place = place().await;
    let session = place.scene.session().await;
    let (state, browser) = place.scene.consent_state(request(&builders::client()), &session);
    let consent = Page { state, browser };
    assert_eq!(place.sign_in_rightly(&consent).await.outcome(), EXPIRED);
    let sign_in = place.page();
    assert_eq!(place.endpoint.send(sign_in.consent("allow")).await.outcome(), EXPIRED);
    assert_eq!(place.endpoint.send(consent.consent("allow")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(place.sign_in_rightly(&sign_in).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_page_may_be_open_for_half_an_hour() {
    let place = place().await;
    let page = place.page();
    place.stage.clock.set(domain::Timestamp::from_millis(testkit::FixedClock::USUAL.plus(policy::SIGN_IN_STATE).millis() - 1));
    assert_eq!(place.sign_in_rightly(&page).await.status, StatusCode::SEE_OTHER);
    let page = place.page();
    place.stage.clock.advance(policy::SIGN_IN_STATE);
    let expired = place.sign_in_rightly(&page).await;
    insta::assert_snapshot!(expired.page(), @"
    400

    <title>This page has expired · Countersign
    This page has expired
    It was open for too long, or you already finished what it was for. Nothing is lost.
    Go back to the app and sign in again.
    Incident number
    <incident>
    ");
}

#[tokio::test]
async fn a_device_cookie_that_is_not_one_is_as_good_as_none() {
    let place = place().await;
    let browser = place.known_browser().await;
    let (session, device) = (place.scene.cookie_name(web::Cookie::Session), place.scene.cookie_name(web::Cookie::Device));
    let mut swapped = place.page_in(&browser);
    // The session in the device's place.
    let value = swapped.browser.get(&session).to_owned();
    swapped.browser.set(&device, &value);
    assert_eq!(place.sign_in(&swapped, "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
    let events = place.events("session.started").await;
    assert!(events.iter().all(|row| testkit::rows::text(row, "browser") == "new"));
}
