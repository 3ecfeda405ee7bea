//! What goes wrong between the store and the database: nothing happens twice, nothing half, and a write knows itself again (F10–F13).

use domain::delivery::DeliveryState;
use domain::event::EventKind;
use domain::family::{Family, RevocationReason};
use domain::{Epoch, EventId, FamilyId, Region, Slug, TenantId, Timestamp, Zone, ZoneName};
use futures_util::future::join_all;
use store::once::{self, Claiming, OnceKey, Thing};
use store::{
    AttemptId, Cause, DeliveryWriting, EpochMove, Lease, PersonKeys, Recording, Redemption, Revocation, SessionStart, Settlement, SlugPlace,
    SlugState, Store, StoreError, TenantStore, Touch, UserCreation,
};
use testkit::transport::Fault;
use testkit::{Embedded, Faulty};

use crate::support::{
    NOW, consent, delivery, event, event_rows, family, family_id, grant_issued, identity_rows, later, new_user, placement, session, session_id,
    session_started, tenant_id, user_id, wrapped_key,
};

/// An embedded database whose requests go through injected faults.
pub(crate) struct Shaky {
    pub(crate) embedded: Embedded,
    pub(crate) faulty: Faulty,
    pub(crate) store: Store,
}

impl Shaky {
    pub(crate) fn new() -> Self {
        let embedded = Embedded::memory();
        let faulty = Faulty::new(embedded.http());
        let store = embedded.store_through(faulty.http());
        Self { embedded, faulty, store }
    }

    pub(crate) fn tenant(&self) -> TenantStore {
        self.store.home(&placement(self.embedded.region())).expect("a client for the home region")
    }
}

fn once_key() -> OnceKey {
    OnceKey::new(Thing::ClientAssertion, "app", "jti")
}

#[tokio::test]
async fn a_claim_knows_its_own_write_after_every_fault() {
    for fault in Fault::QUICK {
        let shaky = Shaky::new();
        let store = shaky.tenant();
        shaky.faulty.at_operation("TransactWriteItems", 1, fault).at_operation("PutItem", 1, fault);
        let mine = AttemptId([1; 16]);
        assert_eq!(store.redeem_code(&family(), mine, &grant_issued(1)).await, Ok(Redemption::Redeemed), "{fault:?}");
        assert_eq!(once::claim(&store, &once_key(), later(60), mine).await, Ok(Claiming::First), "{fault:?}");
        shaky.faulty.at_operation("TransactWriteItems", 1, fault);
        assert_eq!(store.start_session(&session(), None, &session_started(2)).await, Ok(SessionStart::Started), "{fault:?}");
        assert_eq!((identity_rows(&shaky.embedded).await.len(), event_rows(&shaky.embedded).await.len()), (2, 2), "{fault:?}");

        let other = AttemptId([2; 16]);
        assert!(matches!(store.redeem_code(&family(), other, &grant_issued(3)).await, Ok(Redemption::Replay(_))), "{fault:?}");
        assert_eq!(once::claim(&store, &once_key(), later(60), other).await, Ok(Claiming::Replay), "{fault:?}");
        assert_eq!(store.start_session(&session(), None, &session_started(4)).await, Ok(SessionStart::AlreadyStarted), "{fault:?}");
    }
}

#[tokio::test]
async fn a_code_whose_every_answer_was_lost_is_redeemed_by_the_next_try_of_the_same_request() {
    let shaky = Shaky::new();
    let store = shaky.tenant();
    let mine = AttemptId([1; 16]);
    shaky.faulty.always(Fault::AnswerLost);
    let lost = store.redeem_code(&family(), mine, &grant_issued(1)).await;
    assert!(matches!(lost, Err(StoreError::Unavailable { cause: Cause::Failed, .. })), "{lost:?}");
    shaky.faulty.heal();
    assert_eq!(store.redeem_code(&family(), mine, &grant_issued(1)).await, Ok(Redemption::Redeemed));
    // Another event makes it another transaction: what remains is the attempt's signature on the family.
    assert_eq!(store.redeem_code(&family(), mine, &grant_issued(2)).await, Ok(Redemption::Redeemed));
    assert_eq!(event_rows(&shaky.embedded).await.len(), 1);
}

