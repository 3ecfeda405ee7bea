//! Where the browser may be sent: whether that is good never decides whether the session ends (RP-Initiated Logout §3, §4).

use crate::support::{BYE, place};

#[tokio::test]
async fn an_address_that_is_not_registered_ends_in_a_page_and_the_session_ends_all_the_same() {
    for wrong in [
        "https://app.example/bye/",
        "https://app.example/bye?x=1",
        "https://app.example/bye#x",
        "https://app.example/callback",
        "https://evil.example/bye",
        "https://app.example.evil.example/bye",
        "//evil.example",
        "javascript:alert(1)",
        "https://app.example/bye\r\nx: y",
    ] {
        let place = place().await;
        let (session, browser) = place.signed_in().await;
        let hint = place.id_token(&session, &[]);
        let answer = place.ask(&browser, &vec![("id_token_hint", &hint), ("post_logout_redirect_uri", wrong), ("state", "s")]).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (200, ""), "{wrong}");
        assert!(answer.body.contains("registered the address"), "{}", answer.page());
        assert_eq!(place.ended(&session).await, (true, 1), "{wrong}");
    }
}

#[tokio::test]
async fn a_registered_address_is_gone_to_byte_for_byte_and_state_is_echoed_when_it_came() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    let to = async |form: &[(&str, &str)]| {
        let form = [&[("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE)], form].concat();
        place.ask(&browser, &form).await.header("location").to_owned()
    };
    assert_eq!(to(&[]).await, BYE);
    assert_eq!(to(&[("state", "ü/?")]).await, format!("{BYE}?state=%C3%BC%2F%3F"));
    assert_eq!(to(&[("state", &"s".repeat(513))]).await, "", "a state that isn't echoed doesn't lead back without it");
}

#[tokio::test]
async fn a_parameter_that_stands_twice_or_does_not_read_is_refused_before_anything_ends() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    for query in
        [format!("id_token_hint={hint}&state=a&state=b"), format!("id_token_hint={hint}&state=%ff"), format!("id_token_hint={hint}&state=%0")]
    {
        let answer = place.endpoint.send(testkit::Call::get(format!("/logout?{query}")).with_cookies(&browser)).await;
        assert_eq!(answer.outcome(), "400 This request is incomplete · Countersign", "{query}");
    }
    assert_eq!(place.ended(&session).await, (false, 0));
}
