//! Groups within groups as groups side by side, called by their path; each has the roles of those that it is in.

use std::collections::{BTreeMap, BTreeSet};

use domain::roster::GroupName;
use serde_json::{Value, json};

use super::report::Report;
use super::roles::Roles;
use super::{items, text};

/// The realm's groups by what they are called here, with their roles.
#[derive(Default)]
pub(super) struct Groups(BTreeMap<String, BTreeSet<String>>);

impl Groups {
    pub(super) fn of(realm: &Value, roles: &Roles, report: &mut Report) -> Self {
        let mut groups = Self::default();
        for group in items(&realm["groups"]) {
            groups.take(group, ("", &BTreeSet::new()), roles, report);
        }
        report.carried("groups", groups.0.len());
        groups
    }

    fn take(&mut self, group: &Value, (above, inherited): (&str, &BTreeSet<String>), roles: &Roles, report: &mut Report) {
        let Some(name) = text(&group["name"]) else { return };
        let called = if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") };
        let mut had = roles.had_by(group);
        had.extend(inherited.iter().cloned());
        if group["attributes"].as_object().is_some_and(|all| !all.is_empty()) {
            report.left("groups/*/attributes", &called, "A group has a name and roles alone: say it of its people, or by a rule of the app.");
        }
        if !above.is_empty() {
            report.changed(
                "groups/*/subGroups",
                &called,
                "Groups stand side by side: it is called by its path, and who is in it isn't in the one above.",
            );
        }
        for inner in items(&group["subGroups"]) {
            self.take(inner, (&called, &had), roles, report);
        }
        if GroupName::parse(&called).is_ok() {
            self.0.insert(called, had);
        } else {
            report.left("groups", &called, "A name has at most 64 characters, its path among them, none invisible: rename it in Keycloak first.");
        }
    }

    /// What a group of that path is called here, if it is carried over.
    pub(super) fn called(&self, path: &str) -> Option<&str> {
        self.0.get_key_value(path.trim_start_matches('/')).map(|(called, _)| called.as_str())
    }

    /// As a configuration says them.
    pub(super) fn as_json(&self) -> Value {
        self.0.iter().map(|(name, roles)| (name.clone(), json!({ "roles": roles }))).collect::<serde_json::Map<_, _>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_within_another_is_called_by_its_path_and_has_its_roles_too() {
        let realm = json!({ "roles": { "realm": [{ "name": "member" }, { "name": "seller" }] }, "groups": [
            { "name": "Sales", "path": "/Sales", "realmRoles": ["member"], "attributes": { "cost": ["1"] }, "subGroups": [
                { "name": "EMEA", "path": "/Sales/EMEA", "realmRoles": ["seller"] },
            ] },
            { "name": "x".repeat(65) },
        ] });
        let mut report = Report::default();
        let roles = Roles::of(&realm, &mut report);
        let groups = Groups::of(&realm, &roles, &mut report);
        assert_eq!(groups.as_json(), json!({ "Sales": { "roles": ["member"] }, "Sales/EMEA": { "roles": ["member", "seller"] } }));
        assert_eq!((groups.called("/Sales/EMEA"), groups.called("/Sales/APAC")), (Some("Sales/EMEA"), None));
        assert!(report.says("groups", "xxx") && report.says("groups/*/attributes", "Sales") && report.says("groups/*/subGroups", "Sales/EMEA"));
    }
}
