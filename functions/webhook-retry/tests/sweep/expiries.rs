//! Sessions that ran out are ended once, with the event that tells of it; those that were used since are looked at when they may run out next.

use std::time::Duration;

use domain::event::EventKind;
use domain::policies::{PolicyKind, Rule};
use domain::session::{EndReason, Expiry, Session, SessionEnd};
use domain::{Region, Timestamp, policy};
use futures_util::future::join;
use runtime::{Clock, Platform};
use store::{PersonKeys, Touch};
use testkit::Log;
use testkit::rows::{Row, Value, number, text};
use testkit::transport::Fault;
use webhook_retry::{Deps, Swept, sweep};

use crate::support::{Place, place};

impl Place {
    /// A session of the scene's person, with the look at it that `relay` arranges.
    async fn session(&self) -> Session {
        let session = self.scene.session().await;
        self.stage.platform.store.work().write_expiry(&self.expiry(&session)).await.expect("a look");
        session
    }

    fn expiry(&self, session: &Session) -> Expiry {
        let (user_id, session_id) = (session.user_id.clone(), session.id.clone());
        Expiry { tenant: self.stage.tenant.clone(), user_id, session_id, due_at: session.runs_out_at() }
    }

    async fn found(&self, session: &Session) -> Option<Session> {
        let keys = PersonKeys::of(session.user_id.clone()).with_session(session.id.clone());
        self.scene.home().read_person(&keys).await.expect("an answer").session
    }

    async fn ended(&self) -> usize {
        sweep(&self.deps).await.expect("a sweep").ended
    }

    /// When sessions are to be looked at.
    async fn looks(&self) -> Vec<Timestamp> {
        let work = self.stage.platform.store.work();
        let mut looks = Vec::new();
        for shard in 0..policy::DUE_SHARDS {
            let far = self.stage.clock.now().plus(policy::SESSION_ABSOLUTE);
            looks.extend(work.list_expiries(shard, far, 100).await.expect("a list").rows.into_iter().map(|expiry| expiry.due_at));
        }
        looks
    }

    async fn told(&self) -> Vec<Row> {
        let rows = self.stage.rows("events").await;
        rows.into_iter().filter(|row| text(row, "type") == "session.ended").collect()
    }
}

const A_MOMENT: Duration = Duration::from_millis(1);

#[tokio::test]
async fn a_session_that_nobody_used_is_ended_when_its_time_is_over_and_told_of_once() {
    let place = place().await;
    let session = place.session().await;
    place.stage.clock.set(session.runs_out_at().minus(A_MOMENT));
    assert_eq!(place.ended().await, 0);
    assert_eq!(place.found(&session).await.expect("a session").ended, None);
    place.stage.clock.advance(A_MOMENT);
    assert_eq!(sweep(&place.deps).await.expect("a sweep"), Swept { nudged: 0, ended: 1 });
    let end = SessionEnd { at: session.runs_out_at(), reason: EndReason::Expired };
    assert_eq!(place.found(&session).await.expect("a session").ended, Some(end));
    let told = place.told().await;
    let [event] = &told[..] else { panic!("one event: {told:?}") };
    assert_eq!(
        (text(event, "session_id"), text(event, "reason"), text(event, "subject")),
        (session.id.as_str(), "expired", session.user_id.as_str())
    );
    assert_eq!((place.ended().await, place.told().await.len(), place.looks().await), (0, 1, vec![]));
}

#[tokio::test]
async fn a_session_that_was_used_is_looked_at_again_when_it_may_run_out_next() {
    let place = place().await;
    let session = place.session().await;
    let used_at = session.runs_out_at().minus(Duration::from_mins(5));
    let touched = place.scene.home().touch_session(&session.user_id, &session.id, used_at).await;
    assert_eq!(touched, Ok(Touch::Touched));
    place.stage.clock.set(session.runs_out_at());
    assert_eq!(place.ended().await, 0);
    let next = used_at.plus(Duration::from_secs(session.idle_seconds));
    assert_eq!(place.looks().await, [next]);
    place.stage.clock.set(next);
    assert_eq!((place.ended().await, place.looks().await, place.told().await.len()), (1, vec![], 1));
}

