//! A person's token for an API (RFC 8707 §2.2): for the one that was granted, or for the platform, and for no other.

use std::time::Duration;

use domain::api::{Api, Audience};
use domain::client::Client;
use domain::key_ring::Algorithm;
use domain::policy;
use http::StatusCode;
use oauth::authorization_request::AuthorizationRequest;
use testkit::builders::{self, AUDIENCE};
use testkit::jwt::Shown;
use testkit::rows::Value;
use testkit::scene::{request, scopes};

use crate::support::{INVALID_GRANT, Place, grant, place, refresh, with};

const ISSUER: &str = "https://demo.id.example.com";
const INVALID_TARGET: &str =
    r#"400 {"error":"invalid_target","error_description":"The resource is missing, malformed, unknown or not granted, or there is more than one."}"#;
const INVALID_SCOPE: &str =
    r#"400 {"error":"invalid_scope","error_description":"No scope was requested that can be granted, or the scope is malformed."}"#;
const GRANTED: [&str; 5] = ["openid", "email", "offline_access", "read", "write"];

fn audience(text: &str) -> Audience {
    Audience::parse(text).expect("an audience")
}

impl Place {
    /// A code for the sample API, after the person agreed to what it says there.
    async fn api_code(&self, app: &Client) -> String {
        let allowed = ["openid", "email", "offline_access", "https://api.example read", "https://api.example write"];
        self.scene.allow(app, &allowed).await;
        self.api_code_without_consent(app).await
    }

    async fn api_code_without_consent(&self, app: &Client) -> String {
        let session = self.scene.session().await;
        let asked = AuthorizationRequest { scopes: scopes(&GRANTED), audience: Some(audience(AUDIENCE)), ..request(app) };
        self.scene.seal_code(app, &self.scene.code_of(&session, &asked))
    }

    async fn with_sample_api(self) -> Self {
        self.scene.register_api(&builders::api()).await;
        self
    }
}

fn said(token: &str) -> (String, String, String) {
    let claims = Shown::read(token).expect("a token").claims;
    let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
    (text("aud"), text("scope"), text("sub"))
}

