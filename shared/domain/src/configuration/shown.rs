//! What stands, as a document says it: the same for two tenants that are configured the same.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::{named_in_access, named_in_app};
use super::{ApiSaid, Configuration, Form, GroupSaid, PolicySaid, State};
use crate::api::Api;
use crate::client::Settings;
use crate::policies::{PolicyKind, Rule};
use crate::roster::Roster;
use crate::tenant::Tenant;

impl Configuration {
    /// What stands, with every section.
    pub fn of(state: &State) -> Self {
        let State { tenant, clients, apis } = state;
        let roster = &tenant.roster;
        let groups = roster.groups.values().map(|group| (group.name.clone(), GroupSaid { roles: group.roles.clone() }));
        Self {
            version: Form,
            attributes: Some(tenant.attributes.settings()),
            roles: Some(roster.roles.clone()),
            groups: Some(groups.collect()),
            apis: Some(apis.iter().map(|(audience, api)| (audience.clone(), shown_api(api, roster))).collect()),
            apps: Some(clients.iter().map(|(id, client)| (id.clone(), shown_app(&client.settings(), roster))).collect()),
            policies: Some(PolicyKind::ALL.into_iter().map(|kind| (kind, shown_policy(tenant, kind))).collect()),
        }
    }
}

/// What stands of an API. What roles open of scopes that it doesn't know any more is nothing.
pub(super) fn shown_api(api: &Api, roster: &Roster) -> ApiSaid {
    let bound = roster.scopes.get(&api.audience).into_iter().flatten().filter(|(scope, _)| api.scopes.contains(scope));
    ApiSaid {
        name: api.name.clone(),
        scopes: api.scopes.clone(),
        access_token_signed_response_alg: api.access_token_signed_response_alg,
        access_token_seconds: api.access_token_seconds,
        scope_roles: bound.map(|(scope, roles)| (scope.clone(), roles.clone())).collect(),
    }
}

/// What stands of an app; what it doesn't say is left out.
pub(super) fn shown_app(settings: &Settings, roster: &Roster) -> Value {
    // Settings are texts, numbers and lists of them, which are JSON.
    let mut shown = serde_json::to_value(settings).unwrap_or_default();
    named_in_app(&mut shown, roster);
    said_alone(shown)
}

/// What stands of a policy.
pub(super) fn shown_policy(tenant: &Tenant, kind: PolicyKind) -> PolicySaid {
    let of_group = |rule: Rule| Some((tenant.roster.groups.get(rule.group()?)?.name.clone(), rule.value()?));
    PolicySaid {
        settings: shown_rule(&Rule::standing(tenant, kind), &tenant.roster),
        groups: tenant.group_rules(kind).into_iter().filter_map(of_group).collect::<BTreeMap<_, _>>(),
    }
}

pub(super) fn shown_rule(rule: &Rule, roster: &Roster) -> Value {
    let mut shown = rule.value().unwrap_or_default();
    named_in_access(&mut shown["who"], roster);
    said_alone(shown)
}

// Every member that may be nothing or empty is so where it isn't said.
fn said_alone(mut shown: Value) -> Value {
    let is_said = |value: &Value| match value {
        Value::Null => false,
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    if let Some(members) = shown.as_object_mut() {
        members.retain(|_, value| is_said(value));
    }
    shown
}
