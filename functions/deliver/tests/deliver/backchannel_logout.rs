//! Apps are told that a session is over, each apart from the others.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cloud::egress::{Answer, Egress, EgressError, NotATarget, Outgoing, Question, Targets};
use crypto::jws;
use deliver::Deps;
use domain::client::{BackchannelLogout, Client, RedirectUri};
use domain::delivery::{Channel, Delivery, DeliveryId, DeliveryState};
use domain::event::EventKind;
use domain::key_ring::Algorithm;
use domain::session::{EndReason, Session, SessionEnd};
use domain::{ClientId, policy};
use oauth::{logout_token, sid};
use runtime::Clock;
use serde_json::{Value, json};
use store::event_shard;
use testkit::builders;
use tokio::sync::Barrier;

use crate::support::{Place, nudge, place};

fn out(id: &str) -> String {
    format!("https://{id}.example/out")
}

fn listening(id: &str) -> Client {
    let uri = RedirectUri::parse(&out(id)).expect("an address");
    let backchannel_logout = Some(BackchannelLogout { uri, session_required: true });
    Client { id: ClientId::parse(id).expect("an id"), backchannel_logout, ..builders::client() }
}

impl Place {
    /// A session in which these apps got tokens, ended by its person; the delivery that `relay` writes.
    async fn ended(&self, apps: &[&Client]) -> (Session, DeliveryId) {
        let session = self.scene.session().await;
        for app in apps {
            self.scene.family_in(&session, app, &["openid"]).await;
        }
        let event = self.scene.event(EventKind::SessionEnded { session_id: session.id.clone(), reason: EndReason::SignedOut });
        let end = SessionEnd { at: self.stage.clock.now(), reason: EndReason::SignedOut };
        self.scene.home().end_session(&session, end, &event).await.expect("an end");
        let id = DeliveryId { tenant: event.tenant.clone(), event: event.id.clone(), channel: Channel::BackchannelLogout };
        let state = DeliveryState::Due { due_at: self.stage.clock.now() };
        let delivery = Delivery { id: id.clone(), event_at: event.at, event_shard: event_shard(&event.subject), attempts: 0, state };
        self.stage.platform.store.work().write_delivery(&delivery).await.expect("a delivery");
        (session, id)
    }

    /// Works off the fan-out and what it nudged.
    async fn work_off(&self, id: &DeliveryId) -> Vec<DeliveryId> {
        self.nudge(id).await;
        let nudged = self.nudges.take();
        for told in &nudged {
            self.nudge(told).await;
        }
        nudged
    }

    fn told(&self) -> Vec<String> {
        self.egress.sent().into_iter().map(|outgoing| outgoing.url).collect()
    }
}

fn of(id: &DeliveryId, app: &Client) -> DeliveryId {
    DeliveryId { channel: Channel::LogoutToken(app.id.clone()), ..id.clone() }
}

#[tokio::test]
async fn each_app_of_the_session_that_wants_to_know_gets_a_token_and_no_other_app() {
    let place = place().await;
    let (notes, wiki, elsewhere) = (listening("notes"), listening("wiki"), listening("elsewhere"));
    for app in [&notes, &wiki, &elsewhere] {
        place.scene.register(app).await;
    }
    // Another session of the same person, which goes on.
    let other = place.scene.session().await;
    place.scene.family_in(&other, &elsewhere, &["openid"]).await;
    let (session, id) = place.ended(&[&notes, &wiki, &wiki, &builders::client()]).await;
    assert_eq!(place.work_off(&id).await, [of(&id, &notes), of(&id, &wiki)]);
    assert_eq!(place.told(), [out("notes"), out("wiki")]);
    let sent = &place.egress.sent()[0];
    assert_eq!(sent.targets, Targets::Public);
    let token = sent.form.strip_prefix("logout_token=").expect("the parameter");
    let mut claims = jws::verify_with_set(place.scene.tenant.verifying_keys(), logout_token::TYP, token).expect("signed by this tenant");
    assert_eq!(claims.remove("jti").and_then(|jti| jti.as_str().map(str::len)), Some(22));
    let now = place.stage.clock.now().seconds();
    let expected = json!({
        "iss": "https://demo.id.example.com",
        "aud": "notes",
        "iat": now,
        "exp": now + 120,
        "events": { logout_token::EVENT: {} },
        "sub": place.scene.person.sub,
        "sid": sid::of(&session.id, crypto::derive::sha256),
    });
    assert_eq!(Value::Object(claims), expected);
    for done in [id.clone(), of(&id, &notes), of(&id, &wiki)] {
        assert_eq!(place.state(&done).await, DeliveryState::Done { at: place.stage.clock.now() });
    }
    place.work_off(&id).await;
    assert_eq!(place.told().len(), 2, "once");
}

#[tokio::test]
async fn a_token_is_signed_as_the_apps_id_tokens_are() {
    let place = place().await;
    let app = Client { id_token_signed_response_alg: Algorithm::Rs256, ..listening("notes") };
    place.scene.register(&app).await;
    let (_, id) = place.ended(&[&app]).await;
    place.work_off(&id).await;
    let token = place.egress.sent()[0].form.replace("logout_token=", "");
    assert_eq!(testkit::jwt::Shown::read(&token).expect("a token").header["alg"], "RS256");
}

