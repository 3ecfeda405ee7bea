//! A configuration is written as a whole, where nothing that it was made of has changed since.

use domain::GroupId;
use domain::attributes::Schema;
use domain::configuration::{Change, Configuration, Given, State};
use domain::event::{Administered, EventKind, RecordedEvent, Subject};
use domain::policies::{PolicyKind, Rule};
use domain::roster::{RoleName, Roster};
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{Signing, TenantChange, TenantStore};
use testkit::Embedded;

use crate::support::{event_about, event_rows, later, new_tenant, tenant_id, tenant_store};

fn full() -> Value {
    json!({
        "version": 1, "roles": ["editor"], "groups": { "Staff": { "roles": ["editor"] } },
        "attributes": [{ "name": "hired", "label": { "en": "Hired" }, "kind": { "type": "date" } }],
        "apis": { "https://api.example": { "name": "API", "scopes": ["read"], "scope_roles": { "read": ["editor"] } } },
        "apps": { "app": { "name": "App", "type": "single_page", "redirect_uris": ["https://app.example/cb"], "origins": ["https://app.example"] } },
        "policies": {
            "password": { "settings": {}, "groups": { "Staff": { "minimum_alone": 20 } } }, "registration": { "settings": { "who": "open" } },
            "session": { "settings": { "lifetimes": { "idle_seconds": 60, "absolute_seconds": 60 } } },
            "access": { "settings": { "who": { "groups": ["Staff"] } } }, "branding": { "settings": { "welcome": { "en": "Hello" } } },
            "retention": { "settings": { "days": 30 } },
        },
    })
}

async fn standing(store: &TenantStore) -> State {
    let tenant = store.read_bundle(&[], Signing::Left).await.expect("an answer").expect("a tenant").tenant;
    let clients = store.list_all_clients(10).await.expect("an answer").expect("no more");
    let apis = store.list_all_apis(10).await.expect("an answer").expect("no more");
    let (clients, apis) = (clients.into_iter().map(|app| (app.id.clone(), app)), apis.into_iter().map(|api| (api.audience.clone(), api)));
    State { tenant, clients: clients.collect(), apis: apis.collect() }
}

fn change(state: &State, document: Value) -> Change {
    let given = Given { by: None, now: later(1), group_id: &|| GroupId::from_random([7; 16]), is_public_key: &|_| true };
    Configuration::read(document).and_then(|document| document.change(state, &given)).expect("a change")
}

fn applied(number: u8) -> [RecordedEvent; 1] {
    let done = Administered::ConfigurationApplied { version: 1, changes: vec!["create role editor".to_owned()] };
    [event_about(Subject::Tenant, done.into(), number)]
}

async fn with_tenant(store: &TenantStore) -> State {
    let new = new_tenant(tenant_id());
    store.create_tenant(&new, &event_about(Subject::Tenant, EventKind::TenantCreated, 200)).await.expect("a tenant");
    standing(store).await
}

#[tokio::test]
async fn what_is_applied_stands_with_every_part_of_it_and_can_all_be_taken_back() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let before = with_tenant(&store).await;
    let there = change(&before, full());
    assert_eq!(store.apply_configuration(&there, &applied(1)).await, Ok(TenantChange::Changed));
    assert_eq!(standing(&store).await, there.after);
    assert_eq!(store.find_policy_version(PolicyKind::Retention, 1).await.expect("an answer").map(|version| version.version), Some(1));
    // The answer was lost: the same request once more is the same transaction.
    assert_eq!(store.apply_configuration(&there, &applied(1)).await, Ok(TenantChange::Changed));
    assert_eq!(store.apply_configuration(&there, &applied(2)).await, Ok(TenantChange::Stale), "another one isn't");
    let everything = serde_json::to_value(Configuration::of(&before)).expect("JSON");
    let back = change(&there.after, everything.clone());
    assert_eq!(store.apply_configuration(&back, &applied(3)).await, Ok(TenantChange::Changed));
    let after = standing(&store).await;
    assert_eq!(serde_json::to_value(Configuration::of(&after)).expect("JSON"), everything);
    assert_eq!((after.tenant.configured, after.tenant.origins.len()), (2, 1), "an origin stays the tenant's");
    assert_eq!(event_rows(&embedded).await.len(), 3);
}

