use super::*;
use crate::id::ClientId;
use crate::sign_in::Refusal;

#[test]
fn a_recorded_event_reads_back_and_names_its_type_in_the_fields_terms() {
    let event = Event {
        id: EventId::new(Timestamp::from_seconds(1_795_357_925), [1; 10]),
        tenant: TenantId::from_random([1; 16]),
        subject: Subject::User(UserId::from_random([2; 16])),
        kind: EventKind::SignInRefused { client_id: ClientId::parse("app").expect("a client id"), reason: Refusal::WrongPassword },
        personal: Personal::default(),
    };
    let recorded = event.record(None, Lookups::default());
    let json = serde_json::to_value(&recorded).expect("an event is JSON");
    assert_eq!(json["type"], "sign_in.refused");
    assert_eq!(json["reason"], "wrong_password");
    assert_eq!(json["subject_kind"], "user");
    assert_eq!(serde_json::from_value::<RecordedEvent>(json).expect("it reads back"), recorded);
}

#[test]
fn a_user_agent_is_cut_and_cleaned() {
    assert_eq!(kept_user_agent("a\0b\u{202e}c"), "abc");
    assert_eq!(kept_user_agent(&"ä".repeat(500)).len(), USER_AGENT_MAX);
    assert_eq!(kept_identifier(&format!("x{}", "ä".repeat(500))).len(), IDENTIFIER_MAX - 1);
}

#[test]
fn an_event_is_kept_as_long_as_the_tenant_says_and_one_that_something_waits_for_until_that_is_done() {
    let now = Timestamp::from_seconds(1_795_357_925);
    let day = |days: u64| now.plus(std::time::Duration::from_hours(24 * days));
    let ends_at = |kind: EventKind, days: u16| {
        let event = Event {
            id: EventId::new(now, [1; 10]),
            tenant: TenantId::from_random([1; 16]),
            subject: Subject::Tenant,
            kind,
            personal: Personal::default(),
        };
        event.record(None, Lookups::default()).kept(Retention { days }).ends_at
    };
    assert_eq!([ends_at(EventKind::TenantCreated, 7), ends_at(EventKind::TenantCreated, 400)], [day(7), day(400)]);
    let account = || EventKind::DeletionRequested { due_at: day(14) };
    let tenant = || EventKind::from(Administered::TenantDeletionRequested { version: 2, due_at: day(30) });
    assert_eq!([ends_at(account(), 7), ends_at(tenant(), 7)], [day(21), day(37)], "a deletion is done by its event");
    assert_eq!([ends_at(account(), 90), ends_at(tenant(), 90)], [day(90); 2]);
}

#[test]
fn an_event_about_a_domain_that_happened_at_another_one_reads_back() {
    let [about, at] = ["login.acme.example", "id.acme.example"].map(|name| crate::custom_domain::DomainName::parse(name).expect("a domain"));
    let kind = EventKind::from(Administered::DomainAdded { domain: about, version: 1 });
    let id = EventId::new(Timestamp::from_seconds(1_795_000_000), [1; 10]);
    let event = Event { id, tenant: TenantId::from_random([1; 16]), subject: Subject::Tenant, kind, personal: Personal::default() };
    let recorded = RecordedEvent { host: Some(at), ..event.record(None, Lookups::default()) };
    let told = serde_json::to_value(&recorded).expect("JSON");
    assert_eq!((&told["domain"], &told["host"]), (&serde_json::json!("login.acme.example"), &serde_json::json!("id.acme.example")));
    assert_eq!(serde_json::from_value::<RecordedEvent>(told).expect("an event"), recorded);
}
