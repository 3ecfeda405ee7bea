//! Invitations: the newest under an address counts, and becomes one account.

use domain::UserId;
use domain::administration::{AdminRole, Administrators, Assignment};
use domain::event::{Administered, CreatedBy, EventKind, Subject};
use domain::identifier::IdentifierKind;
use domain::invitation::{Invitation, InvitationStatus, Invitee};
use futures_util::future::join_all;
use store::once::{Made, MakingRequest, OnceKey, Thing};
use store::{Acceptance, AttemptId, Enrolment, InvitationChange, NewUser, PersonKeys, StoreError, TenantStore, UserCreation, Wanted};
use testkit::Embedded;
use testkit::transport::Fault;

use crate::costs::Till;
use crate::faults::Shaky;
use crate::support::{NOW, claim, event, event_about, event_rows, later, new_user, tenant_store};

const ADDRESS: &str = "a-hash-of-an-address-in-forty-three-letters";

fn id(number: u8) -> UserId {
    UserId::from_random([number; 16])
}

fn invitation(number: u8) -> Invitation {
    let invitee = Invitee { email: "ada@example.com".to_owned(), given_name: Some("Ada".to_owned()), ..Invitee::default() };
    Invitation::begin(id(number), &invitee, NOW)
}

fn sent(invitation: &Invitation, number: u8) -> domain::event::RecordedEvent {
    let kind = EventKind::InvitationSent { invitation: invitation.id.clone(), version: invitation.version, invited_by: None };
    event_about(Subject::Unknown(ADDRESS.to_owned()), kind, number)
}

async fn invite(store: &TenantStore, invitation: &Invitation, number: u8) -> Result<InvitationChange, StoreError> {
    store.invite(ADDRESS, invitation, &sent(invitation, number)).await
}

async fn change(store: &TenantStore, invitation: &Invitation, number: u8) -> Result<InvitationChange, StoreError> {
    store.change_invitation(ADDRESS, invitation, &sent(invitation, number)).await
}

async fn accept(store: &TenantStore, invitation: &Invitation, number: u8) -> Result<Acceptance, StoreError> {
    let new = new_user(2);
    let new = NewUser { user: domain::user::User { id: invitation.id.clone(), ..new.user.clone() }, ..new };
    let kind = EventKind::UserCreated { by: CreatedBy::Invitation, terms: None };
    store.accept_invitation((ADDRESS, invitation), &new, None, &event(kind, number)).await
}

#[tokio::test]
async fn the_newest_invitation_under_an_address_stands_in_its_newest_version() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    assert_eq!(store.find_invitation(ADDRESS).await, Ok(None));
    assert_eq!(change(&store, &invitation(1).renewed(NOW).expect("it is open"), 1).await, Ok(InvitationChange::Stale), "there is none");
    assert_eq!(invite(&store, &invitation(1), 2).await, Ok(InvitationChange::Changed));
    assert_eq!(store.find_invitation(ADDRESS).await, Ok(Some(invitation(1))));
    let renewed = invitation(1).renewed(later(60)).expect("it is open");
    assert_eq!(change(&store, &renewed, 3).await, Ok(InvitationChange::Changed));
    assert_eq!(change(&store, &renewed, 4).await, Ok(InvitationChange::Stale), "twice");
    assert_eq!(store.find_invitation(ADDRESS).await, Ok(Some(renewed.clone())));
    assert_eq!(accept(&store, &invitation(1), 5).await, Ok(Acceptance::Closed), "an older version");
    assert_eq!(invite(&store, &invitation(3), 6).await, Ok(InvitationChange::Changed));
    assert_eq!(accept(&store, &renewed, 7).await, Ok(Acceptance::Closed), "an older invitation");
    assert_eq!(change(&store, &renewed.revoked().expect("it is open"), 8).await, Ok(InvitationChange::Stale));
    assert_eq!(event_rows(&embedded).await.len(), 3);
}

