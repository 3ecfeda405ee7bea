//! Tenants in their list, how they stand, and their end.

use domain::event::{Administered, Event, EventKind, Lookups, Personal, Subject};
use domain::identifier::IdentifierKind;
use domain::key_ring::Purpose;
use domain::key_ring::rotation::RotationPolicy;
use domain::listing::List;
use domain::standing::Standing;
use domain::tenant::Tenant;
use domain::{Slug, TenantId};
use store::{NewTenant, NewUser, PersonKeys, Signing, TenantChange, TenantErasure, TenantStore, Wanted};
use testkit::Embedded;
use testkit::transport::Fault;

use crate::costs::Till;
use crate::faults::Shaky;
use crate::support::{NOW, claim, client, client_id, event, event_about, new_tenant, new_user, session, session_started, tenant_id, tenant_store};

const ALL: Wanted<'_> = Wanted { prefix: "", after: None, limit: 10 };

fn of_the_tenant(kind: impl Into<EventKind>, number: u8) -> domain::event::RecordedEvent {
    event_about(Subject::Tenant, kind.into(), number)
}

async fn made(store: &TenantStore) -> NewTenant {
    let new = new_tenant(tenant_id());
    let new = NewTenant { first_look_at: new.signing.due_at(&RotationPolicy::of(&new.tenant)), ..new };
    store.create_tenant(&new, &of_the_tenant(EventKind::TenantCreated, 1)).await.expect("a tenant");
    new
}

async fn record(store: &TenantStore) -> Option<Tenant> {
    store.read_bundle(&[], Signing::Left).await.expect("an answer").map(|bundle| bundle.tenant)
}

fn suspended(version: u64) -> Standing {
    Standing { version, suspended_at: Some(NOW), ends_at: None }
}

#[tokio::test]
async fn a_tenant_stands_as_was_said_last_and_is_called_so() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let told = |version| Administered::TenantSuspended { version };
    assert_eq!(store.change_standing(&suspended(1), &of_the_tenant(told(1), 2)).await, Ok(TenantChange::Stale), "there is none");
    let new = made(&store).await;
    assert_eq!(store.change_standing(&suspended(1), &of_the_tenant(told(1), 3)).await, Ok(TenantChange::Changed));
    assert_eq!(store.change_standing(&suspended(1), &of_the_tenant(told(1), 4)).await, Ok(TenantChange::Stale), "twice");
    assert_eq!(record(&store).await.map(|tenant| tenant.standing), Some(suspended(1)));
    let renamed = Administered::TenantRenamed { version: 2 };
    assert_eq!(store.rename_tenant("Other", &suspended(2), &of_the_tenant(renamed.clone(), 5)).await, Ok(TenantChange::Changed));
    assert_eq!(store.rename_tenant("Else", &suspended(2), &of_the_tenant(renamed, 6)).await, Ok(TenantChange::Stale));
    let expected = Tenant { name: "Other".to_owned(), standing: suspended(2), ..new.tenant };
    assert_eq!(record(&store).await, Some(expected));
}

#[tokio::test]
async fn tenants_are_listed_by_slug_wherever_they_were_made() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    made(&store).await;
    let other = TenantId::from_random([9; 16]);
    let placement = domain::Placement { tenant: other.clone(), ..crate::support::placement(embedded.region()) };
    let new = new_tenant(other.clone());
    let new = NewTenant { tenant: Tenant { slug: Slug::parse("acme").expect("a slug"), ..new.tenant }, ..new };
    let home = embedded.store().home(&placement).expect("a home");
    let id = domain::EventId::new(NOW, [200; 10]);
    let event = Event { id, tenant: other, subject: Subject::Tenant, kind: EventKind::TenantCreated, personal: Personal::default() };
    home.create_tenant(&new, &event.record(None, Lookups::default())).await.expect("a tenant");
    let slugs = async |prefix| {
        let page = store.list_tenants(Wanted { prefix, ..ALL }).await.expect("an answer");
        page.rows.into_iter().map(|tenant| tenant.slug.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (slugs("").await, slugs("ac").await),
        (vec!["acme".to_owned(), new_tenant(tenant_id()).tenant.slug.to_string()], vec!["acme".to_owned()])
    );
}

async fn somebody(store: &TenantStore) -> NewUser {
    let ada = NewUser { claims: vec![claim(IdentifierKind::Email, "ada")], ..new_user(2) };
    store.create_user(&ada, &event(EventKind::user_created(), 10)).await.expect("an account");
    let session = domain::session::Session { user_id: ada.user.id.clone(), ..session() };
    store.start_session(&session, None, &session_started(11)).await.expect("a session");
    store.create_client(&client("app"), &event(EventKind::ClientCreated { client_id: client_id() }, 12)).await.expect("an app");
    ada
}