#[tokio::test]
async fn two_hundred_and_two_hundred_and_four_succeed_four_hundred_is_final_and_the_rest_is_tried_again() {
    let now = testkit::FixedClock::USUAL;
    for (answer, parked) in [(Ok(200), None), (Ok(204), None), (Ok(400), Some(())), (Err(EgressError::NotATarget(NotATarget::NotPublic)), Some(()))] {
        let place = place().await;
        let app = listening("notes");
        place.scene.register(&app).await;
        place.egress.answer(&out("notes"), answer.clone());
        let (_, id) = place.ended(&[&app]).await;
        place.work_off(&id).await;
        let expected = if parked.is_some() { DeliveryState::Parked { at: now } } else { DeliveryState::Done { at: now } };
        assert_eq!(place.state(&of(&id, &app)).await, expected, "{answer:?}");
    }
    for answer in [Ok(201), Ok(302), Ok(404), Ok(500), Ok(503), Err(EgressError::TooSlow), Err(EgressError::TooLong)] {
        let place = place().await;
        let app = listening("notes");
        place.scene.register(&app).await;
        place.egress.answer(&out("notes"), answer.clone());
        let (_, id) = place.ended(&[&app]).await;
        place.work_off(&id).await;
        assert!(matches!(place.state(&of(&id, &app)).await, DeliveryState::Due { .. }), "{answer:?}");
        place.egress.answer(&out("notes"), Ok(204));
        place.stage.clock.advance(policy::DELIVERY_FIRST_BACKOFF);
        for due in place.swept().await {
            place.nudge(&due).await;
        }
        assert!(matches!(place.state(&of(&id, &app)).await, DeliveryState::Done { .. }), "{answer:?}");
        assert_eq!(place.told().len(), 2);
    }
}

#[tokio::test]
async fn an_app_that_does_not_answer_keeps_no_other_from_being_told() {
    let place = place().await;
    let (silent, wiki) = (listening("silent"), listening("wiki"));
    place.scene.register(&silent).await;
    place.scene.register(&wiki).await;
    place.egress.answer(&out("silent"), Err(EgressError::TooSlow));
    let (_, id) = place.ended(&[&silent, &wiki]).await;
    place.work_off(&id).await;
    assert!(matches!(place.state(&of(&id, &silent)).await, DeliveryState::Due { .. }));
    assert!(matches!(place.state(&of(&id, &wiki)).await, DeliveryState::Done { .. }));
}

/// Apps that answer no sooner than both of them were called.
struct Together(Barrier);

#[async_trait]
impl Egress for Together {
    async fn post(&self, _outgoing: &Outgoing) -> Result<u16, EgressError> {
        self.0.wait().await;
        Ok(200)
    }

    async fn ask(&self, question: &Question) -> Result<Answer, EgressError> {
        panic!("an app is asked nothing: {question:?}")
    }
}

#[tokio::test]
async fn the_deliveries_of_a_batch_are_made_at_once() {
    let place = place().await;
    let apps = [listening("notes"), listening("wiki")];
    for app in &apps {
        place.scene.register(app).await;
    }
    let (_, id) = place.ended(&[&apps[0], &apps[1]]).await;
    place.nudge(&id).await;
    let nudges: Vec<_> = place.nudges.take().iter().map(nudge).collect();
    let together = Arc::new(Together(Barrier::new(2)));
    let place = Place { deps: Deps::new(&place.stage.platform, place.inbox.clone(), place.handset.clone(), place.nudges.clone(), together), ..place };
    // One after the other they would wait for ever.
    let failed = tokio::time::timeout(Duration::from_secs(30), place.receive(&nudges)).await;
    assert_eq!(failed.ok(), Some(Vec::new()));
    for app in &apps {
        assert!(matches!(place.state(&of(&id, app)).await, DeliveryState::Done { .. }));
    }
}

#[tokio::test]
async fn a_session_in_which_nobody_wants_to_know_is_done_at_once() {
    let place = place().await;
    let (_, id) = place.ended(&[&builders::client()]).await;
    assert!(place.work_off(&id).await.is_empty());
    assert!(matches!(place.state(&id).await, DeliveryState::Done { .. }));
    let (_, id) = place.ended(&[]).await;
    assert!(place.work_off(&id).await.is_empty());
    assert!(place.told().is_empty());
}

#[tokio::test]
async fn a_session_with_more_families_than_a_page_holds_is_read_to_its_end() {
    let place = place().await;
    let app = listening("notes");
    place.scene.register(&app).await;
    let session = place.scene.session().await;
    for _ in 0..130 {
        place.scene.family_in(&session, &builders::client(), &["openid"]).await;
    }
    let mut seen = 0;
    let mut after = None;
    loop {
        let page = place.scene.home().list_families(&session.user_id, &session.id, after.as_ref()).await.expect("a page");
        seen += page.families.len();
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, 130);
}
