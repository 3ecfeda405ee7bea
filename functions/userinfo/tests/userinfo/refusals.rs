//! A token that isn't good is answered with a challenge (RFC 6750 §3), and the good one still works.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::key_ring::Algorithm;
use domain::policy;
use http::StatusCode;
use oauth::access_token::{self, Reference};
use serde_json::{Value, json};
use testkit::{Call, builders};

use crate::support::{Place, bearer, place};

const INVALID_TOKEN: &str = r#"401 {"error":"invalid_token","error_description":"The access token is malformed, expired or revoked."}"#;

impl Place {
    async fn refuses(&self, token: &str) {
        let answer = self.ask(token).await;
        assert_eq!(answer.outcome(), INVALID_TOKEN, "{token}");
        assert!(answer.header("www-authenticate").contains(r#"error="invalid_token""#));
    }

    /// A token as this tenant's `token` function would sign it, with some claims changed.
    fn signed(&self, good: &str, typ: &str, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = testkit::jwt::Shown::read(good).expect("a token").claims;
        change(&mut claims);
        self.scene.tenant.sign(Algorithm::Es256, typ, &claims).expect("a token")
    }
}

#[tokio::test]
async fn without_a_token_there_is_a_bare_challenge() {
    let place = place().await;
    insta::assert_snapshot!(place.endpoint.get("/userinfo").await.snapshot(), @r#"
    401
    cache-control: no-store
    pragma: no-cache
    vary: origin
    www-authenticate: Bearer realm="https://demo.id.example.com"
    x-content-type-options: nosniff
    "#);
}

#[tokio::test]
async fn a_bad_token_is_told_so() {
    let place = place().await;
    insta::assert_snapshot!(place.ask("abc").await.snapshot(), @r#"
    401
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    vary: origin
    www-authenticate: Bearer realm="https://demo.id.example.com", error="invalid_token", error_description="The access token is malformed, expired or revoked."
    x-content-type-options: nosniff

    {"error":"invalid_token","error_description":"The access token is malformed, expired or revoked."}
    "#);
}

#[tokio::test]
async fn a_token_without_openid_is_good_for_less() {
    let place = place().await;
    insta::assert_snapshot!(place.ask(&place.token(&["profile", "email"]).await).await.snapshot(), @r#"
    403
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    vary: origin
    www-authenticate: Bearer realm="https://demo.id.example.com", error="insufficient_scope", error_description="The access token was not issued with the scope that this needs.", scope="openid"
    x-content-type-options: nosniff

    {"error":"insufficient_scope","error_description":"The access token was not issued with the scope that this needs."}
    "#);
}

#[tokio::test]
async fn a_token_whose_family_is_dead_is_refused() {
    let place = place().await;
    let (token, family) = place.scene.access_token(&builders::client(), &["openid"]).await;
    let other = place.token(&["openid"]).await;
    assert_eq!(place.ask(&token).await.status, StatusCode::OK);
    place.scene.revoke(&family).await;
    place.refuses(&token).await;
    assert_eq!(place.ask(&other).await.status, StatusCode::OK, "another family lives on");
}

#[tokio::test]
async fn a_token_of_a_disabled_person_or_of_before_the_watermark_is_refused() {
    let disabled = place().await;
    let token = disabled.token(&["openid"]).await;
    disabled.scene.disable(&disabled.stage).await;
    disabled.refuses(&token).await;
    let signed_out = place().await;
    let token = signed_out.token(&["openid"]).await;
    let later = testkit::FixedClock::USUAL.millis() + 1;
    signed_out.scene.change_person(&signed_out.stage, "not_before", testkit::rows::Value::N(later.to_string())).await;
    signed_out.refuses(&token).await;
}

#[tokio::test]
async fn a_token_of_an_app_that_is_for_others_by_now_is_refused() {
    let place = place().await;
    let app = builders::client();
    let token = place.token(&["openid"]).await;
    assert_eq!(place.ask(&token).await.status, StatusCode::OK);
    place.scene.close_app(&app).await;
    place.stage.clock.advance(policy::CACHE_USABLE);
    place.refuses(&token).await;
}

#[tokio::test]
async fn a_token_is_good_for_ten_minutes_whether_or_not_anything_is_swept() {
    let place = place().await;
    let token = place.token(&["openid"]).await;
    place.stage.clock.advance(policy::ACCESS_TOKEN.saturating_sub(Duration::from_millis(1)));
    assert_eq!(place.ask(&token).await.status, StatusCode::OK);
    place.stage.clock.advance(Duration::from_millis(1));
    place.refuses(&token).await;
}

#[tokio::test]
async fn a_damaged_or_unsigned_token_is_refused() {
    let place = place().await;
    let token = place.token(&["openid"]).await;
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let claims = signed.split_once('.').expect("claims").1;
    let none = crypto::base64url::encode(br#"{"alg":"none","typ":"at+jwt"}"#);
    for wrong in [
        signed.to_owned(),
        format!("{signed}."),
        format!("{signed}.{}", &signature[1..]),
        format!("{signed}.{}", signature.to_lowercase()),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{token}.x"),
    ] {
        place.refuses(&wrong).await;
    }
    assert_eq!(place.ask(&token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_of_another_type_tenant_or_audience_is_refused() {
    let place = place().await;
    let token = place.token(&["openid"]).await;
    let other = place.stage.second_tenant().await;
    let (foreign, _) = other.access_token(&builders::client(), &["openid"]).await;
    let now = testkit::FixedClock::USUAL.seconds();
    for wrong in [
        foreign.clone(),
        // What stands in an ID token, and this token's own claims as one.
        place
            .scene
            .tenant
            .sign(
                Algorithm::Es256,
                "JWT",
                &json!({"iss": place.scene.issuer(), "sub": place.scene.person.sub, "aud": "sample-public", "exp": now + 300}),
            )
            .expect("a token"),
        place.signed(&token, "JWT", |_| ()),
        place.signed(&token, access_token::TYP, |claims| claims["iss"] = json!("https://other.id.example.com")),
        place.signed(&token, access_token::TYP, |claims| claims["aud"] = json!("https://api.example")),
        place.signed(&token, access_token::TYP, |claims| claims["exp"] = json!(now)),
        place.signed(&token, access_token::TYP, |claims| claims["client_id"] = json!("sample-confidential")),
        place.signed(&token, access_token::TYP, |claims| claims["sub"] = json!("somebody")),
        place.signed(&token, access_token::TYP, |claims| claims["ref"] = Value::Null),
    ] {
        place.refuses(&wrong).await;
    }
    assert_eq!(place.ask(&place.signed(&token, access_token::TYP, |_| ())).await.status, StatusCode::OK, "signed anew without a change");
    let at_home = place.endpoint.at("other.id.example.com").send(bearer(&foreign)).await;
    assert_eq!(at_home.status, StatusCode::OK);
}

#[tokio::test]
async fn a_persons_token_for_an_api_is_refused_here() {
    let place = place().await;
    let (app, api) = (builders::client(), builders::api());
    place.scene.register_api(&api).await;
    let (token, _) = place.scene.access_token_for(&app, &api, &["openid", "read"]).await;
    place.refuses(&token).await;
    let ours = place.signed(&token, access_token::TYP, |claims| {
        claims["aud"] = json!(place.scene.issuer());
        claims["scope"] = json!("openid");
    });
    assert_eq!(place.ask(&ours).await.status, StatusCode::OK, "but for its audience and scope");
}

#[tokio::test]
async fn a_token_that_an_app_got_for_itself_is_refused_whatever_its_audience() {
    let place = place().await;
    let own = place.scene.own_token(&builders::machine(), &builders::api(), &["read"]);
    place.refuses(&own).await;
    place.refuses(&place.signed(&own, access_token::TYP, |claims| claims["aud"] = json!(place.scene.issuer()))).await;
    let persons = place.token(&["openid"]).await;
    assert_eq!(place.ask(&persons).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_artefact_of_another_kind_tenant_or_client_is_no_reference() {
    let place = place().await;
    let app = builders::client();
    let (token, family) = place.scene.access_token(&app, &["openid"]).await;
    let other = place.stage.second_tenant().await;
    let ends = testkit::FixedClock::USUAL.plus(policy::ACCESS_TOKEN);
    let reference = Reference { user_id: family.user_id.clone(), family_id: family.id.clone(), session_id: Some(family.session_id.clone()) };
    let with_reference = |sealed: String| place.signed(&token, access_token::TYP, |claims| claims["ref"] = json!(sealed));
    for sealed in [
        place.scene.seal(Kind::AccessReference, None, ends, &reference),
        place.scene.seal(Kind::AccessReference, Some(&builders::confidential_client()), ends, &reference),
        place.scene.seal(Kind::AuthorizationCode, Some(&app), ends, &reference),
        place.scene.seal(Kind::Session, None, ends, &reference),
        place.scene.seal(Kind::AccessReference, Some(&app), testkit::FixedClock::USUAL, &reference),
        place.scene.seal(
            Kind::AccessReference,
            Some(&app),
            ends,
            &Reference { family_id: domain::FamilyId::from_random([9; 16]), ..reference.clone() },
        ),
        place.scene.seal(Kind::AccessReference, Some(&app), ends, &Reference { user_id: domain::UserId::from_random([9; 16]), ..reference.clone() }),
        other.seal(Kind::AccessReference, Some(&app), ends, &reference),
        place.scene.sign_in_state(testkit::scene::request(&app)).0,
        place.scene.code(&app).await,
        "x".to_owned(),
    ] {
        place.refuses(&with_reference(sealed)).await;
    }
    let right = with_reference(place.scene.seal(Kind::AccessReference, Some(&app), ends, &reference));
    assert_eq!(place.ask(&right).await.status, StatusCode::OK);
    for sealed in [place.scene.code(&app).await, place.scene.sign_in_state(testkit::scene::request(&app)).0] {
        place.refuses(&sealed).await;
    }
}

#[tokio::test]
async fn a_token_in_the_query_or_under_another_scheme_is_not_looked_at() {
    let place = place().await;
    let token = place.token(&["openid"]).await;
    for call in [
        Call::get(format!("/userinfo?access_token={token}")),
        Call::get("/userinfo").with("authorization", &format!("Basic {token}")),
        Call::get("/userinfo").with("cookie", &format!("access_token={token}")),
        Call::form(format!("/userinfo?access_token={token}"), &[("token", &token)]),
    ] {
        let answer = place.endpoint.send(call.clone()).await;
        assert_eq!(answer.outcome(), "401 ", "{call:?}");
        assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="https://demo.id.example.com""#);
    }
}
