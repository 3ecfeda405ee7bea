//! Groups, roles and what roles open, as a configuration says they are from now on.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Given;
use super::flaw::{Flaw, Pointer};
use super::shown::shown_api;
use super::{ApiSaid, Configuration, GroupSaid, State, names};
use crate::api::Audience;
use crate::id::GroupId;
use crate::policy;
use crate::roster::{Group, GroupName, InvalidRoster, RoleName, Roster};

/// The roster that is said; the one that stands, where nothing else is.
pub(super) fn said(said: &Configuration, state: &State, given: &Given<'_>) -> Result<Roster, Flaw> {
    let standing = &state.tenant.roster;
    let mut next = standing.clone();
    if let Some(roles) = &said.roles {
        next.roles.clone_from(roles);
    }
    if let Some(groups) = &said.groups {
        next.groups = groups.iter().map(|(name, group)| known_or_new(name, group, standing, given)).collect();
    }
    if let Some(apis) = &said.apis {
        bind(&mut next, apis, state)?;
    }
    if next == *standing {
        return Ok(next);
    }
    if let Some(apis) = &said.apis {
        // What was bound of an API that is long gone would keep its roles for ever.
        next.scopes.retain(|audience, _| apis.contains_key(audience));
    }
    check(&next)?;
    Ok(Roster { version: standing.version + 1, ..next })
}

fn known_or_new(name: &GroupName, said: &GroupSaid, standing: &Roster, given: &Given<'_>) -> (GroupId, Group) {
    let id = names::id(name.as_str(), standing).cloned().unwrap_or_else(|| (given.group_id)());
    (id, Group { name: name.clone(), roles: said.roles.clone() })
}

fn bind(roster: &mut Roster, apis: &BTreeMap<Audience, ApiSaid>, state: &State) -> Result<(), Flaw> {
    for (audience, api) in apis {
        let at = |scope: &str| Pointer::of(&["apis", audience.as_str(), "scope_roles", scope]);
        if let Some(scope) = api.scope_roles.keys().find(|scope| !api.scopes.contains(*scope)) {
            return Err(Flaw::unfit(at(scope.as_str()), "a scope that the API knows"));
        }
        let standing = state.apis.get(audience).map(|api| shown_api(api, &state.tenant.roster).scope_roles).unwrap_or_default();
        if api.scope_roles.is_empty() && !standing.is_empty() {
            roster.scopes.remove(audience);
        } else if api.scope_roles != standing {
            roster.scopes.insert(audience.clone(), api.scope_roles.clone());
        }
    }
    for audience in state.apis.keys().filter(|audience| !apis.contains_key(*audience)) {
        roster.scopes.remove(audience);
    }
    Ok(())
}

fn check(roster: &Roster) -> Result<(), Flaw> {
    let unknown =
        |roles: &BTreeSet<RoleName>| roles.iter().find(|role| !roster.roles.contains(*role)).map(|role| InvalidRoster::UnknownRole(role.clone()));
    for group in roster.groups.values() {
        if let Some(why) = unknown(&group.roles) {
            return Err(Flaw::unfit(Pointer::of(&["groups", group.name.as_str(), "roles"]), why));
        }
    }
    for (audience, scopes) in &roster.scopes {
        for (scope, roles) in scopes {
            if let Some(why) = unknown(roles) {
                return Err(Flaw::unfit(Pointer::of(&["apis", audience.as_str(), "scope_roles", scope.as_str()]), why));
            }
        }
    }
    let section = match roster {
        _ if roster.groups.len() > policy::GROUPS_MAX => "groups",
        _ if roster.roles.len() > policy::ROLES_MAX => "roles",
        _ => "apis",
    };
    roster.check().map_err(|why| Flaw::unfit(Pointer::of(&[section]), why))
}