async fn erased(store: &TenantStore, new: &NewTenant, number: u8) -> Result<TenantErasure, store::StoreError> {
    let tenant = Tenant { standing: suspended(1), ..new.tenant.clone() };
    store.erase_tenant(&tenant, Some(&new.signing), &of_the_tenant(EventKind::TenantErased, number)).await
}

#[tokio::test]
async fn what_is_erased_leaves_events_and_nothing_that_opens_them() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let new = made(&store).await;
    let ada = somebody(&store).await;
    store.change_standing(&suspended(1), &of_the_tenant(Administered::TenantSuspended { version: 1 }, 20)).await.expect("a change");
    store.erase_person(&ada.user.id).await.expect("an answer");
    store.erase_person(&ada.user.id).await.expect("a second time");
    assert_eq!(store.read_person(&PersonKeys::of(ada.user.id.clone()).with_user_key()).await.expect("an answer"), store::Person::default());
    for list in List::OF_TENANTS {
        assert_eq!(store.erase_listed(list, None, 10).await, Ok(None), "{list:?}");
    }
    assert_eq!(erased(&store, &new, 21).await, Ok(TenantErasure::Erased));
    assert_eq!(erased(&store, &new, 22).await, Ok(TenantErasure::Stale), "it is gone");
    assert_eq!(store.read_bundle(&Purpose::ALL, Signing::Included).await, Ok(None));
    let left = |role: &'static str| {
        let (embedded, tables) = (&embedded, embedded.tables().expect("six tables"));
        async move {
            let name = match role {
                "identity" => tables.identity,
                "keys" => tables.keys,
                _ => tables.work,
            };
            crate::support::rows(embedded, &name).await.len()
        }
    };
    assert_eq!((left("identity").await, left("keys").await, left("work").await), (0, 0, 0));
    assert!(!crate::support::event_rows(&embedded).await.is_empty(), "what happened is told on, and read by nobody");
}

#[tokio::test]
async fn a_tenant_that_was_changed_meanwhile_is_not_erased() {
    let embedded = Embedded::memory();
    let store = tenant_store(&embedded);
    let new = made(&store).await;
    assert_eq!(erased(&store, &new, 2).await, Ok(TenantErasure::Stale), "it never was to be");
    store.change_standing(&suspended(1), &of_the_tenant(Administered::TenantSuspended { version: 1 }, 3)).await.expect("a change");
    store.change_standing(&suspended(2), &of_the_tenant(Administered::TenantSuspended { version: 2 }, 4)).await.expect("a change");
    assert_eq!(erased(&store, &new, 5).await, Ok(TenantErasure::Stale), "it was restored");
    let bundle = store.read_bundle(&Purpose::ALL, Signing::Included).await.expect("an answer").expect("a tenant");
    assert!(bundle.signing.is_some() && !bundle.data_keys.is_empty());
}

#[tokio::test]
async fn an_erasure_has_one_effect_whatever_its_first_try_meets() {
    for fault in Fault::QUICK {
        let shaky = Shaky::new();
        let store = shaky.tenant();
        let new = made(&store).await;
        store.change_standing(&suspended(1), &of_the_tenant(Administered::TenantSuspended { version: 1 }, 2)).await.expect("a change");
        shaky.faulty.at(1, fault);
        assert_eq!(erased(&store, &new, 3).await, Ok(TenantErasure::Erased), "{fault:?}");
    }
}

#[tokio::test]
async fn a_change_of_how_a_tenant_stands_pays_four_and_its_end_twenty_one() {
    let till = Till::new();
    let store = till.store();
    let new = made(&store).await;
    till.assert_paid(9 + 2 * 4, "create_tenant");
    store.change_standing(&suspended(1), &of_the_tenant(Administered::TenantSuspended { version: 1 }, 2)).await.expect("a change");
    till.assert_paid(4, "change_standing");
    store.rename_tenant("Other", &suspended(2), &of_the_tenant(Administered::TenantRenamed { version: 2 }, 3)).await.expect("a change");
    till.assert_paid(4, "rename_tenant");
    let tenant = Tenant { standing: suspended(2), ..new.tenant.clone() };
    let end = of_the_tenant(EventKind::TenantErased, 4);
    assert_eq!(store.erase_tenant(&tenant, Some(&new.signing), &end).await, Ok(TenantErasure::Erased));
    till.assert_paid(21, "erase_tenant");
}
