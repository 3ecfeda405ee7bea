//! What people do with their own account: parts of the record, another address, a consent withdrawn, the end; and what is listed of them.

use std::collections::BTreeSet;

use domain::account::{Deletion, PendingEmail};
use domain::consent::Consent;
use domain::event::{ChangedBy, EventKind};
use domain::family::{Family, FamilyState, RevocationReason};
use domain::identifier::IdentifierKind;
use domain::session::{EndReason, Session, SessionEnd};
use domain::user::{Email, Profile, User};
use domain::{ClientId, FamilyId, SessionId, UserId};
use futures_util::future::join_all;
use store::{
    AttemptId, Belongings, Claim, ConsentWithdrawal, EmailChange, EmailClaims, Erasure, PersonKeys, TenantStore, UserChange, UserCreation, UserPart,
};
use testkit::Embedded;

use crate::support::{
    NOW, claim, client_id, consent, event, event_rows, family, grant_issued, later, new_user, session, session_started, tenant_store,
};

async fn account(embedded: &Embedded) -> (TenantStore, User) {
    let store = tenant_store(embedded);
    let new = new_user(2);
    assert_eq!(store.create_user(&new, &event(EventKind::user_created(), 1)).await, Ok(UserCreation::Created));
    (store, new.user)
}

async fn found(store: &TenantStore, user: &User) -> Option<User> {
    store.read_person(&PersonKeys::of(user.id.clone())).await.expect("a read").user
}

fn next(user: &User) -> User {
    User { version: user.version + 1, updated_at: later(5), ..user.clone() }
}

fn profile_changed(user: &User, number: u8) -> domain::event::RecordedEvent {
    event(EventKind::ProfileChanged { version: user.version }, number)
}

#[tokio::test]
async fn a_part_of_a_record_changes_and_the_others_stay() {
    let embedded = Embedded::memory();
    let (store, ada) = account(&embedded).await;
    let pending = PendingEmail { address: "new@example.org".to_owned(), version: ada.version + 1, asked_at: NOW };
    let profile = Profile { name: Some("Ada King".to_owned()), ..Profile::default() };
    let wish = User { pending_email: Some(pending.clone()), profile: profile.clone(), ..next(&ada) };
    let asked = event(EventKind::EmailChangeRequested { version: wish.version }, 2);
    assert_eq!(store.change_user(&wish, UserPart::PendingEmail, &asked).await, Ok(UserChange::Changed));
    let standing = found(&store, &ada).await.expect("Ada");
    assert_eq!(standing, User { pending_email: Some(pending.clone()), ..next(&ada) }, "the profile stays");
    assert_eq!(store.change_user(&wish, UserPart::Profile, &profile_changed(&wish, 3)).await, Ok(UserChange::Stale), "one version at a time");
    let renamed = User { profile, ..next(&standing) };
    assert_eq!(store.change_user(&renamed, UserPart::Profile, &profile_changed(&renamed, 4)).await, Ok(UserChange::Changed));
    let forgotten = next(&User { pending_email: None, ..renamed });
    assert_eq!(store.change_user(&forgotten, UserPart::PendingEmail, &profile_changed(&forgotten, 5)).await, Ok(UserChange::Changed));
    assert_eq!(found(&store, &ada).await, Some(forgotten), "a wish that was taken back reads back as none");
    assert_eq!(event_rows(&embedded).await.len(), 4);
}

fn proved(user: &User, address: &str) -> User {
    User { email: Some(Email { address: address.to_owned(), verified: true, since: Some(later(5)) }), ..next(user) }
}

fn email_claims(proved: &str) -> EmailClaims {
    EmailClaims { former: Some(claim(IdentifierKind::Email, "ada")), proved: Some(claim(IdentifierKind::Email, proved)) }
}

async fn owner(store: &TenantStore, claim: &Claim) -> Option<UserId> {
    store.find_identifier(claim).await.expect("an answer")
}

#[tokio::test]
async fn an_address_changes_hands_in_one_step() {
    let embedded = Embedded::memory();
    let (store, ada) = account(&embedded).await;
    let changed = proved(&ada, "new@example.org");
    let told = |number| event(EventKind::EmailChanged { version: changed.version }, number);
    assert_eq!(store.change_email(&changed, &email_claims("new"), &told(2)).await, Ok(EmailChange::Changed));
    assert_eq!(found(&store, &ada).await, Some(changed.clone()));
    assert_eq!(owner(&store, &claim(IdentifierKind::Email, "new")).await, Some(ada.id.clone()));
    assert_eq!(owner(&store, &claim(IdentifierKind::Email, "ada")).await, None, "anybody's again");
    assert_eq!(store.change_email(&changed, &email_claims("new"), &told(3)).await, Ok(EmailChange::Stale));
    // The same address in another spelling keeps its claim.
    let respelt = proved(&changed, "New@example.org");
    let same = EmailClaims { former: Some(claim(IdentifierKind::Email, "new")), proved: Some(claim(IdentifierKind::Email, "new")) };
    assert_eq!(store.change_email(&respelt, &same, &told(4)).await, Ok(EmailChange::Changed));
    assert_eq!(owner(&store, &claim(IdentifierKind::Email, "new")).await, Some(ada.id));
}

