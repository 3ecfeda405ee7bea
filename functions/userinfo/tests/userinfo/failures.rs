//! What stands behind the function is down or slow (faults F12, F22, F23), and what a request costs.

use std::time::Duration;

use domain::policy;
use http::StatusCode;
use testkit::keys::Health;
use testkit::transport::Fault;

use crate::support::{bearer, endpoint, place};

#[tokio::test]
async fn f23_a_cold_process_without_the_key_service_answers_503_and_recovers() {
    let place = place().await;
    let token = place.token(&["openid"]).await;
    place.stage.keys.be(Health::Down);
    insta::assert_snapshot!(place.ask(&token).await.snapshot(), @r#"
    503
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    retry-after: 5
    vary: origin
    x-content-type-options: nosniff

    {"error":"temporarily_unavailable","error_description":"The request can not be answered at the moment. Try again soon."}
    "#);
    place.stage.keys.be(Health::Up);
    place.stage.clock.advance(policy::KMS_BACKOFF);
    assert_eq!(place.ask(&token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn f22_a_warm_process_goes_on_without_the_key_service() {
    let place = place().await;
    assert_eq!(place.ask(&place.token(&["openid"]).await).await.status, StatusCode::OK);
    place.stage.keys.be(Health::Down);
    for minutes in [5, 60, 65] {
        place.stage.clock.set(testkit::FixedClock::USUAL.plus(Duration::from_mins(minutes)));
        assert_eq!(place.ask(&place.token(&["openid"]).await).await.status, StatusCode::OK, "after {minutes} minutes");
    }
}

#[tokio::test]
async fn tables_that_do_not_answer_are_503() {
    let place = place().await;
    let token = place.token(&["openid"]).await;
    for fault in [Fault::Throttled, Fault::FailsBefore, Fault::Unreachable, Fault::Unprocessed] {
        for nth in 1..=20 {
            place.stage.faulty.at_operation("BatchGetItem", nth, fault);
        }
        let answer = endpoint(&place.stage).send(bearer(&token)).await;
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"), "{fault:?}");
        place.stage.faulty.heal();
    }
    assert_eq!(place.ask(&token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_warm_request_is_one_read_and_a_forged_token_none() {
    let place = place().await;
    let token = place.token(&["openid"]).await;
    place.ask(&token).await;
    place.stage.counting.reset();
    let calls = place.stage.keys.call_count();
    place.ask(&token).await;
    let operations: Vec<String> = place.stage.counting.take().operations.into_iter().map(|operation| operation.name).collect();
    assert_eq!(operations, ["BatchGetItem"]);
    place.ask("forged").await;
    assert_eq!(place.stage.counting.take().requests(), 0);
    assert_eq!(place.stage.keys.call_count(), calls);
}
