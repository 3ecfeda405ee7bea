use cedar_policy::{Schema, ValidationMode, Validator};
use domain::administration::AdminRole;

use super::*;

const SCHEMA: &str = include_str!("../../policies/schema.cedarschema");

fn schema() -> Schema {
    let (schema, warnings) = Schema::from_cedarschema_str(SCHEMA).expect("a schema");
    assert_eq!(warnings.map(|warning| warning.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
    schema
}

fn tenant(number: u8) -> TenantId {
    TenantId::from_random([number; 16])
}

fn user(number: u8) -> UserId {
    UserId::from_random([number; 16])
}

fn of(role: AdminRole) -> Assignment {
    let apps = if role == AdminRole::AppDeveloper { [app()].into() } else { [].into() };
    Assignment { roles: [role].into(), apps }
}

fn app() -> ClientId {
    ClientId::parse("an-app").expect("a client id")
}

/// Somebody of a role in tenant 1, signed in just now, asks about what is in tenant 1.
struct Case<'a> {
    role: AdminRole,
    act: Act,
    fresh: bool,
    machine: bool,
    platform: bool,
    tenant: u8,
    about: Option<&'a Assignment>,
    becomes: Option<&'a Assignment>,
}

fn case<'a>(role: AdminRole, act: Act) -> Case<'a> {
    Case { role, act, fresh: true, machine: false, platform: false, tenant: 1, about: None, becomes: None }
}

impl Case<'_> {
    fn decided(&self) -> bool {
        let (id, client, assignment, of) = (user(1), app(), of(self.role), tenant(1));
        let actor = if self.machine { Actor::Machine(&client) } else { Actor::Person { id: &id, fresh: self.fresh } };
        let who = Administrator { actor, of: &of, platform: self.platform, assignment: &assignment };
        let (about, asked) = (user(2), tenant(self.tenant));
        let thing = match self.act {
            Act::ReadPerson
            | Act::ChangePerson
            | Act::HelpPerson
            | Act::DisablePerson
            | Act::EndSessions
            | Act::DeletePerson
            | Act::AssignAdministrator => Thing::Person { id: &about, assignment: self.about, becomes: self.becomes },
            Act::ReadApp | Act::ChangeApp | Act::DeleteApp => Thing::App { id: &client, administers: false },
            _ => Thing::Tenant,
        };
        let (request, entities) = question(&who, self.act, &asked, thing).expect("a question");
        let schema = schema();
        let (principal, action) = (request.principal().expect("somebody").clone(), request.action().expect("an act").clone());
        let resource = request.resource().expect("a thing").clone();
        let context = request.context().expect("circumstances").clone();
        Request::new(principal, action, resource, context, Some(&schema)).expect("what the schema says");
        Entities::from_entities(entities.iter().cloned(), Some(&schema)).expect("what the schema says");
        Policies::read().permit(&who, self.act, &asked, thing).expect("a decision")
    }
}

#[test]
fn the_policies_are_what_their_schema_says() {
    let schema = schema();
    let acts: HashSet<String> = schema.actions().map(|action| action.id().unescaped().to_owned()).collect();
    assert_eq!(acts, Act::ALL.iter().map(|act| act.as_str().to_owned()).collect());
    let checked = Validator::new(schema).validate(&Policies::read().set, ValidationMode::Strict);
    let said: Vec<String> =
        checked.validation_errors().map(ToString::to_string).chain(checked.validation_warnings().map(ToString::to_string)).collect();
    assert_eq!(said, Vec::<String>::new());
}