#[tokio::test]
async fn what_was_taken_back_or_accepted_is_changed_no_more() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    invite(&store, &invitation(1), 1).await.expect("an invitation");
    let revoked = invitation(1).revoked().expect("it is open");
    assert_eq!(change(&store, &revoked, 2).await, Ok(InvitationChange::Changed));
    assert_eq!(accept(&store, &revoked, 3).await, Ok(Acceptance::Closed));
    assert_eq!(accept(&store, &invitation(1), 4).await, Ok(Acceptance::Closed));
    let again = Invitation { version: 3, status: InvitationStatus::Open, ..revoked };
    assert_eq!(change(&store, &again, 5).await, Ok(InvitationChange::Stale));
    invite(&store, &invitation(2), 6).await.expect("an invitation");
    assert_eq!(accept(&store, &invitation(2), 7).await, Ok(Acceptance::Accepted));
    assert_eq!(store.find_invitation(ADDRESS).await.expect("an answer").map(|found| found.status), Some(InvitationStatus::Accepted));
    let renewed = Invitation { version: 2, ..invitation(2) };
    assert_eq!(change(&store, &renewed, 8).await, Ok(InvitationChange::Stale));
    let person = store.read_person(&PersonKeys::of(id(2))).await.expect("an answer").user.expect("a person");
    assert_eq!(person.id, id(2));
}

#[tokio::test]
async fn of_racing_answers_one_makes_an_account() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    invite(store, &invitation(1), 1).await.expect("an invitation");
    let outcomes = join_all((10..30).map(|number| async move { accept(store, &invitation(1), number).await })).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(Acceptance::Accepted)).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(Acceptance::Closed)).count(), 19);
    assert_eq!(event_rows(&embedded).await.len(), 2);
}

#[tokio::test]
async fn an_answer_races_with_taking_back_and_one_of_them_happens() {
    for turn in 0..10 {
        let embedded = Embedded::memory();
        let store = &tenant_store(&embedded);
        invite(store, &invitation(1), 1).await.expect("an invitation");
        let revoked = invitation(1).revoked().expect("it is open");
        let (accepted, revoked) = tokio::join!(async { accept(store, &invitation(1), 2).await }, async { change(store, &revoked, 3).await });
        let happened = (accepted == Ok(Acceptance::Accepted), revoked == Ok(InvitationChange::Changed));
        assert!(happened.0 != happened.1, "{turn}: {happened:?}");
        let person = store.read_person(&PersonKeys::of(id(1))).await.expect("an answer").user;
        assert_eq!(person.is_some(), happened.0, "{turn}");
    }
}

#[tokio::test]
async fn an_identifier_of_somebody_else_leaves_the_invitation_open() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    invite(&store, &invitation(1), 1).await.expect("an invitation");
    let owner = NewUser { claims: vec![claim(IdentifierKind::Email, "ada")], ..new_user(9) };
    assert_eq!(store.create_user(&owner, &event(EventKind::user_created(), 2)).await, Ok(UserCreation::Created));
    assert_eq!(accept(&store, &invitation(1), 3).await, Ok(Acceptance::Taken(IdentifierKind::Email)));
    assert_eq!(store.find_invitation(ADDRESS).await, Ok(Some(invitation(1))));
    assert_eq!(store.read_person(&PersonKeys::of(id(1))).await.expect("an answer").user, None);
}

#[tokio::test]
async fn invitations_are_listed_by_address_the_newest_of_each_once() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    invite(&store, &invitation(1), 1).await.expect("an invitation");
    let newest = Invitation { email: "Ada@Example.com".to_owned(), ..invitation(2) };
    invite(&store, &newest, 2).await.expect("an invitation");
    let grace = Invitation { email: "grace@example.com".to_owned(), ..invitation(3) };
    let other = "another-hash-of-an-address-in-forty-three-le";
    store.invite(other, &grace, &sent(&grace, 3)).await.expect("an invitation");
    let list = async |prefix| {
        let page = store.list_invitations(Wanted { prefix, after: None, limit: 10 }).await.expect("an answer");
        page.rows.into_iter().map(|found| found.id).collect::<Vec<_>>()
    };
    assert_eq!((list("").await, list("ada@").await, list("x").await), (vec![id(2), id(3)], vec![id(2)], vec![]));
}

#[tokio::test]
async fn an_invitation_by_a_request_is_made_once() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let request = |body: u8| MakingRequest { key: OnceKey::new(Thing::MakingRequest, "admin", "k"), body: AttemptId([body; 16]), ends_at: later(60) };
    let made = |number| async move { store.invite_once(ADDRESS, &invitation(1), &request(1), &sent(&invitation(1), number)).await };
    let racing = join_all((1..20).map(made)).await;
    assert_eq!(racing.iter().filter(|made| **made == Ok(Made::Now(InvitationChange::Changed))).count(), 1, "{racing:?}");
    assert_eq!(racing.iter().filter(|made| **made == Ok(Made::Before)).count(), 18);
    let other = store.invite_once(ADDRESS, &invitation(2), &request(2), &sent(&invitation(2), 30)).await;
    assert_eq!(other, Ok(Made::OtherRequest));
    assert_eq!(store.find_invitation(ADDRESS).await, Ok(Some(invitation(1))));
    assert_eq!(event_rows(&embedded).await.len(), 1);
}

