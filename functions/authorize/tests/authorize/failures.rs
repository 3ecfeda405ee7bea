//! What stands behind the function is down or slow (faults F12, F22, F23), and what a request costs.

use std::time::Duration;

use domain::policy;
use http::StatusCode;
use testkit::builders;
use testkit::keys::Health;
use testkit::transport::Fault;

use crate::support::{asking, endpoint, link, place};

#[tokio::test]
async fn f23_a_cold_process_without_the_key_service_answers_503_and_recovers() {
    let place = place().await;
    let app = builders::client();
    let form = asking(&app);
    place.stage.keys.be(Health::Down);
    let down = place.ask(&form).await;
    assert_eq!((down.header("retry-after"), down.header("cache-control"), down.header("location")), ("5", "no-store", ""));
    insta::assert_snapshot!(down.page(), @"
    503

    <title>We’ll be right back · Countersign
    We’ll be right back
    A service that we need isn’t answering at the moment. You did nothing wrong.
    Wait a minute, then go back to the app and try again.
    Incident number
    <incident>
    ");
    place.stage.keys.be(Health::Up);
    place.stage.clock.advance(policy::KMS_BACKOFF);
    assert_eq!(place.ask(&form).await.outcome(), "200 Sign in · Demo");
}

#[tokio::test]
async fn f22_a_warm_process_goes_on_without_the_key_service() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    assert_ne!(place.ask_in(&browser, &asking(&app)).await.returned("code"), "");
    place.stage.keys.be(Health::Down);
    for minutes in [5, 60, 65] {
        place.stage.clock.set(testkit::FixedClock::USUAL.plus(Duration::from_mins(minutes)));
        assert_ne!(place.ask_in(&browser, &asking(&app)).await.returned("code"), "", "after {minutes} minutes");
    }
}

#[tokio::test]
async fn tables_that_do_not_answer_are_503() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    for fault in [Fault::Throttled, Fault::FailsBefore, Fault::Unreachable] {
        for operation in ["GetItem", "BatchGetItem"] {
            // As often as the SDK tries each of those that run beside one another.
            for nth in 1..=9 {
                place.stage.faulty.at_operation(operation, nth, fault);
            }
            let answer = endpoint(&place.stage).send(testkit::Call::get(link(&asking(&app))).with_cookies(&browser)).await;
            assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"), "{operation} {fault:?}");
            place.stage.faulty.heal();
        }
    }
    assert_ne!(place.ask_in(&browser, &asking(&app)).await.returned("code"), "");
}

#[tokio::test]
async fn a_warm_request_costs_nothing_without_a_session_and_one_read_with_one() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    place.ask(&asking(&app)).await;
    place.stage.counting.reset();
    let calls = place.stage.keys.call_count();
    place.ask(&asking(&app)).await;
    assert_eq!(place.stage.counting.take().requests(), 0);
    place.ask_in(&browser, &asking(&app)).await;
    let operations: Vec<String> = place.stage.counting.take().operations.into_iter().map(|operation| operation.name).collect();
    assert_eq!(operations, ["BatchGetItem"]);
    assert_eq!(place.stage.keys.call_count(), calls);
}