#[tokio::test]
async fn a_code_for_an_api_becomes_a_token_for_it_with_the_scopes_that_mean_something_there() {
    let place = place().await.with_sample_api().await;
    let app = builders::client();
    let answer = place.redeem(&app, &grant(&place.api_code(&app).await)).await;
    insta::assert_snapshot!(answer.outcome(), @r#"200 {"access_token":"<token>","token_type":"Bearer","expires_in":600,"scope":"read write","refresh_token":"<sealed>","id_token":"<token>"}"#);
    let sub = place.scene.person.sub.clone();
    assert_eq!(said(&answer.text_of("access_token")), (AUDIENCE.to_owned(), "read write".to_owned(), sub.clone()));
    let same = place.redeem(&app, &with(&grant(&place.api_code(&app).await), "resource", AUDIENCE)).await;
    assert_eq!(said(&same.text_of("access_token")), (AUDIENCE.to_owned(), "read write".to_owned(), sub.clone()));
    let platform = place.redeem(&app, &with(&grant(&place.api_code(&app).await), "resource", ISSUER)).await;
    assert_eq!(said(&platform.text_of("access_token")), (ISSUER.to_owned(), "email offline_access openid".to_owned(), sub));
    assert_eq!(platform.json()["scope"], "email offline_access openid");
}

#[tokio::test]
async fn a_code_yields_no_token_for_another_api_and_nothing_is_consumed() {
    let place = place().await.with_sample_api().await;
    let app = builders::client();
    place.scene.register_api(&Api { audience: audience("https://other.example"), ..builders::api() }).await;
    let code = place.api_code(&app).await;
    let mut two = grant(&code);
    two.extend([("resource", AUDIENCE), ("resource", "https://other.example")]);
    assert_eq!(place.redeem(&app, &two).await.outcome(), INVALID_TARGET);
    for other in ["https://other.example", "https://nobody.example", "https://api.example/", "api", "sample-public"] {
        assert_eq!(place.redeem(&app, &with(&grant(&code), "resource", other)).await.outcome(), INVALID_TARGET, "{other}");
    }
    let for_the_platform = place.scene.code(&app).await;
    assert_eq!(place.redeem(&app, &with(&grant(&for_the_platform), "resource", AUDIENCE)).await.outcome(), INVALID_TARGET);
    assert_eq!(place.redeem(&app, &with(&grant(&for_the_platform), "resource", ISSUER)).await.status, StatusCode::OK);
    place.scene.allow(&app, &["openid", "email", "offline_access", "https://api.example read", "https://api.example write"]).await;
    assert_eq!(place.redeem(&app, &grant(&code)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_api_that_is_gone_or_was_cut_off_gets_no_token() {
    let place = place().await;
    let app = builders::client();
    assert_eq!(place.redeem(&app, &grant(&place.api_code(&app).await)).await.outcome(), INVALID_TARGET, "it was never there");
    place.scene.register_api(&builders::api()).await;
    let code = place.api_code(&app).await;
    let later = testkit::FixedClock::USUAL.plus(Duration::from_millis(1)).millis().to_string();
    place.scene.change_row(&place.stage, "API#", "not_before", Value::N(later)).await;
    assert_eq!(place.redeem(&app, &grant(&code)).await.outcome(), INVALID_GRANT);
    place.stage.clock.advance(Duration::from_secs(1));
    assert_eq!(place.redeem(&app, &grant(&place.api_code(&app).await)).await.status, StatusCode::OK, "one of after it");
}

#[tokio::test]
async fn consent_to_a_scope_of_the_same_name_elsewhere_is_none() {
    let place = place().await.with_sample_api().await;
    let app = builders::client();
    for elsewhere in [GRANTED, ["openid", "email", "offline_access", "https://other.example read", "https://other.example write"]] {
        place.scene.allow(&app, &elsewhere).await;
        assert_eq!(place.redeem(&app, &grant(&place.api_code_without_consent(&app).await)).await.outcome(), INVALID_GRANT);
    }
    assert_eq!(place.redeem(&app, &grant(&place.api_code(&app).await)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_persons_token_is_signed_and_lives_as_its_api_says_and_the_family_outlives_it() {
    let place = place().await;
    let app = builders::client();
    let api = Api { access_token_signed_response_alg: Algorithm::Rs256, access_token_seconds: 86_400, ..builders::api() };
    place.scene.register_api(&api).await;
    let answer = place.redeem(&app, &grant(&place.api_code(&app).await)).await;
    assert_eq!(answer.json()["expires_in"], 86_400);
    let token = Shown::read(&answer.text_of("access_token")).expect("a token");
    assert_eq!((&token.header["alg"], &token.header["typ"]), (&"RS256".into(), &"at+jwt".into()));
    let row = place.stage.rows("identity").await.into_iter().find(|row| testkit::rows::text(row, "sk").starts_with("FAMILY#")).expect("a family");
    assert!(testkit::rows::number(&row, "ends_at") > token.claims["exp"].as_u64().expect("a time") * 1000);
}

#[tokio::test]
async fn a_refresh_token_of_an_api_refreshes_for_it_or_for_the_platform() {
    let place = place().await.with_sample_api().await;
    let app = builders::confidential_client();
    let first = place.redeem(&app, &grant(&place.api_code(&app).await)).await.text_of("refresh_token");
    let form = refresh(&first);
    let sub = place.scene.person.sub.clone();
    let by_default = place.redeem(&app, &form).await;
    assert_eq!(said(&by_default.text_of("access_token")), (AUDIENCE.to_owned(), "read write".to_owned(), sub.clone()));
    let narrower = place.redeem(&app, &with(&with(&form, "resource", AUDIENCE), "scope", "read")).await;
    assert_eq!((narrower.json()["scope"].as_str(), narrower.json().get("id_token")), (Some("read"), None));
    let platform = place.redeem(&app, &with(&form, "resource", ISSUER)).await;
    assert_eq!(said(&platform.text_of("access_token")), (ISSUER.to_owned(), "email offline_access openid".to_owned(), sub));
    for other in ["https://other.example", "api", "https://api.example/"] {
        assert_eq!(place.redeem(&app, &with(&form, "resource", other)).await.outcome(), INVALID_TARGET, "{other}");
    }
    for (resource, scope) in [(AUDIENCE, "openid"), (ISSUER, "read"), (AUDIENCE, "delete")] {
        let refused = place.redeem(&app, &with(&with(&form, "resource", resource), "scope", scope)).await;
        assert_eq!(refused.outcome(), INVALID_SCOPE, "{resource} {scope}");
    }
    assert_eq!(place.redeem(&app, &form).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refresh_is_refused_once_its_api_was_cut_off() {
    let place = place().await.with_sample_api().await;
    let app = builders::confidential_client();
    let token = place.redeem(&app, &grant(&place.api_code(&app).await)).await.text_of("refresh_token");
    assert_eq!(place.redeem(&app, &refresh(&token)).await.status, StatusCode::OK);
    let later = testkit::FixedClock::USUAL.plus(Duration::from_millis(1)).millis().to_string();
    place.scene.change_row(&place.stage, "API#", "not_before", Value::N(later)).await;
    place.stage.clock.advance(policy::CACHE_USABLE);
    assert_eq!(place.redeem(&app, &refresh(&token)).await.outcome(), INVALID_GRANT);
    assert_eq!(place.redeem(&app, &with(&refresh(&token), "resource", ISSUER)).await.status, StatusCode::OK, "the platform takes it");
}

#[tokio::test]
async fn an_api_costs_a_warm_redemption_and_a_warm_refresh_nothing() {
    let place = place().await.with_sample_api().await;
    let app = builders::confidential_client();
    let token = place.redeem(&app, &grant(&place.api_code(&app).await)).await.text_of("refresh_token");
    for form in [grant(&place.api_code(&app).await), refresh(&token)] {
        place.stage.counting.reset();
        assert_eq!(place.redeem(&app, &form).await.status, StatusCode::OK);
        let report = place.stage.counting.take();
        assert_eq!((report.requests(), report.longest_chain()), (2, 2), "{report}");
    }
}
