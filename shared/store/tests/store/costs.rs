//! What each act costs in requests and write units, as its documentation says.

use domain::administration::{AdminRole, Administrators, Assignment};
use domain::attempt::window;
use domain::delivery::DeliveryState;
use domain::event::{Administered, Browser, ChangedBy, EventKind, Subject};
use domain::family::{Family, RevocationReason};
use domain::identifier::IdentifierKind;
use domain::key_ring::rotation::DueLook;
use domain::key_ring::wish::{AskedOfKeys, KeyWish};
use domain::key_ring::{Algorithm, KeyState};
use domain::phone::{PhoneCode, PhoneNumber};
use domain::policy::{ACCOUNT_WINDOW, ATTEMPT_WINDOW};
use domain::refresh::Offline;
use domain::secret::SealedBytes;
use domain::session::Expiry;
use domain::session::{AuthenticationMethod, EndReason, SessionEnd};
use domain::sign_in::Refusal;
use domain::{ClientId, Epoch, FamilyId};
use store::once::{self, OnceKey, Thing};
use store::{
    AccountKeys, AttemptId, AttemptKey, Belongings, EmailClaims, FailureKey, Lease, PasswordUpgrade, PersonKeys, SessionStart, Signing, TenantStore,
    UserPart,
};
use testkit::units::Units;
use testkit::{Counting, Embedded};

use crate::support::{
    NOW, api, claim, client, client_id, consent, delivery, event, event_about, family, family_id, grant_issued, later, new_tenant, new_user,
    password, placement, ring, rotated, session, session_id, session_started, tenant_id, user_id, wrapped_key,
};

pub(crate) struct Till {
    embedded: Embedded,
    pub(crate) counting: Counting,
}

impl Till {
    pub(crate) fn new() -> Self {
        let embedded = Embedded::memory();
        let counting = Counting::new(embedded.http());
        Self { embedded, counting }
    }

    pub(crate) fn store(&self) -> TenantStore {
        let store = self.embedded.store_through(self.counting.http());
        store.home(&placement(self.embedded.region())).expect("a client for the home region")
    }

    pub(crate) fn assert_paid(&self, write_units: u64, what: &str) {
        let report = self.counting.take();
        assert_eq!((report.requests(), report.write_units()), (1, Units::whole(write_units)), "{what}: {report}");
    }
}

#[tokio::test]
async fn a_sign_in_pays_one_for_its_reservation_and_five_for_its_session() {
    let till = Till::new();
    let store = till.store();
    let attempt = AttemptKey { identifier: "i".repeat(43), source: "s".repeat(43), window: window(NOW, ATTEMPT_WINDOW) };
    store.reserve_attempt(&attempt, 1).await.expect("a reservation");
    till.assert_paid(1, "reserve_attempt, first of its window");
    store.reserve_attempt(&attempt, 1).await.expect("a reservation");
    till.assert_paid(1, "reserve_attempt, exhausted");
    store.start_session(&session(), None, &session_started(1)).await.expect("a session");
    till.assert_paid(5, "start_session");
    store.touch_session(&user_id(), &session_id(), later(1)).await.expect("a touch");
    till.assert_paid(1, "touch_session");
    let end = SessionEnd { at: later(2), reason: EndReason::SignedOut };
    let ended = EventKind::SessionEnded { session_id: session_id(), reason: EndReason::SignedOut };
    store.end_session(&session(), end, &event(ended, 4)).await.expect("an end");
    till.assert_paid(5, "end_session");
    store.create_user(&new_user(2), &event(EventKind::user_created(), 2)).await.expect("an account");
    till.assert_paid(8 + 2 + 3 * 2, "create_user with a password and two names");
    let upgrade = PasswordUpgrade { credential: password(1), expected_version: 1 };
    let other = domain::session::Session { id: domain::SessionId::from_random([9; 16]), ..session() };
    store.start_session(&other, Some(&upgrade), &session_started(3)).await.expect("a session");
    till.assert_paid(7, "start_session with an upgrade");
    let another = domain::session::Session { id: domain::SessionId::from_random([8; 16]), user_id: new_user(2).user.id, ..session() };
    let changed = event(EventKind::PasswordChanged { version: 2, by: ChangedBy::Owner }, 6);
    let begun = store.start_session_with_new_password(&another, &password(2), [&changed, &session_started(7)]).await.expect("a session");
    till.assert_paid(12, "start_session_with_new_password");
    assert_eq!(begun, SessionStart::Started);
}

