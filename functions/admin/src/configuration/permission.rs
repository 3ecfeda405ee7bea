//! Whether somebody may read a configuration, and apply one: what the resource of each thing would ask, for all of them.

use domain::client::{Access, Client};
use domain::configuration::{Change, Difference, Happens, Sort, State, Step};
use domain::policies::LockedOut;

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::policies;
use crate::problem::{Problem, Refused};

/// Whether somebody may see everything that a configuration says.
pub(super) fn may_read(at: &Arrived) -> Result<(), Refused> {
    // Whoever sees policies sees every app: a test of the policies says so.
    let acts = [Act::ReadAttributes, Act::ReadRoster, Act::ReadApis, Act::ListApps, Act::ReadPolicies];
    acts.into_iter().try_for_each(|act| at.may(act, Thing::Tenant))
}

/// Whether somebody may make these changes, each as if it were made alone.
pub(super) fn may_apply(at: &Arrived, change: &Change, differences: &[Difference]) -> Result<(), Refused> {
    let mut asked = Vec::new();
    for act in differences.iter().flat_map(acts) {
        if !asked.contains(&act) {
            at.may(act, Thing::Tenant)?;
            asked.push(act);
        }
    }
    change.apps().iter().try_for_each(|step| may_change(at, step))
}

fn acts(difference: &Difference) -> Vec<Act> {
    let opens = |at: &str| at.split('/').nth(1) == Some("scope_roles");
    match difference.kind {
        Sort::Attribute | Sort::AttributeOrder => vec![Act::ChangeAttributes],
        Sort::Role | Sort::Group => vec![Act::ChangeRoster],
        Sort::Policy => vec![Act::ChangePolicies],
        Sort::Api => {
            let itself = difference.act != Happens::Change || difference.fields.iter().any(|field| !opens(&field.at));
            let roles = difference.fields.iter().any(|field| opens(&field.at));
            [(itself, Act::ChangeApis), (roles, Act::ChangeRoster)].into_iter().filter_map(|(asked, act)| asked.then_some(act)).collect()
        }
        // Each app is one of its own.
        Sort::App => Vec::new(),
    }
}

fn may_change(at: &Arrived, step: &Step<'_, Client>) -> Result<(), Refused> {
    let trusts = |standing: Option<&Client>, app: &Client| {
        if app.settings().trusts_more_than(standing) { at.may(Act::TrustApp, Thing::Tenant) } else { Ok(()) }
    };
    match *step {
        Step::Create(app) => at.may(Act::CreateApp, Thing::Tenant).and_then(|()| trusts(None, app)),
        Step::Change(standing, app) => at.may_with(Act::ChangeApp, &app.id).and_then(|()| trusts(Some(standing), app)),
        Step::Remove(app) => at.may_with(Act::DeleteApp, &app.id),
    }
}

/// Whether those who administer the tenant still can: no app goes by which it is administered, and whoever applies this, and an owner, are let in as before.
pub(super) async fn keeps_a_way_in(at: &Arrived, change: &Change) -> Result<(), Refused> {
    for step in change.apps() {
        let Step::Remove(app) = step else { continue };
        let place = format!("/apps/{}", app.id);
        // Another app of its id would administer in its place.
        if at.administrators.machine(&app.id).is_some() {
            return Err(Problem::Administers.at(&place).into());
        }
        if at.author().is_some_and(|author| author.app.id == app.id) {
            return Err(Problem::LockedOut(LockedOut::Author).at(&place).into());
        }
    }
    let gone = change.before.tenant.roster.groups.keys().any(|group| !change.after.tenant.roster.groups.contains_key(group));
    if gone || way_in(at, &change.before) != way_in(at, &change.after) {
        policies::check_way_in(at, &change.after.tenant, way_in(at, &change.after)).await?;
    }
    Ok(())
}

// Whom the app is for by which the tenant is administered.
fn way_in<'a>(at: &'a Arrived, state: &'a State) -> &'a Access {
    let app = at.author().map(|author| state.clients.get(&author.app.id).unwrap_or(&author.app));
    app.map_or(&state.tenant.policies.access, |app| app.access(&state.tenant))
}
