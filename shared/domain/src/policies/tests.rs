use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::event::Actor;
use crate::id::{ClientId, Slug, TenantId, UserId};
use crate::password_policy::{Blocklist, CharacterKind, Strength};
use crate::roster::{Group, GroupName};
use crate::session::Keeping;
use crate::tenant::Issuer;
use crate::timestamp::Timestamp;
use crate::user::{User, UserStatus};

const NOW: Timestamp = Timestamp::from_seconds(1_795_357_925);

fn group(number: u8) -> GroupId {
    GroupId::from_random([number; 16])
}

/// A tenant with the groups 1 to 30.
fn tenant() -> Tenant {
    let issuer = Issuer::parse("https://demo.id.example.com").expect("an issuer");
    let mut tenant = Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", issuer, Timestamp::from_seconds(5));
    let named = |number: u8| Group { name: GroupName::parse(&number.to_string()).expect("a name"), roles: BTreeSet::new() };
    tenant.roster.groups = (1..=30).map(|number| (group(number), named(number))).collect();
    tenant
}

fn user(number: u8, groups: &[u8]) -> User {
    User { groups: groups.iter().copied().map(group).collect(), ..User::new(UserId::from_random([number; 16]), NOW) }
}

fn baseline(kind: PolicyKind, value: Value) -> Rule {
    Rule::baseline(kind, value).expect("a policy")
}

fn said(tenant: &Tenant, rule: &Rule) -> Tenant {
    tenant.change_policy(rule, None, NOW).expect("a policy that can be").tenant
}

const fn lives(idle_seconds: u64, absolute_seconds: u64) -> SessionPolicy {
    SessionPolicy { idle_seconds, absolute_seconds }
}

#[test]
fn every_kind_says_what_was_said_and_counts_its_own_changes() {
    let values = [
        (
            PolicyKind::Password,
            json!({
                "rules": {
                    "minimum_alone": 20, "minimum_with_factor": 9, "blocklist": "off", "strength": "fair", "history": 3, "composition": ["digit"],
                    "longest_days": 90
                },
                "recovery": "off"
            }),
        ),
        (
            PolicyKind::Registration,
            json!({
                "who": "domains", "domains": ["example.org"], "username": "required",
                "terms": { "version": "1", "url": "https://example.org/terms" }
            }),
        ),
        (
            PolicyKind::Session,
            json!({ "lifetimes": { "idle_seconds": 60, "absolute_seconds": 600 }, "kept": { "idle_seconds": 600, "absolute_seconds": 6000 } }),
        ),
        (PolicyKind::Access, json!({ "who": { "groups": [group(1)] } })),
        (
            PolicyKind::Branding,
            json!({
                "logo": "https://cdn.example/logo.svg", "accent": { "light": "#0b6e4f", "dark": "#5fd3a8" }, "welcome": { "en": "Hi" },
                "links": { "imprint": "https://a.example/imprint" }
            }),
        ),
        (PolicyKind::Retention, json!({ "days": 7 })),
    ];
    assert_eq!(values.each_ref().map(|(kind, _)| *kind), PolicyKind::ALL);
    let mut standing = tenant();
    for (number, (kind, value)) in (1..).zip(values) {
        let before = Rule::standing(&standing, kind).value();
        let by = Some(Actor::App(ClientId::parse("script").expect("an id")));
        let change = standing.change_policy(&baseline(kind, value.clone()), by.clone(), NOW).expect("a change");
        assert_eq!(Rule::standing(&change.tenant, kind).value(), Some(value.clone()), "{kind:?}");
        assert_eq!((change.version(), change.tenant.policies.version), (1, number));
        let first = PolicyVersion { policy: kind, version: 0, at: standing.created_at, by: None, group: None, value: before };
        let now = PolicyVersion { policy: kind, version: 1, at: NOW, by, group: None, value: Some(value) };
        assert_eq!(change.versions, [first, now]);
        let again = change.tenant.change_policy(&change.versions[0].rule().expect("a policy"), None, NOW).expect("a change");
        assert_eq!((Rule::standing(&again.tenant, kind), again.version(), again.versions.len()), (Rule::standing(&standing, kind), 2, 1));
        standing = change.tenant;
    }
    assert_eq!((standing.branding.version, standing.policies.retention.time()), (1, Duration::from_hours(7 * 24)));
    let json = serde_json::to_value(&standing).expect("JSON");
    assert_eq!(serde_json::from_value::<Tenant>(json).expect("it reads back"), standing);
}

