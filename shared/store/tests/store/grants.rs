//! Consents and families of tokens.

use domain::Timestamp;
use domain::consent::Consent;
use domain::event::{EventKind, RecordedEvent};
use domain::family::{Family, FamilyState, RevocationReason};
use domain::refresh::Offline;
use domain::secret::SealedBytes;
use domain::session::AuthenticationMethod;
use futures_util::future::join_all;
use store::{AttemptId, PersonKeys, Redemption, Refreshing, Revocation, TenantStore};
use testkit::Embedded;

use crate::support::{
    NOW, client_id, consent, event, event_rows, family, family_id, grant_issued, identity_rows, later, scopes, tenant_store, user_id,
};

const REASON: RevocationReason = RevocationReason::CodeReplayed;

fn revoked(number: u8) -> RecordedEvent {
    event(EventKind::GrantRevoked { client_id: client_id(), family_id: family_id(), reason: REASON }, number)
}

async fn found(store: &TenantStore) -> Option<Family> {
    store.read_person(&PersonKeys::of(user_id()).with_family(family_id())).await.expect("a read").family
}

#[tokio::test]
async fn a_code_is_redeemed_once_and_a_replay_meets_its_family() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    assert_eq!(store.redeem_code(&family(), AttemptId([1; 16]), &grant_issued(1)).await, Ok(Redemption::Redeemed));
    assert_eq!(found(&store).await, Some(family()));
    let second = store.redeem_code(&Family { epoch: domain::Epoch(9), ..family() }, AttemptId([2; 16]), &grant_issued(2)).await;
    assert_eq!(second, Ok(Redemption::Replay(Box::new(family()))));
    assert_eq!(event_rows(&embedded).await.len(), 1);
}

#[tokio::test]
async fn of_fifty_tries_at_a_code_one_redeems_it() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let (store, family) = (&store, &family());
    let tries = join_all((0..50).map(|number| async move { store.redeem_code(family, AttemptId([number; 16]), &grant_issued(number)).await })).await;
    assert_eq!(tries.iter().filter(|outcome| **outcome == Ok(Redemption::Redeemed)).count(), 1);
    assert_eq!(tries.iter().filter(|outcome| matches!(outcome, Ok(Redemption::Replay(_)))).count(), 49);
    assert_eq!(event_rows(&embedded).await.len(), 1);
}

#[tokio::test]
async fn an_ended_family_that_is_not_swept_still_claims_its_code() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let ended = Family { ends_at: Timestamp::from_seconds(1), ..family() };
    store.redeem_code(&ended, AttemptId([1; 16]), &grant_issued(1)).await.expect("a family");
    assert!(matches!(store.redeem_code(&family(), AttemptId([2; 16]), &grant_issued(2)).await, Ok(Redemption::Replay(_))));
    assert_eq!(found(&store).await, Some(ended), "its end is the decision's to look at");
}

#[tokio::test]
async fn a_family_dies_once_and_stays_dead() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.redeem_code(&family(), AttemptId([1; 16]), &grant_issued(1)).await.expect("a family");
    let revoke = |at, number| {
        let store = &store;
        async move { store.revoke_family(&user_id(), &family_id(), REASON, later(at), &revoked(number)).await }
    };
    assert_eq!(revoke(10, 2).await, Ok(Revocation::Revoked));
    assert_eq!(revoke(20, 3).await, Ok(Revocation::AlreadyRevoked));
    assert_eq!(found(&store).await.expect("the family").state, FamilyState::Revoked { at: later(10), reason: REASON });
    assert_eq!(event_rows(&embedded).await.len(), 2, "one issued, one revoked");
}

#[tokio::test]
async fn revoking_a_family_that_is_swept_or_has_ended_leaves_no_stub_and_no_event() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    assert_eq!(store.revoke_family(&user_id(), &family_id(), REASON, NOW, &revoked(1)).await, Ok(Revocation::Unknown));
    assert!(identity_rows(&embedded).await.is_empty() && event_rows(&embedded).await.is_empty());
    store.redeem_code(&family(), AttemptId([1; 16]), &grant_issued(2)).await.expect("a family");
    let after_its_end = store.revoke_family(&user_id(), &family_id(), REASON, later(4200), &revoked(3)).await;
    assert_eq!(after_its_end, Ok(Revocation::Unknown));
    assert_eq!(found(&store).await, Some(family()));
}

#[tokio::test]
async fn a_consent_is_found_as_it_was_last_given() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let granted = |number| event(EventKind::ConsentGranted { client_id: client_id(), scopes: scopes(&["openid"]), audience: None }, number);
    let more = Consent { scopes: scopes(&["openid", "email"]), given_at: later(9), ..consent() };
    for (number, consent) in [(1, consent()), (2, more)] {
        store.grant_consent(&user_id(), &consent, &granted(number)).await.expect("a consent");
        let found = store.read_person(&PersonKeys::of(user_id()).with_consent(client_id())).await.expect("a read");
        assert_eq!(found.consent, Some(consent));
    }
    assert_eq!(event_rows(&embedded).await.len(), 2);
}

fn offline_family() -> Family {
    let offline = Offline::begin(NOW, vec![AuthenticationMethod::Password], domain::Epoch(3), NOW);
    Family { offline: Some(offline), ..family() }
}

fn rotated(family: &Family, byte: u8) -> Offline {
    let offline = family.offline.as_ref().expect("offline access");
    offline.rotated(offline.newest, SealedBytes::new(vec![byte; 212]), domain::Epoch(3), later(1))
}

#[tokio::test]
async fn of_fifty_refreshes_one_makes_the_successor_and_the_others_meet_it() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.redeem_code(&offline_family(), AttemptId([1; 16]), &grant_issued(1)).await.expect("a family");
    let (store, family) = (&store, &offline_family());
    let tries =
        join_all((0..50).map(|byte| async move { store.refresh_family(family, &rotated(family, byte), later(1)).await.expect("a write") })).await;
    assert_eq!(tries.iter().filter(|outcome| **outcome == Refreshing::Done).count(), 1);
    let standing = found(store).await.expect("a family");
    let met = |outcome: &&Refreshing| matches!(outcome, Refreshing::Stale(family) if **family == standing);
    assert_eq!(tries.iter().filter(met).count(), 49);
    assert_eq!(event_rows(&embedded).await.len(), 1, "refreshing is no event");
}

#[tokio::test]
async fn a_dead_swept_or_ended_family_is_not_refreshed() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let family = offline_family();
    assert_eq!(store.refresh_family(&family, &rotated(&family, 1), later(1)).await, Ok(Refreshing::Unknown));
    assert!(identity_rows(&embedded).await.is_empty(), "no stub");
    store.redeem_code(&family, AttemptId([1; 16]), &grant_issued(1)).await.expect("a family");
    let after_its_end = store.refresh_family(&family, &rotated(&family, 1), family.ends_at).await;
    assert_eq!(after_its_end, Ok(Refreshing::Stale(Box::new(family.clone()))));
    store.revoke_family(&user_id(), &family_id(), REASON, later(10), &revoked(2)).await.expect("a revocation");
    assert!(matches!(store.refresh_family(&family, &rotated(&family, 1), later(11)).await, Ok(Refreshing::Stale(standing)) if *standing != family));
}
