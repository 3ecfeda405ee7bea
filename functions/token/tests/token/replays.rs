//! A code is redeemed once (RFC 6749 §4.1.2): its own client's second try ends the family, anybody else's changes nothing.

use domain::client::Client;
use futures_util::future::join_all;
use http::StatusCode;
use testkit::builders;
use testkit::transport::{Crash, Fault};

use crate::support::{INVALID_GRANT, call, endpoint, grant, place, with, without};

#[tokio::test]
async fn a_second_redemption_is_refused_and_ends_the_family() {
    for app in [builders::client(), builders::confidential_client()] {
        let place = place().await;
        let code = place.scene.code(&app).await;
        assert_eq!(place.redeem(&app, &grant(&code)).await.status, StatusCode::OK);
        assert_eq!(place.family_state().await, "active");
        assert_eq!(place.redeem(&app, &grant(&code)).await.outcome(), INVALID_GRANT);
        assert_eq!(place.family_state().await, "revoked");
        assert_eq!((place.events("grant.issued").await, place.events("grant.revoked").await), (1, 1));
        assert_eq!(place.redeem(&app, &grant(&code)).await.outcome(), INVALID_GRANT, "a third time");
        assert_eq!(place.events("grant.revoked").await, 1, "it died once");
    }
}

#[tokio::test]
async fn of_fifty_parallel_redemptions_one_succeeds_at_most_and_the_family_is_dead() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    let form = grant(&code);
    let answers = join_all((0..50).map(|_| place.redeem(&app, &form))).await;
    let won = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(won, 1);
    for answer in answers.iter().filter(|answer| answer.status != StatusCode::OK) {
        assert_eq!(answer.outcome(), INVALID_GRANT);
    }
    assert_eq!(place.family_state().await, "revoked");
    assert_eq!((place.events("grant.issued").await, place.events("grant.revoked").await), (1, 1));
}

#[tokio::test]
async fn whatever_else_is_wrong_a_replay_by_a_client_with_a_secret_ends_the_family() {
    let place = place().await;
    let app = builders::confidential_client();
    let code = place.scene.code(&app).await;
    assert_eq!(place.redeem(&app, &grant(&code)).await.status, StatusCode::OK);
    assert_eq!(place.redeem(&app, &without(&grant(&code), "code_verifier")).await.outcome(), INVALID_GRANT);
    assert_eq!(place.family_state().await, "revoked");
}

#[tokio::test]
async fn a_stolen_code_signs_nobody_out() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    assert_eq!(place.redeem(&app, &grant(&code)).await.status, StatusCode::OK);
    let other = Client { id: domain::ClientId::parse("other").expect("an id"), ..builders::client() };
    place.scene.register(&other).await;
    let wrong = with(&grant(&code), "code_verifier", "another-verifier-another-verifier-another-v");
    for thief in [
        call(&other, &grant(&code)),
        call(&builders::confidential_client(), &grant(&code)),
        call(&app, &wrong),
        call(&app, &without(&grant(&code), "code_verifier")),
    ] {
        assert_eq!(place.endpoint.send(thief).await.outcome(), INVALID_GRANT);
    }
    assert_eq!(place.family_state().await, "active");
    assert_eq!(place.events("grant.revoked").await, 0);
}

#[tokio::test]
async fn a_retry_inside_the_sdk_knows_its_own_write() {
    for fault in [Fault::AnswerLost, Fault::FailsAfter, Fault::Conflict, Fault::Throttled] {
        let place = place().await;
        let app = builders::client();
        let code = place.scene.code(&app).await;
        place.stage.faulty.at_operation("TransactWriteItems", 1, fault);
        assert_eq!(place.redeem(&app, &grant(&code)).await.status, StatusCode::OK, "{fault:?}");
        assert_eq!(place.family_state().await, "active", "{fault:?}");
    }
}

#[tokio::test]
async fn a_function_killed_before_the_commit_consumed_nothing_and_after_it_the_retry_is_a_replay() {
    for (crash, answered, state) in [(Crash::Before, StatusCode::OK, "active"), (Crash::After, StatusCode::BAD_REQUEST, "revoked")] {
        let place = place().await;
        let app = builders::client();
        // Warm: the commit is the second request then.
        place.endpoint.send(call(&app, &grant("no-code"))).await;
        let code = place.scene.code(&app).await;
        place.stage.faulty.crash_at(2, crash);
        let killed = place.stage.faulty.until_crash(place.redeem(&app, &grant(&code))).await;
        assert!(killed.is_err(), "{crash:?}");
        place.stage.faulty.heal();
        let again = endpoint(&place.stage).send(call(&app, &grant(&code))).await;
        assert_eq!((again.status, place.family_state().await.as_str()), (answered, state), "{crash:?}");
    }
}
