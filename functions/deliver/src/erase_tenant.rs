//! Erases a tenant whose time has come, unless it was restored.
//!
//! What goes row by row is what its lists name: people with all that is theirs and their photos, names, invitations, apps, APIs. Then its domains lead nowhere, and its keys, administrators
//! and record go at once. What stays is its slug in the directory, which is nobody's again, and what nobody can read without its keys: events and their archive,
//! whose personal fields are sealed under them, keyed hashes of a `sub`, of sources and of addresses, and rows that end by themselves and are swept; and what its
//! policies said before, which names administrators by their ids alone. It is final when the recovery window of the table `keys` has run out.

use cloud::objects::ObjectName;
use domain::Timestamp;
use domain::delivery::{Delivery, Try};
use domain::event::{Administered, Event, EventKind, Lookups, Personal, Subject};
use domain::listing::List;
use domain::policy;
use domain::tenant::Tenant;
use domain::user::User;
use runtime::{Failure, TenantContext};
use store::{DomainPlace, SlugPlace, SlugState, TenantErasure, TenantStore, Wanted};

use crate::Deps;

/// Erases it, or as much of it as a turn allows.
pub(crate) async fn erase(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Try, Failure> {
    // Where a try before this one erased it, its answer was lost.
    let Some(context) = deps.tenant(delivery, now).await? else { return Ok(Try::Sent) };
    let home = context.home(now)?;
    let event = home.find_event(delivery.event_at, delivery.event_shard, &delivery.id.event).await?;
    let Some(EventKind::Administered(Administered::TenantDeletionRequested { due_at, .. })) = event.map(|event| event.kind) else {
        return Ok(Try::FailedForGood);
    };
    // As it stands, past what is in memory.
    let Some(bundle) = home.read_bundle(&[], store::Signing::Included).await? else { return Ok(Try::Sent) };
    let tenant = bundle.tenant;
    if !tenant.standing.is_over(due_at, now) {
        return Ok(Try::Sent);
    }
    if erase_rows(deps, &context, home, now).await? == Turn::Over {
        return Ok(Try::Unfinished);
    }
    let zone = context.placement().zone.clone();
    for (name, domain) in &tenant.domains.names {
        let place = DomainPlace { tenant: tenant.id.clone(), zone: zone.clone(), challenge: domain.challenge.clone() };
        deps.directory.release_domain(name, &place).await?;
    }
    let place = SlugPlace { tenant: tenant.id.clone(), zone, state: SlugState::Gone };
    deps.directory.settle_slug(&tenant.slug, &place).await?;
    Ok(match home.erase_tenant(&tenant, bundle.signing.as_ref(), &erased(deps, &tenant, now)).await? {
        TenantErasure::Erased => Try::Sent,
        TenantErasure::Stale => Try::FailedForNow,
    })
}

fn erased(deps: &Deps, tenant: &Tenant, now: Timestamp) -> domain::event::RecordedEvent {
    let (id, subject, personal) = (deps.random.event_id(now), Subject::Tenant, Personal::default());
    Event { id, tenant: tenant.id.clone(), subject, kind: EventKind::TenantErased, personal }.record(None, Lookups::default())
}

#[derive(PartialEq, Eq)]
enum Turn {
    Finished,
    Over,
}

async fn erase_rows(deps: &Deps, context: &TenantContext, home: &TenantStore, began: Timestamp) -> Result<Turn, Failure> {
    let is_over = || deps.clock.now().since(began) >= policy::ERASURE_TURN;
    let mut after: Option<String> = None;
    loop {
        if is_over() {
            return Ok(Turn::Over);
        }
        let people = home.list_people(List::People, Wanted { prefix: "", after: after.as_deref(), limit: policy::PAGE }).await?;
        for person in &people.rows {
            erase_person(deps, context, home, person).await?;
        }
        after = people.next;
        if after.is_none() {
            break;
        }
    }
    for list in List::OF_TENANTS.into_iter().filter(|list| *list != List::People) {
        let mut after: Option<String> = None;
        loop {
            if is_over() {
                return Ok(Turn::Over);
            }
            after = home.erase_listed(list, after.as_deref(), policy::PAGE).await?;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(Turn::Finished)
}

async fn erase_person(deps: &Deps, context: &TenantContext, home: &TenantStore, person: &User) -> Result<(), Failure> {
    if let Some(photo) = person.photo(&context.record().first_issuer) {
        deps.objects.delete(&context.placement().home, &ObjectName::of(context.record().id.clone(), photo)).await?;
    }
    Ok(home.erase_person(&person.id).await?)
}
