//! Telephone numbers: the code in flight, its tries, and what proving a number does.

use domain::attempt::Reservation;
use domain::event::{EventKind, RecordedEvent};
use domain::phone::{PhoneCode, PhoneNumber};
use domain::user::{Profile, User};
use domain::{EventId, policy};
use futures_util::future::join_all;
use store::{PersonKeys, TenantStore, UserChange, UserCreation, UserPart};
use testkit::Embedded;

use crate::support::{NOW, event, event_rows, new_user, session_id, tenant_store};

async fn account(embedded: &Embedded) -> (TenantStore, User) {
    let store = tenant_store(embedded);
    let new = new_user(2);
    assert_eq!(store.create_user(&new, &event(EventKind::user_created(), 1)).await, Ok(UserCreation::Created));
    (store, new.user)
}

async fn sent(store: &TenantStore, user: &User, number: u8) -> PhoneCode {
    let asked = event(EventKind::PhoneChangeRequested, number);
    let to = PhoneNumber::parse("+4915123456789").expect("a number");
    let code = PhoneCode::sent(to, asked.id.clone(), session_id(), NOW);
    assert_eq!(store.send_phone_code(&user.id, &code, &asked).await, Ok(()));
    code
}

async fn found(store: &TenantStore, user: &User) -> (Option<User>, Option<PhoneCode>) {
    let person = store.read_person(&PersonKeys::of(user.id.clone()).with_phone_code()).await.expect("a read");
    (person.user, person.phone_code)
}

fn proved(user: &User, code: &PhoneCode, number: u8) -> (User, RecordedEvent) {
    let next = user.with_proved_phone(&code.number, NOW);
    let event = event(EventKind::PhoneChanged { version: next.version, credential_version: 1 }, number);
    (next, event)
}

#[tokio::test]
async fn a_code_gives_way_to_a_newer_one_and_to_the_number() {
    let embedded = Embedded::memory();
    let (store, ada) = account(&embedded).await;
    let older = sent(&store, &ada, 2).await;
    let newer = sent(&store, &ada, 3).await;
    assert_eq!(found(&store, &ada).await.1, Some(newer.clone()));
    let (next, told) = proved(&ada, &older, 4);
    assert_eq!(store.prove_phone(&next, &older.event, &told).await, Ok(UserChange::Stale), "superseded");
    assert_eq!(found(&store, &ada).await, (Some(ada.clone()), Some(newer.clone())));
    let (next, told) = proved(&ada, &newer, 5);
    assert_eq!(store.prove_phone(&next, &newer.event, &told).await, Ok(UserChange::Changed));
    assert_eq!(store.prove_phone(&next, &newer.event, &told).await, Ok(UserChange::Changed), "a retry of the same act");
    assert_eq!(found(&store, &ada).await, (Some(next), None));
    assert_eq!(event_rows(&embedded).await.len(), 4);
}

#[tokio::test]
async fn a_record_that_changed_meanwhile_keeps_its_number_and_the_code() {
    let embedded = Embedded::memory();
    let (store, ada) = account(&embedded).await;
    let code = sent(&store, &ada, 2).await;
    let renamed = User { profile: Profile::default(), version: ada.version + 1, ..ada.clone() };
    let told = event(EventKind::ProfileChanged { version: renamed.version }, 3);
    assert_eq!(store.change_user(&renamed, UserPart::Profile, &told).await, Ok(UserChange::Changed));
    let (next, told) = proved(&ada, &code, 4);
    assert_eq!(store.prove_phone(&next, &code.event, &told).await, Ok(UserChange::Stale));
    assert_eq!(found(&store, &ada).await, (Some(renamed), Some(code)));
}

#[tokio::test]
async fn of_many_tries_at_once_five_are_granted_and_none_of_another_code_or_when_it_is_over() {
    let embedded = Embedded::memory();
    let (store, ada) = account(&embedded).await;
    assert_eq!(store.try_phone_code(&ada.id, &EventId::new(NOW, [2; 10]), NOW).await, Ok(Reservation::Exhausted), "nothing was sent");
    assert_eq!(found(&store, &ada).await.1, None, "and a try leaves no stub");
    let code = sent(&store, &ada, 2).await;
    assert_eq!(store.try_phone_code(&ada.id, &EventId::new(NOW, [9; 10]), NOW).await, Ok(Reservation::Exhausted));
    assert_eq!(store.try_phone_code(&ada.id, &code.event, code.ends_at).await, Ok(Reservation::Exhausted));
    let tries = join_all((0..50).map(|_| store.try_phone_code(&ada.id, &code.event, NOW))).await;
    let granted = tries.iter().filter(|tried| **tried == Ok(Reservation::Granted)).count();
    assert_eq!(granted, usize::try_from(policy::PHONE_CODE_ATTEMPTS).expect("few"));
    assert_eq!(found(&store, &ada).await.1.expect("a code").attempts, policy::PHONE_CODE_ATTEMPTS);
}

#[tokio::test]
async fn of_many_proofs_at_once_one_counts() {
    let embedded = Embedded::memory();
    let (store, ada) = account(&embedded).await;
    let code = sent(&store, &ada, 2).await;
    let proofs = join_all((10..30).map(|number| {
        let (next, told) = proved(&ada, &code, number);
        let (store, sent) = (store.clone(), code.event.clone());
        async move { store.prove_phone(&next, &sent, &told).await }
    }))
    .await;
    assert_eq!(proofs.iter().filter(|proof| **proof == Ok(UserChange::Changed)).count(), 1);
    assert_eq!(event_rows(&embedded).await.len(), 3);
}