#[tokio::test]
async fn a_session_whose_every_answer_was_lost_is_started_by_the_next_try_of_the_same_request() {
    let shaky = Shaky::new();
    let store = shaky.tenant();
    shaky.faulty.always(Fault::AnswerLost);
    let lost = store.start_session(&session(), None, &session_started(1)).await;
    assert!(matches!(lost, Err(StoreError::Unavailable { cause: Cause::Failed, .. })), "{lost:?}");
    shaky.faulty.heal();
    assert_eq!(store.start_session(&session(), None, &session_started(1)).await, Ok(SessionStart::Started));
    assert_eq!(store.start_session(&session(), None, &session_started(2)).await, Ok(SessionStart::AlreadyStarted), "another request");
    assert_eq!(event_rows(&shaky.embedded).await.len(), 1);
}

#[tokio::test]
async fn every_act_of_a_person_has_one_effect_whatever_its_first_try_meets() {
    for fault in Fault::QUICK {
        let shaky = Shaky::new();
        let store = shaky.tenant();
        let next = || shaky.faulty.at(1, fault);
        next();
        assert_eq!(store.create_user(&new_user(2), &event(EventKind::user_created(), 1)).await, Ok(UserCreation::Created), "{fault:?}");
        next();
        assert_eq!(store.grant_consent(&user_id(), &consent(), &grant_issued(2)).await, Ok(()), "{fault:?}");
        store.start_session(&session(), None, &session_started(3)).await.expect("a session");
        next();
        assert_eq!(store.touch_session(&user_id(), &session_id(), later(1)).await, Ok(Touch::Touched), "{fault:?}");
        store.redeem_code(&family(), AttemptId([1; 16]), &grant_issued(4)).await.expect("a family");
        next();
        let reason = RevocationReason::CodeReplayed;
        let revoked = store.revoke_family(&user_id(), &family_id(), reason, NOW, &grant_issued(5)).await;
        assert_eq!(revoked, Ok(Revocation::Revoked), "{fault:?}");
        next();
        assert_eq!(store.put_month_key("2026-11", &wrapped_key(1)).await, Ok(wrapped_key(1)), "{fault:?}");
        next();
        // `Seen` is this very event: a try whose answer was lost wrote it.
        let recorded = store.record_event(&grant_issued(6)).await;
        assert!(matches!(recorded, Ok(Recording::First | Recording::Seen)), "{fault:?} {recorded:?}");
        next();
        let read = store.read_person(&PersonKeys::of(user_id()).with_user_key()).await.expect("a read");
        assert!(read.user.is_some() && read.user_key.is_some(), "{fault:?}");
        assert_eq!((identity_rows(&shaky.embedded).await.len(), event_rows(&shaky.embedded).await.len()), (7, 6), "{fault:?}");
    }
}

#[tokio::test]
async fn a_delivery_and_the_directory_change_once_whatever_the_first_try_meets() {
    for fault in Fault::QUICK {
        let shaky = Shaky::new();
        let (work, directory) = (shaky.store.work(), shaky.store.directory());
        let next = || shaky.faulty.at(1, fault);
        next();
        assert_eq!(work.write_delivery(&delivery(1)).await, Ok(DeliveryWriting::Written), "{fault:?}");
        next();
        let Ok(Lease::Leased(leased)) = work.lease(&delivery(1), later(60)).await else { panic!("not leased: {fault:?}") };
        assert_eq!(leased.attempts, 1, "{fault:?}");
        next();
        assert_eq!(work.settle(&leased, DeliveryState::Done { at: NOW }).await, Ok(Settlement::Settled), "{fault:?}");

        let name = ZoneName::new("eu");
        let began = Timestamp::from_seconds(0);
        let zone = Zone { name: name.clone(), regions: vec![Region::new("eu-west-1")], epoch: Epoch(0), epoch_began_at: began };
        directory.put_zone(&zone).await.expect("a zone");
        next();
        assert_eq!(directory.move_epoch(&name, Epoch(0), NOW).await, Ok(EpochMove::Moved), "{fault:?}");
        next();
        let place = SlugPlace { tenant: tenant_id(), zone: name, state: SlugState::Claimed };
        let slug = Slug::parse("demo").expect("a slug");
        assert_eq!(directory.claim_slug(&slug, &place).await, Ok(place.clone()), "{fault:?}");
        let stranger = SlugPlace { tenant: TenantId::from_random([9; 16]), ..place.clone() };
        assert_eq!(directory.claim_slug(&slug, &stranger).await, Ok(place), "{fault:?}");
    }
}