#[tokio::test]
async fn an_address_that_somebody_has_stays_theirs_and_of_many_wishes_one_gets_it() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    let people: Vec<User> = join_all((2..12).map(|number| async move {
        let new = new_user(number);
        let own = store::NewUser { claims: vec![claim(IdentifierKind::Email, &format!("own {number}"))], ..new };
        store.create_user(&own, &event(EventKind::user_created(), number)).await.expect("an account");
        own.user
    }))
    .await;
    let change = |index: usize, number: u8| {
        let person = proved(&people[index], "wanted@example.org");
        let former = claim(IdentifierKind::Email, &format!("own {}", index + 2));
        async move {
            let claims = EmailClaims { former: Some(former), proved: Some(claim(IdentifierKind::Email, "wanted")) };
            store.change_email(&person, &claims, &event(EventKind::EmailChanged { version: person.version }, number)).await
        }
    };
    let outcomes = join_all((0..10).zip(100..).map(|(index, number)| change(index, number))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(EmailChange::Changed)).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(EmailChange::Taken)).count(), 9);
    let keep = join_all((0..10).map(|index| async move { owner(store, &claim(IdentifierKind::Email, &format!("own {}", index + 2))).await })).await;
    assert_eq!(keep.iter().filter(|owner| owner.is_some()).count(), 9, "who didn't get it keeps theirs");
}

#[tokio::test]
async fn an_address_of_before_is_given_back_with_what_an_alarm_does_unless_somebody_has_it() {
    let embedded = Embedded::memory();
    let (store, ada) = account(&embedded).await;
    let wish = PendingEmail { address: "other@example.org".to_owned(), version: ada.version + 1, asked_at: NOW };
    let deletion = Some(Deletion { asked_at: NOW, due_at: later(9) });
    let stolen = User { deletion, pending_email: Some(wish), ..proved(&ada, "thief@example.org") };
    let told = |number| event(EventKind::EmailChanged { version: stolen.version }, number);
    store.change_email(&stolen, &email_claims("thief"), &told(2)).await.expect("an answer");
    let claims = EmailClaims { former: email_claims("thief").proved, proved: email_claims("thief").former };
    let back = User { not_before: later(7), deletion: None, pending_email: None, ..proved(&stolen, "ada@example.com") };
    let password = store.read_recovery(&ada.id, "2026-11").await.expect("a read").password.expect("a password");
    let given_back = |number| event(EventKind::EmailGivenBack { version: back.version, credential_version: 2 }, number);
    let taken = store.create_user(&another_with_address_of_ada(), &event(EventKind::user_created(), 3)).await;
    assert_eq!(taken, Ok(UserCreation::Created), "it is anybody's by now");
    let locked = password.locked(later(7));
    assert_eq!(store.give_back_email(&back, Some(&locked), &claims, &given_back(4)).await, Ok(EmailChange::Taken));
    assert_eq!(found(&store, &ada).await.map(|user| user.email), Some(stolen.email.clone()), "nothing is half done");
    let without = (User { email: None, ..back.clone() }, EmailClaims { proved: None, ..claims.clone() });
    let stale = password.locked(later(7)).locked(later(8));
    assert_eq!(store.give_back_email(&without.0, Some(&stale), &without.1, &given_back(5)).await, Ok(EmailChange::Stale));
    assert_eq!(store.give_back_email(&without.0, Some(&locked), &without.1, &given_back(6)).await, Ok(EmailChange::Changed));
    let standing = store.read_recovery(&ada.id, "2026-11").await.expect("a read");
    assert_eq!(standing.user, Some(without.0));
    assert_eq!(standing.password.map(|password| (password.version, password.locked_at)), Some((2, Some(later(7)))));
    assert_eq!(owner(&store, &claim(IdentifierKind::Email, "thief")).await, None);
    assert_eq!(store.give_back_email(&back, Some(&locked), &claims, &given_back(7)).await, Ok(EmailChange::Stale), "once");
}

fn another_with_address_of_ada() -> store::NewUser {
    store::NewUser { claims: vec![claim(IdentifierKind::Email, "ada")], ..new_user(3) }
}

#[tokio::test]
async fn a_consent_is_withdrawn_once() {
    let embedded = Embedded::memory();
    let (store, ada) = account(&embedded).await;
    store.grant_consent(&ada.id, &consent(), &grant_issued(2)).await.expect("a consent");
    let withdraw = |number| {
        let (store, id) = (store.clone(), ada.id.clone());
        async move { store.withdraw_consent(&id, &client_id(), &event(EventKind::ConsentWithdrawn { client_id: client_id() }, number)).await }
    };
    assert_eq!(store.list_consents(&ada.id).await, Ok(vec![consent()]));
    assert_eq!(withdraw(3).await, Ok(ConsentWithdrawal::Withdrawn));
    assert_eq!(withdraw(4).await, Ok(ConsentWithdrawal::NothingAllowed));
    assert_eq!(store.list_consents(&ada.id).await, Ok(vec![]));
    assert_eq!(event_rows(&embedded).await.len(), 3);
}

