//! What isn't this client's good code is refused with one text, and the good one still works (RFC 6749 §5.2, RFC 7636 §4.6).

use std::time::Duration;

use crypto::artefact::Kind;
use domain::client::Client;
use domain::policy;
use http::StatusCode;
use oauth::authorization_request::AuthorizationRequest;
use runtime::interaction::SessionReference;
use testkit::builders;
use testkit::scene::request;

use crate::support::{Form, INVALID_GRANT, Place, call, grant, place, with, without};

impl Place {
    /// Each of `wrong` is refused, and then the form as it should be isn't.
    async fn refuses(&self, app: &Client, right: &Form<'_>, wrong: &[Form<'_>]) {
        for form in wrong {
            assert_eq!(self.redeem(app, form).await.outcome(), INVALID_GRANT, "{form:?}");
        }
        assert_eq!(self.redeem(app, right).await.status, StatusCode::OK, "the real one still works");
    }
}

#[tokio::test]
async fn a_refusal_is_json_that_nobody_stores() {
    let place = place().await;
    let answer = place.redeem(&builders::client(), &grant("no-code")).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    vary: origin
    x-content-type-options: nosniff

    {"error":"invalid_grant","error_description":"The code or refresh token is expired, revoked or used before, or was issued for another request or client."}
    "#);
}

#[tokio::test]
async fn a_damaged_code_is_refused() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    let flip = |at: usize| {
        let mut letters: Vec<char> = code.chars().collect();
        letters[at] = if letters[at].is_ascii_lowercase() { letters[at].to_ascii_uppercase() } else { letters[at].to_ascii_lowercase() };
        letters.into_iter().collect::<String>()
    };
    let last_letter = code.rfind(|letter: char| letter.is_ascii_alphabetic()).expect("a letter");
    let first_of_sealed = code.len() / 2 + code[code.len() / 2..].find(|letter: char| letter.is_ascii_alphabetic()).expect("a letter");
    let damaged = [
        code[..code.len() - 1].to_owned(),
        code[1..].to_owned(),
        format!("{code}="),
        format!("{code}A"),
        format!(" {code}"),
        flip(last_letter),
        flip(first_of_sealed),
        flip(0),
        code.to_lowercase(),
        code.repeat(8),
    ];
    let wrong: Vec<_> = damaged.iter().map(|code| grant(code)).collect();
    place.refuses(&app, &grant(&code), &wrong).await;
}

#[tokio::test]
async fn a_wrong_missing_or_needless_verifier_is_refused() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    let right = grant(&code);
    let wrong = [
        with(&right, "code_verifier", "another-verifier-another-verifier-another-v"),
        with(&right, "code_verifier", testkit::scene::CHALLENGE),
        with(&right, "code_verifier", "short"),
        with(&right, "code_verifier", ""),
        without(&right, "code_verifier"),
    ];
    place.refuses(&app, &right, &wrong).await;

    let app = builders::confidential_client();
    place.scene.allow(&app, &["openid"]).await;
    let session = place.scene.session().await;
    let unchallenged = AuthorizationRequest { code_challenge: None, ..request(&app) };
    let code = place.scene.seal_code(&app, &place.scene.code_of(&session, &unchallenged));
    place.refuses(&app, &without(&grant(&code), "code_verifier"), &[grant(&code)]).await;
}

#[tokio::test]
async fn a_redirect_uri_that_differs_by_a_byte_is_refused() {
    let place = place().await;
    let app = builders::confidential_client();
    let code = place.scene.code(&app).await;
    let right = grant(&code);
    let wrong =
        ["https://app.example/callback/", "https://app.example/Callback", "https://app.example:443/callback", "https://app.example/callback?"];
    let wrong: Vec<_> = wrong.iter().map(|uri| with(&right, "redirect_uri", uri)).collect();
    place.refuses(&app, &right, &wrong).await;
}

