//! Sessions: started once, touched while they live.

use domain::Timestamp;
use domain::event::{EventKind, RecordedEvent};
use domain::session::{EndReason, Ended, Session, SessionEnd};
use futures_util::future::join_all;
use store::{PasswordUpgrade, PersonKeys, SessionEnding, SessionStart, TenantStore, Touch};
use testkit::Embedded;

use crate::support::{
    NOW, event, event_rows, identity_rows, later, new_user, number, password, row, session, session_id, session_started, tenant_store, text, user,
    user_id,
};

async fn found(store: &TenantStore) -> Option<Session> {
    store.read_person(&PersonKeys::of(user_id()).with_session(session_id())).await.expect("a read").session
}

#[tokio::test]
async fn a_started_session_is_found_as_it_was_written_beside_its_event() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    assert_eq!(store.start_session(&session(), None, &session_started(1)).await, Ok(SessionStart::Started));
    assert_eq!(found(&store).await, Some(session()));
    assert_eq!(event_rows(&embedded).await.len(), 1);
}

#[tokio::test]
async fn a_sign_in_state_starts_one_session_of_fifty() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let (store, session) = (&store, &session());
    let starts = join_all((0..50).map(|number| async move { store.start_session(session, None, &session_started(number)).await })).await;
    assert_eq!(starts.iter().filter(|start| **start == Ok(SessionStart::Started)).count(), 1);
    assert_eq!(starts.iter().filter(|start| **start == Ok(SessionStart::AlreadyStarted)).count(), 49);
    assert_eq!(event_rows(&embedded).await.len(), 1, "nobody else left an event");
}

#[tokio::test]
async fn an_ended_session_that_is_not_swept_still_claims_its_state() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let ended = Session { ends_at: Timestamp::from_seconds(1), ..session() };
    assert_eq!(store.start_session(&ended, None, &session_started(1)).await, Ok(SessionStart::Started));
    assert_eq!(store.start_session(&session(), None, &session_started(2)).await, Ok(SessionStart::AlreadyStarted));
    let standing = found(&store).await.expect("the ended session");
    assert_eq!(standing.live(&testkit::builders::tenant(), &user(user_id()), NOW), Err(Ended::Absolute));
}

#[tokio::test]
async fn a_password_is_hashed_anew_with_the_session_and_keeps_its_version() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let table = embedded.tables().expect("six tables").identity;
    create_sample_user(&store).await;
    let credential = domain::credential::PasswordCredential { sealed_hash: domain::secret::SealedBytes::new(vec![9; 160]), ..password(1) };
    let upgrade = PasswordUpgrade { credential, expected_version: 1 };
    assert_eq!(store.start_session(&session(), Some(&upgrade), &session_started(1)).await, Ok(SessionStart::Started));
    let row = row(&embedded, &table, "PASSWORD").await;
    assert_eq!(text(&row, "sealed_hash").len(), 160_usize.div_ceil(3) * 4 - 2, "160 bytes in base64url");
    assert_eq!((number(&row, "version"), number(&row, "changed_at")), (1, NOW.millis()));
}

#[tokio::test]
async fn a_password_that_changed_meanwhile_starts_no_session() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    create_sample_user(&store).await;
    let upgrade = PasswordUpgrade { credential: password(1), expected_version: 7 };
    assert_eq!(store.start_session(&session(), Some(&upgrade), &session_started(1)).await, Ok(SessionStart::PasswordChanged));
    assert_eq!(found(&store).await, None);
    assert!(event_rows(&embedded).await.iter().all(|row| text(row, "type") != "session.started"));
}

#[tokio::test]
async fn the_last_use_of_a_session_only_grows() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.start_session(&session(), None, &session_started(1)).await.expect("a session");
    for (at, expected) in [(100, 100), (50, 100), (101, 101)] {
        assert_eq!(store.touch_session(&user_id(), &session_id(), later(at)).await, Ok(Touch::Touched));
        assert_eq!(found(&store).await.expect("the session").last_used_at, later(expected));
    }
}

