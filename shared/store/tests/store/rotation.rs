//! Signing keys move on: one rotation of many wins, its event and its next look with it; nothing is lost or doubled by a fault.

use domain::Timestamp;
use domain::event::{Administered, EventKind, Subject};
use domain::key_ring::rotation::DueLook;
use domain::key_ring::wish::{AskedOfKeys, KeyWish};
use domain::key_ring::{KeyState, SigningRing};
use domain::{Placement, TenantId, policy};
use futures_util::future::join_all;
use store::{Due, KeyRotation, Signing, Store, StoreError, TenantStore};
use testkit::transport::Fault;
use testkit::{Embedded, Faulty};

use crate::support::{
    NOW, event_about, event_rows, later, new_tenant, overwrite, placement, ring, rotated, row, rows, tenant_id, tenant_store, text,
};

/// A tenant with one key that signs.
async fn tenant(store: &TenantStore) -> SigningRing {
    let mut new = new_tenant(tenant_id());
    new.signing = ring(1, &[(1, KeyState::Active)]);
    store.create_tenant(&new, &event_about(Subject::Tenant, EventKind::TenantCreated, 1)).await.expect("a tenant");
    new.signing
}

/// The ring once the key `number` is published.
fn published(number: u8) -> SigningRing {
    ring(2, &[(1, KeyState::Active), (number, KeyState::Next)])
}

fn first_look() -> DueLook {
    DueLook::at(tenant_id(), later(500))
}

async fn standing(store: &TenantStore) -> SigningRing {
    let bundle = store.read_bundle(&[], Signing::Included).await.expect("a read").expect("a tenant");
    bundle.signing.expect("a ring")
}

/// When looks are due, all shards together.
async fn looks(store: &Store, now: Timestamp) -> Vec<Timestamp> {
    due_looks(store, now).await.into_iter().map(|look| look.due_at).collect()
}

async fn due_looks(store: &Store, now: Timestamp) -> Vec<DueLook> {
    let mut due = Vec::new();
    for shard in 0..policy::DUE_SHARDS {
        let Due { rows: looks, corrupt } = store.work().list_looks(shard, now, 100).await.expect("a list");
        assert!(corrupt.is_empty() && looks.iter().all(|look| look.tenant == tenant_id()));
        due.extend(looks);
    }
    due
}

const ALWAYS: Timestamp = Timestamp::from_seconds(9_000_000_000);

#[tokio::test]
async fn a_tenant_begins_with_a_look_at_its_keys_and_a_rotation_moves_it_on() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let seen = tenant(&store).await;
    assert_eq!(looks(&embedded.store(), later(499)).await, []);
    assert_eq!(looks(&embedded.store(), later(500)).await, [later(500)]);
    let after = published(2);
    let event = rotated(&seen, &after, 2);
    assert_eq!(store.rotate_keys((&seen, &after), Some(&first_look()), later(900), &event).await, Ok(KeyRotation::Rotated));
    assert_eq!(standing(&store).await, after);
    assert_eq!(looks(&embedded.store(), ALWAYS).await, [later(900)]);
    assert_eq!(event_rows(&embedded).await.len(), 2);
    let deliveries = embedded.store().work().list_due(0, ALWAYS, 100).await.expect("a list");
    assert!(deliveries.rows.is_empty() && deliveries.corrupt.is_empty(), "no delivery is due by it");
}

#[tokio::test]
async fn of_fifty_rotations_of_one_ring_one_wins_and_the_others_leave_nothing() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let (seen, due) = (tenant(&store).await, first_look());
    let tries = (2..52_u8).map(|number| {
        let (store, seen, due) = (&store, &seen, &due);
        async move {
            let after = published(number);
            store.rotate_keys((seen, &after), Some(due), later(u64::from(number) + 900), &rotated(seen, &after, number)).await
        }
    });
    let outcomes = join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(KeyRotation::Rotated)).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(KeyRotation::Stale)).count(), 49);
    let after = standing(&store).await;
    assert_eq!((after.version, after.keys.len()), (2, 2));
    assert_eq!(event_rows(&embedded).await.len(), 2, "the tenant's and one rotation's");
    assert_eq!(looks(&embedded.store(), ALWAYS).await.len(), 1);
}

