//! Whose ID token ends a session without a question, and whose doesn't (RP-Initiated Logout §2).

use std::time::Duration;

use serde_json::json;
use testkit::CookieJar;

use crate::support::{ASKS, BYE, SIGNED_OUT, place};

#[tokio::test]
async fn a_hint_of_this_session_ends_it_at_once_and_the_browser_goes_to_the_app_with_its_state() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    let answer = place.ask(&browser, &vec![("id_token_hint", &hint), ("post_logout_redirect_uri", BYE), ("state", "af0 ifj&x")]).await;
    insta::assert_snapshot!(answer.snapshot(), @"
    303
    cache-control: no-store
    location: https://app.example/bye?state=af0+ifj%26x
    pragma: no-cache
    referrer-policy: no-referrer
    set-cookie: __Host-cs-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax
    x-content-type-options: nosniff
    ");
    assert_eq!(place.ended(&session).await, (true, 1));
}

#[tokio::test]
async fn a_hint_that_has_expired_is_as_good() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    place.stage.clock.advance(Duration::from_hours(3));
    assert_eq!(place.ask(&browser, &vec![("id_token_hint", &hint)]).await.outcome(), SIGNED_OUT);
    assert_eq!(place.ended(&session).await, (true, 1));
}

#[tokio::test]
async fn a_hint_without_an_address_signs_out_and_says_so() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    let answer = place.ask(&browser, &vec![("id_token_hint", &hint), ("state", "s")]).await;
    insta::assert_snapshot!(answer.page(), @"
    200

    <title>You’re signed out · Demo
    You’re signed out
    You can close this page.
    ");
    assert_eq!(place.ended(&session).await, (true, 1));
}

#[tokio::test]
async fn a_hint_that_does_not_speak_for_this_session_ends_nothing_without_asking() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let (other_session, _) = place.signed_in().await;
    let good = place.id_token(&session, &[]);
    let forged = format!("{}{}", &good[..good.len() - 4], if good.ends_with("AAAA") { "BBBB" } else { "AAAA" });
    let second = place.stage.second_tenant().await;
    let foreign =
        second.tenant.sign(domain::key_ring::Algorithm::Es256, "JWT", &json!({ "iss": OTHER, "sub": "s", "aud": "leaving" })).expect("a token");
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).expect("a payload"));
    let access_token = place.scene.access_token(&place.app, &["openid"]).await.0;
    for hint in [
        place.id_token(&session, &[("sub", json!("somebody-else"))]),
        place.id_token(&other_session, &[]),
        place.id_token(&session, &[("sid", json!(null))]),
        place.id_token(&session, &[("iss", json!("https://other.id.example.com"))]),
        place.id_token(&session, &[("aud", json!(["leaving", "another"]))]),
        forged,
        foreign,
        unsigned,
        access_token,
        "not-a-token".to_owned(),
    ] {
        let answer = place.ask(&browser, &vec![("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]).await;
        assert_eq!((answer.outcome().as_str(), answer.header("location")), (ASKS, ""), "{hint}");
        assert_eq!(place.ended(&session).await, (false, 0), "{hint}");
    }
    let answer = place.ask(&browser, &vec![("id_token_hint", &good), ("post_logout_redirect_uri", BYE)]).await;
    assert_eq!(answer.outcome(), "303 https://app.example/bye");
}

const OTHER: &str = "https://other.id.example.com";

#[tokio::test]
async fn client_id_has_to_be_the_one_that_the_hint_was_issued_to() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    place.scene.register(&crate::support::app("another")).await;
    let hint = place.id_token(&session, &[]);
    let asking = |client_id: &'static str| vec![("id_token_hint", hint.as_str()), ("client_id", client_id), ("post_logout_redirect_uri", BYE)];
    let refused = place.ask(&browser, &asking("another")).await;
    assert_eq!((refused.outcome().as_str(), place.ended(&session).await), (ASKS, (false, 0)));
    assert_eq!(place.ask(&browser, &asking("leaving")).await.outcome(), "303 https://app.example/bye");
    assert_eq!(place.ended(&session).await, (true, 1));
}

#[tokio::test]
async fn where_nobody_is_signed_in_there_is_nothing_to_ask() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    let form = vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE)];
    assert_eq!(place.ask(&CookieJar::default(), &form).await.outcome(), "303 https://app.example/bye");
    assert_eq!(place.ended(&session).await, (false, 0), "without its cookie a session isn't found");
    assert_eq!(place.ask(&CookieJar::default(), &vec![]).await.outcome(), SIGNED_OUT);
    for _ in 0..2 {
        assert_eq!(place.ask(&browser, &form).await.outcome(), "303 https://app.example/bye");
        assert_eq!(place.ended(&session).await, (true, 1), "it ends once");
    }
}
