//! What stands behind the function is down or slow (faults F11, F12, F22, F23, F32): nothing is half done.

use std::time::Duration;

use domain::policy;
use http::StatusCode;
use testkit::builders;
use testkit::keys::Health;
use testkit::scene::request;
use testkit::transport::{Crash, Fault};

use crate::support::{Page, endpoint, place};

#[tokio::test]
async fn f23_a_cold_process_without_the_key_service_answers_503_and_recovers() {
    let place = place().await;
    let page = place.page();
    place.stage.keys.be(Health::Down);
    let down = place.sign_in_rightly(&page).await;
    assert_eq!((down.header("retry-after"), down.header("cache-control")), ("5", "no-store"));
    insta::assert_snapshot!(down.page(), @"
    503

    <title>We’ll be right back · Countersign
    We’ll be right back
    A service that we need isn’t answering at the moment. You did nothing wrong.
    Wait a minute, then go back to the app and try again.
    Incident number
    <incident>
    ");
    assert_eq!(place.endpoint.send(page.consent("allow")).await.status, StatusCode::SERVICE_UNAVAILABLE);
    place.stage.keys.be(Health::Up);
    place.stage.clock.advance(policy::KMS_BACKOFF);
    assert_eq!(place.sign_in_rightly(&page).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn f22_a_warm_process_goes_on_without_the_key_service() {
    let place = place().await;
    assert_eq!(place.sign_in_rightly(&place.page()).await.status, StatusCode::SEE_OTHER);
    place.stage.keys.be(Health::Down);
    for minutes in [5, 60, 65] {
        place.stage.clock.set(testkit::FixedClock::USUAL.plus(Duration::from_mins(minutes)));
        assert_eq!(place.sign_in_rightly(&place.page()).await.status, StatusCode::SEE_OTHER, "after {minutes} minutes");
    }
}

#[tokio::test]
async fn a_retry_inside_the_sdk_knows_its_own_write() {
    for fault in [Fault::AnswerLost, Fault::FailsAfter, Fault::Conflict, Fault::Throttled] {
        let place = place().await;
        place.stage.faulty.at_operation("TransactWriteItems", 1, fault);
        let answer = place.sign_in_rightly(&place.page()).await;
        assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 3, "{fault:?}");
        assert_eq!((place.sessions().await, place.events("session.started").await.len()), (1, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn tables_that_do_not_answer_are_503_and_the_page_is_still_good() {
    let place = place().await;
    let page = place.page();
    for operation in ["BatchGetItem", "GetItem", "UpdateItem", "TransactWriteItems"] {
        // As often as the SDK tries each of those that run beside one another.
        for nth in 1..=9 {
            place.stage.faulty.at_operation(operation, nth, Fault::FailsBefore);
        }
        let answer = endpoint(&place.stage).send(page.sign_in("ada", builders::PASSWORD)).await;
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"), "{operation}");
        place.stage.faulty.heal();
    }
    assert_eq!(place.sessions().await, 0);
    assert_eq!(place.sign_in_rightly(&page).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_function_killed_at_any_request_leaves_a_page_that_still_leads_on() {
    // Warm: reservation and look-up, the account, the transaction.
    for nth in 1..=4 {
        for crash in [Crash::Before, Crash::After] {
            let place = place().await;
            place.scene.allow(&builders::client(), &["openid"]).await;
            place.sign_in(&place.page(), "", "").await;
            let page = place.page();
            place.stage.faulty.crash_at(nth, crash);
            assert!(place.stage.faulty.until_crash(place.sign_in_rightly(&page)).await.is_err(), "{nth} {crash:?}");
            place.stage.faulty.heal();
            let committed = place.sessions().await;
            assert_eq!(committed, usize::from(nth == 4 && crash == Crash::After), "{nth} {crash:?}");
            let again = endpoint(&place.stage).send(page.sign_in("ada", builders::PASSWORD)).await;
            assert_eq!(again.status, StatusCode::SEE_OTHER, "{nth} {crash:?}");
            assert_eq!(again.returned("client_id").is_empty(), committed == 0, "after the commit it is a fresh authorize");
            assert_eq!(place.sessions().await, 1, "{nth} {crash:?}");
        }
    }
}

#[tokio::test]
async fn a_warm_sign_in_is_four_requests_in_a_chain_of_three_and_a_consent_two() {
    let place = place().await;
    place.sign_in(&place.page(), "", "").await;
    place.stage.counting.reset();
    let calls = place.stage.keys.call_count();
    assert_eq!(place.sign_in_rightly(&place.page()).await.status, StatusCode::SEE_OTHER);
    let report = place.stage.counting.take();
    assert_eq!((report.requests(), report.longest_chain()), (4, 3), "{report}");
    let session = place.scene.session().await;
    let (state, browser) = place.scene.consent_state(request(&builders::client()), &session);
    place.stage.counting.reset();
    assert_eq!(place.endpoint.send(Page { state, browser }.consent("allow")).await.status, StatusCode::SEE_OTHER);
    let report = place.stage.counting.take();
    assert_eq!((report.requests(), report.longest_chain()), (2, 2), "{report}");
    assert_eq!(place.stage.keys.call_count(), calls);
}
