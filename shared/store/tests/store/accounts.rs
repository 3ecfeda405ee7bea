//! Tenants, clients, APIs and accounts begin; what flows read of them.

use domain::api::Audience;
use domain::event::{EventKind, Subject};
use domain::identifier::IdentifierKind;
use domain::key_ring::Purpose;
use domain::roster::{RoleName, Roster};
use domain::user::User;
use domain::{ClientId, TenantId, UserId, attempt};
use futures_util::future::join_all;
use store::{
    Account, AccountKeys, ApiCreation, AttemptId, ClientCreation, FailureKey, HashAcceptance, Person, PersonKeys, Signing, StoreError, TenantChange,
    TenantCreation, UserChange, UserCreation, UserPart,
};
use testkit::Embedded;

use crate::support::{
    NOW, api, claim, client, client_id, consent, event, event_about, event_rows, family, family_id, grant_issued, identity_rows, later, new_tenant,
    new_user, password, session, session_id, session_started, tenant_id, tenant_store, user, user_id, wrapped_key,
};

#[tokio::test]
async fn a_tenant_is_created_once_and_read_with_the_keys_asked_for() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    assert_eq!(store.read_bundle(&Purpose::ALL, Signing::Included).await, Ok(None));
    let (new, created) = (new_tenant(tenant_id()), |number| event_about(Subject::Tenant, EventKind::TenantCreated, number));
    assert_eq!(store.create_tenant(&new, &created(1)).await, Ok(TenantCreation::Created));
    assert_eq!(store.create_tenant(&new, &created(2)).await, Ok(TenantCreation::Exists));
    let whole = store.read_bundle(&Purpose::ALL, Signing::Included).await.expect("a read").expect("a tenant");
    assert_eq!((whole.tenant, whole.data_keys, whole.signing), (new.tenant.clone(), new.data_keys.clone(), Some(new.signing)));
    let part = store.read_bundle(&[Purpose::People], Signing::Left).await.expect("a read").expect("a tenant");
    assert_eq!((part.data_keys, part.signing), (vec![new.data_keys[3].clone()], None));
}

#[tokio::test]
async fn a_row_of_another_tenant_is_not_written_under_this_ones_keys() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let other = TenantId::from_random([9; 16]);
    let foreign_event = domain::event::RecordedEvent { tenant: other.clone(), ..session_started(1) };
    assert_eq!(store.start_session(&session(), None, &foreign_event).await, Err(StoreError::OtherTenant));
    let created = event_about(Subject::Tenant, EventKind::TenantCreated, 1);
    assert_eq!(store.create_tenant(&new_tenant(other), &created).await, Err(StoreError::OtherTenant));
    assert!(identity_rows(&embedded).await.is_empty() && event_rows(&embedded).await.is_empty());
}

#[tokio::test]
async fn a_client_is_registered_once_under_its_id() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let created = |number| event_about(Subject::Tenant, EventKind::ClientCreated { client_id: client_id() }, number);
    assert_eq!(store.find_client(&client_id()).await, Ok(None));
    assert_eq!(store.create_client(&client("app"), &created(1)).await, Ok(ClientCreation::Created));
    assert_eq!(store.create_client(&client("app"), &created(2)).await, Ok(ClientCreation::Exists));
    assert_eq!(store.find_client(&client_id()).await, Ok(Some(client("app"))));
    assert_eq!(store.find_client(&ClientId::parse("other").expect("a client id")).await, Ok(None));
}

#[tokio::test]
async fn an_api_is_registered_once_under_its_audience() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let (api, store) = (&api("https://api.example/v1"), &store);
    assert_eq!(store.find_api(&api.audience).await, Ok(None));
    let created = |number| event_about(Subject::Tenant, EventKind::ApiCreated { audience: api.audience.clone() }, number);
    let creations = join_all((0..50).map(|number| async move { store.create_api(api, &created(number)).await })).await;
    assert_eq!(creations.iter().filter(|creation| **creation == Ok(ApiCreation::Created)).count(), 1);
    assert_eq!(creations.iter().filter(|creation| **creation == Ok(ApiCreation::Exists)).count(), 49);
    assert_eq!(store.find_api(&api.audience).await, Ok(Some(api.clone())));
    for other in ["https://api.example/v1/", "https://api.example/V1", "https://api.example"] {
        assert_eq!(store.find_api(&Audience::parse(other).expect("an audience")).await, Ok(None), "{other}");
    }
    assert_eq!(event_rows(&embedded).await.len(), 1);
}

