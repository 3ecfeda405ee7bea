//! Passwords of people: replaced, and locked.

use domain::UserId;
use domain::credential::PasswordCredential;
use domain::event::{ChangedBy, EventKind};
use domain::password_policy::PasswordPolicy;
use futures_util::future::join_all;
use store::{PasswordChange, PasswordLock};
use testkit::Embedded;

use crate::support::{event, event_rows, later, new_user, password, tenant_store};

#[tokio::test]
async fn a_new_password_takes_the_place_of_the_version_before_it_and_moves_the_watermark() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let id = UserId::from_random([2; 16]);
    store.create_user(&new_user(2), &event(EventKind::user_created(), 1)).await.expect("an account");
    assert_eq!(store.read_recovery(&id, "2026-11").await.expect("a read").password, Some(password(1)));
    let changed = |version| EventKind::PasswordChanged { version, by: ChangedBy::Reset };
    let next = PasswordCredential { former: vec![password(1).sealed_hash], ..password(2) };
    assert_eq!(store.change_password(&id, &next, later(5), &event(changed(2), 2)).await, Ok(PasswordChange::Changed));
    for stale in [password(2), password(4)] {
        assert_eq!(store.change_password(&id, &stale, later(9), &event(changed(stale.version), 3)).await, Ok(PasswordChange::Stale));
    }
    let found = store.read_recovery(&id, "2026-11").await.expect("a read");
    assert_eq!(found.password, Some(PasswordCredential { changed_at: later(5), ..next }));
    let user = found.user.expect("a person");
    assert_eq!((user.not_before, user.updated_at, user.version), (later(5), later(5), 2));
    let nobody = UserId::from_random([9; 16]);
    assert_eq!(store.change_password(&nobody, &password(2), later(9), &event(changed(2), 4)).await, Ok(PasswordChange::Stale));
    assert_eq!(event_rows(&embedded).await.len(), 2);
}

#[tokio::test]
async fn a_locked_password_keeps_its_hash_and_moves_the_watermark_until_another_takes_its_place() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let id = UserId::from_random([2; 16]);
    store.create_user(&new_user(2), &event(EventKind::user_created(), 1)).await.expect("an account");
    let raised = |credential_version| EventKind::AlarmRaised { credential_version };
    let locked = password(1).locked(later(5));
    assert_eq!(store.lock_password(&id, &locked, later(5), &event(raised(2), 2)).await, Ok(PasswordLock::Locked));
    assert_eq!(store.lock_password(&id, &locked, later(9), &event(raised(2), 3)).await, Ok(PasswordLock::Stale));
    let found = store.read_recovery(&id, "2026-11").await.expect("a read");
    assert_eq!(found.password.as_ref(), Some(&locked));
    let user = found.user.expect("a person");
    assert_eq!((user.not_before, user.updated_at, user.version), (later(5), later(5), 2));
    let next = locked.followed_by(password(7).sealed_hash, &PasswordPolicy::default(), later(6));
    let changed = EventKind::PasswordChanged { version: 3, by: ChangedBy::Reset };
    assert_eq!(store.change_password(&id, &next, later(6), &event(changed, 4)).await, Ok(PasswordChange::Changed));
    assert_eq!(store.read_recovery(&id, "2026-11").await.expect("a read").password, Some(next));
    let nobody = UserId::from_random([9; 16]);
    assert_eq!(store.lock_password(&nobody, &locked, later(9), &event(raised(2), 5)).await, Ok(PasswordLock::Stale));
    assert_eq!(event_rows(&embedded).await.len(), 3);
}

#[tokio::test]
async fn of_racing_alarms_and_a_racing_new_password_one_stands() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let id = UserId::from_random([2; 16]);
    store.create_user(&new_user(2), &event(EventKind::user_created(), 1)).await.expect("an account");
    let (store, id) = (&store, &id);
    let locked = &password(1).locked(later(5));
    let alarms = (2..52).map(|number| async move {
        let raised = event(EventKind::AlarmRaised { credential_version: 2 }, number);
        store.lock_password(id, locked, later(5), &raised).await == Ok(PasswordLock::Locked)
    });
    let change = async move {
        let changed = event(EventKind::PasswordChanged { version: 2, by: ChangedBy::Reset }, 60);
        store.change_password(id, &password(2), later(5), &changed).await == Ok(PasswordChange::Changed)
    };
    let (raised, changed) = futures_util::future::join(join_all(alarms), change).await;
    assert_eq!(raised.into_iter().filter(|locked| *locked).count() + usize::from(changed), 1);
    assert_eq!(event_rows(&embedded).await.len(), 2);
}
