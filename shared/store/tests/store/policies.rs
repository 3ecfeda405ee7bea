//! Policies change one version at a time, and what they said before is remembered.

use std::collections::BTreeSet;

use domain::GroupId;
use domain::event::{Actor, Administered, EventKind, RecordedEvent, Subject};
use domain::policies::{PolicyChange, PolicyKind, Rule};
use domain::roster::{Group, GroupName, Roster};
use domain::tenant::Tenant;
use domain::user::User;
use futures_util::future::join_all;
use serde_json::json;
use store::{NewUser, Signing, TenantChange, TenantStore};
use testkit::Embedded;

use crate::costs::Till;
use crate::support::{event, event_about, event_rows, later, new_tenant, new_user, tenant_id, tenant_store, user_id};

fn days(days: u16) -> Rule {
    Rule::baseline(PolicyKind::Retention, json!({ "days": days })).expect("a policy")
}

fn changed(policy: PolicyKind, number: u8) -> RecordedEvent {
    event_about(Subject::Tenant, Administered::PolicyChanged { policy, group: None, version: 1 }.into(), number)
}

async fn with_tenant(store: &TenantStore) -> Tenant {
    let new = new_tenant(tenant_id());
    store.create_tenant(&new, &event_about(Subject::Tenant, EventKind::TenantCreated, 200)).await.expect("a tenant");
    new.tenant
}

async fn standing(store: &TenantStore) -> Tenant {
    store.read_bundle(&[], Signing::Left).await.expect("an answer").expect("a tenant").tenant
}

fn change(tenant: &Tenant, rule: &Rule) -> PolicyChange {
    tenant.change_policy(rule, Some(Actor::Person(user_id())), later(1)).expect("a change")
}

async fn write(store: &TenantStore, rule: &Rule, number: u8) -> Tenant {
    let change = change(&standing(store).await, rule);
    assert_eq!(store.change_policy(&change, &changed(rule.kind(), number)).await, Ok(TenantChange::Changed));
    assert_eq!(standing(store).await, change.tenant, "{rule:?}");
    change.tenant
}

fn group() -> GroupId {
    GroupId::from_random([1; 16])
}

async fn with_group(store: &TenantStore, number: u8) -> Roster {
    let name = GroupName::parse("Staff").expect("a name");
    let groups = [(group(), Group { name, roles: BTreeSet::new() })].into();
    let roster = Roster { version: 1, groups, ..Roster::default() };
    let event = event_about(Subject::Tenant, EventKind::RosterChanged { version: 1 }, number);
    assert_eq!(store.change_roster(&roster, &event).await, Ok(TenantChange::Changed));
    roster
}

#[tokio::test]
async fn each_kind_is_written_with_its_versions_and_leaves_the_others_as_they_are() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    with_tenant(&store).await;
    with_group(&store, 100).await;
    let lifetimes = json!({ "idle_seconds": 60, "absolute_seconds": 600 });
    let rules = [
        (PolicyKind::Password, json!({ "rules": { "minimum_alone": 20, "longest_days": 90, "composition": ["digit"] }, "recovery": "off" })),
        (PolicyKind::Registration, json!({ "who": "domains", "domains": ["example.org"] })),
        (PolicyKind::Session, json!({ "lifetimes": lifetimes, "kept": lifetimes })),
        (PolicyKind::Session, json!({ "lifetimes": lifetimes })),
        (PolicyKind::Access, json!({ "who": { "groups": [group()] } })),
        (PolicyKind::Branding, json!({ "welcome": { "en": "Hi" }, "accent": { "light": "#0b6e4f", "dark": "#5fd3a8" } })),
        (PolicyKind::Branding, json!({})),
        (PolicyKind::Retention, json!({ "days": 7 })),
    ];
    for (number, (kind, value)) in (1..).zip(rules) {
        let rule = Rule::baseline(kind, value).expect("a policy");
        let version = write(&store, &rule, number).await.policies.version_of(kind);
        let row = store.find_policy_version(kind, version).await.expect("an answer").expect("a version");
        assert_eq!((row.rule(), row.at, row.by), (Ok(rule), later(1), Some(Actor::Person(user_id()))));
    }
    let of_group = Rule::of_group(PolicyKind::Session, group(), Some(lifetimes)).expect("a policy");
    write(&store, &of_group, 50).await;
    write(&store, &Rule::of_group(PolicyKind::Session, group(), None).expect("a policy"), 51).await;
    let versions = store.list_policy_versions(PolicyKind::Session, u64::MAX, 100).await.expect("an answer");
    let told = versions.iter().map(|row| (row.version, row.group.is_some(), row.value.is_some(), row.by.is_some(), row.at));
    let expected =
        [(4, true, false, true, 1), (3, true, true, true, 1), (2, false, true, true, 1), (1, false, true, true, 1), (0, false, true, false, 0)];
    assert_eq!(told.collect::<Vec<_>>(), expected.map(|(version, group, says, by, at)| (version, group, says, by, later(at))));
    let page = store.list_policy_versions(PolicyKind::Session, 3, 2).await.expect("an answer");
    assert_eq!(page.iter().map(|row| row.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(store.list_policy_versions(PolicyKind::Session, 0, 2).await, Ok(vec![]));
    assert_eq!(store.find_policy_version(PolicyKind::Session, 5).await, Ok(None));
    assert_eq!(event_rows(&embedded).await.len(), 2 + 8 + 2);
}

#[tokio::test]
async fn of_many_changes_at_once_one_stands_with_its_version_and_event() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    with_tenant(store).await;
    for round in 1..=2 {
        let before = &standing(store).await;
        let race = (0..20).map(|number: u8| {
            let event = changed(PolicyKind::Retention, 20 * round + number);
            async move { store.change_policy(&change(before, &days(u16::from(number) + 10)), &event).await }
        });
        let outcomes = join_all(race).await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(TenantChange::Changed)).count(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(TenantChange::Stale)).count(), 19);
    }
    let after = standing(store).await;
    let rows = store.list_policy_versions(PolicyKind::Retention, u64::MAX, 100).await.expect("an answer");
    assert_eq!(rows.iter().map(|row| row.version).collect::<Vec<_>>(), [2, 1, 0]);
    assert_eq!(rows[0].rule(), Ok(days(after.policies.retention.days)), "version and record are of one change");
    assert_eq!((after.policies.version, event_rows(&embedded).await.len()), (2, 3));
}