#[test]
fn every_role_may_what_is_its_own() {
    let mut table = String::new();
    for role in AdminRole::ALL {
        let may = Act::ALL.iter().filter(|act| case(role, **act).decided()).map(|act| act.as_str());
        table.extend([role.as_str(), ": ", &may.collect::<Vec<_>>().join(" "), "\n"]);
    }
    insta::assert_snapshot!(table, @r"
    owner: ReadTenant ChangeTenant ReadDomains ChangeDomains VerifyDomain ReadAdministrators ListPeople CreatePerson ImportPeople ExportPeople ExportHashes ReadPerson ChangePerson HelpPerson DisablePerson EndSessions DeletePerson AssignAdministrator ListApps CreateApp ReadApp ChangeApp TrustApp DeleteApp ReadApis ChangeApis ReadKeys ChangeKeys ReadRoster ChangeRoster ReadAttributes ChangeAttributes ReadPolicies ChangePolicies
    admin: ReadTenant ChangeTenant ReadDomains ChangeDomains VerifyDomain ReadAdministrators ListPeople CreatePerson ImportPeople ExportPeople ReadPerson ChangePerson HelpPerson DisablePerson EndSessions DeletePerson AssignAdministrator ListApps CreateApp ReadApp ChangeApp TrustApp DeleteApp ReadApis ChangeApis ReadKeys ChangeKeys ReadRoster ChangeRoster ReadAttributes ChangeAttributes ReadPolicies ChangePolicies
    user_manager: ReadTenant ListPeople CreatePerson ImportPeople ReadPerson ChangePerson HelpPerson DisablePerson EndSessions DeletePerson ListApps ReadRoster ReadAttributes
    help_desk: ReadTenant ListPeople ReadPerson HelpPerson EndSessions ListApps ReadRoster ReadAttributes
    security: ReadTenant ReadDomains ReadAdministrators ListPeople ReadPerson HelpPerson DisablePerson EndSessions ListApps ReadApp ReadApis ReadKeys ChangeKeys ReadRoster ReadAttributes ReadPolicies ChangePolicies
    auditor: ReadTenant ReadDomains ReadAdministrators ListPeople ReadPerson ListApps ReadApp ReadApis ReadKeys ReadRoster ReadAttributes ReadPolicies
    app_developer: ReadTenant ListApps ReadApp ChangeApp ReadApis ReadRoster ReadAttributes
    ");
}

#[test]
fn a_tenants_administrators_are_nobody_in_another_and_the_platforms_are_somebody_in_each() {
    for (role, act) in AdminRole::ALL.into_iter().flat_map(|role| Act::ALL.iter().map(move |act| (role, *act))) {
        let here = case(role, act).decided();
        assert!(!Case { tenant: 2, ..case(role, act) }.decided(), "{role:?} {act:?}");
        // An app is named by its id, which another tenant's may have: a developer's apps are those of the developer's own tenant.
        let of_one_tenant = role == AdminRole::AppDeveloper && matches!(act, Act::ReadApp | Act::ChangeApp);
        if !OF_THE_PLATFORM.contains(&act) {
            let there = Case { tenant: 2, platform: true, ..case(role, act) }.decided();
            assert_eq!(there, here && !of_one_tenant, "{role:?} {act:?}");
        }
    }
}

// A configuration shows them beside each other, and asks for the policies alone.
#[test]
fn whoever_sees_policies_sees_every_app() {
    for role in AdminRole::ALL {
        assert!(!case(role, Act::ReadPolicies).decided() || case(role, Act::ReadApp).decided(), "{role:?}");
    }
}

/// What is no tenant's own business.
const OF_THE_PLATFORM: [Act; 4] = [Act::ListTenants, Act::CreateTenant, Act::SuspendTenant, Act::DeleteTenant];

#[test]
fn tenants_come_and_go_by_the_platforms_administrators() {
    for (role, act) in AdminRole::ALL.into_iter().flat_map(|role| OF_THE_PLATFORM.map(move |act| (role, act))) {
        assert!(!case(role, act).decided(), "{role:?} {act:?}");
        let platform = Case { platform: true, ..case(role, act) }.decided();
        let sees = matches!(role, AdminRole::Security | AdminRole::Auditor) && act == Act::ListTenants;
        assert_eq!(platform, sees || matches!(role, AdminRole::Owner | AdminRole::Admin), "{role:?} {act:?}");
    }
    let of_before = |act| Case { platform: true, fresh: false, ..case(AdminRole::Owner, act) }.decided();
    assert_eq!(OF_THE_PLATFORM.map(of_before), [true, true, false, false], "what shuts everybody out wants a sign-in of just now");
}

#[test]
fn what_gives_a_tenant_away_wants_a_sign_in_of_just_now() {
    let assign = || case(AdminRole::Owner, Act::AssignAdministrator);
    assert!(assign().decided());
    assert!(!Case { fresh: false, ..assign() }.decided());
    assert!(!Case { machine: true, ..assign() }.decided());
    let hashes = || case(AdminRole::Owner, Act::ExportHashes);
    assert!(hashes().decided());
    assert!(!Case { fresh: false, ..hashes() }.decided());
    assert!(!Case { machine: true, ..hashes() }.decided());
    assert!(Case { fresh: false, ..case(AdminRole::Owner, Act::ExportPeople) }.decided());
    assert!(!Case { fresh: false, ..case(AdminRole::Owner, Act::DeletePerson) }.decided());
    assert!(Case { fresh: false, machine: true, ..case(AdminRole::Admin, Act::DeletePerson) }.decided());
    assert!(Case { fresh: false, ..case(AdminRole::Owner, Act::DisablePerson) }.decided());
    assert!(Case { machine: true, ..case(AdminRole::Admin, Act::DisablePerson) }.decided());
}

#[test]
fn a_developer_of_apps_has_to_do_with_those_that_are_named() {
    let (id, named, other, here) = (user(1), app(), ClientId::parse("other").expect("a client id"), tenant(1));
    let assignment = Assignment { roles: [AdminRole::AppDeveloper].into(), apps: [named.clone()].into() };
    let who = Administrator { actor: Actor::Person { id: &id, fresh: true }, of: &here, platform: false, assignment: &assignment };
    let may = |act, app| Policies::read().permit(&who, act, &here, Thing::App { id: app, administers: false }).expect("a decision");
    assert_eq!([Act::ReadApp, Act::ChangeApp, Act::DeleteApp].map(|act| may(act, &named)), [true, true, false]);
    assert_eq!([Act::ReadApp, Act::ChangeApp, Act::DeleteApp].map(|act| may(act, &other)), [false; 3]);
}

#[test]
fn nobody_locks_out_who_may_more_than_they() {
    let (auditor, owner) = (of(AdminRole::Auditor), of(AdminRole::Owner));
    for act in [Act::ChangePerson, Act::HelpPerson, Act::DisablePerson, Act::EndSessions, Act::DeletePerson] {
        let about = |role, about| Case { about: Some(about), ..case(role, act) }.decided();
        for role in [AdminRole::UserManager, AdminRole::HelpDesk, AdminRole::Security] {
            assert!(!about(role, &auditor), "{role:?} {act:?}");
        }
        assert_eq!([about(AdminRole::Admin, &auditor), about(AdminRole::Admin, &owner)], [true, false], "{act:?}");
        assert_eq!([about(AdminRole::Owner, &auditor), about(AdminRole::Owner, &owner)], [true, true], "{act:?}");
    }
}

#[test]
fn an_app_that_administers_is_changed_by_who_may_more_than_it() {
    let (id, app, here) = (user(1), app(), tenant(1));
    let may = |role, act, administers| {
        let assignment = of(role);
        let who = Administrator { actor: Actor::Person { id: &id, fresh: true }, of: &here, platform: false, assignment: &assignment };
        Policies::read().permit(&who, act, &here, Thing::App { id: &app, administers }).expect("a decision")
    };
    for act in [Act::ChangeApp, Act::DeleteApp] {
        assert_eq!([may(AdminRole::Admin, act, true), may(AdminRole::Owner, act, true)], [true, true], "{act:?}");
    }
    let developer = |act, administers| may(AdminRole::AppDeveloper, act, administers);
    assert_eq!([developer(Act::ChangeApp, false), developer(Act::ChangeApp, true), developer(Act::ReadApp, true)], [true, false, true]);
}

#[test]
fn apps_are_made_administrators_by_who_makes_people_so_after_a_sign_in_of_just_now() {
    let (id, app, here) = (user(1), app(), tenant(1));
    let may = |role, fresh, administers| {
        let assignment = of(role);
        let who = Administrator { actor: Actor::Person { id: &id, fresh }, of: &here, platform: false, assignment: &assignment };
        Policies::read().permit(&who, Act::AssignAdministrator, &here, Thing::App { id: &app, administers }).expect("a decision")
    };
    for role in AdminRole::ALL {
        let assigns = matches!(role, AdminRole::Owner | AdminRole::Admin);
        assert_eq!([may(role, true, false), may(role, true, true), may(role, false, false)], [assigns, assigns, false], "{role:?}");
    }
    let (machine, assignment) = (ClientId::parse("robot").expect("an id"), of(AdminRole::Admin));
    let who = Administrator { actor: Actor::Machine(&machine), of: &here, platform: false, assignment: &assignment };
    let thing = Thing::App { id: &app, administers: false };
    assert!(!Policies::read().permit(&who, Act::AssignAdministrator, &here, thing).expect("a decision"));
}

#[test]
fn owners_are_made_and_unmade_by_owners() {
    let (auditor, owner) = (of(AdminRole::Auditor), of(AdminRole::Owner));
    let assigned = |role, about, becomes| Case { about, becomes, ..case(role, Act::AssignAdministrator) }.decided();
    for (about, becomes) in [(None, Some(&owner)), (Some(&owner), Some(&auditor)), (Some(&owner), None)] {
        assert_eq!([assigned(AdminRole::Admin, about, becomes), assigned(AdminRole::Owner, about, becomes)], [false, true]);
    }
    assert!(assigned(AdminRole::Admin, None, Some(&auditor)));
}