#[tokio::test]
async fn an_erased_account_leaves_its_sub_and_nothing_to_read_its_events_with() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let mut new = new_user(2);
    new.claims.push(claim(IdentifierKind::Subject, "sub"));
    store.create_user(&new, &event(EventKind::user_created(), 1)).await.expect("an account");
    let ada = new.user;
    let other = Consent { client_id: ClientId::parse("other").expect("an id"), ..consent() };
    for (number, consent) in (2..).zip([consent(), other]) {
        store.grant_consent(&ada.id, &consent, &grant_issued(number)).await.expect("a consent");
    }
    let consents = store.list_consents(&ada.id).await.expect("a list");
    assert_eq!(consents.len(), 2);
    let belongings = Belongings { claims: new.claims[..2].to_vec(), sub: new.claims[2].clone(), consents };
    let erase = |user: User, number| {
        let (store, belongings) = (store.clone(), belongings.clone());
        async move { store.erase_user(&user, &belongings, &event(EventKind::AccountDeleted { photo: None }, number)).await }
    };
    assert_eq!(erase(next(&ada), 4).await, Ok(Erasure::Stale), "another version was read");
    assert!(found(&store, &ada).await.is_some());
    assert_eq!(erase(ada.clone(), 5).await, Ok(Erasure::Erased));
    let left = store.read_recovery(&ada.id, "2026-11").await.expect("a read");
    assert_eq!((left.user, left.password, left.user_key), (None, None, None));
    assert_eq!(store.list_consents(&ada.id).await, Ok(vec![]));
    for (claim, standing) in new.claims.iter().zip([None, None, Some(ada.id.clone())]) {
        assert_eq!(owner(&store, claim).await, standing, "{claim:?}");
    }
    assert_eq!(erase(ada, 6).await, Ok(Erasure::Stale));
}

#[tokio::test]
async fn sessions_and_families_are_listed_while_they_live() {
    let embedded = Embedded::memory();
    let (store, ada) = account(&embedded).await;
    for number in 0..120 {
        let session = Session { id: SessionId::from_random([number; 16]), user_id: ada.id.clone(), ..session() };
        let started = EventKind::SessionEnded { session_id: session.id.clone(), reason: EndReason::Revoked };
        store.start_session(&session, None, &event(started.clone(), number + 10)).await.expect("a session");
        if number % 2 == 0 {
            let end = SessionEnd { at: NOW, reason: EndReason::Revoked };
            store.end_session(&session, end, &event(started, number + 131)).await.expect("an end");
        }
    }
    let listed = store.list_sessions(&ada.id, NOW).await.expect("a list");
    assert_eq!(listed.iter().map(|session| &session.id).collect::<BTreeSet<_>>().len(), 60);
    assert!(listed.iter().all(|session| session.ended.is_none()));
    assert_eq!(store.list_sessions(&ada.id, session().ends_at).await, Ok(vec![]), "past their end");
    let family = |number| Family { id: FamilyId::from_random([number; 16]), user_id: ada.id.clone(), ..family() };
    for number in [1, 2] {
        store.redeem_code(&family(number), AttemptId([number; 16]), &grant_issued(number + 3)).await.expect("a family");
    }
    let reason = RevocationReason::ConsentWithdrawn;
    store.revoke_family(&ada.id, &family(1).id, reason, NOW, &session_started(6)).await.expect("a revocation");
    assert_eq!(store.list_live_families(&ada.id, NOW).await, Ok(vec![family(2)]));
    assert_eq!(family(2).state, FamilyState::Active);
    assert_eq!(store.list_live_families(&ada.id, family(2).ends_at).await, Ok(vec![]));
}

#[tokio::test]
async fn a_persons_history_is_theirs_the_latest_first_a_page_at_a_time() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let mut written = Vec::new();
    for number in 1..=5 {
        let event = event(EventKind::PasswordChanged { version: number.into(), by: ChangedBy::Owner }, number);
        store.record_event(&event).await.expect("an event");
        written.push(event);
    }
    let subject = domain::event::Subject::User(UserId::from_random([99; 16]));
    store.record_event(&crate::support::event_about(subject, EventKind::PasswordResetRefused, 9)).await.expect("an event");
    written.reverse();
    let first = store.list_history(&crate::support::user_id(), None, 3).await.expect("a page");
    assert_eq!(first, written[..3]);
    let rest = store.list_history(&crate::support::user_id(), Some(&first[2].id), 3).await.expect("a page");
    assert_eq!(rest, written[3..]);
    assert_eq!(store.list_history(&crate::support::user_id(), Some(&rest[1].id), 3).await, Ok(vec![]));
}
