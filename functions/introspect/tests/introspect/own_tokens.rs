//! What an app learns about its tokens for an API; where it got one for itself (RFC 6749 §4.4) there is neither person nor family, and memory decides.

use std::time::Duration;

use domain::client::Client;
use domain::{ClientId, policy};
use testkit::TokenPlace;
use testkit::builders::{self, AUDIENCE};
use testkit::jwt::Shown;
use testkit::rows::Value;

use crate::support::place;

const INACTIVE: &str = r#"200 {"active":false}"#;

async fn machine_place() -> (TokenPlace, Client, String) {
    let place = place().await;
    let (machine, api) = (builders::machine(), builders::api());
    place.scene.register_api(&api).await;
    place.scene.register(&machine).await;
    let token = place.scene.own_token(&machine, &api, &["read"]);
    (place, machine, token)
}

#[tokio::test]
async fn an_apps_own_token_is_active_until_it_expires() {
    let (place, machine, token) = machine_place().await;
    let claims = Shown::read(&token).expect("a token").claims;
    let expected = serde_json::json!({
        "active": true, "iss": "https://demo.id.example.com", "aud": AUDIENCE, "sub": "client:sample-machine", "client_id": "sample-machine",
        "scope": "read", "token_type": "Bearer", "exp": claims["exp"], "iat": claims["iat"], "jti": claims["jti"],
    });
    assert_eq!(place.ask(&machine, &token).await.json(), expected);
    place.stage.clock.advance(policy::ACCESS_TOKEN);
    assert_eq!(place.ask(&machine, &token).await.outcome(), INACTIVE);
}

#[tokio::test]
async fn each_watermark_ends_an_apps_own_token_when_the_caches_have_run_out() {
    // A token says when it was issued in whole seconds.
    let later = testkit::FixedClock::USUAL.plus(Duration::from_secs(1)).millis().to_string();
    for partition in ["CLIENT#", "TENANT#", "API#"] {
        let (place, machine, token) = machine_place().await;
        assert_eq!(place.ask(&machine, &token).await.json()["active"], true, "{partition}");
        place.scene.change_row(&place.stage, partition, "not_before", Value::N(later.clone())).await;
        place.stage.clock.advance(policy::CACHE_USABLE);
        assert_eq!(place.ask(&machine, &token).await.outcome(), INACTIVE, "{partition}");
    }
}

#[tokio::test]
async fn what_an_api_forgets_makes_tokens_that_had_it_inactive() {
    let (place, machine, token) = machine_place().await;
    let wide = place.scene.own_token(&machine, &builders::api(), &["read", "write"]);
    place.scene.change_row(&place.stage, "API#", "scopes", Value::L(vec![Value::S("read".to_owned())])).await;
    assert_eq!(place.ask(&machine, &wide).await.outcome(), INACTIVE);
    assert_eq!(place.ask(&machine, &token).await.json()["active"], true);
}

#[tokio::test]
async fn an_app_learns_nothing_about_the_own_token_of_another() {
    let (place, machine, token) = machine_place().await;
    let other = Client { id: ClientId::parse("other-machine").expect("an id"), ..machine.clone() };
    place.scene.register(&other).await;
    assert_eq!(place.ask(&other, &token).await.outcome(), INACTIVE);
    let elsewhere = place.stage.second_tenant().await;
    let foreign = elsewhere.own_token(&machine, &builders::api(), &["read"]);
    assert_eq!(place.ask(&machine, &foreign).await.outcome(), INACTIVE);
    assert_eq!(place.ask(&machine, &token).await.json()["active"], true);
}

#[tokio::test]
async fn a_warm_introspection_of_an_apps_own_token_reads_nothing() {
    let (place, machine, token) = machine_place().await;
    place.ask(&machine, &token).await;
    place.stage.counting.reset();
    assert_eq!(place.ask(&machine, &token).await.json()["active"], true);
    assert_eq!(place.stage.counting.take().requests(), 0);
}

#[tokio::test]
async fn a_persons_token_for_an_api_is_active_until_its_family_dies_or_the_api_was_cut_off() {
    let place = place().await;
    let (app, api) = (builders::confidential_client(), builders::api());
    place.scene.register_api(&api).await;
    let (token, _) = place.scene.access_token_for(&app, &api, &["openid", "read"]).await;
    let (revoked, family) = place.scene.access_token_for(&app, &api, &["openid", "read"]).await;
    let answer = place.ask(&app, &token).await.json();
    assert_eq!((&answer["active"], &answer["aud"], &answer["scope"]), (&true.into(), &AUDIENCE.into(), &"read".into()));
    place.scene.revoke(&family).await;
    assert_eq!(place.ask(&app, &revoked).await.outcome(), INACTIVE);
    let gone = domain::api::Api { audience: domain::api::Audience::parse("https://gone.example").expect("an audience"), ..api };
    let (of_nobody, _) = place.scene.access_token_for(&app, &gone, &["openid", "read"]).await;
    assert_eq!(place.ask(&app, &of_nobody).await.outcome(), INACTIVE);
    let later = testkit::FixedClock::USUAL.plus(Duration::from_millis(1)).millis().to_string();
    place.scene.change_row(&place.stage, "API#", "not_before", Value::N(later)).await;
    place.stage.clock.advance(policy::CACHE_USABLE);
    assert_eq!(place.ask(&app, &token).await.outcome(), INACTIVE);
}