#[tokio::test]
async fn an_invitation_pays_six_five_each_time_it_changes_and_two_beside_the_account() {
    let till = Till::new();
    let store = till.store();
    invite(&store, &invitation(1), 1).await.expect("an invitation");
    till.assert_paid(6, "invite");
    let request = MakingRequest { key: OnceKey::new(Thing::MakingRequest, "admin", "k"), body: AttemptId([1; 16]), ends_at: later(60) };
    let second = "another-hash-of-an-address-in-forty-three-le";
    store.invite_once(second, &invitation(5), &request, &sent(&invitation(5), 9)).await.expect("an invitation");
    till.assert_paid(8, "invite_once");
    let renewed = invitation(1).renewed(NOW).expect("it is open");
    change(&store, &renewed, 2).await.expect("a change");
    till.assert_paid(5, "change_invitation");
    accept(&store, &renewed, 3).await.expect("an account");
    till.assert_paid(8 + 2 + 3 * 2 + 2, "accept_invitation");
}

#[tokio::test]
async fn an_answer_has_one_effect_whatever_its_first_try_meets() {
    for fault in Fault::QUICK {
        let shaky = Shaky::new();
        invite(&shaky.tenant(), &invitation(1), 1).await.expect("an invitation");
        shaky.faulty.at(1, fault);
        assert_eq!(accept(&shaky.tenant(), &invitation(1), 2).await, Ok(Acceptance::Accepted), "{fault:?}");
        assert_eq!(event_rows(&shaky.embedded).await.len(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn of_racing_administrators_each_is_added_to_those_that_stand() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    invite(store, &invitation(1), 1).await.expect("an invitation");
    let all = Administrators::default().with_person(&id(1), Some(Assignment::of(AdminRole::Owner)));
    let assigned = |number| event(Administered::AdministratorAssigned { version: 1, roles: [AdminRole::Owner].into() }.into(), number);
    let answer = |number: u8, all: Administrators| async move {
        let new = new_user(2);
        let new = NewUser { user: domain::user::User { id: id(1), ..new.user.clone() }, ..new };
        let created = event(EventKind::UserCreated { by: CreatedBy::Invitation, terms: None }, number);
        let assigned = assigned(number + 100);
        store.accept_invitation((ADDRESS, &invitation(1)), &new, Some(&Enrolment { all: &all, assigned: &assigned }), &created).await
    };
    let behind = Administrators { version: 7, ..all.clone() };
    assert_eq!(answer(2, behind).await, Ok(Acceptance::Stale), "others administer by now");
    assert_eq!(store.find_invitation(ADDRESS).await.expect("an answer").map(|found| found.status), Some(InvitationStatus::Open));
    let outcomes = join_all((10..30).map(|number| answer(number, all.clone()))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(Acceptance::Accepted)).count(), 1, "{outcomes:?}");
    assert_eq!(store.read_administrators().await, Ok(all));
    assert_eq!(event_rows(&embedded).await.len(), 3, "invited, created, assigned");
}

#[tokio::test]
async fn an_enrolment_pays_five_beside_the_account() {
    let till = Till::new();
    let store = till.store();
    let founding = Invitation::founding(id(1), "ada@example.com", NOW);
    store.invite(Invitation::FOUNDING, &founding, &sent(&founding, 1)).await.expect("an invitation");
    till.assert_paid(5, "invite, in no list");
    let all = Administrators::default().with_person(&id(1), Some(Assignment::of(AdminRole::Owner)));
    let assigned = event(Administered::AdministratorAssigned { version: 1, roles: [AdminRole::Owner].into() }.into(), 3);
    let new = new_user(2);
    let new = NewUser { user: domain::user::User { id: id(1), ..new.user.clone() }, ..new };
    let enrolment = Enrolment { all: &all, assigned: &assigned };
    let place = (Invitation::FOUNDING, &founding);
    let created = event(EventKind::UserCreated { by: CreatedBy::Invitation, terms: None }, 2);
    assert_eq!(store.accept_invitation(place, &new, Some(&enrolment), &created).await, Ok(Acceptance::Accepted));
    till.assert_paid(8 + 2 + 3 * 2 + 2 + 5, "accept_invitation with an enrolment");
    assert_eq!(store.list_invitations(Wanted { prefix: "", after: None, limit: 10 }).await.expect("an answer").rows, []);
}