#[tokio::test]
async fn a_refused_sign_in_pays_one_for_the_failure_and_two_for_its_event() {
    let till = Till::new();
    let store = till.store();
    let failures = FailureKey { account: "a".repeat(43), window: window(NOW, ACCOUNT_WINDOW) };
    for number in 0..2 {
        store.count_failure(&failures, NOW).await.expect("a count");
        till.assert_paid(1, "count_failure");
        let refused = EventKind::SignInRefused { client_id: client_id(), reason: Refusal::UnknownAccount };
        store.record_event(&event_about(Subject::Unknown("x".repeat(43)), refused, number)).await.expect("an event");
        till.assert_paid(2, "record_event");
    }
    let throttled = |number| event(EventKind::SignInThrottled { client_id: client_id() }, number);
    store.record_throttled(&throttled(3), "source").await.expect("an event");
    till.assert_paid(2, "record_throttled");
    store.record_throttled(&throttled(4), "source").await.expect("an event");
    till.assert_paid(1, "record_throttled, seen");
    store.put_month_key("2026-11", &wrapped_key(1)).await.expect("a key");
    till.assert_paid(1, "put_month_key");
}

#[tokio::test]
async fn a_consent_a_code_and_a_revocation_pay_five_each_and_a_claim_one() {
    let till = Till::new();
    let store = till.store();
    store.grant_consent(&user_id(), &consent(), &grant_issued(1)).await.expect("a consent");
    till.assert_paid(5, "grant_consent");
    store.redeem_code(&family(), AttemptId([1; 16]), &grant_issued(2)).await.expect("a family");
    till.assert_paid(5, "redeem_code");
    store.revoke_family(&user_id(), &family_id(), RevocationReason::CodeReplayed, NOW, &grant_issued(3)).await.expect("a revocation");
    till.assert_paid(5, "revoke_family");
    let lineage = Offline::begin(NOW, vec![AuthenticationMethod::Password], Epoch(0), NOW);
    let offline = Family { id: FamilyId::from_random([9; 16]), offline: Some(lineage.clone()), ..family() };
    store.redeem_code(&offline, AttemptId([1; 16]), &grant_issued(4)).await.expect("a family");
    till.assert_paid(5, "redeem_code with offline access");
    let next = lineage.rotated(lineage.newest, SealedBytes::new(vec![7; 230]), Epoch(0), NOW);
    store.refresh_family(&offline, &next, NOW).await.expect("a refresh");
    till.assert_paid(1, "refresh_family");
    let key = OnceKey::new(Thing::ClientAssertion, "app", "jti");
    once::claim(&store, &key, later(60), AttemptId([1; 16])).await.expect("a claim");
    till.assert_paid(1, "once::claim");
}

#[tokio::test]
async fn a_delivery_pays_four_to_be_written_six_to_be_leased_and_four_to_be_done() {
    let till = Till::new();
    let work = till.embedded.store_through(till.counting.http()).work();
    work.write_delivery(&delivery(1)).await.expect("a delivery");
    till.assert_paid(4, "write_delivery");
    let Ok(Lease::Leased(leased)) = work.lease(&delivery(1), later(60)).await else { panic!("not leased") };
    till.assert_paid(6, "lease");
    work.settle(&leased, DeliveryState::Done { at: NOW }).await.expect("a settlement");
    till.assert_paid(4, "settle");
}

