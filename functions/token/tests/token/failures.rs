//! What stands behind the function is down or slow (faults F12, F22, F23).

use std::time::Duration;

use domain::policy;
use http::StatusCode;
use testkit::builders;
use testkit::keys::Health;
use testkit::transport::Fault;

use crate::support::{call, endpoint, grant, place};

#[tokio::test]
async fn f23_a_cold_process_without_the_key_service_answers_503_and_recovers() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    place.stage.keys.be(Health::Down);
    insta::assert_snapshot!(place.redeem(&app, &grant(&code)).await.snapshot(), @r#"
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
    assert_eq!(place.redeem(&app, &grant(&code)).await.status, StatusCode::OK, "nothing was consumed");
}

#[tokio::test]
async fn f22_a_warm_process_goes_on_without_the_key_service() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    assert_eq!(place.redeem(&app, &grant(&code)).await.status, StatusCode::OK);
    place.stage.keys.be(Health::Down);
    for minutes in [5, 60, 65] {
        place.stage.clock.set(testkit::FixedClock::USUAL.plus(Duration::from_mins(minutes)));
        let code = place.scene.code(&app).await;
        assert_eq!(place.redeem(&app, &grant(&code)).await.status, StatusCode::OK, "after {minutes} minutes");
    }
}

#[tokio::test]
async fn f24_a_function_whose_role_may_not_unwrap_signing_keys_signs_nothing() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    place.stage.keys.allow_only(&[domain::key_ring::Purpose::Sealing]);
    insta::assert_snapshot!(place.redeem(&app, &grant(&code)).await.outcome(), @r#"500 {"error":"server_error","error_description":"The request could not be answered."}"#);
    assert_eq!(place.stage.count("identity", "FAMILY#").await, 0);
}

#[tokio::test]
async fn tables_that_do_not_answer_are_503_and_consume_nothing() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    for fault in [Fault::Throttled, Fault::FailsBefore, Fault::Unreachable] {
        for operation in ["BatchGetItem", "TransactWriteItems"] {
            // As often as the SDK tries.
            for nth in 1..=3 {
                place.stage.faulty.at_operation(operation, nth, fault);
            }
            let answer = endpoint(&place.stage).send(call(&app, &grant(&code))).await;
            assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"), "{operation} {fault:?}");
            place.stage.faulty.heal();
        }
    }
    assert_eq!(place.redeem(&app, &grant(&code)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_warm_redemption_is_a_read_and_a_transaction_whether_first_or_replayed() {
    let place = place().await;
    let app = builders::client();
    place.redeem(&app, &grant("no-code")).await;
    let code = place.scene.code(&app).await;
    let operations = |report: testkit::transport::Report| report.operations.into_iter().map(|operation| operation.name).collect::<Vec<_>>();
    for attempt in ["first", "replay"] {
        place.stage.counting.reset();
        let calls = place.stage.keys.call_count();
        place.redeem(&app, &grant(&code)).await;
        assert_eq!(operations(place.stage.counting.take()), ["BatchGetItem", "TransactWriteItems"], "{attempt}");
        assert_eq!(place.stage.keys.call_count(), calls);
    }
}
