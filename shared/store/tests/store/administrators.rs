//! Who administers a tenant: one change at a time, and none of somebody who changed meanwhile.

use domain::administration::{AdminRole, Administrators, Assignment};
use domain::client::Client;
use domain::event::{Administered, EventKind, Subject};
use domain::user::User;
use futures_util::future::join_all;
use store::{AdministratorsChange, ClientChange, TenantStore, UserChange, UserPart};
use testkit::Embedded;

use crate::support::{client, event, event_about, event_rows, new_user, tenant_store};

/// Somebody who is there, and how they will be after their next change.
async fn somebody(store: &TenantStore, number: u8) -> User {
    let new = new_user(number);
    store.create_user(&new, &event(EventKind::user_created(), 200 + number)).await.expect("an account");
    next(new.user)
}

fn next(user: User) -> User {
    User { version: user.version + 1, ..user }
}

fn owned(before: &Administrators, user: &User) -> Administrators {
    before.clone().with_person(&user.id, Some(Assignment::of(AdminRole::Owner)))
}

async fn assign(store: &TenantStore, all: &Administrators, user: &User, number: u8) -> AdministratorsChange {
    let kind = Administered::AdministratorAssigned { version: all.version, roles: [AdminRole::Owner].into() };
    store.assign_administrators(all, user, &event(kind.into(), number)).await.expect("an answer")
}

#[tokio::test]
async fn nobody_administers_a_tenant_until_somebody_is_said_to() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let grace = somebody(&store, 2).await;
    assert_eq!(store.read_administrators().await, Ok(Administrators::default()));
    let all = owned(&Administrators::default(), &grace);
    assert_eq!(assign(&store, &all, &grace, 1).await, AdministratorsChange::Changed);
    assert_eq!(store.read_administrators().await, Ok(all));
}

#[tokio::test]
async fn of_fifty_assignments_at_once_one_stands_the_first_time_and_later() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let mut grace = somebody(store, 2).await;
    for round in 0..2 {
        let before = &store.read_administrators().await.expect("an answer");
        let (all, user) = (&owned(before, &grace), &grace);
        let outcomes = join_all((0..50).map(|number: u8| assign(store, all, user, 50 * round + number))).await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == AdministratorsChange::Changed).count(), 1);
        assert_eq!(store.read_administrators().await.expect("an answer").version, before.version + 1);
        grace = next(grace);
    }
    assert_eq!(event_rows(&embedded).await.len(), 3);
}

#[tokio::test]
async fn who_is_locked_meanwhile_is_made_nothing_and_who_is_assigned_meanwhile_is_not_locked() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let grace = somebody(store, 2).await;
    let all = owned(&Administrators::default(), &grace);
    let lock = async |number| {
        let kind = Administered::UserDisabled { version: grace.version };
        store.change_user(&grace, UserPart::Standing, &event(kind.into(), number)).await.expect("an answer")
    };
    let (assigned, locked) = tokio::join!(assign(store, &all, &grace, 1), lock(2));
    assert!((assigned == AdministratorsChange::Changed) != (locked == UserChange::Changed), "{assigned:?} {locked:?}");
    assert_eq!((assign(store, &all, &grace, 3).await, lock(4).await), (AdministratorsChange::Stale, UserChange::Stale));
}

#[tokio::test]
async fn an_app_that_is_taken_away_meanwhile_is_made_nothing_and_one_that_is_assigned_meanwhile_stays() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let grace = somebody(store, 2).await;
    let owned = owned(&Administrators::default(), &grace);
    assert_eq!(assign(store, &owned, &grace, 1).await, AdministratorsChange::Changed);
    let app = client("app");
    let about_it = |kind: EventKind, number| event_about(Subject::Tenant, kind, number);
    store.create_client(&app, &about_it(EventKind::ClientCreated { client_id: app.id.clone() }, 2)).await.expect("an app");
    let all = owned.with_app(&app.id, Some(Assignment::of(AdminRole::Auditor)));
    let counted = Client { version: app.version + 1, ..app.clone() };
    let assign = async |number| {
        let kind = Administered::AppAssigned { client_id: app.id.clone(), version: all.version, roles: [AdminRole::Auditor].into() };
        store.assign_app(&all, &counted, &about_it(kind.into(), number)).await.expect("an answer")
    };
    let delete = async |number| {
        let kind = Administered::ClientDeleted { client_id: app.id.clone() };
        store.delete_client(&app, &about_it(kind.into(), number)).await.expect("an answer")
    };
    let (assigned, deleted) = tokio::join!(assign(3), delete(4));
    assert!((assigned == AdministratorsChange::Changed) != (deleted == ClientChange::Changed), "{assigned:?} {deleted:?}");
    assert_eq!((assign(5).await, delete(6).await), (AdministratorsChange::Stale, ClientChange::Stale));
    let standing = store.find_client(&app.id).await.expect("an answer").map(|app| app.version);
    assert_eq!(standing, (assigned == AdministratorsChange::Changed).then_some(counted.version));
}
