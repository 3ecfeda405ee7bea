//! A password that is older than the tenant wants it to be: it is compared as any other, and opens a page that asks for another one, but no session.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::session::Keeping;
use http::StatusCode;
use runtime::Clock;
use runtime::interaction::{OutlivedState, SignInState};
use serde_json::json;
use testkit::builders::{self, PASSWORD};
use testkit::rows::value;
use testkit::scene::request;

use crate::support::{Place, WRONG, endpoint, place};

const ANOTHER: &str = "200 Choose a new password · Demo";
const DAYS: u64 = 90;

/// A tenant where a password is good for ninety days, on the last moment before they are over.
async fn aging() -> Place {
    let place = place().await;
    place.scene.change_row(&place.stage, "TENANT#", "passwords", value(&json!({ "longest_days": DAYS }))).await;
    place.stage.clock.advance(Duration::from_millis(DAYS * 86_400_000 - 1));
    let endpoint = endpoint(&place.stage);
    Place { endpoint, ..place }
}

impl Place {
    fn outlived(&self) {
        self.stage.clock.advance(Duration::from_millis(1));
    }
}

#[tokio::test]
async fn a_password_of_ninety_days_is_asked_for_anew_and_opens_no_session() {
    let place = aging().await;
    assert_eq!(place.sign_in_rightly(&place.page()).await.status, StatusCode::SEE_OTHER, "the day before");
    let sessions = place.sessions().await;
    place.outlived();
    let page = place.page();
    let answer = place.sign_in_rightly(&page).await;
    insta::assert_snapshot!(answer.page(), @r#"
    200

    <title>Choose a new password · Demo
    Choose a new password
    Your password has been the same for longer than it may be here. With a new one you’re signed out on your other devices. Then you’ll go on to
    Sample app
    .
    <form method="post" action="/new-password">
    <input type="hidden" name="state" value="<sealed>">
    Username or email
    <input id="username" type="text" value="ada@example.com" autocomplete="username" readonly>
    New password
    <input id="password" name="password" type="password" autocomplete="new-password" required aria-describedby="password-hint" autofocus>
    At least 15 characters. A few words that only you would put together are easy to keep in mind.
    <button id="new-password" class="primary" type="submit">
    Change and continue
    "#);
    assert_eq!((answer.header("set-cookie"), place.sessions().await), ("", sessions));
    let now = place.stage.clock.now();
    let state: OutlivedState = place.scene.tenant.open(Kind::OutlivedState, None, answer.field("state"), now).expect("keys").expect("a state");
    let asked: SignInState = place.scene.tenant.open(Kind::SignInState, None, &page.state, now).expect("keys").expect("a state");
    assert_eq!((state.id, &state.binding, &state.request), (asked.id, &asked.binding, &request(&builders::client())));
    assert_eq!((&state.user_id, state.credential_version, state.proved_at), (&place.scene.person.id, 1, now));
    assert_eq!(state.keeping, Keeping::WhileOpen);
}

#[tokio::test]
async fn whether_a_password_is_too_old_shows_to_whoever_knows_it() {
    let place = aging().await;
    place.outlived();
    let unknown = place.sign_in(&place.page(), "nobody", "wrong").await;
    let wrong = place.sign_in(&place.page(), "ada", "wrong").await;
    assert_eq!([unknown.outcome(), wrong.outcome()], [WRONG, WRONG]);
    assert_eq!(place.sign_in_rightly(&place.page()).await.outcome(), ANOTHER);
    place.scene.disable(&place.stage).await;
    assert_eq!(place.sign_in_rightly(&place.page()).await.outcome(), WRONG);
}

#[tokio::test]
async fn no_password_is_too_old_where_the_tenant_does_not_say_so() {
    let place = place().await;
    place.stage.clock.advance(Duration::from_hours(24 * 36_500));
    assert_eq!(place.sign_in(&place.page(), "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
}
