//! Rows: what doesn't parse is named, and what a later release wrote survives.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::delivery::DeliveryState;
use domain::event::EventKind;
use domain::family::RevocationReason;
use domain::{Epoch, Region, Timestamp, Zone, ZoneName};
use store::{AttemptId, PasswordUpgrade, PersonKeys, Redemption, StoreError};
use testkit::Embedded;

use crate::support::{
    NOW, client_id, consent, delivery, event, family, family_id, grant_issued, identity_rows, later, new_user, number, overwrite, password, row,
    session, session_id, session_started, tenant_store, text, user_id,
};

const LATER: &str = "of_a_later_release";

async fn add_later_attribute(embedded: &Embedded, table: &str, kind: &str) {
    let mut row = row(embedded, table, kind).await;
    row.insert(LATER.to_owned(), AttributeValue::S("kept".to_owned()));
    overwrite(embedded, table, row).await;
}

async fn assert_kept(embedded: &Embedded, table: &str, kind: &str) {
    assert_eq!(text(&row(embedded, table, kind).await, LATER), "kept", "{kind}");
}

#[tokio::test]
async fn attributes_of_a_later_release_survive_every_update() {
    let embedded = Embedded::memory();
    let (store, tables) = (tenant_store(&embedded), embedded.tables().expect("six tables"));
    store.create_user(&new_user(2), &event(EventKind::user_created(), 1)).await.expect("an account");
    store.start_session(&session(), None, &session_started(2)).await.expect("a session");
    store.redeem_code(&family(), AttemptId([1; 16]), &grant_issued(3)).await.expect("a family");
    store.grant_consent(&user_id(), &consent(), &grant_issued(4)).await.expect("a consent");
    for kind in ["SESSION#", "FAMILY#", "CONSENT#", "PASSWORD"] {
        add_later_attribute(&embedded, &tables.identity, kind).await;
    }
    let keys = PersonKeys::of(user_id()).with_session(session_id()).with_family(family_id()).with_consent(client_id());
    let found = store.read_person(&keys).await.expect("rows that an earlier release reads");
    assert_eq!((found.session, found.family, found.consent), (Some(session()), Some(family()), Some(consent())));

    store.touch_session(&user_id(), &session_id(), later(1)).await.expect("a touch");
    store.grant_consent(&user_id(), &consent(), &grant_issued(5)).await.expect("a consent");
    let reason = RevocationReason::CodeReplayed;
    store.revoke_family(&user_id(), &family_id(), reason, later(1), &grant_issued(6)).await.expect("a revocation");
    let other = domain::session::Session { id: domain::SessionId::from_random([8; 16]), ..session() };
    let upgrade = PasswordUpgrade { credential: password(1), expected_version: 1 };
    store.start_session(&other, Some(&upgrade), &session_started(7)).await.expect("a session");
    for kind in ["FAMILY#", "CONSENT#", "PASSWORD"] {
        assert_kept(&embedded, &tables.identity, kind).await;
    }
    let touched = identity_rows(&embedded).await.into_iter().find(|row| number(row, "last_used_at") == later(1).millis());
    assert_eq!(touched.as_ref().map(|row| text(row, LATER)), Some("kept"));
}

#[tokio::test]
async fn attributes_of_a_later_release_survive_a_move_of_the_epoch_and_a_lease() {
    let embedded = Embedded::memory();
    let (store, tables) = (embedded.store(), embedded.tables().expect("six tables"));
    let name = ZoneName::new("eu");
    let zone = Zone { name: name.clone(), regions: vec![Region::new("a")], epoch: Epoch(0), epoch_began_at: Timestamp::from_seconds(0) };
    store.directory().put_zone(&zone).await.expect("a zone");
    add_later_attribute(&embedded, &tables.directory, "ZONE").await;
    store.directory().move_epoch(&name, Epoch(0), NOW).await.expect("a move");
    assert_kept(&embedded, &tables.directory, "ZONE").await;

    let seen = delivery(1);
    store.work().write_delivery(&seen).await.expect("a delivery");
    add_later_attribute(&embedded, &tables.work, "mail_new_browser").await;
    let store::Lease::Leased(leased) = store.work().lease(&seen, later(60)).await.expect("an answer") else { panic!("not leased") };
    store.work().settle(&leased, DeliveryState::Parked { at: NOW }).await.expect("a settlement");
    assert_kept(&embedded, &tables.work, "mail_new_browser").await;
}

#[tokio::test]
async fn a_row_that_does_not_parse_is_named_by_its_key_and_quotes_nothing() {
    let embedded = Embedded::memory();
    let (store, tables) = (tenant_store(&embedded), embedded.tables().expect("six tables"));
    store.redeem_code(&family(), AttemptId([1; 16]), &grant_issued(1)).await.expect("a family");
    let whole = row(&embedded, &tables.identity, "FAMILY#").await;
    let key = format!("identity {} {}", text(&whole, "pk"), text(&whole, "sk"));
    let corrupt = StoreError::Corrupt { key: key.clone() };
    let secret = AttributeValue::S("ada@example.com".to_owned());
    for (attribute, value) in [("v", None), ("v", Some(AttributeValue::N("2".to_owned()))), ("issued_at", Some(secret)), ("state", None)] {
        let mut broken = whole.clone();
        match value {
            Some(value) => broken.insert(attribute.to_owned(), value),
            None => broken.remove(attribute),
        };
        overwrite(&embedded, &tables.identity, broken).await;
        let read = store.read_person(&PersonKeys::of(user_id()).with_family(family_id())).await;
        assert_eq!(read.as_ref().err(), Some(&corrupt), "{attribute}");
        assert!(!format!("{read:?}").contains("ada@example.com"));
        let replay = store.redeem_code(&family(), AttemptId([2; 16]), &grant_issued(2)).await;
        assert_eq!(replay, Err(corrupt.clone()), "{attribute}");
    }
    overwrite(&embedded, &tables.identity, whole).await;
    assert!(matches!(store.redeem_code(&family(), AttemptId([2; 16]), &grant_issued(3)).await, Ok(Redemption::Replay(_))));
}

#[tokio::test]
async fn a_row_larger_than_the_database_takes_is_told_apart_from_an_outage() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let huge = domain::key_ring::WrappedUserKey { wrapped: domain::secret::SealedBytes::new(vec![1; 500_000]), created_at: NOW };
    assert!(matches!(store.put_month_key("2026-11", &huge).await, Err(StoreError::TooLarge { .. })));
    let mut new = new_user(2);
    new.user_key = huge;
    assert!(matches!(store.create_user(&new, &event(EventKind::user_created(), 1)).await, Err(StoreError::TooLarge { .. })));
    assert!(identity_rows(&embedded).await.is_empty());
}
