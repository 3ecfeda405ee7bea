//! Whose session counts, for how long, and what isn't one.

use crypto::artefact::Kind;
use domain::policy;
use http::StatusCode;
use runtime::Clock;
use runtime::interaction::SessionReference;
use testkit::rows::{Value, text};
use testkit::scene::request;
use testkit::{Call, CookieJar, builders};
use web::Cookie;

use crate::support::{Place, asking, link, place};

const SIGN_IN: &str = "200 Sign in · Demo";

impl Place {
    async fn last_used(&self) -> String {
        let rows = self.stage.rows("identity").await;
        let row = rows.iter().find(|row| text(row, "sk").starts_with("SESSION#")).expect("a session");
        row["last_used_at"].as_n().expect("a number").clone()
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_or_too_old_swept_or_not() {
    let app = builders::client();
    let idle = policy::SESSION_IDLE;
    let almost = idle.saturating_sub(std::time::Duration::from_secs(1));
    let place = place().await;
    let browser = place.browser(&app).await;
    place.stage.clock.advance(almost);
    assert_ne!(place.ask_in(&browser, &asking(&app)).await.returned("code"), "");
    place.stage.clock.advance(almost);
    assert_ne!(place.ask_in(&browser, &asking(&app)).await.returned("code"), "", "its use was written down");
    place.stage.clock.advance(idle);
    assert_eq!(place.ask_in(&browser, &asking(&app)).await.outcome(), SIGN_IN);

    let place = crate::support::place().await;
    let browser = place.browser(&app).await;
    let ends_at = testkit::FixedClock::USUAL.plus(policy::SESSION_ABSOLUTE);
    while place.stage.clock.now().plus(almost) < ends_at {
        place.stage.clock.advance(almost);
        assert_ne!(place.ask_in(&browser, &asking(&app)).await.returned("code"), "");
    }
    place.stage.clock.set(ends_at);
    assert_eq!(place.ask_in(&browser, &asking(&app)).await.outcome(), SIGN_IN);
}

#[tokio::test]
async fn a_use_is_written_down_when_the_last_one_is_an_eighth_of_the_idle_time_old() {
    let place = place().await;
    let app = builders::client();
    let browser = place.browser(&app).await;
    let begun = place.last_used().await;
    place.stage.clock.advance((policy::SESSION_IDLE / 8).saturating_sub(std::time::Duration::from_secs(1)));
    place.ask_in(&browser, &asking(&app)).await;
    assert_eq!(place.last_used().await, begun);
    place.stage.clock.advance(std::time::Duration::from_secs(1));
    place.ask_in(&browser, &asking(&app)).await;
    assert_eq!(place.last_used().await, place.stage.clock.now().millis().to_string());
}

#[tokio::test]
async fn a_session_of_a_disabled_person_or_of_before_a_watermark_does_not_count() {
    let app = builders::client();
    let disabled = place().await;
    let browser = disabled.browser(&app).await;
    disabled.scene.disable(&disabled.stage).await;
    assert_eq!(disabled.ask_in(&browser, &asking(&app)).await.outcome(), SIGN_IN);
    let later = testkit::FixedClock::USUAL.millis() + 1;
    for whose in ["USER#", "TENANT#"] {
        let signed_out = place().await;
        let browser = signed_out.browser(&app).await;
        signed_out.scene.change_row(&signed_out.stage, whose, "not_before", Value::N(later.to_string())).await;
        signed_out.stage.clock.advance(policy::CACHE_USABLE);
        assert_eq!(signed_out.ask_in(&browser, &asking(&app)).await.outcome(), SIGN_IN, "{whose}");
    }
}

#[tokio::test]
async fn a_cookie_that_is_no_session_of_this_tenant_is_as_good_as_none() {
    let place = place().await;
    let app = builders::client();
    place.scene.allow(&app, &["openid"]).await;
    let session = place.scene.session().await;
    let name = place.scene.cookie_name(Cookie::Session);
    let good = place.scene.cookies(&session).get(&name).to_owned();
    let other = place.stage.second_tenant().await;
    let reference = SessionReference { user_id: session.user_id.clone(), session_id: session.id.clone() };
    let seal = |kind, client| place.scene.seal(kind, client, session.ends_at, &reference);
    let (state, _) = place.scene.sign_in_state(request(&app));
    let unknown = SessionReference { session_id: domain::SessionId::from_random([9; 16]), ..reference.clone() };
    for wrong in [
        String::new(),
        "x".to_owned(),
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        good.to_lowercase(),
        other.seal(Kind::Session, None, session.ends_at, &reference),
        seal(Kind::Device, None),
        seal(Kind::SignInState, None),
        seal(Kind::Session, Some(&app)),
        seal(Kind::AuthorizationCode, Some(&app)),
        seal(Kind::AccessReference, Some(&app)),
        place.scene.seal(Kind::Session, None, place.stage.clock.now(), &reference),
        place.scene.seal(Kind::Session, None, session.ends_at, &unknown),
        state,
    ] {
        assert_eq!(place.ask_in(&CookieJar::of(&name, &wrong), &asking(&app)).await.outcome(), SIGN_IN, "{wrong}");
    }
    // Two cookies of one name: somebody planted one, and nobody knows which.
    let planted = format!("{name}={good}; {name}={good}");
    assert_eq!(place.endpoint.send(Call::get(link(&asking(&app))).with("cookie", &planted)).await.outcome(), SIGN_IN);
    assert_ne!(place.ask_in(&CookieJar::of(&name, &good), &asking(&app)).await.returned("code"), "", "the real one still works");
}

#[tokio::test]
async fn somebody_elses_session_opens_nothing_under_another_persons_name() {
    let place = place().await;
    let app = builders::client();
    place.scene.allow(&app, &["openid"]).await;
    let session = place.scene.session().await;
    let mixed = SessionReference { user_id: domain::UserId::from_random([9; 16]), session_id: session.id.clone() };
    let cookie = place.scene.seal(Kind::Session, None, session.ends_at, &mixed);
    let answer = place.ask_in(&CookieJar::of(&place.scene.cookie_name(Cookie::Session), &cookie), &asking(&app)).await;
    assert_eq!((answer.status, answer.outcome().as_str()), (StatusCode::OK, SIGN_IN));
}
