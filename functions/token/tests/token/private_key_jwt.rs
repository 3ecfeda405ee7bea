//! `private_key_jwt` (RFC 7523, OpenID Connect Core §9): signed by the app's own key, for this server, for a short time, once.

use std::time::Duration;

use domain::client::{Client, SecurityProfile};
use futures_util::future::join_all;
use http::StatusCode;
use runtime::Clock;
use serde_json::{Value, json};
use testkit::assertion::{self, Signer, authenticated};
use testkit::builders::CLIENT_SECRET;
use testkit::form::Form;
use testkit::transport::Fault;
use testkit::units::Units;
use testkit::{Answer, Call, FixedClock, builders};

use crate::support::{Place, basic, grant, place, refresh, with, without};

const ISSUER: &str = "https://demo.id.example.com";
const INVALID_CLIENT: &str =
    r#"401 {"error":"invalid_client","error_description":"The client is unknown, or did not authenticate by its registered method."}"#;
const INVALID_REQUEST: &str = r#"400 {"error":"invalid_request","error_description":"A required parameter is missing, or a parameter is malformed, too long or not supported."}"#;

impl Place {
    async fn keyed(&self, profile: SecurityProfile) -> Client {
        let app = assertion::client(profile);
        self.scene.register(&app).await;
        app
    }

    fn claims(&self, app: &Client, jti: &str) -> Value {
        assertion::claims(app, ISSUER, jti, self.stage.clock.now())
    }

    async fn post(&self, form: &Form<'_>) -> Answer {
        self.endpoint.send(Call::form("/token", form)).await
    }

    async fn redeem_with(&self, code: &str, assertion: &str) -> Answer {
        self.post(&authenticated(&grant(code), assertion)).await
    }
}

#[tokio::test]
async fn an_app_is_authenticated_by_either_of_its_keys_with_or_without_its_client_id_beside() {
    let place = place().await;
    for profile in [SecurityProfile::Oidc, SecurityProfile::OAuth21] {
        let app = place.keyed(profile).await;
        for (number, signer) in [Signer::Own, Signer::OwnRsa].into_iter().enumerate() {
            let code = place.scene.code(&app).await;
            let assertion = assertion::signed(signer, &place.claims(&app, &format!("j-{number}")));
            let form = authenticated(&grant(&code), &assertion);
            let form = if number == 0 { form } else { with(&form, "client_id", app.id.as_str()) };
            let answer = place.post(&form).await;
            assert_eq!(answer.status, StatusCode::OK, "{profile:?} {signer:?}: {}", answer.outcome());
        }
    }
}

#[tokio::test]
async fn an_assertion_is_used_once_and_whoever_replays_it_changes_nothing() {
    let place = place().await;
    let app = place.keyed(SecurityProfile::OAuth21).await;
    let (first, second) = (place.scene.code(&app).await, place.scene.code(&app).await);
    let assertion = assertion::signed(Signer::Own, &place.claims(&app, "once"));
    assert_eq!(place.redeem_with(&first, &assertion).await.status, StatusCode::OK);
    assert_eq!(place.redeem_with(&second, &assertion).await.outcome(), INVALID_CLIENT);
    assert_eq!(place.redeem_with(&first, &assertion).await.outcome(), INVALID_CLIENT, "nor is this a replay of the code by its client");
    assert_eq!(place.family_state().await, "active");
    let another = assertion::signed(Signer::Own, &place.claims(&app, "twice"));
    assert_eq!(place.redeem_with(&second, &another).await.status, StatusCode::OK);
}

#[tokio::test]
async fn of_fifty_uses_at_once_one_counts_and_each_app_has_names_of_its_own() {
    let place = place().await;
    let (app, other) = (place.keyed(SecurityProfile::OAuth21).await, place.keyed(SecurityProfile::Oidc).await);
    let assertion = assertion::signed(Signer::Own, &place.claims(&app, "same"));
    let codes = join_all((0..50).map(|_| place.scene.code(&app))).await;
    let answers = join_all(codes.iter().map(|code| place.redeem_with(code, &assertion))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::OK).count(), 1);
    assert!(answers.iter().filter(|answer| answer.status != StatusCode::OK).all(|answer| answer.outcome() == INVALID_CLIENT));
    let code = place.scene.code(&other).await;
    let assertion = assertion::signed(Signer::Own, &place.claims(&other, "same"));
    assert_eq!(place.redeem_with(&code, &assertion).await.status, StatusCode::OK);
}