#[test]
fn a_tenant_that_never_changed_a_policy_has_nothing_more_in_its_record() {
    let mut json = serde_json::to_value(tenant()).expect("JSON");
    assert_eq!(json.get("policies"), None);
    let other = json.as_object_mut().expect("a record");
    other.insert("policies".to_owned(), json!({ "version": 3 }));
    let policies = serde_json::from_value::<Tenant>(json).expect("a tenant").policies;
    assert_eq!((policies.version, policies.access, policies.retention.days), (3, Access::Everyone, 90));
}

#[test]
fn what_a_policy_cant_say_is_named() {
    use InvalidPolicy as Invalid;
    let rules = |rules: Value| json!({ "rules": rules });
    let lifetimes = |idle: u64, absolute: u64| json!({ "lifetimes": { "idle_seconds": idle, "absolute_seconds": absolute } });
    let many: Vec<String> = (0..=policy::REGISTRATION_DOMAINS_MAX).map(|number| format!("d{number}.example")).collect();
    let year = policy::SESSION_LONGEST.as_secs();
    for (kind, value, invalid) in [
        (PolicyKind::Password, rules(json!({ "minimum_alone": 7 })), Invalid::PasswordLength),
        (PolicyKind::Password, rules(json!({ "minimum_with_factor": 65 })), Invalid::PasswordLength),
        (PolicyKind::Password, rules(json!({ "history": 6 })), Invalid::PasswordHistory),
        (PolicyKind::Registration, json!({ "who": "domains" }), Invalid::Domains),
        (PolicyKind::Registration, json!({ "who": "domains", "domains": ["a b"] }), Invalid::Domains),
        (PolicyKind::Registration, json!({ "who": "domains", "domains": many }), Invalid::Domains),
        (PolicyKind::Registration, json!({ "who": "open", "domains": ["example.org"] }), Invalid::Domains),
        (PolicyKind::Registration, json!({ "terms": { "version": "", "url": "https://a.example" } }), Invalid::Terms),
        (PolicyKind::Registration, json!({ "terms": { "version": "1", "url": "javascript:alert(1)" } }), Invalid::Terms),
        (PolicyKind::Registration, json!({ "terms": { "version": "1", "url": "http://a.example" } }), Invalid::Terms),
        (PolicyKind::Session, lifetimes(59, 600), Invalid::Lifetimes),
        (PolicyKind::Session, lifetimes(600, 599), Invalid::Lifetimes),
        (PolicyKind::Session, lifetimes(600, year + 1), Invalid::Lifetimes),
        (
            PolicyKind::Session,
            json!({ "lifetimes": { "idle_seconds": 60, "absolute_seconds": 60 }, "kept": { "idle_seconds": 1, "absolute_seconds": 60 } }),
            Invalid::Lifetimes,
        ),
        (PolicyKind::Access, json!({ "who": { "groups": [] } }), Invalid::Access),
        (PolicyKind::Access, json!({ "who": { "groups": [group(1), group(99)] } }), Invalid::Access),
        (
            PolicyKind::Branding,
            json!({ "accent": { "light": "#ffd400", "dark": "#ffd400" } }),
            Invalid::Branding(crate::branding::InvalidBranding::LightContrast),
        ),
        (PolicyKind::Retention, json!({ "days": 6 }), Invalid::Retention),
        (PolicyKind::Retention, json!({ "days": 3651 }), Invalid::Retention),
    ] {
        assert_eq!(baseline(kind, value.clone()).check(&tenant()), Err(invalid), "{value}");
    }
    for (kind, value) in [
        (PolicyKind::Password, rules(json!({ "minimum_alone": 8, "minimum_with_factor": 64, "history": 5 }))),
        (PolicyKind::Registration, json!({ "who": "domains", "domains": many[1..] })),
        (PolicyKind::Session, lifetimes(60, 60)),
        (PolicyKind::Session, lifetimes(year, year)),
        (PolicyKind::Access, json!({ "who": "everyone" })),
        (PolicyKind::Branding, json!({})),
        (PolicyKind::Retention, json!({ "days": 3650 })),
    ] {
        assert_eq!(baseline(kind, value.clone()).check(&tenant()), Ok(()), "{value}");
    }
}