#[tokio::test]
async fn a_change_of_another_kind_isnt_undone_by_one_that_was_read_before() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let tenant = with_tenant(&store).await;
    let open = Rule::baseline(PolicyKind::Registration, json!({ "who": "open" })).expect("a policy");
    let late = change(&tenant, &open);
    write(&store, &days(7), 1).await;
    assert_eq!(store.change_policy(&late, &changed(PolicyKind::Registration, 2)).await, Ok(TenantChange::Stale));
    write(&store, &open, 3).await;
    assert_eq!(standing(&store).await.policies.retention.days, 7);
}

#[tokio::test]
async fn no_policy_names_a_group_that_is_taken_away_at_the_same_time() {
    let says = json!({ "idle_seconds": 60, "absolute_seconds": 600 });
    let rule = Rule::of_group(PolicyKind::Session, group(), Some(says)).expect("a policy");
    for touched in [false, true] {
        let embedded = Embedded::memory();
        let store = tenant_store(&embedded);
        with_tenant(&store).await;
        let roster = with_group(&store, 100).await;
        if touched {
            write(&store, &days(7), 101).await;
        }
        let read = standing(&store).await;
        let without = |version| Roster { version, groups: [].into(), ..roster.clone() };
        let removed = |number| event_about(Subject::Tenant, EventKind::RosterChanged { version: 2 }, number);
        // The policy first: who takes the group away read that none names it.
        let named = write(&store, &rule, 1).await;
        assert_eq!(store.remove_groups(&without(2), read.policies.version, &removed(2)).await, Ok(TenantChange::Stale));
        assert_eq!(standing(&store).await.roster, roster);
        let said_again = change(&named, &rule);
        // Then the group: who names it read that it is there.
        assert_eq!(store.remove_groups(&without(2), named.policies.version, &removed(3)).await, Ok(TenantChange::Changed));
        assert_eq!(store.change_policy(&said_again, &changed(PolicyKind::Session, 4)).await, Ok(TenantChange::Stale));
        assert_eq!(standing(&store).await.roster, without(2));
    }
}

#[tokio::test]
async fn a_change_pays_six_and_the_first_of_a_kind_two_more() {
    let till = Till::new();
    let store = till.store();
    let tenant = with_tenant(&store).await;
    till.counting.take();
    let first = change(&tenant, &days(7));
    store.change_policy(&first, &changed(PolicyKind::Retention, 1)).await.expect("a change");
    till.assert_paid(8, "change_policy, the first of its kind");
    let second = change(&first.tenant, &days(8));
    store.change_policy(&second, &changed(PolicyKind::Retention, 2)).await.expect("a change");
    till.assert_paid(6, "change_policy");
}

#[tokio::test]
async fn several_people_are_read_together_in_their_order() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let mut people: Vec<User> = Vec::new();
    for number in [3, 2] {
        let new = NewUser { claims: vec![], ..new_user(number) };
        store.create_user(&new, &event(EventKind::user_created(), number)).await.expect("an account");
        people.push(new.user);
    }
    let nobody = domain::UserId::from_random([99; 16]);
    let ids = [people[0].id.clone(), nobody, people[1].id.clone()];
    assert_eq!(store.find_people(&ids).await, Ok(people));
    assert_eq!(store.find_people(&[]).await, Ok(vec![]));
}