#[tokio::test]
async fn of_rivals_that_write_no_row_in_common_one_wins() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let state = with_tenant(&store).await;
    let app = |id: String| json!({ "version": 1, "apps": { id: { "name": "App", "type": "native", "redirect_uris": ["com.example.app:/cb"] } } });
    let rivals: Vec<_> = (1..9_u8).map(|number| (change(&state, app(format!("app-{number}"))), applied(number))).collect();
    let outcomes = join_all(rivals.iter().map(|(change, events)| store.apply_configuration(change, events))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(TenantChange::Changed)).count(), 1, "{outcomes:?}");
    assert_eq!(standing(&store).await.clients.len(), 1);
}

#[tokio::test]
async fn a_change_of_any_part_since_it_was_read_refuses_the_whole() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    with_tenant(&store).await;
    let first = change(&standing(&store).await, full());
    assert_eq!(store.apply_configuration(&first, &applied(1)).await, Ok(TenantChange::Changed));
    let state = standing(&store).await;
    let late = change(&state, json!({ "version": 1, "apps": {} }));
    let tenant = &state.tenant;
    let tell = |number| event_about(Subject::Tenant, EventKind::RosterChanged { version: 9 }, number);
    let roster = Roster { version: tenant.roster.version + 1, roles: [RoleName::parse("editor").expect("a name")].into(), ..tenant.roster.clone() };
    assert_eq!(store.change_roster(&roster, &tell(2)).await, Ok(TenantChange::Changed));
    assert_eq!(store.apply_configuration(&late, &applied(3)).await, Ok(TenantChange::Stale), "groups and roles");
    let late = change(&standing(&store).await, json!({ "version": 1, "apps": {} }));
    let schema = Schema { version: tenant.attributes.version + 1, ..Schema::default() };
    assert_eq!(store.change_attributes(&schema, &tell(4)).await, Ok(TenantChange::Changed));
    assert_eq!(store.apply_configuration(&late, &applied(5)).await, Ok(TenantChange::Stale), "attributes");
    let state = standing(&store).await;
    let late = change(&state, json!({ "version": 1, "apps": {} }));
    let rule = Rule::baseline(PolicyKind::Retention, json!({ "days": 40 })).expect("a policy");
    let said = state.tenant.change_policy(&rule, None, later(2)).expect("a change");
    assert_eq!(store.change_policy(&said, &tell(6)).await, Ok(TenantChange::Changed));
    assert_eq!(store.apply_configuration(&late, &applied(7)).await, Ok(TenantChange::Stale), "policies");
    let state = standing(&store).await;
    let late = change(&state, json!({ "version": 1, "apps": {} }));
    let app = state.clients.values().next().expect("an app");
    let changed = domain::client::Client { version: app.version + 1, ..app.clone() };
    store.change_client(&changed, &tell(8)).await.expect("an answer");
    assert_eq!(store.apply_configuration(&late, &applied(9)).await, Ok(TenantChange::Stale), "an app");
    let late = change(&standing(&store).await, json!({ "version": 1, "apps": {} }));
    assert_eq!(store.apply_configuration(&late, &applied(10)).await, Ok(TenantChange::Changed));
}

#[tokio::test]
async fn more_than_is_wanted_is_not_listed_in_part() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let state = with_tenant(&store).await;
    let app = json!({ "name": "App", "type": "native", "redirect_uris": ["com.example.app:/cb"] });
    let said = change(&state, json!({ "version": 1, "apps": { "a": app, "b": app, "c": app } }));
    assert_eq!(store.apply_configuration(&said, &applied(1)).await, Ok(TenantChange::Changed));
    assert_eq!(store.list_all_clients(3).await.expect("an answer").map(|all| all.len()), Some(3));
    assert_eq!(store.list_all_clients(2).await, Ok(None));
}
