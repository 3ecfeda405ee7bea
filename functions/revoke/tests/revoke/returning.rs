//! A token that is given back ends its family (RFC 7009 §2.1); whatever isn't the app's own changes nothing (§2.2).

use domain::policy;
use futures_util::future::join_all;
use http::{Method, StatusCode};
use testkit::builders;
use testkit::rows::text;
use testkit::{Call, TokenPlace, malformed};

use crate::support::place;

const INVALID_CLIENT: &str =
    r#"401 {"error":"invalid_client","error_description":"The client is unknown, or did not authenticate by its registered method."}"#;
const INVALID_REQUEST: &str =
    r#"{"error":"invalid_request","error_description":"A required parameter is missing, or a parameter is malformed, too long or not supported."}"#;

async fn family_states(place: &TokenPlace) -> String {
    let rows = place.stage.rows("identity").await;
    let states: Vec<_> = rows.iter().filter(|row| text(row, "sk").starts_with("FAMILY#")).map(|row| text(row, "state").to_owned()).collect();
    states.join(",")
}

async fn revocations(place: &TokenPlace) -> usize {
    place.stage.event_types().await.iter().filter(|kind| *kind == "grant.revoked").count()
}

#[tokio::test]
async fn an_access_token_or_a_refresh_token_that_is_given_back_ends_the_family() {
    for app in [builders::client(), builders::confidential_client()] {
        for refresh in [false, true] {
            let place = place().await;
            let (access_token, refresh_token, _) = place.offline(&app).await;
            let token = if refresh { &refresh_token } else { &access_token };
            let answer = place.ask(&app, token).await;
            insta::allow_duplicates! {
                insta::assert_snapshot!(answer.snapshot(), @r"
                200
                cache-control: no-store
                pragma: no-cache
                vary: origin
                x-content-type-options: nosniff
                ");
            }
            assert_eq!((family_states(&place).await.as_str(), revocations(&place).await), ("revoked", 1));
            assert_eq!(place.ask(&app, token).await.status, StatusCode::OK, "a second time");
            assert_eq!(revocations(&place).await, 1, "it died once");
        }
    }
}

#[tokio::test]
async fn a_replaced_refresh_token_ends_the_family_too() {
    let place = place().await;
    let app = builders::client();
    let (_, _, family) = place.offline(&app).await;
    assert_eq!(place.ask(&app, &place.refresh_token(&app, &family, 7)).await.status, StatusCode::OK);
    assert_eq!(family_states(&place).await, "revoked");
}

#[tokio::test]
async fn what_is_not_the_apps_own_is_answered_alike_and_changes_nothing() {
    let place = place().await;
    let (app, other) = (builders::client(), builders::confidential_client());
    let elsewhere = place.stage.second_tenant().await;
    let (access_token, refresh_token, _) = place.offline(&other).await;
    let (of_another_tenant, _) = elsewhere.access_token(&app, &["openid"]).await;
    let code = place.scene.code(&app).await;
    for foreign in [&access_token, &refresh_token, &of_another_tenant, &code, "x", "a.b.c"] {
        let answer = place.ask(&app, foreign).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""), "{foreign}");
    }
    assert_eq!((family_states(&place).await.as_str(), revocations(&place).await), ("active,active", 0));
    let (expired, _) = place.scene.access_token(&app, &["openid"]).await;
    place.stage.clock.advance(policy::ACCESS_TOKEN);
    assert_eq!(place.ask(&app, &expired).await.status, StatusCode::OK);
    assert_eq!(revocations(&place).await, 0);
    assert_eq!(place.ask(&other, &refresh_token).await.status, StatusCode::OK);
    assert_eq!(revocations(&place).await, 1, "its own app may");
}

#[tokio::test]
async fn an_app_that_does_not_authenticate_gives_nothing_back() {
    let place = place().await;
    let app = builders::confidential_client();
    let (token, _, _) = place.offline(&app).await;
    let unauthenticated = Call::form("/revoke", &[("token", &token), ("client_id", app.id.as_str())]);
    assert_eq!(place.endpoint.send(unauthenticated).await.outcome(), INVALID_CLIENT);
    let wrong = Call::form("/revoke", &[("token", &token)]).with("authorization", "Basic c2FtcGxlLWNvbmZpZGVudGlhbDp3cm9uZw==");
    assert_eq!(place.endpoint.send(wrong).await.outcome(), INVALID_CLIENT);
    assert_eq!(family_states(&place).await, "active");
    assert_eq!(place.ask(&app, &token).await.status, StatusCode::OK);
    assert_eq!(family_states(&place).await, "revoked");
}

#[tokio::test]
async fn a_request_without_a_token_or_that_is_no_form_is_refused() {
    let place = place().await;
    let app = builders::client();
    assert_eq!(place.endpoint.send(place.call(&app, &vec![("token", "")])).await.outcome(), format!("400 {INVALID_REQUEST}"));
    for (malformed, status) in malformed::forms("/revoke") {
        assert_eq!(place.endpoint.send(malformed.clone()).await.outcome(), format!("{status} {INVALID_REQUEST}"), "{malformed:?}");
    }
    for method in [Method::GET, Method::PUT] {
        let answer = place.endpoint.send(Call::new(method, "/revoke?token=x")).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    }
}

#[tokio::test]
async fn a_token_that_an_app_got_for_itself_is_refused_honestly() {
    let place = place().await;
    let (machine, api) = (builders::machine(), builders::api());
    let other = domain::client::Client { id: domain::ClientId::parse("other-machine").expect("an id"), ..machine.clone() };
    place.scene.register_api(&api).await;
    for app in [&machine, &other] {
        place.scene.register(app).await;
    }
    let token = place.scene.own_token(&machine, &api, &["read"]);
    insta::assert_snapshot!(place.ask(&machine, &token).await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    vary: origin
    x-content-type-options: nosniff

    {"error":"unsupported_token_type","error_description":"Tokens of this kind can not be revoked. This one ends by its expiry."}
    "#);
    assert_eq!(place.ask(&other, &token).await.status, StatusCode::OK, "another app learns nothing about it");
    place.stage.clock.advance(policy::ACCESS_TOKEN);
    assert_eq!(place.ask(&machine, &token).await.status, StatusCode::OK, "it is dead by now");
}

#[tokio::test]
async fn of_fifty_at_once_one_ends_the_family() {
    let place = place().await;
    let app = builders::client();
    let (token, _, _) = place.offline(&app).await;
    let answers = join_all((0..50).map(|_| place.ask(&app, &token))).await;
    assert!(answers.iter().all(|answer| answer.status == StatusCode::OK));
    assert_eq!((family_states(&place).await.as_str(), revocations(&place).await), ("revoked", 1));
}

#[tokio::test]
async fn a_warm_revocation_is_one_transaction_of_five_units() {
    let place = place().await;
    let app = builders::client();
    let (token, _, _) = place.offline(&app).await;
    place.ask(&app, "x").await;
    place.stage.counting.reset();
    place.ask(&app, &token).await;
    let report = place.stage.counting.take();
    assert_eq!((report.requests(), report.write_units()), (1, testkit::units::Units::whole(5)), "{report}");
}
