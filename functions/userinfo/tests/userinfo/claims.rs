//! What an app learns: claims of granted scopes, absent where unknown (OpenID Connect Core §5.3.2, §5.4).

use crypto::jws;
use domain::key_ring::Algorithm;
use http::{Method, StatusCode};
use testkit::jwt::Shown;
use testkit::rows::Value;
use testkit::{Call, FixedClock, builders};

use crate::support::{Place, bearer, place};

impl Place {
    /// The claims, with the sub that every answer has named.
    async fn learned(&self, scopes: &[&str]) -> String {
        let answer = self.ask(&self.token(scopes).await).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.body.replace(&self.scene.person.sub, "<ada>")
    }
}

#[tokio::test]
async fn everything_is_learned_with_every_scope() {
    let place = place().await;
    let mut answer = place.ask(&place.token(&["openid", "profile", "email"]).await).await;
    answer.body = answer.body.replace(&place.scene.person.sub, "<ada>");
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    vary: origin
    x-content-type-options: nosniff

    {"sub":"<ada>","name":"Ada Lovelace","given_name":"Ada","family_name":"Lovelace","preferred_username":"ada","zoneinfo":"Europe/London","locale":"en","updated_at":1795357925,"email":"ada@example.com","email_verified":true}
    "#);
}

#[tokio::test]
async fn each_scope_adds_its_own_claims() {
    let place = place().await;
    insta::assert_snapshot!(place.learned(&["openid"]).await, @r#"{"sub":"<ada>"}"#);
    insta::assert_snapshot!(place.learned(&["openid", "email"]).await, @r#"{"sub":"<ada>","email":"ada@example.com","email_verified":true}"#);
    insta::assert_snapshot!(place.learned(&["openid", "profile"]).await, @r#"{"sub":"<ada>","name":"Ada Lovelace","given_name":"Ada","family_name":"Lovelace","preferred_username":"ada","zoneinfo":"Europe/London","locale":"en","updated_at":1795357925}"#);
}

#[tokio::test]
async fn what_is_unknown_is_left_out_and_never_null() {
    let place = place().await;
    place.scene.change_person(&place.stage, "profile", Value::M(std::collections::HashMap::new())).await;
    place.scene.change_person(&place.stage, "email", Value::Null(true)).await;
    insta::assert_snapshot!(place.learned(&["openid", "profile", "email"]).await, @r#"{"sub":"<ada>","preferred_username":"ada","updated_at":1795357925}"#);
}

#[tokio::test]
async fn a_token_may_stand_in_the_header_or_in_a_posted_form() {
    let place = place().await;
    let token = place.token(&["openid"]).await;
    let header = format!("Bearer {token}");
    for call in [
        bearer(&token),
        Call::get("/userinfo").with("authorization", &format!("bEARER  {token}")),
        Call::new(Method::POST, "/userinfo").with("authorization", &header),
        Call::form("/userinfo", &[]).with("authorization", &header),
        Call::form("/userinfo", &[("access_token", &token)]),
    ] {
        let answer = place.endpoint.send(call.clone()).await;
        assert_eq!((answer.status, answer.text_of("sub")), (StatusCode::OK, place.scene.person.sub.clone()), "{call:?}");
    }
    let head = place.endpoint.send(Call::new(Method::HEAD, "/userinfo").with("authorization", &header)).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn the_sub_is_the_one_of_the_token() {
    let place = place().await;
    let (token, _) = place.scene.access_token(&builders::confidential_client(), &["openid"]).await;
    let claims = testkit::jwt::Shown::read(&token).expect("a token").claims;
    assert_eq!(place.ask(&token).await.json()["sub"], claims["sub"]);
}

#[tokio::test]
async fn a_client_that_registered_so_gets_its_claims_signed() {
    let place = place().await;
    for algorithm in [Algorithm::Es256, Algorithm::Rs256] {
        let id = domain::ClientId::parse(algorithm.as_str()).expect("an id");
        let app = domain::client::Client { id, userinfo_signed_response_alg: Some(algorithm), ..builders::client() };
        place.scene.register(&app).await;
        let (token, family) = place.scene.access_token(&app, &["openid", "email"]).await;
        let answer = place.ask(&token).await;
        assert_eq!((answer.status, answer.header("content-type"), answer.header("cache-control")), (StatusCode::OK, "application/jwt", "no-store"));
        let claims = jws::verify_with_set(place.scene.tenant.verifying_keys(), "userinfo+jwt", &answer.body).expect("signed by this tenant");
        let expected = serde_json::json!({
            "iss": place.scene.issuer(), "aud": app.id, "iat": FixedClock::USUAL.seconds(),
            "sub": place.scene.person.sub, "email": "ada@example.com", "email_verified": true,
        });
        assert_eq!(serde_json::Value::from(claims), expected);
        let header = Shown::read(&answer.body).expect("a token").header;
        assert_eq!((header["alg"].as_str(), header["typ"].as_str()), (Some(algorithm.as_str()), Some("userinfo+jwt")));
        // It is neither an ID token nor an access token, and a refusal stays JSON.
        assert!(jws::verify_with_set(place.scene.tenant.verifying_keys(), "JWT", &answer.body).is_err());
        assert_eq!(place.ask(&answer.body).await.status, StatusCode::UNAUTHORIZED);
        place.scene.revoke(&family).await;
        let refused = place.ask(&token).await;
        assert_eq!((refused.status, refused.header("content-type")), (StatusCode::UNAUTHORIZED, "application/json"));
    }
    assert_eq!(place.ask(&place.token(&["openid"]).await).await.header("content-type"), "application/json", "nobody else does");
}

#[tokio::test]
async fn address_and_phone_are_learned_with_their_scopes() {
    let place = place().await;
    let text = |text: &str| Value::S(text.to_owned());
    let phone = Value::M([("number".to_owned(), text("+44 20 7946 0000")), ("verified".to_owned(), Value::Bool(true))].into());
    let address = Value::M([("locality".to_owned(), text("London"))].into());
    place.scene.change_person(&place.stage, "profile", Value::M([("phone".to_owned(), phone), ("address".to_owned(), address)].into())).await;
    insta::assert_snapshot!(place.learned(&["openid", "address"]).await, @r#"{"sub":"<ada>","address":{"locality":"London"}}"#);
    insta::assert_snapshot!(place.learned(&["openid", "phone"]).await, @r#"{"sub":"<ada>","phone_number":"+44 20 7946 0000","phone_number_verified":true}"#);
    insta::assert_snapshot!(place.learned(&["openid", "email"]).await, @r#"{"sub":"<ada>","email":"ada@example.com","email_verified":true}"#);
}
