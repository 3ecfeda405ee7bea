//! Roles of the realm and of clients as roles of the tenant. There are no composite ones here: who has one is given all that it stands for.

use std::collections::{BTreeMap, BTreeSet};

use domain::policy;
use domain::roster::RoleName;
use serde_json::Value;

use super::report::Report;
use super::{BUILT_IN_CLIENTS, items, text};

/// Roles of every realm that say something of Keycloak alone.
const BUILT_IN: [&str; 2] = ["offline_access", "uma_authorization"];

/// A role as Keycloak names it: of a client, or of the realm.
type Named = (Option<String>, String);

/// The realm's roles.
#[derive(Default)]
pub(super) struct Roles {
    /// What each is called here, where it is carried over.
    called: BTreeMap<Named, String>,
    parts: BTreeMap<Named, BTreeSet<Named>>,
}

impl Roles {
    pub(super) fn of(realm: &Value, report: &mut Report) -> Self {
        let mut roles = Self::default();
        let default =
            text(&realm["defaultRole"]["name"]).map_or_else(|| format!("default-roles-{}", text(&realm["realm"]).unwrap_or_default()), str::to_owned);
        for role in items(&realm["roles"]["realm"]) {
            roles.take(None, role, &default, report);
        }
        for (client, of_client) in realm["roles"]["client"].as_object().into_iter().flatten() {
            for role in items(of_client) {
                roles.take(Some(client), role, &default, report);
            }
        }
        if roles.names().len() > policy::ROLES_MAX {
            report.left(
                "roles",
                &roles.names().len().to_string(),
                "A tenant has at most 200 roles: `apply` refuses more, so take some out of the file.",
            );
        }
        report.carried("roles", roles.names().len());
        roles
    }

    fn take(&mut self, client: Option<&str>, role: &Value, default: &str, report: &mut Report) {
        let Some(name) = text(&role["name"]) else { return };
        let named = (client.map(str::to_owned), name.to_owned());
        self.parts.insert(named.clone(), parts(role));
        // The default one stands for what everybody has; it is no role that anybody asks for.
        if client.is_some_and(|client| BUILT_IN_CLIENTS.contains(&client)) || (client.is_none() && (BUILT_IN.contains(&name) || name == default)) {
            return;
        }
        let called = client.map_or_else(|| name.to_owned(), |client| format!("{client}:{name}"));
        if RoleName::parse(&called).is_err() {
            report.left("roles", &called, "A name has at most 64 characters, none invisible: rename it in Keycloak first.");
            return;
        }
        if client.is_some() {
            report.changed("roles/client", &called, "Roles of a client have its id before their name: the app looks for them so, in `roles`.");
        }
        if !self.parts[&named].is_empty() {
            report.changed("roles/*/composites", &called, "Groups and people have each of its roles by itself.");
        }
        if role["attributes"].as_object().is_some_and(|all| !all.is_empty()) {
            report.left("roles/*/attributes", &called, "A role has a name alone.");
        }
        self.called.insert(named, called);
    }

    /// What they are called here.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.called.values().map(String::as_str).collect()
    }

    /// What somebody has who has these, as a group or person says them.
    pub(super) fn had_by(&self, holder: &Value) -> BTreeSet<String> {
        let of_realm = items(&holder["realmRoles"]).filter_map(text).map(|name| (None, name.to_owned()));
        let of_clients = holder["clientRoles"].as_object().into_iter().flatten();
        let of_clients = of_clients.flat_map(|(client, names)| items(names).filter_map(text).map(|name| (Some(client.clone()), name.to_owned())));
        let mut had = BTreeSet::new();
        let mut open: Vec<Named> = of_realm.chain(of_clients).collect();
        let mut seen = BTreeSet::new();
        while let Some(named) = open.pop() {
            if seen.insert(named.clone()) {
                had.extend(self.called.get(&named).cloned());
                open.extend(self.parts.get(&named).into_iter().flatten().cloned());
            }
        }
        had
    }
}

fn parts(role: &Value) -> BTreeSet<Named> {
    let of_realm = items(&role["composites"]["realm"]).filter_map(text).map(|name| (None, name.to_owned()));
    let of_clients = role["composites"]["client"].as_object().into_iter().flatten();
    of_realm.chain(of_clients.flat_map(|(client, names)| items(names).filter_map(text).map(|name| (Some(client.clone()), name.to_owned())))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn realm() -> Value {
        json!({ "realm": "acme", "defaultRole": { "name": "default-roles-acme" }, "roles": {
            "realm": [
                { "name": "default-roles-acme", "composite": true, "composites": { "realm": ["offline_access", "member"], "client": { "account": ["view-profile"] } } },
                { "name": "offline_access" }, { "name": "uma_authorization" }, { "name": "member" },
                { "name": "manager", "composite": true, "composites": { "realm": ["member"], "client": { "shop": ["refund"] } } },
                { "name": "circle", "composites": { "realm": ["circle"] } },
                { "name": "x".repeat(65) },
            ],
            "client": { "shop": [{ "name": "refund", "attributes": { "limit": ["100"] } }], "account": [{ "name": "view-profile" }] },
        } })
    }

    #[test]
    fn roles_of_a_client_have_its_name_and_those_of_keycloak_itself_are_none() {
        let mut report = Report::default();
        let roles = Roles::of(&realm(), &mut report);
        assert_eq!(roles.names(), ["circle", "manager", "member", "shop:refund"].into());
        assert!(report.says("roles", "xxx") && report.says("roles/client", "shop:refund") && report.says("roles/*/attributes", "shop:refund"));
    }

    #[test]
    fn who_has_a_composite_role_has_all_that_it_stands_for() {
        let roles = Roles::of(&realm(), &mut Report::default());
        let had = |holder: &Value| roles.had_by(holder).into_iter().collect::<Vec<_>>();
        assert_eq!(had(&json!({ "realmRoles": ["manager"] })), ["manager", "member", "shop:refund"]);
        assert_eq!(had(&json!({ "realmRoles": ["default-roles-acme"] })), ["member"]);
        assert_eq!(had(&json!({ "clientRoles": { "shop": ["refund"], "account": ["view-profile"] } })), ["shop:refund"]);
        assert_eq!(had(&json!({ "realmRoles": ["circle"] })), ["circle"]);
    }
}
