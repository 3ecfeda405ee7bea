//! RFC 9126 §4: a pushed request is its client's, may be loaded again and again, and is answered once.

use http::StatusCode;
use oauth::authorization_request::{AuthorizationRequest, Pushed};
use runtime::Clock;
use testkit::form::encoded;
use testkit::scene::request;
use testkit::{Answer, Call, CookieJar, builders};

use crate::support::{Place, place};

const SIGN_IN: &str = "200 Sign in · Demo";
const ANSWERED: &str = "303 https://app.example/callback?error=invalid_request_uri&error_description=The+request_uri+was+answered+before%2C+or+has+expired.&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com";

impl Place {
    fn pushed(&self, id: u8) -> AuthorizationRequest {
        let pushed = Some(Pushed::new([id; 16], self.stage.clock.now()));
        AuthorizationRequest { pushed, asked_at: self.stage.clock.now(), ..request(&builders::client()) }
    }

    async fn load(&self, browser: &CookieJar, request_uri: &str) -> Answer {
        let query = encoded(&[("client_id", "sample-public"), ("request_uri", request_uri)]);
        self.endpoint.send(Call::get(format!("/authorize?{query}")).with_cookies(browser)).await
    }
}

#[tokio::test]
async fn section_4_a_pushed_request_survives_a_reload_before_it_is_answered() {
    let place = place().await;
    let request_uri = place.scene.request_uri(&place.pushed(1));
    for _ in 0..3 {
        assert_eq!(place.load(&CookieJar::default(), &request_uri).await.outcome(), SIGN_IN);
    }
    let not_asked_yet = place.scene.cookies(&place.scene.session().await);
    for _ in 0..2 {
        assert_eq!(place.load(&not_asked_yet, &request_uri).await.outcome(), "200 Allow access · Demo");
    }
    assert_eq!(place.stage.rows("once").await.len(), 0);
    let browser = place.browser(&builders::client()).await;
    assert_ne!(place.load(&browser, &request_uri).await.returned("code"), "");
}

#[tokio::test]
async fn section_4_a_pushed_request_is_dead_once_it_is_answered() {
    let place = place().await;
    let browser = place.browser(&builders::client()).await;
    let (request_uri, other) = (place.scene.request_uri(&place.pushed(1)), place.scene.request_uri(&place.pushed(2)));
    assert_ne!(place.load(&browser, &request_uri).await.returned("code"), "");
    for _ in 0..2 {
        assert_eq!(place.load(&browser, &request_uri).await.outcome(), ANSWERED);
    }
    // Sealed anew on its way through a page, it is the same request.
    assert_eq!(place.load(&browser, &place.scene.request_uri(&place.pushed(1))).await.outcome(), ANSWERED);
    assert_ne!(place.load(&browser, &other).await.returned("code"), "", "another request of the same app");
}

#[tokio::test]
async fn section_4_of_many_at_once_one_is_answered() {
    let place = place().await;
    let browser = place.browser(&builders::client()).await;
    let request_uri = place.scene.request_uri(&place.pushed(1));
    let answers = futures_util::future::join_all((0..20).map(|_| place.load(&browser, &request_uri))).await;
    assert_eq!(answers.iter().filter(|answer| !answer.returned("code").is_empty()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.returned("error") == "invalid_request_uri").count(), 19);
}

#[tokio::test]
async fn section_4_a_pushed_request_ends_however_often_a_page_seals_it_anew() {
    let place = place().await;
    let browser = place.browser(&builders::client()).await;
    let asked = place.pushed(1);
    let ends_at = asked.pushed.as_ref().expect("a pushed request").ends_at;
    place.stage.clock.set(ends_at);
    assert_eq!(place.load(&browser, &place.scene.request_uri(&asked)).await.outcome(), ANSWERED);
    assert_eq!(place.stage.rows("once").await.len(), 0);
}

#[tokio::test]
async fn section_7_3_another_client_can_not_use_it_and_its_redirect_uri_must_still_be_registered() {
    let place = place().await;
    let browser = place.browser(&builders::client()).await;
    let query = encoded(&[("client_id", "sample-confidential"), ("request_uri", &place.scene.request_uri(&place.pushed(1)))]);
    let answer = place.endpoint.send(Call::get(format!("/authorize?{query}")).with_cookies(&browser)).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::BAD_REQUEST, ""));
    let moved = domain::client::RedirectUri::parse("https://app.example/gone").expect("a redirect URI");
    let answer = place.load(&browser, &place.scene.request_uri(&AuthorizationRequest { redirect_uri: moved, ..place.pushed(1) })).await;
    assert_eq!(answer.outcome(), "400 We can’t return you to this app · Countersign");
}
