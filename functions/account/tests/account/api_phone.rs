//! The account API: the telephone number.

use domain::policy;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::PersonKeys;
use testkit::builders;

use crate::api::{App, problem};
use crate::support::place;

const NUMBER: &str = "+4915123456789";

impl App {
    async fn code(&self) -> String {
        let keys = PersonKeys::of(self.place.scene.person.id.clone()).with_phone_code();
        let code = self.place.scene.home().read_person(&keys).await.expect("a read").phone_code.expect("a code");
        self.place.scene.tenant.code_of(&code.event).expect("keys").expose().clone()
    }

    async fn refused(&self, method: Method, body: Option<Value>) -> (StatusCode, String) {
        let answer = self.send(method, "phone", body).await;
        (answer.status, problem(&answer))
    }
}

fn wanted(number: &str) -> Value {
    json!({ "phone_number": number })
}

fn typed(code: &str) -> Value {
    json!({ "code": code })
}

#[tokio::test]
async fn a_number_is_sent_a_code_proved_by_it_and_removed() {
    let app = App::new().await;
    let asked = app.send(Method::POST, "phone", Some(wanted("+49 151 23456789"))).await;
    assert_eq!((asked.status, &asked.json()["pending_phone_number"]), (StatusCode::ACCEPTED, &json!(NUMBER)));
    assert_eq!(app.get("profile").await["phone_number"], Value::Null);
    let proved = app.send(Method::PUT, "phone", Some(typed(&app.code().await))).await;
    assert_eq!((proved.status, &proved.json()["phone_number"]), (StatusCode::OK, &json!(NUMBER)));
    let shown = app.get("profile").await;
    assert_eq!((&shown["phone_number_verified"], &shown["pending_phone_number"]), (&json!(true), &Value::Null));
    assert_eq!(app.send(Method::DELETE, "phone", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.ada().await.profile.phone, None);
    assert_eq!(app.refused(Method::DELETE, None).await, (StatusCode::CONFLICT, "conflict".to_owned()));
}

#[tokio::test]
async fn each_refusal_of_a_number_or_a_code_has_a_name() {
    let app = App::new().await;
    let unprocessable = |slug: &str| (StatusCode::UNPROCESSABLE_ENTITY, slug.to_owned());
    let malformed = (StatusCode::BAD_REQUEST, "malformed".to_owned());
    for body in
        [None, Some(json!({ "phone": NUMBER })), Some(json!({ "phone_number": 49 })), Some(json!({ "phone_number": NUMBER, "verified": true }))]
    {
        assert_eq!(app.refused(Method::POST, body).await, malformed);
    }
    assert_eq!(app.refused(Method::PUT, Some(json!({ "code": 123_456 }))).await, malformed);
    assert_eq!(app.refused(Method::POST, Some(wanted("0151"))).await, unprocessable("invalid-phone"));
    assert_eq!(app.refused(Method::PUT, Some(typed("123456"))).await, unprocessable("dead-code"));
    app.send(Method::POST, "phone", Some(wanted(NUMBER))).await;
    let code = app.code().await;
    let wrong = if code == "123456" { "654321" } else { "123456" };
    for _ in 0..policy::PHONE_CODE_ATTEMPTS {
        assert_eq!(app.refused(Method::PUT, Some(typed(wrong))).await, unprocessable("wrong-code"));
    }
    assert_eq!(app.refused(Method::PUT, Some(typed(&code))).await, unprocessable("dead-code"));
    app.send(Method::POST, "phone", Some(wanted(NUMBER))).await;
    app.send(Method::PUT, "phone", Some(typed(&app.code().await))).await;
    assert_eq!(app.refused(Method::POST, Some(wanted(NUMBER))).await, unprocessable("same-phone"));
    app.send(Method::POST, "phone", Some(wanted("+447700900123"))).await;
    let answer = app.send(Method::POST, "phone", Some(wanted("+447700900124"))).await;
    assert_eq!((answer.status, problem(&answer).as_str()), (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts"));
    assert!(!answer.header("retry-after").is_empty());
}

#[tokio::test]
async fn another_number_or_none_wants_a_sign_in_of_just_now() {
    let place = place().await;
    let session = place.scene.session().await;
    place.stage.clock.advance(policy::FRESH_SIGN_IN);
    let (token, _) = place.scene.access_token_in(&session, &builders::client(), &["openid", "account"]).await;
    let app = App { place, token };
    for (method, body) in [(Method::POST, Some(wanted(NUMBER))), (Method::DELETE, None)] {
        assert_eq!(app.refused(method, body).await, (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned()));
    }
}