#[tokio::test]
async fn a_tenant_notes_three_kinds_of_imported_hashes_and_no_fourth() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let accept = |kind: &'static str, number| async move {
        let event = event_about(Subject::Tenant, EventKind::ImportedHashesAccepted { kind: kind.to_owned() }, number);
        store.accept_imported_hash(kind, &event).await
    };
    assert_eq!(accept("a", 1).await, Ok(HashAcceptance::TooMany), "no such tenant");
    store.create_tenant(&new_tenant(tenant_id()), &event_about(Subject::Tenant, EventKind::TenantCreated, 2)).await.expect("a tenant");
    let kinds = ["a", "b", "a", "c", "d", "b"];
    for (number, kind) in (3..).zip(kinds) {
        let outcome = if kind == "d" { HashAcceptance::TooMany } else { HashAcceptance::Accepted };
        assert_eq!(accept(kind, number).await, Ok(outcome), "{kind}");
    }
    let bundle = store.read_bundle(&[], Signing::Left).await.expect("an answer").expect("a tenant");
    assert_eq!(bundle.tenant.imported_hashes, ["a", "b", "c"].map(str::to_owned).into());
}

#[tokio::test]
async fn groups_and_roles_change_one_version_at_a_time() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let roster = |version| Roster { version, roles: [RoleName::parse(&format!("role {version}")).expect("a name")].into(), ..Roster::default() };
    let change = |version, number| async move {
        store.change_roster(&roster(version), &event_about(Subject::Tenant, EventKind::RosterChanged { version }, number)).await
    };
    assert_eq!(change(1, 1).await, Ok(TenantChange::Stale), "no such tenant");
    store.create_tenant(&new_tenant(tenant_id()), &event_about(Subject::Tenant, EventKind::TenantCreated, 2)).await.expect("a tenant");
    for (number, (version, outcome)) in (3..).zip([
        (2, TenantChange::Stale),
        (1, TenantChange::Changed),
        (1, TenantChange::Stale),
        (3, TenantChange::Stale),
        (2, TenantChange::Changed),
        (3, TenantChange::Changed),
    ]) {
        assert_eq!(change(version, number).await, Ok(outcome), "{version}");
    }
    let bundle = store.read_bundle(&[], Signing::Left).await.expect("an answer").expect("a tenant");
    assert_eq!(bundle.tenant.roster, roster(3));
}

#[tokio::test]
async fn of_many_assignments_at_once_one_stands() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let new = new_user(2);
    let assign = |number: u8| {
        let roles = [RoleName::parse(&format!("role {number}")).expect("a name")].into();
        let user = User { roles, version: new.user.version + 1, updated_at: later(number.into()), ..new.user.clone() };
        async move { store.change_user(&user, UserPart::Assignment, &event(EventKind::UserAssigned { version: user.version }, number)).await }
    };
    assert_eq!(assign(100).await, Ok(UserChange::Stale), "nobody yet");
    store.create_user(&new, &event(EventKind::user_created(), 1)).await.expect("an account");
    let outcomes = join_all((2..52).map(assign)).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(UserChange::Changed)).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(UserChange::Stale)).count(), 49);
    let found = store.read_person(&PersonKeys::of(new.user.id.clone())).await.expect("an answer").user.expect("a person");
    assert_eq!((found.version, found.roles.len(), found.groups.len()), (new.user.version + 1, 1, 0));
}

#[tokio::test]
async fn an_account_is_found_by_each_of_its_identifiers() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let new = new_user(2);
    assert_eq!(store.create_user(&new, &event(EventKind::user_created(), 1)).await, Ok(UserCreation::Created));
    for claim in &new.claims {
        assert_eq!(store.find_identifier(claim).await, Ok(Some(user_id())));
    }
    assert_eq!(store.find_identifier(&claim(IdentifierKind::Username, "ada")).await, Ok(None), "an address is no username");
}

