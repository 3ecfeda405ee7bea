//! `prompt=none` shows no page, ever (OpenID Connect Core §3.1.2.1, §3.1.2.6).

use testkit::builders;
use testkit::form::with;

use crate::support::{asking, place};

#[tokio::test]
async fn nobody_signed_in_is_login_required() {
    let place = place().await;
    let app = builders::client();
    let answer = place.ask(&with(&asking(&app), "prompt", "none")).await;
    insta::assert_snapshot!(answer.snapshot(), @"
    303
    cache-control: no-store
    location: https://app.example/callback?error=login_required&error_description=Nobody+is+signed+in%2C+and+prompt%3Dnone+forbids+to+ask.&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com
    pragma: no-cache
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    ");
}

#[tokio::test]
async fn a_missing_consent_is_consent_required() {
    let place = place().await;
    let app = builders::client();
    let browser = place.scene.cookies(&place.scene.session().await);
    let answer = place.ask_in(&browser, &with(&asking(&app), "prompt", "none")).await;
    insta::assert_snapshot!(answer.outcome(), @"303 https://app.example/callback?error=consent_required&error_description=Consent+is+missing%2C+and+prompt%3Dnone+forbids+to+ask+for+it.&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com");
}

#[tokio::test]
async fn with_both_there_is_a_code() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let answer = place.ask_in(&browser, &with(&asking(&app), "prompt", "none")).await;
    insta::assert_snapshot!(answer.outcome(), @"303 https://app.example/callback?code=<sealed>&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com");
}

#[tokio::test]
async fn a_session_that_does_not_count_is_login_required() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    place.scene.disable(&place.stage).await;
    let answer = place.ask_in(&browser, &with(&asking(&app), "prompt", "none")).await;
    assert_eq!((answer.returned("error").as_str(), answer.returned("code").as_str()), ("login_required", ""));
}
