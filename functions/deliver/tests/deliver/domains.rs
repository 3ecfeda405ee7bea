//! What is sent because of something that happened at a domain of the tenant's own.

use crypto::jws;
use domain::client::{BackchannelLogout, Client, RedirectUri};
use domain::delivery::Channel;
use domain::event::EventKind;
use domain::policy;
use domain::session::{EndReason, SessionEnd};
use domain::{ClientId, Timestamp};
use oauth::logout_token;
use runtime::Clock;
use testkit::{Scene, builders};

use crate::support::{Place, place};

const DOMAIN: &str = "login.acme.example";

/// Where the link leads that a forgotten password has mailed, when it was told to `scene`.
async fn link(place: &Place, scene: &Scene) -> String {
    let event = scene.personal_event(EventKind::PasswordResetRequested { credential_version: 1 }).await;
    scene.home().record_event(&event).await.expect("an event");
    let before = place.inbox.mails().len();
    place.nudge(&place.due_by(Channel::MailPasswordReset, &event).await).await;
    let mail = place.inbox.mails()[before].clone();
    let line = mail.text.lines().find(|line| line.contains("?link=")).expect("a link");
    line.split_once("?link=").expect("a link").0.to_owned()
}

#[tokio::test]
async fn a_link_leads_to_the_domain_where_the_person_was_as_long_as_it_is_the_tenants() {
    let place = place().await;
    let there = place.stage.scene_at(DOMAIN).await;
    assert_eq!(link(&place, &there).await, "https://login.acme.example/reset");
    assert_eq!(link(&place, &place.scene).await, "https://demo.id.example.com/reset");
    place.stage.lose_domain(DOMAIN).await;
    place.stage.clock.advance(policy::CACHE_USABLE);
    assert_eq!(link(&place, &there).await, "https://demo.id.example.com/reset");
}

fn listening() -> Client {
    let uri = RedirectUri::parse("https://notes.example/out").expect("an address");
    let backchannel_logout = Some(BackchannelLogout { uri, session_required: true });
    Client { id: ClientId::parse("notes").expect("an id"), backchannel_logout, ..builders::client() }
}

/// The issuer of the logout token of a session in which an app got tokens at `scene`.
async fn logout_issuer(place: &Place, scene: &Scene) -> String {
    let (session, now): (_, Timestamp) = (scene.session().await, place.stage.clock.now());
    scene.family_in(&session, &listening(), &["openid"]).await;
    let event = scene.event(EventKind::SessionEnded { session_id: session.id.clone(), reason: EndReason::SignedOut });
    scene.home().end_session(&session, SessionEnd { at: now, reason: EndReason::SignedOut }, &event).await.expect("an end");
    let before = place.egress.sent().len();
    place.nudge(&place.due_by(Channel::BackchannelLogout, &event).await).await;
    for told in place.nudges.take() {
        place.nudge(&told).await;
    }
    let sent = place.egress.sent()[before].clone();
    let token = sent.form.strip_prefix("logout_token=").expect("the parameter").to_owned();
    let claims = jws::verify_with_set(scene.tenant.verifying_keys(), logout_token::TYP, &token).expect("signed by this tenant");
    claims["iss"].as_str().expect("an issuer").to_owned()
}

#[tokio::test]
async fn a_logout_token_has_the_issuer_by_which_its_app_knows_the_session() {
    let place = place().await;
    place.scene.register(&listening()).await;
    let there = place.stage.scene_at(DOMAIN).await;
    assert_eq!(logout_issuer(&place, &there).await, "https://login.acme.example");
    assert_eq!(logout_issuer(&place, &place.scene).await, "https://demo.id.example.com");
    place.stage.lose_domain(DOMAIN).await;
    place.stage.clock.advance(policy::CACHE_USABLE);
    assert_eq!(logout_issuer(&place, &there).await, "https://login.acme.example", "an app hears what it knows");
}
