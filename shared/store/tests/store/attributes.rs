//! The attributes that a tenant keeps of its people, and what people say of themselves.

use domain::attributes::{Attribute, AttributeName, Choice, Kind, Reader, Schema, Translated, Value, Values, Writer};
use domain::event::{EventKind, Subject};
use domain::registration::AcceptedTerms;
use domain::roster::Roster;
use domain::user::User;
use futures_util::future::join_all;
use store::{Completion, NewUser, PersonKeys, Signing, TenantChange};
use testkit::Embedded;

use crate::support::{event, event_about, event_rows, later, new_tenant, new_user, tenant_id, tenant_store, text};

#[tokio::test]
async fn attributes_change_one_version_at_a_time_and_beside_the_roster() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let kinds = [
        Kind::Text { maximum: 9, pattern: Some("[0-9]+".to_owned()) },
        Kind::Integer,
        Kind::Boolean,
        Kind::Date,
        Kind::Choice { of: vec![Choice { value: "a".to_owned(), label: Translated::default() }] },
    ];
    let attribute = |(at, kind)| Attribute {
        name: AttributeName::parse(&format!("a{at}")).expect("a name"),
        label: Translated::everywhere("A"),
        hint: Translated::default(),
        kind,
        required: true,
        readers: [Reader::Person, Reader::Apps].into(),
        writer: Writer::Person,
    };
    let schema = |version| Schema { version, attributes: kinds.iter().cloned().enumerate().map(attribute).collect() };
    let change = |version, number| {
        let (schema, event) = (schema(version), event_about(Subject::Tenant, EventKind::AttributesChanged { version }, number));
        async move { store.change_attributes(&schema, &event).await }
    };
    store.create_tenant(&new_tenant(tenant_id()), &event_about(Subject::Tenant, EventKind::TenantCreated, 1)).await.expect("a tenant");
    let roster = Roster { version: 1, ..Roster::default() };
    store.change_roster(&roster, &event_about(Subject::Tenant, EventKind::RosterChanged { version: 1 }, 2)).await.expect("an answer");
    for (number, (version, outcome)) in
        (3..).zip([(2, TenantChange::Stale), (1, TenantChange::Changed), (1, TenantChange::Stale), (2, TenantChange::Changed)])
    {
        assert_eq!(change(version, number).await, Ok(outcome), "{version}");
    }
    let bundle = store.read_bundle(&[], Signing::Left).await.expect("an answer").expect("a tenant");
    assert_eq!((bundle.tenant.attributes, bundle.tenant.roster), (schema(2), roster));
}

#[tokio::test]
async fn a_persons_attributes_read_back_in_their_types() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let values = [Value::Text("12".to_owned()), Value::Integer(-9_007_199_254_740_991), Value::Boolean(false), Value::Integer(7)];
    let name = |at| AttributeName::parse(&format!("a{at}")).expect("a name");
    let attributes: Values = values.into_iter().enumerate().map(|(at, value)| (name(at), value)).collect();
    let new = new_user(2);
    let new = NewUser { user: User { attributes: attributes.clone(), ..new.user }, ..new };
    store.create_user(&new, &event(EventKind::user_created(), 1)).await.expect("an account");
    let found = store.read_person(&PersonKeys::of(new.user.id)).await.expect("an answer").user.expect("a person");
    assert_eq!(found.attributes, attributes);
}

#[tokio::test]
async fn of_many_completions_at_once_one_stands_with_its_event() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let new = new_user(2);
    let said = |number: u8, version: u64| {
        let terms = Some(AcceptedTerms { version: format!("{number}"), at: later(1) });
        let attributes = [(AttributeName::parse("floor").expect("a name"), Value::Integer(number.into()))].into();
        let user = User { terms, attributes, version, updated_at: later(1), ..new.user.clone() };
        let event = event(EventKind::ProfileCompleted { version, terms: None }, number);
        async move { store.complete_profile(&user, &event).await }
    };
    assert_eq!(said(1, 2).await, Ok(Completion::Stale), "nobody");
    store.create_user(&new, &event(EventKind::user_created(), 2)).await.expect("an account");
    assert_eq!(said(3, 3).await, Ok(Completion::Stale), "a version that isn't the next");
    let outcomes = join_all((10..30).map(|number| said(number, 2))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(Completion::Completed)).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(Completion::Stale)).count(), 19);
    let found = store.read_person(&PersonKeys::of(new.user.id.clone())).await.expect("an answer").user.expect("a person");
    let stands = found.terms.clone().expect("terms").version;
    assert_eq!(found.attributes.values().map(Value::as_entered).collect::<Vec<_>>(), [stands], "both of one");
    assert_eq!((found.version, found.username.clone()), (2, new.user.username.clone()));
    let events = event_rows(&embedded).await;
    assert_eq!(events.iter().filter(|event| text(event, "type") == "user.profile_completed").count(), 1);
}