#[tokio::test]
async fn a_session_that_a_shorter_policy_ended_is_ended_when_it_is_looked_at_with_an_event_that_is_kept_as_the_tenant_says() {
    let place = place().await;
    let session = place.session().await;
    let used_at = session.runs_out_at().minus(Duration::from_mins(5));
    place.scene.home().touch_session(&session.user_id, &session.id, used_at).await.expect("an answer");
    let provisioner = runtime::Provisioner::new(&place.stage.platform);
    let lifetimes = serde_json::json!({ "lifetimes": { "idle_seconds": 60, "absolute_seconds": 604_800 } });
    for (kind, says) in [(PolicyKind::Session, lifetimes), (PolicyKind::Retention, serde_json::json!({ "days": 7 }))] {
        let rule = Rule::baseline(kind, says).expect("a policy");
        provisioner.change_policy(&place.stage.tenant, &rule).await.expect("a change");
    }
    place.stage.clock.set(session.runs_out_at());
    assert_eq!((place.ended().await, place.looks().await), (1, vec![]));
    let told = &place.told().await[0];
    assert_eq!(number(told, "ends_at") - number(told, "at"), 7 * 86_400_000);
}

#[tokio::test]
async fn a_session_in_use_ends_at_its_absolute_age() {
    let place = place().await;
    let session = place.session().await;
    let mut now = session.authenticated_at;
    while now < session.ends_at {
        assert_eq!(place.ended().await, 0);
        place.scene.home().touch_session(&session.user_id, &session.id, now).await.expect("an answer");
        now = now.plus(Duration::from_hours(6)).min(session.ends_at);
        place.stage.clock.set(now);
    }
    assert_eq!((place.ended().await, place.looks().await), (1, vec![]));
}

#[tokio::test]
async fn a_session_that_somebody_ended_is_told_of_no_second_time() {
    let place = place().await;
    let session = place.session().await;
    let event = place.scene.event(EventKind::SessionEnded { session_id: session.id.clone(), reason: EndReason::SignedOut });
    let end = SessionEnd { at: place.stage.clock.now(), reason: EndReason::SignedOut };
    place.scene.home().end_session(&session, end, &event).await.expect("an end");
    place.stage.clock.set(session.runs_out_at());
    assert_eq!((place.ended().await, place.looks().await, place.told().await.len()), (0, vec![], 1));
    assert_eq!(place.found(&session).await.expect("a session").ended, Some(end));
}

#[tokio::test]
async fn a_region_that_is_not_the_tenants_home_leaves_its_sessions_alone() {
    let place = place().await;
    let session = place.session().await;
    place.stage.clock.set(session.runs_out_at());
    let elsewhere = Platform { region: Region::new("eu-central-1"), ..place.stage.platform.clone() };
    let there = Deps::new(&elsewhere, place.queue.clone());
    assert_eq!(sweep(&there).await.expect("a sweep").ended, 0);
    assert_eq!((place.looks().await.len(), place.told().await.len()), (1, 0));
    assert_eq!(place.ended().await, 1);
}

#[tokio::test]
async fn two_sweeps_at_once_end_a_session_once() {
    let place = place().await;
    let session = place.session().await;
    place.stage.clock.set(session.runs_out_at());
    let (one, other) = join(place.ended(), place.ended()).await;
    assert_eq!((one + other, place.told().await.len(), place.looks().await), (1, 1, vec![]));
}

#[tokio::test]
async fn a_look_at_a_session_that_is_swept_is_the_last() {
    let place = place().await;
    let session = place.session().await;
    let unknown = Expiry { session_id: domain::SessionId::from_random([9; 16]), ..place.expiry(&session) };
    place.stage.platform.store.work().write_expiry(&unknown).await.expect("a look");
    place.stage.clock.set(session.runs_out_at());
    assert_eq!((place.ended().await, place.looks().await, place.told().await.len()), (1, vec![], 1));
}

#[tokio::test]
async fn a_row_that_does_not_parse_raises_an_alarm_and_keeps_no_other_from_being_looked_at() {
    let place = place().await;
    let broken = place.session().await;
    let whole = place.session().await;
    place.stage.clock.set(broken.runs_out_at());
    let rows = place.stage.rows("work").await;
    let mut row = rows.into_iter().find(|row| text(row, "sk").contains(broken.id.as_str())).expect("a look");
    row.insert("session_id".to_owned(), Value::S("no session".to_owned()));
    place.stage.overwrite("work", row).await;
    let log = Log::listen();
    assert_eq!((place.ended().await, log.alarms()), (1, vec!["due_row_corrupt".to_owned()]));
    assert!(place.found(&whole).await.expect("a session").ended.is_some());
}

#[tokio::test]
async fn what_could_not_be_written_is_made_good_by_the_next_sweep() {
    let place = place().await;
    let session = place.session().await;
    place.stage.clock.set(session.runs_out_at());
    place.stage.faulty.always(Fault::Unreachable);
    assert!(sweep(&place.deps).await.is_err());
    place.stage.faulty.heal();
    assert_eq!((place.ended().await, place.told().await.len(), place.looks().await), (1, 1, vec![]));
}
