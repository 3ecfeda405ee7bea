//! Guesses at an app's secret are slowed per app and network (OAuth 2.1 §2.4.1); a right secret costs nothing and is never counted.

use domain::client::Client;
use domain::policy::{WRONG_SECRETS_PER_WINDOW, WRONG_SECRETS_WINDOW};
use http::StatusCode;
use testkit::{Answer, Call, Endpoint, builders};

use crate::support::{Place, basic, call, endpoint, grant, place};

const INVALID_CLIENT: &str =
    r#"401 {"error":"invalid_client","error_description":"The client is unknown, or did not authenticate by its registered method."}"#;

async fn guess(at: &Endpoint, client: &Client, address: &str) -> Answer {
    let call = Call::form("/token", &grant("no-code")).with("authorization", &basic(client.id.as_str(), "wrong"));
    at.send(call.from_address(address)).await
}

impl Place {
    /// A network that has guessed as often as it may, and once more.
    async fn exhausted(&self, client: &Client, address: &str) {
        for number in 0..WRONG_SECRETS_PER_WINDOW {
            assert_eq!(guess(&self.endpoint, client, address).await.outcome(), INVALID_CLIENT, "{number}");
        }
        assert_eq!(guess(&self.endpoint, client, address).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn a_network_that_guesses_too_often_waits_and_is_told_how_long() {
    let place = place().await;
    let app = builders::confidential_client();
    place.exhausted(&app, "198.51.100.7").await;
    insta::assert_snapshot!(guess(&place.endpoint, &app, "198.51.100.8").await.snapshot(), @r#"
    429
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    retry-after: 175
    vary: origin
    x-content-type-options: nosniff

    {"error":"temporarily_unavailable","error_description":"The request can not be answered at the moment. Try again soon."}
    "#);
    let code = place.scene.code(&app).await;
    let right = call(&app, &grant(&code)).from_address("198.51.100.7");
    assert_eq!(place.endpoint.send(right.clone()).await.status, StatusCode::TOO_MANY_REQUESTS, "whatever it sends");
    place.stage.clock.advance(WRONG_SECRETS_WINDOW);
    let code = place.scene.code(&app).await;
    let right = call(&app, &grant(&code)).from_address("198.51.100.7");
    assert_eq!(place.endpoint.send(right).await.status, StatusCode::OK);
}

#[tokio::test]
async fn other_networks_and_other_apps_do_not_wait() {
    let place = place().await;
    let app = builders::confidential_client();
    place.exhausted(&app, "198.51.100.7").await;
    let code = place.scene.code(&app).await;
    let elsewhere = call(&app, &grant(&code)).from_address("203.0.113.9");
    assert_eq!(place.endpoint.send(elsewhere).await.status, StatusCode::OK);
    let other = builders::client();
    let code = place.scene.code(&other).await;
    let same_network = call(&other, &grant(&code)).from_address("198.51.100.7");
    assert_eq!(place.endpoint.send(same_network).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_new_process_learns_of_the_wait_with_the_first_guess_it_sees() {
    let place = place().await;
    let app = builders::confidential_client();
    place.exhausted(&app, "198.51.100.7").await;
    let fresh = endpoint(&place.stage);
    assert_eq!(guess(&fresh, &app, "198.51.100.7").await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_right_secret_asks_the_store_for_nothing_more_and_a_known_wait_for_nothing_at_all() {
    let place = place().await;
    let app = builders::confidential_client();
    guess(&place.endpoint, &app, "203.0.113.9").await;
    place.stage.counting.reset();
    place.endpoint.send(call(&app, &grant("no-code")).from_address("198.51.100.7")).await;
    assert_eq!(place.stage.counting.take().requests(), 0);
    guess(&place.endpoint, &app, "198.51.100.7").await;
    let counted = place.stage.counting.take();
    assert_eq!((counted.requests(), counted.write_units()), (1, testkit::units::Units::whole(1)), "{counted}");
    place.exhausted(&app, "192.0.2.1").await;
    place.stage.counting.reset();
    guess(&place.endpoint, &app, "192.0.2.1").await;
    assert_eq!(place.stage.counting.take().requests(), 0);
}
