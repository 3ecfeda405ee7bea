//! Domains of tenants' own: in the directory, which says whom a host leads to, and in the tenant's record, which says whether it is so.

use domain::custom_domain::{Challenge, DomainName, Domains};
use domain::event::{Administered, EventKind, RecordedEvent, Subject};
use domain::{TenantId, ZoneName};
use futures_util::future::join_all;
use store::{DomainClaim, DomainPlace, Signing, TenantChange};
use testkit::Embedded;
use testkit::transport::Fault;

use crate::faults::Shaky;
use crate::support::{NOW, event_about, new_tenant, tenant_id, tenant_store};

fn name() -> DomainName {
    DomainName::parse("login.acme.example").expect("a domain")
}

fn challenge(byte: u8) -> Challenge {
    Challenge::from_random([byte; 16])
}

fn place(tenant: u8) -> DomainPlace {
    DomainPlace { tenant: TenantId::from_random([tenant; 16]), zone: ZoneName::new("eu"), challenge: challenge(tenant) }
}

#[tokio::test]
async fn of_many_that_claim_a_domain_one_has_it_and_everybody_learns_who() {
    let embedded = Embedded::memory();
    let (directory, name) = (&embedded.store().directory(), &name());
    assert_eq!(directory.find_domain(name).await, Ok(None));
    let claims = join_all((0..50).map(|tenant| async move { directory.claim_domain(name, &place(tenant)).await })).await;
    let winners: Vec<u8> = (0..50).filter(|tenant| claims[usize::from(*tenant)] == Ok(DomainClaim::Claimed)).collect();
    let [winner] = winners[..] else { panic!("{winners:?}") };
    let held = Ok(DomainClaim::Held(place(winner)));
    assert!(claims.iter().all(|claim| *claim == held || *claim == Ok(DomainClaim::Claimed)));
    assert_eq!(directory.find_domain(name).await, Ok(Some(place(winner))));
    assert_eq!(directory.claim_domain(name, &place(winner)).await, Ok(DomainClaim::Claimed), "the same claim again");
}

#[tokio::test]
async fn of_many_that_take_a_domain_from_its_holder_one_has_it() {
    let embedded = Embedded::memory();
    let (directory, name) = (&embedded.store().directory(), &name());
    directory.claim_domain(name, &place(0)).await.expect("a claim");
    let taken = join_all((1..20).map(|tenant| async move { directory.take_domain(name, &place(0), &place(tenant)).await })).await;
    assert_eq!(taken.iter().filter(|taken| **taken == Ok(DomainClaim::Claimed)).count(), 1);
    let holder = directory.find_domain(name).await.expect("an answer").expect("a place");
    assert!(holder != place(0) && taken.iter().any(|taken| *taken == Ok(DomainClaim::Held(holder.clone()))));
    assert_eq!(directory.take_domain(name, &place(0), &place(30)).await, Ok(DomainClaim::Held(holder)), "from whoever had it before");
}

#[tokio::test]
async fn a_domain_is_released_by_whom_it_leads_to_and_by_nobody_else() {
    let embedded = Embedded::memory();
    let (directory, name) = (embedded.store().directory(), name());
    directory.claim_domain(&name, &place(1)).await.expect("a claim");
    let proved_anew = DomainPlace { challenge: challenge(9), ..place(1) };
    for other in [place(2), proved_anew] {
        directory.release_domain(&name, &other).await.expect("an answer");
        assert_eq!(directory.find_domain(&name).await, Ok(Some(place(1))));
    }
    directory.release_domain(&name, &place(1)).await.expect("an answer");
    assert_eq!(directory.find_domain(&name).await, Ok(None));
    directory.release_domain(&name, &place(1)).await.expect("nothing to release");
    assert_eq!(directory.take_domain(&name, &place(1), &place(2)).await, Ok(DomainClaim::Claimed), "it was given up in between");
}

#[tokio::test]
async fn a_domain_is_claimed_taken_and_released_once_whatever_the_first_try_meets() {
    for fault in Fault::QUICK {
        let shaky = Shaky::new();
        let (directory, name) = (shaky.store.directory(), name());
        let next = || shaky.faulty.at(1, fault);
        next();
        assert_eq!(directory.claim_domain(&name, &place(1)).await, Ok(DomainClaim::Claimed), "{fault:?}");
        next();
        assert_eq!(directory.take_domain(&name, &place(1), &place(2)).await, Ok(DomainClaim::Claimed), "{fault:?}");
        next();
        directory.release_domain(&name, &place(2)).await.expect("an answer");
        assert_eq!(directory.find_domain(&name).await, Ok(None), "{fault:?}");
    }
}

fn told(kind: Administered, number: u8) -> RecordedEvent {
    event_about(Subject::Tenant, kind.into(), number)
}

#[tokio::test]
async fn of_two_changes_of_one_version_one_counts_and_has_its_event() {
    let embedded = Embedded::memory();
    let store = &tenant_store(&embedded);
    store.create_tenant(&new_tenant(tenant_id()), &event_about(Subject::Tenant, EventKind::TenantCreated, 1)).await.expect("a tenant");
    let added = |version| Administered::DomainAdded { domain: name(), version };
    let wanted = Domains::default().wanting(name(), challenge(1), None, NOW).expect("a wish");
    let changes = join_all((2..6).map(|number| {
        let wanted = wanted.clone();
        async move { store.change_domains(&wanted, &told(added(1), number)).await }
    }));
    assert_eq!(changes.await.into_iter().filter(|change| *change == Ok(TenantChange::Changed)).count(), 1);
    let proved = wanted.proving(&name(), &challenge(1), NOW).expect("a wish");
    let verified = |number| told(Administered::DomainVerified { domain: name(), version: 2 }, number);
    let changes = join_all((6..10).map(|number| {
        let proved = proved.clone();
        async move { store.change_domains(&proved, &verified(number)).await }
    }));
    assert_eq!(changes.await.into_iter().filter(|change| *change == Ok(TenantChange::Changed)).count(), 1);
    let record = store.read_bundle(&[], Signing::Left).await.expect("an answer").expect("a tenant").tenant;
    assert_eq!(record.domains, proved);
    let events = crate::support::rows(&embedded, &embedded.tables().expect("six tables").events).await;
    let kinds = |kind: &str| events.iter().filter(|row| format!("{row:?}").contains(kind)).count();
    assert_eq!((kinds("domain.added"), kinds("domain.verified")), (1, 1));
}
