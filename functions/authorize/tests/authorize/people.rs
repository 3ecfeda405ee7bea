//! Who is expected: hints, and claims that name a person or ask for what has to be agreed to (OpenID Connect Core §3.1.2.1, §5.5).

use domain::claims::StandardClaim;
use http::StatusCode;
use testkit::builders;
use testkit::form::with;

use crate::support::{asking, place};

const SIGN_IN: &str = "200 Sign in · Demo";

#[tokio::test]
async fn a_login_hint_is_filled_in_and_the_cursor_waits_at_the_password() {
    let place = place().await;
    let app = builders::client();
    let name = async |hint: &str| place.ask(&with(&asking(&app), "login_hint", hint)).await.field("username").to_owned();
    assert_eq!(name("ada@example.com").await, "ada@example.com");
    assert_eq!(name("\"><script>").await, "&#34;&#62;&#60;script&#62;");
    assert_eq!(name(&"a".repeat(321)).await, "");
    assert_eq!(name("").await, "");
}

#[tokio::test]
async fn a_hint_names_the_person_who_may_answer_expired_or_not() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let (ada, bob) = (place.scene.old_id_token(&app, &place.scene.person.sub), place.scene.old_id_token(&app, "bob"));
    let ask = async |hint: &str, prompt: &str| place.ask_in(&browser, &with(&with(&asking(&app), "id_token_hint", hint), "prompt", prompt)).await;
    for prompt in ["", "none"] {
        assert_ne!(ask(&ada, prompt).await.returned("code"), "", "{prompt}");
    }
    assert_eq!(ask(&bob, "").await.outcome(), SIGN_IN);
    let silent = ask(&bob, "none").await;
    assert_eq!((silent.returned("error").as_str(), silent.returned("code").as_str()), ("login_required", ""));
}

#[tokio::test]
async fn a_hint_that_this_tenant_did_not_sign_for_this_app_is_refused() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let ada = place.scene.person.sub.clone();
    let good = place.scene.old_id_token(&app, &ada);
    let other = place.stage.second_tenant().await;
    let (access_token, _) = place.scene.access_token(&app, &["openid"]).await;
    let unsigned = format!("{}.", good.rsplit_once('.').expect("three parts").0);
    for wrong in [
        "x".to_owned(),
        format!("{good}A"),
        unsigned,
        place.scene.old_id_token(&builders::confidential_client(), &ada),
        other.old_id_token(&app, &other.person.sub),
        access_token,
    ] {
        let answer = place.ask_in(&browser, &with(&asking(&app), "id_token_hint", &wrong)).await;
        assert_eq!((answer.status, answer.returned("error").as_str()), (StatusCode::SEE_OTHER, "invalid_request"), "{wrong}");
    }
    assert_ne!(place.ask_in(&browser, &with(&asking(&app), "id_token_hint", &good)).await.returned("code"), "");
}

#[tokio::test]
async fn a_sub_among_the_claims_names_the_person_who_may_answer() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let claim = |sub: &str| format!(r#"{{"id_token":{{"sub":{{"value":"{sub}"}}}}}}"#);
    let ask = async |sub: &str, prompt: &str| place.ask_in(&browser, &with(&with(&asking(&app), "claims", &claim(sub)), "prompt", prompt)).await;
    assert_ne!(ask(&place.scene.person.sub, "none").await.returned("code"), "");
    assert_eq!(ask("bob", "none").await.returned("error"), "login_required");
    assert_eq!(ask("bob", "").await.outcome(), SIGN_IN);
}

#[tokio::test]
async fn a_claim_by_name_is_consented_to_as_its_scope_is() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let form = with(&asking(&app), "claims", r#"{"userinfo":{"phone_number":{"essential":true},"unheard_of":null},"id_token":{"address":null}}"#);
    let answer = place.ask_in(&browser, &form).await;
    assert!(answer.body.contains("See your phone number") && answer.body.contains("See your postal address"), "{}", answer.outcome());
    place.scene.allow(&app, &["openid", "phone", "address"]).await;
    let answer = place.ask_in(&browser, &form).await;
    let code = answer.returned("code");
    let code: oauth::code::AuthorizationCode = place
        .scene
        .tenant
        .open(crypto::artefact::Kind::AuthorizationCode, Some(&app.id), &code, testkit::FixedClock::USUAL)
        .expect("keys")
        .expect("a code");
    assert_eq!(code.claims.userinfo.iter().collect::<Vec<_>>(), [StandardClaim::PhoneNumber]);
    assert_eq!(code.claims.id_token.iter().collect::<Vec<_>>(), [StandardClaim::Address]);
    // The scopes stay what was asked for.
    assert_eq!(code.scopes, testkit::scene::scopes(&["openid"]));
}

#[tokio::test]
async fn wishes_about_languages_display_and_context_change_no_answer() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    for (name, value) in
        [("display", "popup"), ("display", "page"), ("display", "hologram"), ("claims_locales", "de fr"), ("acr_values", "urn:x urn:y")]
    {
        assert_ne!(place.ask_in(&browser, &with(&asking(&app), name, value)).await.returned("code"), "", "{name}={value}");
    }
}