#[tokio::test]
async fn another_clients_or_tenants_code_is_refused() {
    let place = place().await;
    let (public, confidential) = (builders::client(), builders::confidential_client());
    let other = place.stage.second_tenant().await;
    let (own, of_confidential, of_other) = (place.scene.code(&public).await, place.scene.code(&confidential).await, other.code(&public).await);
    place.refuses(&public, &grant(&own), &[grant(&of_confidential), grant(&of_other)]).await;
    // Each is good where it belongs.
    assert_eq!(place.redeem(&confidential, &grant(&of_confidential)).await.status, StatusCode::OK);
    let elsewhere = place.endpoint.at("other.id.example.com").send(call(&public, &grant(&of_other))).await;
    assert_eq!(elsewhere.status, StatusCode::OK);
}

#[tokio::test]
async fn an_artefact_of_another_kind_is_no_code() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    let session = place.scene.session().await;
    let ends = session.ends_at;
    let reference = SessionReference { user_id: session.user_id.clone(), session_id: session.id.clone() };
    let content = place.scene.code_of(&session, &request(&app));
    let (state, _) = place.scene.sign_in_state(request(&app));
    // The content of a code under another kind's seal, also under one that belongs to the client.
    let others = [
        place.scene.seal(Kind::Session, None, ends, &reference),
        place.scene.seal(Kind::AuthorizationCode, None, ends, &content),
        place.scene.seal(Kind::AccessReference, Some(&app), ends, &content),
        place.scene.seal(Kind::SignInState, Some(&app), ends, &content),
        place.scene.seal(Kind::ConsentState, Some(&app), ends, &content),
        place.scene.seal(Kind::Device, Some(&app), ends, &content),
        // The right seal around something else.
        place.scene.seal(Kind::AuthorizationCode, Some(&app), ends, &reference),
        state,
    ];
    let wrong: Vec<_> = others.iter().map(|artefact| grant(artefact)).collect();
    place.refuses(&app, &grant(&code), &wrong).await;
}

#[tokio::test]
async fn a_code_is_good_for_a_minute_whether_or_not_anything_is_swept() {
    let app = builders::client();
    for (age, expected) in [(59_999, StatusCode::OK), (60_000, StatusCode::BAD_REQUEST)] {
        let place = place().await;
        let code = place.scene.code(&app).await;
        place.stage.clock.advance(Duration::from_millis(age));
        let answer = place.redeem(&app, &grant(&code)).await;
        assert_eq!(answer.status, expected, "after {age} ms: {}", answer.outcome());
    }
}

#[tokio::test]
async fn a_person_who_is_disabled_or_was_signed_out_everywhere_gets_no_tokens() {
    let app = builders::client();
    let disabled = place().await;
    let code = disabled.scene.code(&app).await;
    disabled.scene.disable(&disabled.stage).await;
    assert_eq!(disabled.redeem(&app, &grant(&code)).await.outcome(), INVALID_GRANT);

    let watermarked = place().await;
    let code = watermarked.scene.code(&app).await;
    let later = testkit::FixedClock::USUAL.plus(Duration::from_secs(1));
    let value = aws_millis(later);
    watermarked.scene.change_person(&watermarked.stage, "not_before", value).await;
    assert_eq!(watermarked.redeem(&app, &grant(&code)).await.outcome(), INVALID_GRANT);
}

#[tokio::test]
async fn a_code_whose_session_has_ended_is_refused() {
    let place = place().await;
    let app = builders::client();
    place.scene.allow(&app, &["openid"]).await;
    let session = place.scene.session().await;
    place.stage.clock.advance(policy::SESSION_IDLE);
    let code = place.scene.seal_code(&app, &place.scene.code_of(&session, &request(&app)));
    assert_eq!(place.redeem(&app, &grant(&code)).await.outcome(), INVALID_GRANT);
    let fresh = place.scene.code(&app).await;
    assert_eq!(place.redeem(&app, &grant(&fresh)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_code_without_the_persons_consent_is_refused() {
    let place = place().await;
    let app = builders::client();
    let session = place.scene.session().await;
    let code = place.scene.seal_code(&app, &place.scene.code_of(&session, &request(&app)));
    assert_eq!(place.redeem(&app, &grant(&code)).await.outcome(), INVALID_GRANT);
    place.scene.allow(&app, &["openid"]).await;
    assert_eq!(place.redeem(&app, &grant(&code)).await.status, StatusCode::OK, "the refusal consumed nothing");
}

fn aws_millis(at: domain::Timestamp) -> testkit::rows::Value {
    testkit::rows::Value::N(at.millis().to_string())
}
