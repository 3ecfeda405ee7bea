use std::cell::Cell;

use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::json;

use super::*;
use crate::client::Access;
use crate::id::{GroupId, Slug, TenantId};
use crate::policies::Rule;
use crate::roster::GroupName;
use crate::tenant::Issuer;
use crate::timestamp::Timestamp;

fn empty(number: u8) -> State {
    let issuer = Issuer::parse(&format!("https://t{number}.example")).expect("an issuer");
    let slug = Slug::parse(&format!("t{number}")).expect("a slug");
    let tenant = Tenant::named(TenantId::from_random([number; 16]), slug, "Tenant", issuer, Timestamp::from_seconds(0));
    State { tenant, clients: BTreeMap::new(), apis: BTreeMap::new() }
}

/// Applies a document as the `first`th id and those after it are drawn.
fn applied(state: &State, document: &Configuration, first: u8) -> Result<Change, Flaw> {
    let next = Cell::new(first);
    let group_id = || GroupId::from_random([next.replace(next.get() + 1); 16]);
    document.change(state, &Given { by: None, now: Timestamp::from_seconds(1), group_id: &group_id, is_public_key: &|_| true })
}

fn read(document: Value) -> Configuration {
    Configuration::read(document).expect("a document")
}

fn made(document: Value) -> State {
    applied(&empty(1), &read(document), 1).expect("a change").after
}

fn flaw(state: &State, document: Value) -> String {
    match Configuration::read(document).and_then(|document| applied(state, &document, 100)) {
        Ok(change) => panic!("{:?}", differences(&Configuration::of(&change.before), &Configuration::of(&change.after))),
        Err(flaw) => flaw.to_string(),
    }
}

fn of_groups(names: &[&str]) -> Value {
    json!({ "name": "App", "type": "native", "redirect_uris": ["com.example.app:/cb"], "access": { "groups": names } })
}

#[test]
fn a_group_keeps_its_id_as_long_as_it_keeps_its_name() {
    let state = made(json!({ "version": 1, "roles": ["editor"], "groups": { "Staff": {}, "Guests": {} } }));
    let id = |state: &State, name: &str| names::id(name, &state.tenant.roster).cloned();
    let said = read(json!({ "version": 1, "groups": { "Staff": { "roles": ["editor"] }, "Visitors": {} } }));
    let after = applied(&state, &said, 100).expect("a change").after;
    assert_eq!(id(&after, "Staff"), id(&state, "Staff"));
    assert!(id(&after, "Guests").is_none() && id(&after, "Visitors").is_some_and(|new| !state.tenant.roster.groups.contains_key(&new)));
    assert_eq!(after.tenant.roster.version, state.tenant.roster.version + 1);
}

#[test]
fn a_group_that_is_long_gone_is_not_told_of_and_stays_no_obstacle() {
    let mut state = made(json!({ "version": 1, "groups": { "Staff": {} }, "apps": { "app": of_groups(&["Staff"]) } }));
    let app = state.clients.values_mut().next().expect("an app");
    let gone = GroupId::from_random([99; 16]);
    let standing: BTreeSet<GroupId> = state.tenant.roster.groups.keys().cloned().chain([gone.clone()]).collect();
    app.access = Some(Access::Groups(standing.clone()));
    let document = Configuration::of(&state);
    assert_eq!(document.apps.as_ref().and_then(|apps| apps.values().next()).map(|app| app["access"].clone()), Some(json!({ "groups": ["Staff"] })));
    let change = applied(&state, &document, 100).expect("a change");
    assert!(change.is_nothing(), "what is shown so is so");
    // With the last of them gone it lets nobody in, which can be left so but not be said.
    let app = state.clients.values_mut().next().expect("an app");
    app.access = Some(Access::Groups([gone].into()));
    let mut document = Configuration::of(&state);
    assert!(applied(&state, &document, 100).expect("a change").is_nothing());
    document.groups.as_mut().expect("groups").insert(GroupName::parse("More").expect("a name"), GroupSaid::default());
    assert!(applied(&state, &document, 100).is_ok());
    document.apps.as_mut().expect("apps").values_mut().for_each(|app| app["name"] = json!("Other"));
    assert!(applied(&state, &document, 100).is_err_and(|flaw| flaw.to_string().starts_with("/apps/app: access: 1 to")));
}