#[test]
fn what_has_another_form_is_no_policy() {
    for (kind, value) in [
        (PolicyKind::Password, json!({ "rules": { "minimum": 8 } })),
        (PolicyKind::Password, json!({ "recovery": "by_pigeon" })),
        (PolicyKind::Registration, json!({ "terms": { "version": "1" } })),
        (PolicyKind::Session, json!({})),
        (PolicyKind::Session, json!({ "lifetimes": { "idle_seconds": -1, "absolute_seconds": 60 } })),
        (PolicyKind::Access, json!({ "who": "nobody" })),
        (PolicyKind::Branding, json!({ "logo": "http://cdn.example/logo.svg" })),
        (PolicyKind::Retention, json!({ "days": 70_000 })),
        (PolicyKind::Retention, json!(7)),
    ] {
        assert!(matches!(Rule::baseline(kind, value.clone()), Err(Unreadable::Form(_))), "{value}");
    }
    for kind in PolicyKind::ALL {
        let none = Rule::of_group(kind, group(1), None);
        assert_eq!(none.is_ok(), kind.is_for_groups(), "{kind:?}");
        assert!(kind.is_for_groups() || none == Err(Unreadable::NoSuch));
        assert_eq!(PolicyKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(PolicyKind::parse("Session"), None);
}

#[test]
fn a_session_lives_as_the_strictest_of_its_persons_groups_says_or_else_as_everybodys() {
    let mut tenant = Tenant { sessions: lives(800, 2000), kept_sessions: Some(lives(8000, 20_000)), ..tenant() };
    tenant.policies.sessions = [(group(1), lives(900, 1000)), (group(2), lives(60, 9000)), (group(99), lives(60, 60))].into();
    let of = |groups: &[u8]| [Keeping::WhileOpen, Keeping::Kept].map(|keeping| tenant.session_lifetimes(&user(7, groups), keeping));
    assert_eq!(of(&[]), [lives(800, 2000), lives(8000, 20_000)]);
    assert_eq!(of(&[3]), of(&[]), "a group of which nothing is said");
    assert_eq!(of(&[1, 3]), [lives(900, 1000); 2], "laxer than everybody's, and kept ones too");
    assert_eq!(of(&[1, 2]), [lives(60, 1000); 2], "the shorter of each");
    assert_eq!(of(&[99]), of(&[]), "a group that is gone says nothing");
    assert_eq!(tenant.longest_session(), Duration::from_secs(20_000));
    tenant.policies.sessions.insert(group(3), lives(60, 30_000));
    assert_eq!(tenant.longest_session(), Duration::from_secs(30_000));
}

#[test]
fn a_password_is_asked_for_what_the_strictest_of_its_persons_groups_says_in_everything() {
    let one = PasswordPolicy {
        minimum_alone: 20,
        blocklist: Blocklist::Off,
        strength: Strength::Strong,
        composition: [CharacterKind::Digit].into(),
        longest_days: std::num::NonZeroU16::new(90),
        ..PasswordPolicy::default()
    };
    let other = PasswordPolicy {
        minimum_alone: 10,
        minimum_with_factor: 12,
        strength: Strength::Off,
        history: 4,
        composition: [CharacterKind::Upper].into(),
        longest_days: std::num::NonZeroU16::new(30),
        ..PasswordPolicy::default()
    };
    let mut tenant = tenant();
    tenant.policies.passwords = [(group(1), one.clone()), (group(2), other.clone())].into();
    let of = |groups: &[u8]| tenant.passwords_in(&user(7, groups).groups).into_owned();
    assert_eq!((of(&[]), of(&[3]), of(&[99])), (tenant.passwords.clone(), tenant.passwords.clone(), tenant.passwords.clone()));
    assert_eq!((of(&[1]), of(&[2, 3])), (one.clone(), other.clone()));
    let both = PasswordPolicy {
        minimum_alone: 20,
        minimum_with_factor: 12,
        blocklist: Blocklist::On,
        strength: Strength::Strong,
        history: 4,
        composition: [CharacterKind::Digit, CharacterKind::Upper].into(),
        longest_days: std::num::NonZeroU16::new(30),
    };
    assert_eq!((of(&[1, 2]), other.strictest(&one)), (both.clone(), both));
    let endless = PasswordPolicy { longest_days: None, ..one.clone() };
    assert_eq!(endless.strictest(&one).longest_days, one.longest_days);
}

#[test]
fn what_is_said_of_a_group_is_of_one_that_there_is_and_can_be_taken_back() {
    let says = |number| Rule::SessionOf(group(number), Some(lives(60, 60).into()));
    let strict = Rule::PasswordOf(group(1), Some(PasswordRules { minimum_alone: 20, ..PasswordRules::default() }));
    assert_eq!(says(99).check(&tenant()), Err(InvalidPolicy::NoGroup));
    assert_eq!(Rule::SessionOf(group(1), Some(lives(59, 60).into())).check(&tenant()), Err(InvalidPolicy::Lifetimes));
    let full = (1..=20).fold(tenant(), |tenant, number| said(&tenant, &says(number)));
    assert_eq!(policy::POLICY_GROUPS_MAX, 20);
    assert_eq!((says(21).check(&full), says(20).check(&full)), (Err(InvalidPolicy::TooManyGroups), Ok(())));
    let both = said(&full, &strict);
    assert_eq!((both.policies.version_of(PolicyKind::Session), both.policies.version_of(PolicyKind::Password)), (20, 1));
    assert_eq!(both.group_rules(PolicyKind::Password), [strict]);
    assert_eq!((both.group_rules(PolicyKind::Session).len(), both.group_rules(PolicyKind::Access).len()), (20, 0));
    let change = both.change_policy(&Rule::SessionOf(group(1), None), None, NOW).expect("a change");
    let row = &change.versions[0];
    assert_eq!((change.tenant.policies.sessions.len(), row.version, row.group.as_ref(), row.value.as_ref()), (19, 21, Some(&group(1)), None));
    assert_eq!(row.rule(), Ok(Rule::SessionOf(group(1), None)));
}

#[test]
fn a_group_that_a_policy_names_is_named_by_it() {
    let names = |rule: &Rule| said(&tenant(), rule).policies.naming(&group(1));
    assert_eq!(names(&baseline(PolicyKind::Access, json!({ "who": { "groups": [group(1), group(2)] } }))), Some(PolicyKind::Access));
    assert_eq!(names(&baseline(PolicyKind::Access, json!({ "who": { "groups": [group(2)] } }))), None);
    assert_eq!(names(&Rule::SessionOf(group(1), Some(lives(60, 60).into()))), Some(PolicyKind::Session));
    assert_eq!(names(&Rule::PasswordOf(group(1), Some(PasswordRules::default()))), Some(PolicyKind::Password));
    assert_eq!(names(&Rule::PasswordOf(group(2), Some(PasswordRules::default()))), None);
}

#[test]
fn an_administrator_and_an_owner_have_a_way_in_or_it_stays_as_it_is() {
    let (tenant, only) = (tenant(), Access::Groups([group(1), group(99)].into()));
    let disabled = User { status: UserStatus::Disabled, ..user(3, &[1]) };
    let asked = |access: &Access, author: Option<User>, owners: &[User]| way_in(access, &tenant, author.as_ref(), owners);
    assert_eq!(asked(&only, Some(user(1, &[1])), &[user(1, &[1])]), Ok(()));
    assert_eq!(asked(&only, Some(user(1, &[2])), &[user(2, &[1])]), Err(LockedOut::Author));
    assert_eq!(asked(&only, Some(user(1, &[99])), &[user(2, &[1])]), Err(LockedOut::Author), "a group that is gone");
    assert_eq!(asked(&only, Some(user(1, &[1])), &[user(2, &[2]), disabled.clone()]), Err(LockedOut::Owners));
    assert_eq!(asked(&only, None, &[user(2, &[]), user(4, &[1])]), Ok(()), "the platform's administrator, or a machine");
    assert_eq!(asked(&only, None, std::slice::from_ref(&disabled)), Err(LockedOut::Owners));
    assert_eq!(asked(&only, None, &[]), Ok(()), "nobody owns it");
    assert_eq!(asked(&Access::Everyone, Some(user(1, &[])), &[user(1, &[])]), Ok(()));
}

#[test]
fn the_document_says_the_bounds_that_hold() {
    assert_eq!((policy::PASSWORD_MIN_WITH_FACTOR, policy::PASSWORD_MIN_LONGEST, policy::PASSWORD_HISTORY_MAX), (8, 64, 5));
    assert_eq!((policy::SESSION_SHORTEST.as_secs(), policy::SESSION_LONGEST.as_secs()), (60, 31_536_000));
    assert_eq!((policy::EVENT_RETENTION_LEAST, policy::EVENT_RETENTION_MOST, policy::REGISTRATION_DOMAINS_MAX), (7, 3650, 100));
}
