//! What an app learns about its own tokens, and that it learns nothing about others (RFC 7662 §2.2).

use std::time::Duration;

use domain::policy;
use testkit::builders;
use testkit::jwt::Shown;
use testkit::rows::Value;

use crate::support::place;

const INACTIVE: &str = r#"200 {"active":false}"#;

#[tokio::test]
async fn a_live_access_token_is_active_and_nobody_stores_the_answer() {
    let place = place().await;
    let app = builders::confidential_client();
    let (token, _) = place.scene.access_token(&app, &["openid", "email"]).await;
    let claims = Shown::read(&token).expect("a token").claims;
    let answer = place.ask(&app, &token).await;
    assert_eq!((answer.header("cache-control"), answer.header("content-type")), ("no-store", "application/json"));
    let expected = serde_json::json!({
        "active": true, "iss": "https://demo.id.example.com", "aud": "https://demo.id.example.com", "sub": place.scene.person.sub,
        "client_id": "sample-confidential", "scope": "email openid", "token_type": "Bearer",
        "exp": claims["exp"], "iat": claims["iat"], "jti": claims["jti"],
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn the_newest_refresh_token_is_active_and_others_are_not() {
    let place = place().await;
    let app = builders::confidential_client();
    let (_, refresh_token, family) = place.offline(&app).await;
    let expected = serde_json::json!({
        "active": true, "iss": "https://demo.id.example.com", "sub": place.scene.person.sub,
        "client_id": "sample-confidential", "scope": "offline_access openid",
        "exp": testkit::FixedClock::USUAL.plus(policy::REFRESH_IDLE).seconds(),
    });
    assert_eq!(place.ask(&app, &refresh_token).await.json(), expected);
    assert_eq!(place.ask(&app, &place.refresh_token(&app, &family, 1)).await.outcome(), INACTIVE);
    place.scene.revoke(&family).await;
    assert_eq!(place.ask(&app, &refresh_token).await.outcome(), INACTIVE);
}

#[tokio::test]
async fn a_revoked_expired_or_signed_out_token_is_inactive() {
    let place = place().await;
    let app = builders::confidential_client();
    let (revoked, family) = place.scene.access_token(&app, &["openid"]).await;
    let (signed_out, of_ended_session) = place.scene.access_token(&app, &["openid"]).await;
    let (token, _) = place.scene.access_token(&app, &["openid"]).await;
    let (offline, _, offline_family) = place.offline(&app).await;
    place.scene.revoke(&family).await;
    place.scene.end_session(&place.stage, &of_ended_session.session_id).await;
    place.scene.end_session(&place.stage, &offline_family.session_id).await;
    assert_eq!(place.ask(&app, &revoked).await.outcome(), INACTIVE);
    assert_eq!(place.ask(&app, &signed_out).await.outcome(), INACTIVE);
    for live in [&token, &offline] {
        assert_eq!(place.ask(&app, live).await.json()["active"], true);
    }
    place.stage.clock.advance(policy::ACCESS_TOKEN);
    assert_eq!(place.ask(&app, &token).await.outcome(), INACTIVE);
}

#[tokio::test]
async fn a_token_of_an_app_that_is_for_others_by_now_is_inactive() {
    let place = place().await;
    let app = builders::confidential_client();
    let (token, _) = place.scene.access_token(&app, &["openid"]).await;
    let (offline, _, _) = place.offline(&app).await;
    for live in [&token, &offline] {
        assert_eq!(place.ask(&app, live).await.json()["active"], true);
    }
    place.scene.close_app(&app).await;
    place.stage.clock.advance(policy::CACHE_USABLE);
    for dead in [&token, &offline] {
        assert_eq!(place.ask(&app, dead).await.outcome(), INACTIVE);
    }
}

#[tokio::test]
async fn each_watermark_ends_a_token_at_once_or_when_the_caches_have_run_out() {
    let later = testkit::FixedClock::USUAL.plus(Duration::from_millis(1)).millis().to_string();
    for (partition, cached) in [("USER#", false), ("CLIENT#", true), ("TENANT#", true)] {
        let place = place().await;
        let app = builders::confidential_client();
        let (token, _) = place.scene.access_token(&app, &["openid"]).await;
        assert_eq!(place.ask(&app, &token).await.json()["active"], true, "{partition}");
        place.scene.change_row(&place.stage, partition, "not_before", Value::N(later.clone())).await;
        if cached {
            place.stage.clock.advance(policy::CACHE_USABLE);
        }
        assert_eq!(place.ask(&app, &token).await.outcome(), INACTIVE, "{partition}");
    }
}

#[tokio::test]
async fn an_app_learns_nothing_about_tokens_that_are_not_its_own() {
    let place = place().await;
    let app = builders::confidential_client();
    let other = place.stage.second_tenant().await;
    let (of_another_app, _) = place.scene.access_token(&builders::client(), &["openid"]).await;
    let (_, refresh_token_of_another, _) = place.offline(&builders::client()).await;
    let (of_another_tenant, _) = other.access_token(&app, &["openid"]).await;
    let id_token = place.scene.old_id_token(&app, &place.scene.person.sub);
    let code = place.scene.code(&app).await;
    let mine = place.scene.access_token(&app, &["openid"]).await.0;
    let signature = mine.rfind('.').expect("a JWS") + 1;
    let mut forged = mine.clone();
    forged.replace_range(signature..=signature, if mine[signature..].starts_with('A') { "B" } else { "A" });
    for foreign in [&of_another_app, &refresh_token_of_another, &of_another_tenant, &id_token, &code, &forged, "x", "a.b.c", &"x".repeat(9000)] {
        assert_eq!(place.ask(&app, foreign).await.outcome(), INACTIVE, "{foreign}");
    }
    assert_eq!(place.ask(&app, &mine).await.json()["active"], true);
}

#[tokio::test]
async fn a_warm_introspection_is_one_read() {
    let place = place().await;
    let app = builders::confidential_client();
    let (access_token, refresh_token, _) = place.offline(&app).await;
    place.ask(&app, "x").await;
    for token in [&access_token, &refresh_token] {
        place.stage.counting.reset();
        assert_eq!(place.ask(&app, token).await.json()["active"], true);
        let report = place.stage.counting.take();
        assert_eq!((report.requests(), report.write_units()), (1, testkit::units::Units::whole(0)), "{report}");
    }
}