#[test]
fn nothing_goes_that_something_else_names() {
    let state = made(json!({
        "version": 1, "roles": ["editor"], "groups": { "Staff": {}, "Guests": {} }, "apps": { "app": of_groups(&["Staff"]) },
        "policies": { "session": { "settings": { "lifetimes": { "idle_seconds": 60, "absolute_seconds": 60 } }, "groups": { "Guests": { "idle_seconds": 60, "absolute_seconds": 60 } } } },
    }));
    assert_eq!(flaw(&state, json!({ "version": 1, "groups": { "Staff": {} } })), "/groups/Guests: session");
    assert!(flaw(&state, json!({ "version": 1, "groups": { "Guests": {} } })).starts_with("/apps/app: access: "));
    let said = read(json!({ "version": 1, "groups": { "Guests": {} }, "apps": { "app": of_groups(&["Guests"]) } }));
    assert!(applied(&state, &said, 100).is_ok(), "in one it may");
    assert_eq!(flaw(&state, json!({ "version": 1, "apps": { "app": of_groups(&["Nobody"]) } })), "/apps/app/access/groups/0: no group of that name");
}

#[test]
fn what_roles_open_of_an_api_that_is_gone_keeps_no_role() {
    let api = json!({ "https://api.example": { "name": "API", "scopes": ["read"], "scope_roles": { "read": ["editor"] } } });
    let mut state = made(json!({ "version": 1, "roles": ["editor"], "apis": api }));
    state.apis.clear();
    assert!(applied(&state, &Configuration::of(&state), 100).expect("a change").is_nothing());
    let without = read(json!({ "version": 1, "roles": [], "apis": {} }));
    assert!(applied(&state, &without, 100).expect("a change").after.tenant.roster.scopes.is_empty());
}

#[test]
fn a_key_of_a_version_is_another_when_anything_is() {
    let state = made(json!({ "version": 1, "roles": ["editor"], "apis": {} }));
    let mut others = vec![state.versions()];
    let mut other = state.clone();
    other.tenant.roster.version += 1;
    others.push(other.versions());
    other.tenant.attributes.version += 1;
    others.push(other.versions());
    other.tenant.policies.version += 1;
    others.push(other.versions());
    other.tenant.configured += 1;
    others.push(other.versions());
    others.push(empty(2).versions());
    let different: BTreeSet<_> = others.iter().collect();
    assert_eq!(different.len(), others.len());
}

#[test]
fn places_are_named_as_pointers_are() {
    assert_eq!(flaw::Pointer::of(&["a/b", "~"]).as_str(), "/a~1b/~0");
    assert_eq!(flaw(&empty(1), json!({ "version": 3 })), "/version: the form of a configuration is 1");
    assert!(flaw(&empty(1), json!([])).starts_with("/: "));
}

const ROLES: [&str; 3] = ["editor", "reader", "odd role: yes"];
const GROUPS: [&str; 3] = ["Staff", "Guests", "no"];
const APIS: [&str; 2] = ["https://a.example", "urn:b:c"];

fn some(of: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(of, 0..=of.len())
}

fn lifetimes() -> impl Strategy<Value = Value> {
    (60_u64..1000).prop_map(|seconds| json!({ "idle_seconds": seconds, "absolute_seconds": seconds * 2 }))
}

/// What apps say that name some of these groups and roles.
fn app(groups: Vec<&'static str>, roles: Vec<&'static str>) -> impl Strategy<Value = Value> {
    let access = if groups.is_empty() { Just(Vec::new()).boxed() } else { subsequence(groups.clone(), 0..=groups.len()).boxed() };
    (access, any::<bool>(), 0..3_u8).prop_map(move |(access, told, uri)| {
        let mut app = json!({ "name": "App", "type": "native", "redirect_uris": [format!("com.example.app:/{uri}")] });
        if !access.is_empty() {
            app["access"] = json!({ "groups": access });
        }
        if let (true, Some(group), Some(role)) = (told, groups.first(), roles.first()) {
            let of = |when: Value| json!({ "claim": "c", "from": { "type": "constant", "value": [] }, "when": when, "in": ["id_token"] });
            app["claims"] = json!([of(json!({ "type": "group", "group": group })), of(json!({ "type": "role", "role": role }))]);
        }
        app
    })
}