#[tokio::test]
async fn a_look_at_a_session_pays_one_to_be_arranged_and_one_to_be_the_last() {
    let till = Till::new();
    let work = till.embedded.store_through(till.counting.http()).work();
    let look = Expiry { tenant: tenant_id(), user_id: user_id(), session_id: session_id(), due_at: later(60) };
    work.write_expiry(&look).await.expect("a look");
    till.assert_paid(1, "write_expiry");
    work.move_expiry(&look, None).await.expect("an end");
    till.assert_paid(1, "move_expiry, for the last time");
}

#[tokio::test]
async fn a_tenant_pays_eight_and_two_per_data_key_and_a_client_five() {
    let till = Till::new();
    let store = till.store();
    store.create_tenant(&new_tenant(tenant_id()), &event_about(Subject::Tenant, EventKind::TenantCreated, 1)).await.expect("a tenant");
    till.assert_paid(9 + 2 * 4, "create_tenant");
    let created = EventKind::ClientCreated { client_id: client_id() };
    store.create_client(&client("app"), &event_about(Subject::Tenant, created, 2)).await.expect("a client");
    till.assert_paid(5, "create_client");
    let created = EventKind::ClientCreated { client_id: domain::ClientId::parse("spa").expect("an id") };
    let longest = api(&format!("https://api.example/{}", "x".repeat(180)));
    let registered = EventKind::ApiCreated { audience: longest.audience.clone() };
    store.create_api(&longest, &event_about(Subject::Tenant, registered, 4)).await.expect("an API");
    till.assert_paid(5, "create_api");
    let origins = [domain::client::WebOrigin::parse("https://spa.example").expect("an origin")].into();
    let spa = domain::client::Client { origins, ..client("spa") };
    store.create_client(&spa, &event_about(Subject::Tenant, created, 3)).await.expect("a client");
    till.assert_paid(7, "create_client with an origin");
    let kind = "imported:$2b$12$".to_owned();
    let accepted = event_about(Subject::Tenant, EventKind::ImportedHashesAccepted { kind: kind.clone() }, 5);
    store.accept_imported_hash(&kind, &accepted).await.expect("an answer");
    till.assert_paid(4, "accept_imported_hash");
    let roster = domain::roster::Roster { version: 1, ..domain::roster::Roster::default() };
    store.change_roster(&roster, &event_about(Subject::Tenant, EventKind::RosterChanged { version: 1 }, 6)).await.expect("an answer");
    till.assert_paid(4, "change_roster");
    let schema = domain::attributes::Schema { version: 1, ..domain::attributes::Schema::default() };
    store.change_attributes(&schema, &event_about(Subject::Tenant, EventKind::AttributesChanged { version: 1 }, 20)).await.expect("an answer");
    till.assert_paid(4, "change_attributes");
    let new = new_user(9);
    store.create_user(&new, &event(EventKind::user_created(), 7)).await.expect("an account");
    till.counting.take();
    let assigned = domain::user::User { version: new.user.version + 1, ..new.user };
    store.change_user(&assigned, UserPart::Assignment, &event(EventKind::UserAssigned { version: assigned.version }, 8)).await.expect("an answer");
    till.assert_paid(5, "change_user");
    let owned = Administrators::default().with_person(&assigned.id, Some(Assignment::of(AdminRole::Owner)));
    let kind = Administered::AdministratorAssigned { version: 1, roles: [AdminRole::Owner].into() };
    let assigned = domain::user::User { version: assigned.version + 1, ..assigned };
    store.assign_administrators(&owned, &assigned, &event(kind.clone().into(), 10)).await.expect("an answer");
    till.assert_paid(7, "assign_administrators, the first time");
    let assigned = domain::user::User { version: assigned.version + 1, ..assigned };
    let again = owned.with_person(&assigned.id, Some(Assignment::of(AdminRole::Owner)));
    store.assign_administrators(&again, &assigned, &event(kind.into(), 11)).await.expect("an answer");
    till.assert_paid(7, "assign_administrators");
    let app = domain::client::Client { version: 2, ..client("app") };
    let with_app = again.with_app(&app.id, Some(Assignment::of(AdminRole::Auditor)));
    let kind = Administered::AppAssigned { client_id: app.id.clone(), version: 3, roles: [AdminRole::Auditor].into() };
    store.assign_app(&with_app, &app, &event_about(Subject::Tenant, kind.into(), 12)).await.expect("an answer");
    till.assert_paid(6, "assign_app");
    let completed = domain::user::User { version: assigned.version + 1, ..assigned };
    let kind = EventKind::ProfileCompleted { version: completed.version, terms: Some("2026-11".to_owned()) };
    store.complete_profile(&completed, &event(kind, 9)).await.expect("an answer");
    till.assert_paid(5, "complete_profile");
}