#[tokio::test]
async fn f11_a_claim_whose_answer_was_lost_inside_the_sdk_knows_itself() {
    for fault in [Fault::AnswerLost, Fault::FailsAfter] {
        let place = place().await;
        let app = place.keyed(SecurityProfile::OAuth21).await;
        let code = place.scene.code(&app).await;
        place.stage.faulty.at_operation("PutItem", 1, fault);
        let assertion = assertion::signed(Signer::Own, &place.claims(&app, "j"));
        assert_eq!(place.redeem_with(&code, &assertion).await.status, StatusCode::OK, "{fault:?}");
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_an_assertion_the_app_is_not_authenticated_and_nothing_is_consumed() {
    let place = place().await;
    let app = place.keyed(SecurityProfile::OAuth21).await;
    let code = place.scene.code(&app).await;
    let now = FixedClock::USUAL.seconds();
    let changed = |name: &str, value: Value| {
        let mut claims = place.claims(&app, "changed");
        claims[name] = value;
        assertion::signed(Signer::Own, &claims)
    };
    let good = assertion::signed(Signer::Own, &place.claims(&app, "good"));
    let (head, rest) = good.split_once('.').expect("a JWT");
    let (payload, signature) = rest.split_once('.').expect("a JWT");
    let unsigned = format!("{}.{payload}.", crypto::base64url::encode(r#"{"alg":"none","typ":"JWT"}"#));
    let wrong = [
        assertion::signed(Signer::Foreign, &place.claims(&app, "foreign")),
        unsigned,
        format!("{head}.{payload}.{}", &signature[..signature.len() - 4]),
        changed("iss", json!("sample-confidential")),
        changed("aud", json!("https://demo.id.example.com/token")),
        changed("aud", json!([ISSUER])),
        changed("aud", json!("https://other.id.example.com")),
        changed("exp", json!(now)),
        changed("exp", json!(now + 601)),
        changed("exp", Value::Null),
        changed("iat", json!(now + 31)),
        changed("nbf", json!(now + 31)),
        changed("jti", Value::Null),
        changed("jti", json!("")),
        changed("sub", json!("nobody")),
        "not-a-jwt".to_owned(),
    ];
    for wrong in &wrong {
        assert_eq!(place.redeem_with(&code, wrong).await.outcome(), INVALID_CLIENT, "{wrong}");
    }
    assert_eq!(place.stage.count("once", "CLAIM").await, 0, "what isn't good is not remembered");
    assert_eq!(place.redeem_with(&code, &good).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_oidc_profile_takes_the_endpoints_url_as_well() {
    let place = place().await;
    let app = place.keyed(SecurityProfile::Oidc).await;
    for (jti, audience) in [("a", json!(ISSUER)), ("b", json!(format!("{ISSUER}/token"))), ("c", json!(["https://x.example", ISSUER]))] {
        let code = place.scene.code(&app).await;
        let mut claims = place.claims(&app, jti);
        claims["aud"] = audience;
        assert_eq!(place.redeem_with(&code, &assertion::signed(Signer::Own, &claims)).await.status, StatusCode::OK, "{jti}");
    }
}

#[tokio::test]
async fn an_app_with_a_key_has_no_other_method_and_no_other_app_has_this_one() {
    let place = place().await;
    let app = place.keyed(SecurityProfile::OAuth21).await;
    let code = place.scene.code(&app).await;
    let assertion = assertion::signed(Signer::Own, &place.claims(&app, "j"));
    let form = grant(&code);
    let by_id = with(&form, "client_id", app.id.as_str());
    assert_eq!(place.post(&by_id).await.outcome(), INVALID_CLIENT);
    assert_eq!(place.post(&with(&by_id, "client_secret", CLIENT_SECRET)).await.outcome(), INVALID_CLIENT);
    let with_assertion = authenticated(&form, &assertion);
    for several in [
        Call::form("/token", &with_assertion).with("authorization", &basic(app.id.as_str(), CLIENT_SECRET)),
        Call::form("/token", &with(&with_assertion, "client_secret", CLIENT_SECRET)),
        Call::form("/token", &with(&with_assertion, "client_id", "sample-public")),
        Call::form("/token", &without(&with_assertion, "client_assertion_type")),
        Call::form("/token", &without(&with_assertion, "client_assertion")),
    ] {
        assert_eq!(place.endpoint.send(several.clone()).await.outcome(), INVALID_REQUEST, "{several:?}");
    }
    assert_eq!(place.post(&with(&with_assertion, "client_assertion_type", "saml2-bearer")).await.outcome(), INVALID_CLIENT);
    let confidential = builders::confidential_client();
    let of_another = assertion::signed(Signer::Own, &place.claims(&confidential, "x"));
    assert_eq!(place.redeem_with(&code, &of_another).await.outcome(), INVALID_CLIENT);
    assert_eq!(place.post(&with_assertion).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_costs_one_request_beside_the_first_read_and_one_unit() {
    let place = place().await;
    let app = place.keyed(SecurityProfile::OAuth21).await;
    let code = place.scene.offline_code(&app).await;
    let first = place.redeem_with(&code, &assertion::signed(Signer::Own, &place.claims(&app, "warm"))).await.text_of("refresh_token");
    let assertion = assertion::signed(Signer::Own, &place.claims(&app, "j"));
    place.stage.counting.reset();
    assert_eq!(place.post(&authenticated(&refresh(&first), &assertion)).await.status, StatusCode::OK);
    let report = place.stage.counting.take();
    assert_eq!((report.requests(), report.longest_chain(), report.write_units()), (3, 2, Units::whole(2)), "{report}");
}

#[tokio::test]
async fn a_claim_is_remembered_until_the_assertion_ends() {
    let place = place().await;
    let app = place.keyed(SecurityProfile::OAuth21).await;
    let assertion = assertion::signed(Signer::Own, &place.claims(&app, "j"));
    let code = place.scene.code(&app).await;
    assert_eq!(place.redeem_with(&code, &assertion).await.status, StatusCode::OK);
    place.stage.clock.advance(Duration::from_secs(59));
    let code = place.scene.code(&app).await;
    assert_eq!(place.redeem_with(&code, &assertion).await.outcome(), INVALID_CLIENT, "used");
    place.stage.clock.advance(Duration::from_secs(1));
    assert_eq!(place.redeem_with(&code, &assertion).await.outcome(), INVALID_CLIENT, "expired");
}