#[tokio::test]
async fn half_of_all_transactions_meet_rivals_and_each_code_is_still_redeemed_once() {
    let shaky = Shaky::new();
    let store = &shaky.tenant();
    shaky.faulty.rate(500, 7, &[Fault::Conflict]);
    let family_of = |number: u8| Family { id: FamilyId::from_random([number; 16]), ..family() };
    let issued = |number: u8, attempt: u8| {
        let id = EventId::new(NOW, [number, attempt, 0, 0, 0, 0, 0, 0, 0, 0]);
        domain::event::RecordedEvent { id, ..grant_issued(number) }
    };
    // Twenty codes, each tried three times at once.
    let tries = (0..60_u8).map(|each| {
        let (number, attempt) = (each % 20, each / 20);
        async move { (number, store.redeem_code(&family_of(number), AttemptId([each; 16]), &issued(number, attempt)).await) }
    });
    let outcomes = join_all(tries).await;
    for number in 0..20 {
        let of_code: Vec<_> = outcomes.iter().filter(|(of, _)| *of == number).map(|(_, outcome)| outcome).collect();
        let redeemed = of_code.iter().filter(|outcome| ***outcome == Ok(Redemption::Redeemed)).count();
        let told_to_retry = |outcome: &Result<_, StoreError>| matches!(outcome, Err(StoreError::Unavailable { cause: Cause::Conflict, .. }));
        assert!(redeemed == 1 || of_code.iter().all(|outcome| told_to_retry(outcome)), "{number}: {of_code:?}");
        assert!(of_code.iter().all(|outcome| outcome.is_ok() || told_to_retry(outcome)), "{number}: {of_code:?}");
    }
    let redeemed = outcomes.iter().filter(|(_, outcome)| *outcome == Ok(Redemption::Redeemed)).count();
    assert!(redeemed >= 18, "{redeemed} of 20: patience pays");
    assert_eq!((identity_rows(&shaky.embedded).await.len(), event_rows(&shaky.embedded).await.len()), (redeemed, redeemed), "no half of any");
}

#[tokio::test]
async fn an_outage_is_told_by_its_cause_after_a_bounded_number_of_tries() {
    let shaky = Shaky::new();
    let store = shaky.tenant();
    for (fault, cause, tries) in [
        (Fault::Throttled, Cause::Throttled, 3),
        (Fault::FailsBefore, Cause::Failed, 3),
        (Fault::Unreachable, Cause::Failed, 3),
        // The store's own patience, because the SDK has none with a cancelled transaction.
        (Fault::Conflict, Cause::Conflict, 6),
    ] {
        shaky.faulty.always(fault);
        let outcome = store.start_session(&session(), None, &session_started(1)).await;
        assert!(matches!(&outcome, Err(StoreError::Unavailable { cause: told, .. }) if *told == cause), "{fault:?} {outcome:?}");
        assert_eq!(shaky.faulty.requests(), tries, "{fault:?}");
        shaky.faulty.heal();
    }
    assert!(identity_rows(&shaky.embedded).await.is_empty());
    assert_eq!(store.start_session(&session(), None, &session_started(1)).await, Ok(SessionStart::Started), "and then it is over");
}

#[tokio::test]
async fn unprocessed_keys_are_asked_for_again_but_not_for_ever() {
    let shaky = Shaky::new();
    let store = shaky.tenant();
    store.create_user(&new_user(2), &event(EventKind::user_created(), 1)).await.expect("an account");
    shaky.faulty.heal();
    shaky.faulty.script(&[Fault::Unprocessed, Fault::Unprocessed]);
    let person = store.read_person(&PersonKeys::of(user_id()).with_user_key()).await.expect("a read");
    assert_eq!((person.user.is_some(), person.user_key), (true, Some(wrapped_key(2))));
    assert_eq!(shaky.faulty.requests(), 3);
    shaky.faulty.heal();
    shaky.faulty.always(Fault::Unprocessed);
    let read = store.read_person(&PersonKeys::of(user_id())).await;
    assert!(matches!(read, Err(StoreError::Unavailable { cause: Cause::Throttled, .. })), "{read:?}");
    assert_eq!(shaky.faulty.requests(), 6);
}

#[tokio::test]
async fn a_table_that_is_not_there_is_a_refusal_and_not_an_outage() {
    let embedded = Embedded::memory();
    let mut tables = embedded.tables().expect("six tables");
    tables.identity = "countersign-elsewhere".to_owned();
    let clients = std::collections::BTreeMap::from([(embedded.region().clone(), embedded.client())]);
    let store = Store::new(embedded.region().clone(), clients, tables);
    let store = store.home(&placement(embedded.region())).expect("a client for the home region");
    let read = store.read_person(&PersonKeys::of(user_id())).await;
    assert!(matches!(read, Err(StoreError::Refused { .. })), "{read:?}");
}