#[tokio::test]
async fn a_rotation_is_whole_or_not_there_whatever_its_first_try_meets() {
    for fault in Fault::QUICK {
        let embedded = Embedded::memory();
        let faulty = Faulty::new(embedded.http());
        let store = embedded.store_through(faulty.http()).home(&placement(embedded.region())).expect("a client for the home region");
        let seen = tenant(&store).await;
        let after = published(2);
        faulty.heal();
        faulty.at(1, fault);
        let event = rotated(&seen, &after, 2);
        let outcome = store.rotate_keys((&seen, &after), Some(&first_look()), later(900), &event).await;
        assert_eq!(outcome, Ok(KeyRotation::Rotated), "{fault:?}");
        faulty.at(1, fault);
        assert_eq!(store.put_off_look(Some(&DueLook { due_at: later(900), ..first_look() }), later(950)).await, Ok(()), "{fault:?}");
        assert_eq!((standing(&store).await, looks(&embedded.store(), ALWAYS).await), (after, vec![later(950)]), "{fault:?}");
        assert_eq!(event_rows(&embedded).await.len(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a_rotation_whose_every_answer_was_lost_is_known_again_by_its_event() {
    let embedded = Embedded::memory();
    let faulty = Faulty::new(embedded.http());
    let store = embedded.store_through(faulty.http()).home(&placement(embedded.region())).expect("a client for the home region");
    let (seen, after) = (tenant(&store).await, published(2));
    let event = rotated(&seen, &after, 2);
    faulty.always(Fault::AnswerLost);
    let lost = store.rotate_keys((&seen, &after), Some(&first_look()), later(900), &event).await;
    assert!(matches!(lost, Err(StoreError::Unavailable { .. })), "{lost:?}");
    faulty.heal();
    assert_eq!(store.rotate_keys((&seen, &after), Some(&first_look()), later(900), &event).await, Ok(KeyRotation::Rotated));
    let other = rotated(&seen, &after, 3);
    assert_eq!(store.rotate_keys((&seen, &after), Some(&first_look()), later(900), &other).await, Ok(KeyRotation::Stale), "another rotation");
    assert_eq!((standing(&store).await, event_rows(&embedded).await.len()), (after, 2));
}

#[tokio::test]
async fn what_is_asked_of_keys_is_a_due_look_beside_its_event_whatever_its_first_try_meets() {
    for fault in Fault::QUICK {
        let embedded = Embedded::memory();
        let faulty = Faulty::new(embedded.http());
        let store = embedded.store_through(faulty.http()).home(&placement(embedded.region())).expect("a client for the home region");
        tenant(&store).await;
        faulty.at(1, fault);
        let asked = AskedOfKeys { seen: 1, wish: KeyWish::Retire { kid: "a".to_owned() } };
        let kind = Administered::SigningKeysAsked { version: 1, wish: asked.wish.clone() };
        let told = event_about(Subject::Tenant, kind.into(), 2);
        store.ask_of_keys(asked.clone(), later(100), &told).await.expect("a wish");
        let due = due_looks(&embedded.store(), later(100)).await;
        assert_eq!(due, [DueLook { asked: Some(asked), ..DueLook::at(tenant_id(), later(100)) }], "{fault:?}");
        assert_eq!(event_rows(&embedded).await.len(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn two_looks_that_are_put_off_to_one_time_are_one() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    tenant(&store).await;
    store.put_off_look(None, later(400)).await.expect("one more look");
    assert_eq!(looks(&embedded.store(), ALWAYS).await.len(), 2);
    for due_at in [later(400), later(500), later(800)] {
        store.put_off_look(Some(&DueLook { due_at, ..first_look() }), later(800)).await.expect("a look put off");
    }
    assert_eq!(looks(&embedded.store(), ALWAYS).await, [later(800)]);
}

#[tokio::test]
async fn a_ring_that_is_not_there_is_not_made_and_another_tenants_row_is_not_touched() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let (seen, after) = (ring(1, &[(1, KeyState::Active)]), published(2));
    let outcome = store.rotate_keys((&seen, &after), None, later(900), &rotated(&seen, &after, 2)).await;
    assert_eq!(outcome, Ok(KeyRotation::Stale));
    let tables = embedded.tables().expect("six tables");
    assert!(rows(&embedded, &tables.keys).await.is_empty() && rows(&embedded, &tables.work).await.is_empty());
    let other = TenantId::from_random([9; 16]);
    let foreign = DueLook::at(other.clone(), later(1));
    assert_eq!(store.put_off_look(Some(&foreign), later(2)).await, Err(StoreError::OtherTenant));
    let of_other = embedded.store().home(&Placement { tenant: other, ..placement(embedded.region()) }).expect("a client for the home region");
    let outcome = of_other.rotate_keys((&seen, &after), None, later(900), &rotated(&seen, &after, 2)).await;
    assert_eq!(outcome, Err(StoreError::OtherTenant), "the event is another tenant's");
}

#[tokio::test]
async fn attributes_of_a_later_release_survive_a_rotation() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let table = embedded.tables().expect("six tables").keys;
    let (seen, after) = (tenant(&store).await, published(2));
    let mut later_row = row(&embedded, &table, "RING").await;
    later_row.insert("of_a_later_release".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("kept".to_owned()));
    overwrite(&embedded, &table, later_row).await;
    store.rotate_keys((&seen, &after), None, later(900), &rotated(&seen, &after, 2)).await.expect("a rotation");
    assert_eq!(text(&row(&embedded, &table, "RING").await, "of_a_later_release"), "kept");
}

#[tokio::test]
async fn a_corrupt_look_is_told_and_keeps_no_other_from_being_made() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    tenant(&store).await;
    let table = embedded.tables().expect("six tables").work;
    let mut broken = rows(&embedded, &table).await.remove(0);
    let shard = text(&broken, "pk").trim_start_matches("ROTATION#").parse().expect("a shard");
    broken.insert("sk".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("000000000000001#broken".to_owned()));
    broken.remove("tenant");
    overwrite(&embedded, &table, broken).await;
    let due = embedded.store().work().list_looks(shard, later(500), 10).await.expect("a list");
    assert_eq!(due.rows, [first_look()]);
    assert_eq!(due.corrupt, [StoreError::Corrupt { key: format!("work ROTATION#{shard} 000000000000001#broken") }]);
    assert_eq!(embedded.store().work().list_looks(shard, NOW, 10).await.expect("a list").rows, []);
}