#[tokio::test]
async fn another_address_pays_eleven_the_one_before_thirteen_a_withdrawn_consent_five_and_an_end_fourteen_and_three_per_name() {
    let till = Till::new();
    let store = till.store();
    let new = new_user(2);
    store.create_user(&new, &event(EventKind::user_created(), 1)).await.expect("an account");
    store.grant_consent(&new.user.id, &consent(), &grant_issued(2)).await.expect("a consent");
    till.counting.take();
    let user = domain::user::User { version: new.user.version + 1, ..new.user };
    let claims = EmailClaims { former: Some(claim(IdentifierKind::Email, "ada")), proved: Some(claim(IdentifierKind::Email, "new")) };
    store.change_email(&user, &claims, &event(EventKind::EmailChanged { version: user.version }, 3)).await.expect("an answer");
    till.assert_paid(11, "change_email");
    let claims = EmailClaims { former: claims.proved, proved: claims.former };
    let user = domain::user::User { version: user.version + 1, ..user };
    let given_back = EventKind::EmailGivenBack { version: user.version, credential_version: 2 };
    let locked = new.password.expect("a password").locked(later(5));
    store.give_back_email(&user, Some(&locked), &claims, &event(given_back, 6)).await.expect("an answer");
    till.assert_paid(13, "give_back_email");
    store.withdraw_consent(&user.id, &client_id(), &event(EventKind::ConsentWithdrawn { client_id: client_id() }, 4)).await.expect("an answer");
    till.assert_paid(5, "withdraw_consent");
    let claims = vec![new.claims[0].clone(), claim(IdentifierKind::Email, "ada")];
    let belongings = Belongings { claims, sub: claim(IdentifierKind::Subject, "ada"), consents: Vec::new() };
    store.erase_user(&user, &belongings, &event(EventKind::AccountDeleted { photo: None }, 5)).await.expect("an answer");
    till.assert_paid(14 + 3 * 2, "erase_user");
}

#[tokio::test]
async fn a_code_for_a_number_pays_five_each_try_one_and_its_proof_seven() {
    let till = Till::new();
    let store = till.store();
    let new = new_user(2);
    store.create_user(&new, &event(EventKind::user_created(), 1)).await.expect("an account");
    let asked = event(EventKind::PhoneChangeRequested, 2);
    let number = PhoneNumber::parse("+4915123456789").expect("a number");
    let code = PhoneCode::sent(number.clone(), asked.id.clone(), session_id(), NOW);
    till.counting.take();
    store.send_phone_code(&new.user.id, &code, &asked).await.expect("a code");
    till.assert_paid(5, "send_phone_code");
    store.try_phone_code(&new.user.id, &asked.id, NOW).await.expect("a try");
    till.assert_paid(1, "try_phone_code");
    store.try_phone_code(&new.user.id, &domain::EventId::new(NOW, [9; 10]), NOW).await.expect("a try");
    till.assert_paid(1, "try_phone_code of another code");
    let proved = new.user.with_proved_phone(&number, NOW);
    let kind = EventKind::PhoneChanged { version: proved.version, credential_version: 1 };
    store.prove_phone(&proved, &asked.id, &event(kind, 3)).await.expect("an answer");
    till.assert_paid(7, "prove_phone");
}