#[tokio::test]
async fn an_ended_session_is_not_touched_although_nothing_has_swept_it() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.start_session(&session(), None, &session_started(1)).await.expect("a session");
    assert_eq!(store.touch_session(&user_id(), &session_id(), later(1999)).await, Ok(Touch::Touched));
    assert_eq!(store.touch_session(&user_id(), &session_id(), later(2000)).await, Ok(Touch::Gone));
    assert_eq!(found(&store).await.expect("the row").last_used_at, later(1999));
}

#[tokio::test]
async fn touching_a_swept_session_makes_no_stub() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    assert_eq!(store.touch_session(&user_id(), &session_id(), NOW).await, Ok(Touch::Gone));
    assert!(identity_rows(&embedded).await.is_empty());
}

fn end(reason: EndReason) -> SessionEnd {
    SessionEnd { at: later(10), reason }
}

fn session_ended(reason: EndReason, number: u8) -> RecordedEvent {
    event(EventKind::SessionEnded { session_id: session_id(), reason }, number)
}

#[tokio::test]
async fn a_session_is_ended_once_by_one_of_fifty_and_stays_as_a_tombstone_beside_one_event() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.start_session(&session(), None, &session_started(1)).await.expect("a session");
    let (store, session, end) = (&store, &session(), end(EndReason::SignedOut));
    let endings =
        join_all((2..52).map(|number| async move { store.end_session(session, end, &session_ended(EndReason::SignedOut, number)).await })).await;
    assert_eq!(endings.iter().filter(|ending| **ending == Ok(SessionEnding::Ended)).count(), 1);
    assert_eq!(endings.iter().filter(|ending| **ending == Ok(SessionEnding::AlreadyEnded)).count(), 49);
    assert_eq!(event_rows(&embedded).await.iter().filter(|row| text(row, "type") == "session.ended").count(), 1);
    let tombstone = found(store).await.expect("the row stays");
    assert_eq!((tombstone.ended, tombstone.live(&testkit::builders::tenant(), &user(user_id()), later(11))), (Some(end), Err(Ended::Ended)));
    assert_eq!(store.start_session(session, None, &session_started(99)).await, Ok(SessionStart::AlreadyStarted), "its state makes no other");
    assert_eq!(store.touch_session(&user_id(), &session_id(), later(12)).await, Ok(Touch::Gone));
    assert_eq!(found(store).await.expect("the row").last_used_at, session.last_used_at);
}

#[tokio::test]
async fn a_session_that_was_used_since_has_not_run_out_but_its_person_may_end_it() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.start_session(&session(), None, &session_started(1)).await.expect("a session");
    store.touch_session(&user_id(), &session_id(), later(5)).await.expect("a touch");
    let expired = session_ended(EndReason::Expired, 2);
    assert_eq!(store.end_session(&session(), end(EndReason::Expired), &expired).await, Ok(SessionEnding::UsedSince));
    assert_eq!(event_rows(&embedded).await.len(), 1);
    let seen = found(&store).await.expect("the session");
    assert_eq!(store.end_session(&seen, end(EndReason::Expired), &expired).await, Ok(SessionEnding::Ended));
    let signed_out = session_ended(EndReason::SignedOut, 3);
    assert_eq!(store.end_session(&session(), end(EndReason::SignedOut), &signed_out).await, Ok(SessionEnding::AlreadyEnded));
}

#[tokio::test]
async fn a_session_that_is_not_there_is_not_ended_and_leaves_no_stub() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let ended = session_ended(EndReason::SignedOut, 1);
    assert_eq!(store.end_session(&session(), end(EndReason::SignedOut), &ended).await, Ok(SessionEnding::Unknown));
    assert!(identity_rows(&embedded).await.is_empty() && event_rows(&embedded).await.is_empty());
}

async fn create_sample_user(store: &TenantStore) {
    let kind = domain::event::EventKind::user_created();
    assert_eq!(store.create_user(&new_user(2), &event(kind, 99)).await, Ok(store::UserCreation::Created));
}
