//! One lineage (RFC 9700 §4.14.2): a retry gets the same successor, a reuse ends the family, whatever fails in between (F2, F11).

use std::time::Duration;

use futures_util::StreamExt;
use http::StatusCode;
use testkit::builders;
use testkit::transport::{Crash, Fault};

use crate::support::{INVALID_GRANT, call, endpoint, grant, place, refresh};

#[tokio::test]
async fn refresh_retry_same_successor() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    let successor = place.redeem(&app, &refresh(&first)).await.text_of("refresh_token");
    place.stage.clock.advance(Duration::from_millis(9_999));
    let again = place.redeem(&app, &refresh(&first)).await;
    assert_eq!((again.status, again.text_of("refresh_token")), (StatusCode::OK, successor.clone()));
    assert_eq!(place.redeem(&app, &refresh(&successor)).await.status, StatusCode::OK);
    assert_eq!(place.family_state().await, "active");
}

#[tokio::test]
async fn a_retry_after_ten_seconds_is_a_reuse() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    let successor = place.redeem(&app, &refresh(&first)).await.text_of("refresh_token");
    place.stage.clock.advance(Duration::from_secs(10));
    assert_eq!(place.redeem(&app, &refresh(&first)).await.outcome(), INVALID_GRANT);
    assert_eq!(place.redeem(&app, &refresh(&successor)).await.outcome(), INVALID_GRANT, "the family is dead");
    assert_eq!(place.family_state().await, "revoked");
}

#[tokio::test]
async fn reuse_kills_family() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    let second = place.redeem(&app, &refresh(&first)).await.text_of("refresh_token");
    let third = place.redeem(&app, &refresh(&second)).await.text_of("refresh_token");
    assert_eq!(place.redeem(&app, &refresh(&first)).await.outcome(), INVALID_GRANT, "its successor was used");
    assert_eq!(place.family_state().await, "revoked");
    for dead in [&first, &second, &third] {
        assert_eq!(place.redeem(&app, &refresh(dead)).await.outcome(), INVALID_GRANT);
    }
    assert_eq!(place.events("grant.revoked").await, 1, "it died once");
}

#[tokio::test]
async fn somebody_elses_reuse_changes_nothing() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    let second = place.redeem(&app, &refresh(&first)).await.text_of("refresh_token");
    place.stage.clock.advance(Duration::from_mins(1));
    assert_eq!(place.redeem(&builders::confidential_client(), &refresh(&first)).await.outcome(), INVALID_GRANT);
    assert_eq!(place.redeem(&app, &refresh(&second)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn of_a_thousand_refreshes_all_get_one_successor() {
    let place = place().await;
    for (app, tries) in [(builders::client(), 1000), (builders::confidential_client(), 50)] {
        let first = place.refresh_token(&app).await;
        let form = refresh(&first);
        let tries = futures_util::stream::iter(0..tries).map(|_| place.redeem(&app, &form));
        // More at a time than one thread can serve would meet time-outs of the database's client, and nothing else.
        let answers: Vec<_> = tries.buffer_unordered(100).collect().await;
        let successors: std::collections::BTreeSet<_> = answers.iter().map(|answer| answer.text_of("refresh_token")).collect();
        assert!(answers.iter().all(|answer| answer.status == StatusCode::OK) && successors.len() == 1, "{}", app.id);
    }
    assert_eq!(place.family_state().await, "active,active");
}

#[tokio::test]
async fn f11_a_refresh_whose_answer_was_lost_inside_the_sdk_makes_one_successor() {
    for fault in [Fault::AnswerLost, Fault::FailsAfter, Fault::Throttled] {
        let place = place().await;
        let app = builders::client();
        let first = place.refresh_token(&app).await;
        place.stage.faulty.at_operation("UpdateItem", 1, fault);
        let answer = place.redeem(&app, &refresh(&first)).await;
        assert_eq!(answer.status, StatusCode::OK, "{fault:?}");
        let again = place.redeem(&app, &refresh(&first)).await;
        assert_eq!(again.text_of("refresh_token"), answer.text_of("refresh_token"), "{fault:?}");
        assert_eq!(place.redeem(&app, &refresh(&answer.text_of("refresh_token"))).await.status, StatusCode::OK, "{fault:?}");
    }
}

#[tokio::test]
async fn a_function_killed_before_or_after_the_write_is_made_good_by_the_retry() {
    for crash in [Crash::Before, Crash::After] {
        let place = place().await;
        let app = builders::client();
        // Warm: the write is the second request then.
        place.endpoint.send(call(&app, &grant("no-code"))).await;
        let first = place.refresh_token(&app).await;
        place.stage.faulty.crash_at(2, crash);
        let killed = place.stage.faulty.until_crash(place.redeem(&app, &refresh(&first))).await;
        assert!(killed.is_err(), "{crash:?}");
        place.stage.faulty.heal();
        let again = endpoint(&place.stage).send(call(&app, &refresh(&first))).await;
        assert_eq!(again.status, StatusCode::OK, "{crash:?}");
        let third = endpoint(&place.stage).send(call(&app, &refresh(&again.text_of("refresh_token")))).await;
        assert_eq!((third.status, place.family_state().await.as_str()), (StatusCode::OK, "active"), "{crash:?}");
    }
}

#[tokio::test]
async fn tables_that_do_not_answer_are_503_and_replace_nothing() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    for operation in ["BatchGetItem", "UpdateItem"] {
        // As often as the SDK tries.
        for nth in 1..=3 {
            place.stage.faulty.at_operation(operation, nth, Fault::FailsBefore);
        }
        let answer = endpoint(&place.stage).send(call(&app, &refresh(&first))).await;
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"), "{operation}");
        place.stage.faulty.heal();
    }
    assert_eq!(place.redeem(&app, &refresh(&first)).await.status, StatusCode::OK);
}