#[tokio::test]
async fn a_rotation_pays_for_the_ring_its_event_and_the_look_that_moves_on() {
    let till = Till::new();
    let store = till.store();
    let mut new = new_tenant(tenant_id());
    new.signing = ring(1, &[(1, KeyState::Active)]);
    store.create_tenant(&new, &event_about(Subject::Tenant, EventKind::TenantCreated, 1)).await.expect("a tenant");
    till.counting.reset();
    let due = DueLook::at(tenant_id(), new.first_look_at);
    let after = ring(2, &[(1, KeyState::Retiring), (2, KeyState::Active)]);
    store.rotate_keys((&new.signing, &after), Some(&due), later(900), &rotated(&new.signing, &after, 2)).await.expect("a rotation");
    till.assert_paid(2 + 2 + 4, "rotate_keys of two small keys");
    store.put_off_look(Some(&DueLook { due_at: later(900), ..due }), later(1000)).await.expect("a look put off");
    till.assert_paid(4, "put_off_look");
    store.put_off_look(None, later(1100)).await.expect("a look");
    till.assert_paid(2, "put_off_look without a due row");
    let asked = AskedOfKeys { seen: 2, wish: KeyWish::Rotate { algorithms: [Algorithm::Es256].into() } };
    let kind = Administered::SigningKeysAsked { version: 2, wish: asked.wish.clone() };
    store.ask_of_keys(asked, later(1200), &event_about(Subject::Tenant, kind.into(), 4)).await.expect("a wish");
    till.assert_paid(4, "ask_of_keys");
}

#[tokio::test]
async fn an_event_stays_within_a_kilobyte_with_450_bytes_of_sealed_fields() {
    let till = Till::new();
    let store = till.store();
    let client_id = ClientId::parse(&"c".repeat(36)).expect("a client id");
    let started = EventKind::SessionStarted {
        session_id: session_id(),
        client_id: client_id.clone(),
        browser: Browser::Known,
        credential_version: 1,
        runs_out_at: Some(later(800)),
    };
    let refused = EventKind::SignInRefused { client_id, reason: Refusal::UnknownAccount };
    for mut event in [event(started, 1), event_about(Subject::Unknown("x".repeat(43)), refused, 2)] {
        event.personal = Some(SealedBytes::new(vec![7; 450]));
        store.record_event(&event).await.expect("an event");
        till.assert_paid(2, "record_event");
    }
}

#[tokio::test]
async fn every_read_is_one_request_and_writes_nothing() {
    let till = Till::new();
    let store = till.store();
    store.read_person(&PersonKeys::of(user_id()).with_session(session_id()).with_user_key()).await.expect("a read");
    till.assert_paid(0, "read_person");
    store.read_bundle(&domain::key_ring::Purpose::ALL, Signing::Included).await.expect("a read");
    till.assert_paid(0, "read_bundle");
    store.find_client(&client_id()).await.expect("a read");
    till.assert_paid(0, "find_client");
    store.find_api(&api("https://api.example").audience).await.expect("a read");
    till.assert_paid(0, "find_api");
}

#[tokio::test]
async fn a_sign_in_reads_as_much_of_an_unknown_account_as_of_a_known_one() {
    let till = Till::new();
    let store = till.store();
    store.create_user(&new_user(2), &event(EventKind::user_created(), 2)).await.expect("an account");
    till.counting.reset();
    let failures = FailureKey { account: "a".repeat(43), window: window(NOW, ACCOUNT_WINDOW) };
    let known = AccountKeys { user_id: user_id(), client_id: client_id(), month: "2026-11".to_owned(), failures };
    let unknown = AccountKeys { user_id: domain::UserId::from_random([77; 16]), ..known.clone() };
    let mut accesses = Vec::new();
    for keys in [known, unknown] {
        store.read_account(&keys).await.expect("a read");
        let report = till.counting.take();
        assert_eq!(report.requests(), 1);
        accesses.push((report.operations[0].accesses.len(), report.accesses(), report.read_units()));
    }
    assert_eq!(accesses[0], accesses[1]);
    assert_eq!(accesses[0].0, 6);
}
