//! A request by POST: it goes on by GET, because the session's cookie didn't come along, and its hint goes with it sealed (RP-Initiated Logout §2).

use domain::policy;
use http::StatusCode;
use testkit::form::Form;
use testkit::{Answer, Call, CookieJar};

use crate::support::{ASKS, BYE, OURS, Place, SIGNED_OUT, place};

impl Place {
    /// Another site's form, which brings no cookie of ours; where it leads.
    async fn post(&self, form: &Form<'_>) -> Answer {
        let answer = self.endpoint.send(Call::form("/logout", form).with("origin", "https://app.example")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.outcome());
        answer
    }

    async fn follow(&self, answer: &Answer, browser: &CookieJar) -> Answer {
        let path = answer.header("location").strip_prefix(OURS).expect("a place of ours").to_owned();
        self.endpoint.send(Call::get(path).with_cookies(browser)).await
    }
}

#[tokio::test]
async fn a_posted_request_goes_on_sealed_and_ends_the_session_that_its_hint_speaks_for() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    let answer = place.post(&vec![("id_token_hint", &hint), ("post_logout_redirect_uri", BYE), ("state", "s")]).await;
    insta::assert_snapshot!(answer.snapshot().replace(answer.header("location").rsplit('=').next().unwrap_or_default(), "<sealed>"), @"
    303
    cache-control: no-store
    location: https://demo.id.example.com/logout?posted=<sealed>
    pragma: no-cache
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    ");
    assert_eq!(place.ended(&session).await, (false, 0));
    assert_eq!(place.follow(&answer, &browser).await.outcome(), "303 https://app.example/bye?state=s");
    assert_eq!(place.ended(&session).await, (true, 1));
}

#[tokio::test]
async fn no_address_ever_holds_the_hint() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let (good, of_nobody) = (place.id_token(&session, &[]), place.id_token(&session, &[("sub", serde_json::json!("somebody-else"))]));
    for hint in [good.as_str(), &of_nobody, "not-a-token", "a.b.c"] {
        for further in [vec![], vec![("post_logout_redirect_uri", BYE), ("state", "s")], vec![("client_id", "another")], vec![("posted", "x")]] {
            let form = [&[("id_token_hint", hint)], further.as_slice()].concat();
            let answer = place.post(&form).await;
            let followed = place.follow(&answer, &browser).await;
            for address in [answer.header("location"), followed.header("location")] {
                assert!(!hint.split('.').any(|part| part.len() > 2 && address.contains(part)) && !address.contains(hint), "{address}");
            }
            assert!(answer.header("location").len() < 2000, "{}", answer.header("location"));
        }
    }
}

#[tokio::test]
async fn a_posted_request_without_a_good_hint_asks_and_remembers_the_app_that_is_named() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let answer = place.post(&vec![("client_id", "leaving"), ("post_logout_redirect_uri", BYE), ("state", "s")]).await;
    let page = place.follow(&answer, &browser).await;
    assert_eq!((page.outcome().as_str(), place.ended(&session).await), (ASKS, (false, 0)));
    let mut browser = browser.clone();
    browser.keep(&page);
    let form = [("confirmation", page.field("confirmation")), ("decision", "confirm")];
    let said = place.endpoint.send(Call::form("/logout", &form).with_cookies(&browser)).await;
    assert_eq!(said.outcome(), "303 https://app.example/bye?state=s");

    // A hint of another app than the named one leaves the request to nobody.
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    let answer = place.post(&vec![("id_token_hint", &hint), ("client_id", "another"), ("post_logout_redirect_uri", BYE)]).await;
    assert_eq!(place.follow(&answer, &browser).await.outcome(), ASKS);
}

#[tokio::test]
async fn a_sealed_request_is_good_here_alone_and_for_half_an_hour() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    let answer = place.post(&vec![("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]).await;
    let sealed = answer.header("location").to_owned();
    let (other_kind, _) = place.scene.sign_in_state(testkit::scene::request(&place.app));
    for wrong in
        [format!("{sealed}A"), format!("{OURS}/logout?posted="), format!("{OURS}/logout?posted=x"), format!("{OURS}/logout?posted={other_kind}")]
    {
        let path = wrong.strip_prefix(OURS).expect("a place of ours");
        let asked = place.endpoint.send(Call::get(path.to_owned()).with_cookies(&browser)).await;
        assert_eq!((asked.outcome().as_str(), place.ended(&session).await), (ASKS, (false, 0)), "{wrong}");
    }
    place.stage.clock.advance(policy::LOGOUT_STATE);
    assert_eq!((place.follow(&answer, &browser).await.outcome().as_str(), place.ended(&session).await), (ASKS, (false, 0)));
    assert_eq!(place.follow(&answer, &CookieJar::default()).await.outcome(), SIGNED_OUT, "where nobody is signed in");
}
