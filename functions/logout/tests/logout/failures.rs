//! What stands behind the function is down, and what a request costs.

use http::{Method, StatusCode};
use testkit::transport::Fault;
use testkit::{Call, units::Units};

use crate::support::{BYE, endpoint, link, place};

#[tokio::test]
async fn tables_that_do_not_answer_are_503_and_end_nothing() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    let form = vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE)];
    for operation in ["BatchGetItem", "TransactWriteItems"] {
        for nth in 1..=9 {
            place.stage.faulty.at_operation(operation, nth, Fault::FailsBefore);
        }
        let answer = endpoint(&place.stage).send(Call::get(link(&form)).with_cookies(&browser)).await;
        assert_eq!(
            (answer.status, answer.header("retry-after"), answer.header("location")),
            (StatusCode::SERVICE_UNAVAILABLE, "5", ""),
            "{operation}"
        );
        place.stage.faulty.heal();
        assert_eq!(place.ended(&session).await, (false, 0), "{operation}");
    }
    assert_eq!(place.ask(&browser, &form).await.outcome(), "303 https://app.example/bye");
}

#[tokio::test]
async fn an_answer_that_was_lost_ends_the_session_once() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    place.stage.faulty.at_operation("TransactWriteItems", 1, Fault::AnswerLost);
    let answer = place.ask(&browser, &vec![("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]).await;
    assert_eq!(answer.outcome(), "303 https://app.example/bye");
    assert_eq!(place.ended(&session).await, (true, 1));
}

#[tokio::test]
async fn a_warm_logout_is_one_read_and_one_transaction_of_five_units() {
    let place = place().await;
    let (session, browser) = place.signed_in().await;
    let hint = place.id_token(&session, &[]);
    let form = vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE)];
    place.ask(&testkit::CookieJar::default(), &form).await;
    let calls = place.stage.keys.call_count();
    place.stage.counting.reset();
    place.ask(&browser, &form).await;
    let report = place.stage.counting.take();
    let operations: Vec<&str> = report.operations.iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(operations, ["BatchGetItem", "TransactWriteItems"]);
    assert_eq!((report.write_units(), place.stage.keys.call_count()), (Units::whole(5), calls));
}

#[tokio::test]
async fn other_methods_and_other_hosts_are_refused() {
    let place = place().await;
    let answer = place.endpoint.send(Call::new(Method::PUT, "/logout")).await;
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, POST"));
    assert_eq!(place.endpoint.at("nobody.id.example.com").get("/logout").await.outcome(), "404 There’s nothing here · Countersign");
}
