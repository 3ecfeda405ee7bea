//! Refreshing (RFC 6749 §6): what a good refresh token is answered with, and every refusal beside it.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::client::{Client, GrantType, SecurityProfile, TokenLifetimes};
use domain::{ClientId, policy};
use http::StatusCode;
use testkit::builders;
use testkit::jwt::Shown;
use testkit::rows::Value;

use crate::support::{INVALID_GRANT, Place, grant, place, refresh, with};

pub(crate) const INVALID_SCOPE: &str =
    r#"400 {"error":"invalid_scope","error_description":"No scope was requested that can be granted, or the scope is malformed."}"#;

impl Place {
    /// The first refresh token of a family with offline access.
    pub(crate) async fn refresh_token(&self, client: &Client) -> String {
        let code = self.scene.offline_code(client).await;
        let answer = self.redeem(client, &grant(&code)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.outcome());
        answer.text_of("refresh_token")
    }
}

#[tokio::test]
async fn a_refresh_is_answered_with_new_tokens_of_the_same_sign_in() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    place.stage.clock.advance(Duration::from_hours(1));
    let answer = place.redeem(&app, &refresh(&first)).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    vary: origin
    x-content-type-options: nosniff

    {"access_token":"<token>","token_type":"Bearer","expires_in":600,"scope":"email offline_access openid","refresh_token":"<sealed>","id_token":"<token>"}
    "#);
    let id_token = Shown::read(&answer.text_of("id_token")).expect("an ID token").claims;
    // OpenID Connect Core §12.2.
    assert_eq!((id_token["auth_time"].as_u64(), id_token["iat"].as_u64()), (Some(1_795_357_925), Some(1_795_357_925 + 3600)));
    assert_eq!((id_token.get("nonce"), &id_token["sub"]), (None, &place.scene.person.sub.clone().into()));
    assert_eq!(id_token["at_hash"], crypto::jws::at_hash(&answer.text_of("access_token")));
    assert_eq!(place.redeem(&app, &refresh(&answer.text_of("refresh_token"))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_code_without_offline_access_or_for_an_app_that_does_not_refresh_brings_no_refresh_token() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    assert_eq!(place.redeem(&app, &grant(&code)).await.json().get("refresh_token"), None);
    let app = Client { id: ClientId::parse("once").expect("an id"), grant_types: [GrantType::AuthorizationCode].into(), ..app };
    place.scene.register(&app).await;
    let code = place.scene.offline_code(&app).await;
    assert_eq!(place.redeem(&app, &grant(&code)).await.json().get("refresh_token"), None);
    let refused = place.redeem(&app, &refresh("any")).await;
    insta::assert_snapshot!(refused.outcome(), @r#"400 {"error":"unauthorized_client","error_description":"The client is not registered for this grant type."}"#);
}

#[tokio::test]
async fn the_profile_says_whether_the_refresh_token_changes() {
    let place = place().await;
    let confidential = builders::confidential_client();
    let kept = place.refresh_token(&confidential).await;
    for _ in 0..3 {
        let answer = place.redeem(&confidential, &refresh(&kept)).await;
        assert_eq!((answer.status, answer.text_of("refresh_token")), (StatusCode::OK, kept.clone()));
        place.stage.clock.advance(Duration::from_mins(1));
    }
    let strict = Client { id: ClientId::parse("strict").expect("an id"), security_profile: SecurityProfile::OAuth21, ..confidential };
    let lax = Client { id: ClientId::parse("lax").expect("an id"), security_profile: SecurityProfile::Oidc, ..builders::client() };
    for app in [strict, lax] {
        place.scene.register(&app).await;
        let first = place.refresh_token(&app).await;
        assert_ne!(place.redeem(&app, &refresh(&first)).await.text_of("refresh_token"), first, "{}", app.id);
    }
}

#[tokio::test]
async fn a_narrower_scope_is_granted_and_a_wider_one_refused_and_changes_nothing() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    for wider in ["openid profile", "api", "openid \"", "OPENID"] {
        assert_eq!(place.redeem(&app, &with(&refresh(&first), "scope", wider)).await.outcome(), INVALID_SCOPE, "{wider}");
    }
    let narrower = place.redeem(&app, &with(&refresh(&first), "scope", "email")).await;
    assert_eq!((narrower.status, narrower.text_of("scope")), (StatusCode::OK, "email".to_owned()));
    assert_eq!(narrower.json().get("id_token"), None, "an ID token needs openid");
    // RFC 6749 §6: the refresh token keeps what it was granted.
    let again = place.redeem(&app, &refresh(&narrower.text_of("refresh_token"))).await;
    assert_eq!(again.text_of("scope"), "email offline_access openid");
}

#[tokio::test]
async fn a_refresh_token_is_its_clients_and_its_tenants_alone() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    let other = place.stage.second_tenant().await;
    let elsewhere = place.endpoint.at("other.id.example.com");
    assert_eq!(place.redeem(&builders::confidential_client(), &refresh(&first)).await.outcome(), INVALID_GRANT);
    assert_eq!(elsewhere.send(crate::support::call(&app, &refresh(&first))).await.outcome(), INVALID_GRANT, "{}", other.issuer());
    assert_eq!(place.redeem(&app, &refresh(&first)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    let code = place.scene.offline_code(&app).await;
    let mut damaged = first.clone();
    damaged.replace_range(40..41, if &first[40..41] == "A" { "B" } else { "A" });
    let expires_at = testkit::FixedClock::USUAL.plus(Duration::from_hours(1));
    let other_kind = place.scene.seal(Kind::AccessReference, Some(&app), expires_at, &serde_json::json!({ "u": "x" }));
    for no_token in ["x", &first[1..], &damaged, &code, &other_kind, &"r".repeat(601)] {
        assert_eq!(place.redeem(&app, &refresh(no_token)).await.outcome(), INVALID_GRANT, "{no_token}");
    }
    let answer = place.redeem(&app, &[("grant_type", "refresh_token")].to_vec()).await;
    insta::assert_snapshot!(answer.outcome(), @r#"400 {"error":"invalid_request","error_description":"A required parameter is missing, or a parameter is malformed, too long or not supported."}"#);
    assert_eq!(place.redeem(&app, &refresh(&first)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_person_and_the_consent_are_looked_at_again() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    place.scene.allow(&app, &["openid"]).await;
    assert_eq!(place.redeem(&app, &refresh(&first)).await.outcome(), INVALID_GRANT, "the consent was withdrawn in part");
    place.scene.allow(&app, &["openid", "email", "offline_access"]).await;
    let second = place.redeem(&app, &refresh(&first)).await.text_of("refresh_token");
    let later = testkit::FixedClock::USUAL.plus(Duration::from_secs(1)).millis();
    place.scene.change_person(&place.stage, "not_before", Value::N(later.to_string())).await;
    assert_eq!(place.redeem(&app, &refresh(&second)).await.outcome(), INVALID_GRANT, "signed out everywhere");
    place.scene.change_person(&place.stage, "not_before", Value::N("0".to_owned())).await;
    let third = place.redeem(&app, &refresh(&second)).await.text_of("refresh_token");
    place.scene.disable(&place.stage).await;
    assert_eq!(place.redeem(&app, &refresh(&third)).await.outcome(), INVALID_GRANT, "disabled");
}

#[tokio::test]
async fn a_refresh_token_ends_by_idling_and_by_age_whether_or_not_anything_is_swept() {
    let place = place().await;
    let app = builders::client();
    let mut newest = place.refresh_token(&app).await;
    let idle = place.redeem(&app, &grant(&place.scene.offline_code(&app).await)).await.text_of("refresh_token");
    let step = policy::REFRESH_IDLE.saturating_sub(Duration::from_hours(1));
    let mut age = Duration::ZERO;
    while age + step < policy::REFRESH_ABSOLUTE {
        place.stage.clock.advance(step);
        age += step;
        let answer = place.redeem(&app, &refresh(&newest)).await;
        assert_eq!(answer.status, StatusCode::OK, "{age:?}: {}", answer.outcome());
        newest = answer.text_of("refresh_token");
        if age == step {
            place.stage.clock.advance(Duration::from_hours(1));
            age += Duration::from_hours(1);
            assert_eq!(place.redeem(&app, &refresh(&idle)).await.outcome(), INVALID_GRANT, "idle");
            newest = place.redeem(&app, &refresh(&newest)).await.text_of("refresh_token");
        }
    }
    place.stage.clock.advance(policy::REFRESH_ABSOLUTE.saturating_sub(age));
    assert_eq!(place.redeem(&app, &refresh(&newest)).await.outcome(), INVALID_GRANT, "too old");
}

#[tokio::test]
async fn an_app_says_how_long_what_it_is_issued_lives_and_never_longer_than_it_may() {
    let place = place().await;
    let lifetimes = TokenLifetimes {
        access_token_seconds: Some(120),
        id_token_seconds: Some(60),
        refresh_idle_seconds: Some(1200),
        refresh_absolute_seconds: Some(2000),
    };
    let short = Client { id: ClientId::parse("short").expect("an id"), lifetimes, ..builders::client() };
    let lifetimes = TokenLifetimes { access_token_seconds: Some(86_400), id_token_seconds: Some(3600), ..TokenLifetimes::default() };
    let long = Client { id: ClientId::parse("long").expect("an id"), lifetimes, ..builders::client() };
    let lives = |token: &str| {
        let claims = Shown::read(token).expect("a token").claims;
        claims["exp"].as_u64().zip(claims["iat"].as_u64()).map(|(end, beginning)| end - beginning)
    };
    let mut answers = Vec::new();
    // The platform's own endpoints take tokens of ten minutes, and none longer.
    for (app, access, id) in [(&short, 120, 60), (&long, 600, 3600)] {
        place.scene.register(app).await;
        let code = place.redeem(app, &grant(&place.scene.offline_code(app).await)).await;
        let refreshed = place.redeem(app, &refresh(&code.text_of("refresh_token"))).await;
        for answer in [&code, &refreshed] {
            assert_eq!((answer.json()["expires_in"].as_u64(), lives(&answer.text_of("access_token"))), (Some(access), Some(access)), "{}", app.id);
            assert_eq!(lives(&answer.text_of("id_token")), Some(id), "{}", app.id);
        }
        answers.push(refreshed);
    }
    let [short_token, long_token] = [&answers[0], &answers[1]].map(|answer| answer.text_of("refresh_token"));
    place.stage.clock.advance(Duration::from_secs(1199));
    let second = place.redeem(&short, &refresh(&short_token)).await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.outcome());
    place.stage.clock.advance(Duration::from_secs(801));
    assert_eq!(place.redeem(&short, &refresh(&second.text_of("refresh_token"))).await.outcome(), INVALID_GRANT, "too old");
    assert_eq!(place.redeem(&long, &refresh(&long_token)).await.status, StatusCode::OK, "as the platform says");
    let idle = place.refresh_token(&short).await;
    place.stage.clock.advance(Duration::from_secs(1200));
    assert_eq!(place.redeem(&short, &refresh(&idle)).await.outcome(), INVALID_GRANT, "idle");
}

#[tokio::test]
async fn a_refresh_is_a_read_and_one_write_unit_without_an_event() {
    let place = place().await;
    for app in [builders::client(), builders::confidential_client()] {
        let first = place.refresh_token(&app).await;
        let events = place.stage.event_types().await.len();
        place.stage.counting.reset();
        let calls = place.stage.keys.call_count();
        assert_eq!(place.redeem(&app, &refresh(&first)).await.status, StatusCode::OK);
        let report = place.stage.counting.take();
        assert_eq!((report.requests(), report.write_units()), (2, testkit::units::Units::whole(1)), "{}: {report}", app.id);
        assert_eq!((place.stage.event_types().await.len(), place.stage.keys.call_count()), (events, calls));
    }
}

#[tokio::test]
async fn no_row_holds_a_refresh_token_in_clear() {
    let place = place().await;
    let app = builders::client();
    let first = place.refresh_token(&app).await;
    let second = place.redeem(&app, &refresh(&first)).await.text_of("refresh_token");
    for table in ["identity", "events", "once"] {
        let rows = format!("{:?}", place.stage.rows(table).await);
        assert!(!rows.contains(&first) && !rows.contains(&second), "{table}");
    }
}
