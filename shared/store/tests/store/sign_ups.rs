//! Sign-ups that wait for their address to be proved: the newest under an address counts.

use domain::UserId;
use domain::event::{EventKind, Subject};
use domain::identifier::IdentifierKind;
use domain::sign_up::{Entered, PendingSignUp};
use futures_util::future::join_all;
use store::{Ground, NewSignUp, SignUp, SignUpKeys, SignUpRow, SignUpStart, StoreError, TenantStore};
use testkit::Embedded;
use testkit::transport::Fault;
use testkit::units::Units;

use crate::costs::Till;
use crate::faults::Shaky;
use crate::support::{NOW, claim, event, event_about, event_rows, new_user, password, tenant_store, wrapped_key};

const ADDRESS: &str = "a-hash-of-an-address-in-forty-three-letters";

fn id(number: u8) -> UserId {
    UserId::from_random([number; 16])
}

fn sign_up(number: u8) -> NewSignUp {
    let entered = Entered { email: "ada@example.com", given_name: Some("Ada"), ..Entered::default() };
    let pending = PendingSignUp::begin(id(number), &entered, "b".repeat(43), "en", NOW);
    NewSignUp { address: ADDRESS.to_owned(), row: SignUpRow { pending, request: None }, password: password(1) }
}

fn keys(number: u8) -> SignUpKeys {
    SignUpKeys { address: ADDRESS.to_owned(), id: id(number) }
}

async fn begin(store: &TenantStore, sign_up_number: u8, event_number: u8) -> Result<SignUpStart, StoreError> {
    let kind = EventKind::SignUpStarted { sign_up: id(sign_up_number), client_id: None };
    store.begin_sign_up(&sign_up(sign_up_number), &event_about(Subject::Unknown(ADDRESS.to_owned()), kind, event_number)).await
}

#[tokio::test]
async fn the_newest_sign_up_under_an_address_stands_and_a_form_sent_twice_is_one() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    assert_eq!(store.read_sign_up(&keys(1)).await, Ok(SignUp::default()));
    assert_eq!(begin(&store, 1, 1).await, Ok(SignUpStart::Started));
    assert_eq!(begin(&store, 1, 2).await, Ok(SignUpStart::Repeated));
    assert_eq!(event_rows(&embedded).await.len(), 1);
    let found = store.read_sign_up(&keys(1)).await.expect("a read");
    assert_eq!((found.row, found.password, found.user), (Some(sign_up(1).row), Some(password(1)), None));
    assert_eq!(begin(&store, 2, 3).await, Ok(SignUpStart::Started));
    assert_eq!(store.find_sign_up(ADDRESS).await, Ok(Some(sign_up(2).row)));
    assert_eq!(store.read_sign_up(&keys(1)).await.expect("a read").row, Some(sign_up(2).row));
    store.create_user(&new_user(2), &event(EventKind::user_created(), 4)).await.expect("an account");
    assert_eq!(store.read_sign_up(&keys(2)).await.expect("a read").user, Some(new_user(2).user));
}

#[tokio::test]
async fn of_racing_forms_of_one_page_one_begins_a_sign_up() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let begun = join_all((0..20).map(|number| async move { begin(store, 1, number).await })).await;
    assert_eq!(begun.iter().filter(|begun| **begun == Ok(SignUpStart::Started)).count(), 1);
    assert_eq!(event_rows(&embedded).await.len(), 1);
}

#[tokio::test]
async fn the_ground_of_a_sign_up_is_who_has_the_username_and_the_months_key() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let username = claim(IdentifierKind::Username, "username 2");
    assert_eq!(store.read_ground(Some(&username), "2026-11").await, Ok(Ground::default()));
    store.create_user(&new_user(2), &event(EventKind::user_created(), 1)).await.expect("an account");
    store.put_month_key("2026-11", &wrapped_key(3)).await.expect("a key");
    let ground = Ground { username_owner: Some(id(2)), month_key: Some(wrapped_key(3)) };
    assert_eq!(store.read_ground(Some(&username), "2026-11").await, Ok(ground.clone()));
    assert_eq!(store.read_ground(None, "2026-11").await, Ok(Ground { username_owner: None, ..ground }));
}

#[tokio::test]
async fn a_sign_up_pays_seven_and_its_reads_one_request_each() {
    let till = Till::new();
    let store = till.store();
    begin(&store, 1, 1).await.expect("a sign-up");
    till.assert_paid(7, "begin_sign_up");
    store.read_sign_up(&keys(1)).await.expect("a read");
    let report = till.counting.take();
    assert_eq!((report.requests(), report.write_units()), (1, Units::whole(0)));
}

#[tokio::test]
async fn a_sign_up_has_one_effect_whatever_its_first_try_meets() {
    for fault in Fault::QUICK {
        let shaky = Shaky::new();
        shaky.faulty.at(1, fault);
        assert_eq!(begin(&shaky.tenant(), 1, 1).await, Ok(SignUpStart::Started), "{fault:?}");
        assert_eq!(event_rows(&shaky.embedded).await.len(), 1, "{fault:?}");
    }
}