/// A document with every section, in which everything that is named is there.
fn document() -> impl Strategy<Value = Value> {
    (some(&ROLES), some(&GROUPS), some(&APIS), subsequence(vec!["city", "seats", "hired"], 0..=3).prop_shuffle()).prop_flat_map(
        |(roles, groups, apis, attributes)| {
            let apps = proptest::collection::btree_map("[a-c]", app(groups.clone(), roles.clone()), 0..3);
            let of_groups = if groups.is_empty() { Just(Vec::new()).boxed() } else { subsequence(groups.clone(), 0..=groups.len()).boxed() };
            (apps, lifetimes(), of_groups, lifetimes(), 7_u16..30).prop_map(move |(apps, everybody, some, theirs, days)| {
                let of_roles: BTreeMap<_, _> = groups.iter().map(|group| (*group, json!({ "roles": roles }))).collect();
                let opens = if roles.is_empty() { json!({}) } else { json!({ "read": roles }) };
                let apis: BTreeMap<_, _> =
                    apis.iter().map(|audience| (*audience, json!({ "name": "API", "scopes": ["read", "write"], "scope_roles": opens }))).collect();
                let attributes: Vec<_> =
                    attributes.iter().map(|name| json!({ "name": name, "label": { "en": name }, "kind": { "type": "boolean" } })).collect();
                let their: BTreeMap<_, _> = some.iter().map(|group| (*group, theirs.clone())).collect();
                let access = if some.is_empty() { json!("everyone") } else { json!({ "groups": some }) };
                json!({
                    "version": 1, "attributes": attributes, "roles": roles, "groups": of_roles, "apis": apis, "apps": apps,
                    "policies": {
                        "session": { "settings": { "lifetimes": everybody }, "groups": their }, "retention": { "settings": { "days": days } },
                        "access": { "settings": { "who": access } },
                    },
                })
            })
        },
    )
}

proptest! {
    #[test]
    fn what_is_applied_stands_and_is_nothing_to_apply_again(before in document(), after in document()) {
        let state = made(before);
        let said = read(after);
        let change = applied(&state, &said, 100).expect("a change");
        let shown = Configuration::of(&change.after);
        prop_assert_eq!(&shown.attributes, &said.attributes);
        prop_assert_eq!(&shown.roles, &said.roles);
        prop_assert_eq!(&shown.groups, &said.groups);
        prop_assert_eq!(&shown.apis, &said.apis);
        let again = applied(&change.after, &said, 200).expect("a change");
        prop_assert!(again.is_nothing());
        let exported = applied(&change.after, &shown, 200).expect("a change");
        prop_assert!(exported.is_nothing());
        // The way back leads to where it came from.
        let back = applied(&change.after, &Configuration::of(&state), 200).expect("a change");
        prop_assert_eq!(Configuration::of(&back.after), Configuration::of(&state));
        prop_assert!(change.after.tenant.policies.version >= state.tenant.policies.version);
    }

    #[test]
    fn nothing_is_different_exactly_where_nothing_changes(before in document(), after in document()) {
        let state = made(before);
        let change = applied(&state, &read(after), 100).expect("a change");
        let (before, after) = (Configuration::of(&change.before), Configuration::of(&change.after));
        let different = differences(&before, &after);
        prop_assert_eq!(different.is_empty(), change.is_nothing());
        prop_assert_eq!(change.rows() == 0, change.is_nothing());
        prop_assert_eq!(differences(&before, &before), Vec::new());
        // What comes back to an order other than that of its coming is told as a turn as well.
        let things = |all: Vec<Difference>| all.into_iter().filter(|one| one.kind != Sort::AttributeOrder).count();
        prop_assert_eq!(things(differences(&after, &before)), things(different.clone()));
        let apps = different.iter().filter(|difference| difference.kind == Sort::App).count();
        prop_assert_eq!(apps, change.apps().len());
    }

    #[test]
    fn an_export_makes_another_tenant_the_same(document in document()) {
        let here = made(document);
        let exported = Configuration::of(&here);
        let text = serde_json::to_value(&exported).expect("JSON");
        let there = applied(&empty(2), &read(text), 150).expect("a change").after;
        prop_assert_eq!(Configuration::of(&there), exported);
        prop_assert!(here.tenant.roster.groups.keys().all(|id| !there.tenant.roster.groups.contains_key(id)));
        let says = |state: &State| PolicyKind::ALL.map(|kind| Rule::standing(&state.tenant, kind).value().map(|value| value["lifetimes"].clone()));
        prop_assert_eq!(says(&here), says(&there));
    }

    #[test]
    fn no_document_whatever_it_says_ends_in_a_fault(at in 0..8_usize, other in arbitrary()) {
        let state = made(json!({ "version": 1, "roles": ["editor"], "groups": { "Staff": {} } }));
        let mut document = serde_json::to_value(Configuration::of(&state)).expect("JSON");
        let place = ["attributes", "roles", "groups", "apis", "apps", "policies", "version", "more"][at];
        document[place] = other;
        let _ = Configuration::read(document).and_then(|document| applied(&state, &document, 100));
    }
}

fn arbitrary() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i64>().prop_map(Value::from), "\\PC{0,8}".prop_map(Value::from)];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let names = prop_oneof![
            "[a-z]{1,6}",
            Just("claims".to_owned()),
            Just("access".to_owned()),
            Just("groups".to_owned()),
            Just("settings".to_owned()),
            Just("password".to_owned())
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(names, inner, 0..4).prop_map(|members| json!(members))
        ]
    })
}