#[tokio::test]
async fn an_address_has_one_owner_of_fifty_and_the_others_leave_nothing() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let store = &store;
    let creations =
        join_all((0..50).map(|number| async move { store.create_user(&new_user(number), &event(EventKind::user_created(), number)).await })).await;
    assert_eq!(creations.iter().filter(|creation| **creation == Ok(UserCreation::Created)).count(), 1);
    assert_eq!(creations.iter().filter(|creation| **creation == Ok(UserCreation::Taken(IdentifierKind::Email))).count(), 49);
    assert_eq!(identity_rows(&embedded).await.len(), 4, "person, password and two identifiers");
    assert_eq!(event_rows(&embedded).await.len(), 1);
}

#[tokio::test]
async fn a_user_id_is_never_given_twice() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.create_user(&new_user(2), &event(EventKind::user_created(), 1)).await.expect("an account");
    let mut again = new_user(2);
    assert_eq!(store.create_user(&again, &event(EventKind::user_created(), 2)).await, Ok(UserCreation::Exists));
    again.claims = Vec::new();
    assert_eq!(store.create_user(&again, &event(EventKind::user_created(), 3)).await, Ok(UserCreation::Exists));
}

#[tokio::test]
async fn a_person_is_read_with_what_was_asked_for_and_nothing_else() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.create_user(&new_user(2), &event(EventKind::user_created(), 1)).await.expect("an account");
    store.start_session(&session(), None, &session_started(2)).await.expect("a session");
    store.redeem_code(&family(), AttemptId([1; 16]), &grant_issued(3)).await.expect("a family");
    store.grant_consent(&user_id(), &consent(), &grant_issued(4)).await.expect("a consent");
    let user = Some(user(user_id()));
    let alone = store.read_person(&PersonKeys::of(user_id())).await;
    assert_eq!(alone, Ok(Person { user: user.clone(), ..Person::default() }));
    let keys = PersonKeys::of(user_id()).with_session(session_id()).with_consent(client_id()).with_family(family_id()).with_user_key();
    let all =
        Person { user, session: Some(session()), consent: Some(consent()), family: Some(family()), user_key: Some(wrapped_key(2)), phone_code: None };
    assert_eq!(store.read_person(&keys).await, Ok(all));
}

#[tokio::test]
async fn a_sign_in_reads_an_account_or_as_much_of_nothing() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    store.create_user(&new_user(2), &event(EventKind::user_created(), 1)).await.expect("an account");
    store.grant_consent(&user_id(), &consent(), &grant_issued(4)).await.expect("a consent");
    let failures = FailureKey { account: "ada".to_owned(), window: attempt::window(NOW, domain::policy::ACCOUNT_WINDOW) };
    store.count_failure(&failures, NOW).await.expect("a count");
    store.count_failure(&failures, later(5)).await.expect("a count");
    assert_eq!(store.put_month_key("2026-11", &wrapped_key(6)).await, Ok(wrapped_key(6)));
    let keys = AccountKeys { user_id: user_id(), client_id: client_id(), month: "2026-11".to_owned(), failures };
    let expected = Account {
        user: Some(user(user_id())),
        password: Some(password(1)),
        user_key: Some(wrapped_key(2)),
        month_key: Some(wrapped_key(6)),
        consent: Some(consent()),
        failures: Some(attempt::AccountFailures { count: 2, last_at: later(5) }),
    };
    assert_eq!(store.read_account(&keys).await, Ok(expected));
    let unknown = AccountKeys { user_id: UserId::from_random([77; 16]), month: "2026-12".to_owned(), ..keys };
    let unknown = store.read_account(&unknown).await.expect("a read");
    assert_eq!((unknown.user, unknown.password, unknown.month_key), (None, None, None));
}

#[tokio::test]
async fn the_first_key_of_a_month_stands_for_everybody() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let store = &store;
    let keys = join_all((0..50).map(|number| async move { store.put_month_key("2026-11", &wrapped_key(number)).await })).await;
    let first = keys[0].clone().expect("a key");
    assert!(keys.iter().all(|key| *key == Ok(first.clone())));
    assert_eq!(store.put_month_key("2026-12", &wrapped_key(99)).await, Ok(wrapped_key(99)));
}
