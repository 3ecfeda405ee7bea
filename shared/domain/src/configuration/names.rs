//! Where what is said of apps and policies names groups: by their names in a document, by their ids in a tenant.

use serde_json::Value;

use super::flaw::{Flaw, Pointer};
use crate::id::GroupId;
use crate::roster::Roster;

/// What an app says of itself, with groups by name. A group that is gone lets nobody in and has no name, so that it isn't told; nor is a rule that was of
/// its people alone, since it tells nothing.
pub(super) fn named_in_app(settings: &mut Value, roster: &Roster) {
    named_in_access(&mut settings["access"], roster);
    if let Some(rules) = settings["claims"].as_array_mut() {
        rules.retain_mut(|rule| match rule.pointer_mut("/when/group") {
            Some(group) => group.as_str().and_then(|id| name(id, roster)).map(|name| *group = name.into()).is_some(),
            None => true,
        });
    }
}

/// Whom an app or all apps are for, with groups by name.
pub(super) fn named_in_access(access: &mut Value, roster: &Roster) {
    if let Some(groups) = access.get_mut("groups").and_then(Value::as_array_mut) {
        let mut names: Vec<String> = groups.iter().filter_map(|group| name(group.as_str()?, roster)).collect();
        names.sort_unstable();
        *groups = names.into_iter().map(Value::from).collect();
    }
}

/// The same with groups by their ids.
pub(super) fn known_in_app(settings: &mut Value, roster: &Roster, at: &Pointer) -> Result<(), Flaw> {
    if let Some(access) = settings.get_mut("access") {
        known_in_access(access, roster, &at.below("access"))?;
    }
    for (number, rule) in settings.get_mut("claims").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
        if let Some(group) = rule.pointer_mut("/when/group") {
            known(group, roster, || at.below("claims").below(&number.to_string()).below("when").below("group"))?;
        }
    }
    Ok(())
}

/// Whom an app or all apps are for, with groups by their ids.
pub(super) fn known_in_access(access: &mut Value, roster: &Roster, at: &Pointer) -> Result<(), Flaw> {
    for (number, group) in access.get_mut("groups").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
        known(group, roster, || at.below("groups").below(&number.to_string()))?;
    }
    Ok(())
}

// What is no text is read by who reads the whole, and refused there.
fn known(group: &mut Value, roster: &Roster, at: impl FnOnce() -> Pointer) -> Result<(), Flaw> {
    if let Some(name) = group.as_str() {
        let id = id(name, roster).ok_or_else(|| Flaw::unfit(at(), "no group of that name"))?;
        *group = id.as_str().into();
    }
    Ok(())
}

fn name(id: &str, roster: &Roster) -> Option<String> {
    let id = GroupId::parse(id).ok()?;
    Some(roster.groups.get(&id)?.name.to_string())
}

/// The group of that name.
pub(super) fn id<'a>(name: &str, roster: &'a Roster) -> Option<&'a GroupId> {
    roster.groups.iter().find_map(|(id, group)| (group.name.as_str() == name).then_some(id))
}
