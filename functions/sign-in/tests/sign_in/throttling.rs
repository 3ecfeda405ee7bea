//! Who may guess how often: attempts are counted before a password is looked at, per source and name; the owner's own browser isn't slowed by strangers.

use std::time::Duration;

use domain::attempt::window;
use domain::policy;
use futures_util::future::join_all;
use http::StatusCode;
use runtime::Clock;
use testkit::builders::PASSWORD;
use testkit::rows::text;
use testkit::{Answer, Call};

use crate::support::{ELSEWHERE, Page, Place, WRONG, place};

const THROTTLED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

impl Place {
    async fn guess_from(&self, address: &str, page: &Page, password: &str) -> Answer {
        self.endpoint.send(page.sign_in("ada", password).from_address(address)).await
    }
}

#[tokio::test]
async fn twenty_guesses_from_one_saved_state_are_twenty_counted_guesses() {
    let place = place().await;
    let page = place.page();
    let mut answers = Vec::new();
    for number in 0..20 {
        answers.push(place.guess_from(ELSEWHERE, &page, &format!("guess {number}")).await);
    }
    assert!(answers[..10].iter().all(|answer| answer.outcome() == WRONG));
    assert!(answers[10..].iter().all(|answer| answer.status == THROTTLED));
    let wait = window(place.stage.clock.now(), policy::ATTEMPT_WINDOW).ends_at.since(place.stage.clock.now());
    assert_eq!(answers[10].header("retry-after"), wait.as_secs().to_string());
    insta::assert_snapshot!(answers[10].page(), @r#"
    429

    <title>Problem: Sign in · Demo
    Sign in
    to continue to
    Sample app
    Too many attempts. Try again in 13 minutes.
    <form method="post" action="/sign-in">
    <input type="hidden" name="state" value="<sealed>">
    Username or email
    <input id="username" name="username" type="text" value="ada" autocomplete="username" inputmode="email" autocapitalize="none" autocorrect="off" spellcheck="false" required aria-describedby="problem">
    Password
    <input id="password" name="password" type="password" autocomplete="current-password" required aria-describedby="problem" autofocus>
    <button id="sign-in" class="primary" type="submit">
    Sign in
    Forgot your password?
    "#);
    // Nor does a newer page, or the right password.
    assert_eq!(place.guess_from(ELSEWHERE, &place.page(), PASSWORD).await.status, THROTTLED);
    assert_eq!(place.sessions().await, 0);
}

#[tokio::test]
async fn the_owner_gets_in_at_the_first_try_from_a_browser_that_signed_in_before() {
    let place = place().await;
    let browser = place.known_browser().await;
    let page = place.page();
    for number in 0..20 {
        place.guess_from(ELSEWHERE, &page, &format!("guess {number}")).await;
    }
    assert_eq!(place.guess_from(ELSEWHERE, &page, PASSWORD).await.status, THROTTLED);
    // Even from the very network that is slowed.
    let owner = place.page_in(&browser);
    assert_eq!(place.guess_from(ELSEWHERE, &owner, PASSWORD).await.status, StatusCode::SEE_OTHER);
    // A browser that knows somebody else is no such browser; nor is a device cookie that was changed.
    let mut forged = place.page_in(&browser);
    let name = place.scene.cookie_name(web::Cookie::Device);
    let damaged = forged.browser.get(&name).to_lowercase();
    forged.browser.set(&name, &damaged);
    assert_eq!(place.guess_from(ELSEWHERE, &forged, PASSWORD).await.status, THROTTLED);
}

#[tokio::test]
async fn a_known_browser_has_ten_guesses_of_its_own() {
    let place = place().await;
    let browser = place.known_browser().await;
    let page = place.page_in(&browser);
    for _ in 0..10 {
        assert_eq!(place.guess_from(ELSEWHERE, &page, "wrong").await.outcome(), WRONG);
    }
    assert_eq!(place.guess_from(ELSEWHERE, &page, PASSWORD).await.status, THROTTLED, "a stolen browser guesses no more than a network");
}

#[tokio::test]
async fn parallel_guesses_count_too() {
    let place = place().await;
    let page = place.page();
    let answers = join_all((0..20).map(|_| place.guess_from(ELSEWHERE, &page, "wrong"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.outcome() == WRONG).count(), 10);
    assert_eq!(answers.iter().filter(|answer| answer.status == THROTTLED).count(), 10);
}

#[tokio::test]
async fn a_network_is_a_neighbourhood_of_addresses_and_another_one_is_not_slowed() {
    for (first, neighbour, stranger) in [
        ("203.0.113.1", "203.0.113.254", "203.0.114.1"),
        ("2001:db8:0:ab00::1", "2001:db8:0:abff:1::2", "2001:db8:0:ac00::1"),
        ("::ffff:203.0.113.1", "203.0.113.9", "203.0.112.1"),
    ] {
        let place = place().await;
        let page = place.page();
        for _ in 0..10 {
            place.guess_from(first, &page, "wrong").await;
        }
        assert_eq!(place.guess_from(neighbour, &page, PASSWORD).await.status, THROTTLED, "{neighbour}");
        assert_eq!(place.guess_from(stranger, &page, PASSWORD).await.status, StatusCode::SEE_OTHER, "{stranger}");
    }
}

#[tokio::test]
async fn a_header_that_a_viewer_writes_names_no_other_network() {
    let place = place().await;
    let page = place.page();
    let guess = |number: usize, password: &str| -> Call {
        let forged = format!("192.0.2.{number}");
        let call = page.sign_in("ada", password).from_address(ELSEWHERE);
        call.with("x-forwarded-for", &forged)
            .with("forwarded", &format!("for={forged}"))
            .with("x-real-ip", &forged)
            .with("cloudfront-viewer-address", &forged)
    };
    for number in 0..10 {
        assert_eq!(place.endpoint.send(guess(number, "wrong")).await.outcome(), WRONG);
    }
    assert_eq!(place.endpoint.send(guess(99, PASSWORD)).await.status, THROTTLED);
}

#[tokio::test]
async fn a_wait_ends_with_its_window_swept_or_not() {
    let place = place().await;
    let page = place.page();
    for _ in 0..10 {
        place.guess_from(ELSEWHERE, &page, "wrong").await;
    }
    let ends_at = window(place.stage.clock.now(), policy::ATTEMPT_WINDOW).ends_at;
    place.stage.clock.set(domain::Timestamp::from_millis(ends_at.millis() - 1));
    assert_eq!(place.guess_from(ELSEWHERE, &page, PASSWORD).await.status, THROTTLED);
    place.stage.clock.set(ends_at);
    assert_eq!(place.guess_from(ELSEWHERE, &page, PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn fifty_failures_from_anywhere_slow_strangers_and_not_the_owner() {
    let place = place().await;
    let browser = place.known_browser().await;
    let page = place.page();
    for number in 0..50 {
        assert_eq!(place.guess_from(&format!("203.0.{number}.1"), &page, "wrong").await.outcome(), WRONG, "{number}");
    }
    let stranger = place.guess_from("192.0.2.1", &page, PASSWORD).await;
    assert_eq!((stranger.status, stranger.header("retry-after")), (THROTTLED, "30"));
    assert_eq!(place.guess_from("192.0.2.1", &place.page_in(&browser), PASSWORD).await.status, StatusCode::SEE_OTHER);
    place.stage.clock.advance(Duration::from_secs(30));
    assert_eq!(place.guess_from("192.0.2.1", &place.page(), PASSWORD).await.status, StatusCode::SEE_OTHER, "the wait is over");
}

#[tokio::test]
async fn an_unknown_account_is_slowed_in_the_same_way() {
    let place = place().await;
    let page = place.page();
    let guess = async |address: &str| place.endpoint.send(page.sign_in("grace", "wrong").from_address(address)).await;
    for _ in 0..10 {
        assert_eq!(guess(ELSEWHERE).await.outcome(), WRONG);
    }
    assert_eq!(guess(ELSEWHERE).await.status, THROTTLED);
    for number in 0..40 {
        assert_eq!(guess(&format!("203.1.{number}.1")).await.outcome(), WRONG, "{number}");
    }
    let stranger = guess("192.0.2.1").await;
    assert_eq!((stranger.status, stranger.header("retry-after")), (THROTTLED, "30"));
}

#[tokio::test]
async fn a_flood_leaves_one_event_per_minute_and_one_request_each() {
    let place = place().await;
    let page = place.page();
    for _ in 0..11 {
        place.guess_from(ELSEWHERE, &page, "wrong").await;
    }
    assert_eq!(place.events("sign_in.throttled").await.len(), 1);
    place.stage.counting.reset();
    for _ in 0..10 {
        place.guess_from(ELSEWHERE, &page, "wrong").await;
    }
    assert_eq!(place.events("sign_in.throttled").await.len(), 1);
    let mut operations: Vec<String> = place.stage.counting.take().operations.into_iter().map(|operation| operation.name).collect();
    operations.dedup();
    operations.sort();
    operations.dedup();
    assert_eq!(operations, ["GetItem", "UpdateItem"], "the look-up of the name beside the refused reservation");
    place.stage.clock.advance(Duration::from_mins(1));
    place.guess_from(ELSEWHERE, &page, "wrong").await;
    assert_eq!(place.events("sign_in.throttled").await.len(), 2);
}

#[tokio::test]
async fn a_flood_is_asked_to_come_again_and_counts_against_nobody() {
    let place = place().await;
    let page = place.page();
    let too_many = 20;
    let guess = |number: usize| page.sign_in(&format!("nobody{number}"), "wrong").from_address(&format!("203.0.113.{number}"));
    let answers = join_all((0..policy::PASSWORD_TURNS + too_many).map(|number| place.endpoint.send(guess(number)))).await;
    let (admitted, refused) = answers.split_at(policy::PASSWORD_TURNS);
    assert!(admitted.iter().all(|answer| answer.outcome() == WRONG));
    assert!(refused.iter().all(|answer| answer.outcome() == "429 Many people are signing in just now · Countersign"));
    assert_eq!(refused[0].header("retry-after"), policy::PASSWORD_TURN_RETRY.as_secs().to_string());
    let rows = place.stage.rows("identity").await;
    let counted = rows.iter().filter(|row| text(row, "pk").starts_with("ATTEMPT#")).count();
    // The attempt of each, and the failures of each account.
    assert_eq!(counted, 2 * policy::PASSWORD_TURNS);
    assert_eq!(place.sign_in_rightly(&place.page()).await.status, StatusCode::SEE_OTHER, "and then it is over");
}
