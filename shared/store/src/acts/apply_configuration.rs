//! A whole configuration is applied: all that it changes, and the events that tell of it, or nothing.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::configuration::{Change as Configured, Step};
use domain::event::RecordedEvent;
use domain::policies::PolicyKind;
use domain::tenant::Tenant;
use serde::Serialize;

use super::change_tenant::TenantChange;
use crate::error::StoreError;
use crate::event_row;
use crate::keys::{self, Key};
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// The parts of a tenant's record that count their changes, each with the condition that it is as it was read; one that never changed isn't there.
const PARTS: [(&str, &str, &str); 4] = [
    (":was_configured", "#configured = :was_configured", "attribute_not_exists(#configured)"),
    (":was_roster", "#roster.#version = :was_roster", "attribute_not_exists(#roster)"),
    (":was_attributes", "#attributes.#version = :was_attributes", "attribute_not_exists(#attributes)"),
    (":was_policies", "#policies.#version = :was_policies", "attribute_not_exists(#policies)"),
];

impl TenantStore {
    /// Writes what `change` makes of what it was made of, where none of that was changed since: the tenant's record counts every configuration that is
    /// applied, so that of two that were made of the same one is applied.
    ///
    /// Costs 1 request and 2 write units for each KB of each row that is written: the tenant's record, each app and API that changes, each version of a
    /// policy, the events; 1 more for each app or API that is listed otherwise.
    pub async fn apply_configuration(&self, change: &Configured, events: &[RecordedEvent]) -> Result<TenantChange, StoreError> {
        // INVARIANT: there is no change without an event, by which a second try of this very request knows itself.
        let Some(first) = events.first() else { return Ok(TenantChange::Changed) };
        self.own(&change.after.tenant.id)?;
        let mut transaction = Transaction::named(&self.database, &first.id).change(self.configured(change)?);
        for step in change.apps() {
            transaction = match step {
                Step::Create(app) => transaction.put_new(&keys::client(&self.tenant, &app.id), self.client_row(app)?),
                Step::Change(before, app) => transaction.replace_version(&keys::client(&self.tenant, &app.id), self.client_row(app)?, before.version),
                Step::Remove(app) => transaction.remove_version(&keys::client(&self.tenant, &app.id), app.version),
            };
        }
        for step in change.apis() {
            transaction = match step {
                Step::Create(api) => transaction.put_new(&keys::api(&self.tenant, &api.audience), self.api_row(api)?),
                Step::Change(before, api) => transaction.replace_version(&keys::api(&self.tenant, &api.audience), self.api_row(api)?, before.version),
                Step::Remove(api) => transaction.remove_version(&keys::api(&self.tenant, &api.audience), api.version),
            };
        }
        for version in &change.versions {
            let key = keys::policy(&self.tenant, version.policy, version.version);
            transaction = transaction.put_new(&key, row::write(&key, version, Ends::Never)?);
        }
        for event in events {
            let (key, item) = event_row::write(self, event)?;
            transaction = transaction.put_new(&key, item);
        }
        Ok(match transaction.commit().await? {
            Outcome::Committed => TenantChange::Changed,
            Outcome::Refused(_) => TenantChange::Stale,
        })
    }

    // What the tenant's own record says from then on, and that it is as it was read.
    fn configured(&self, change: &Configured) -> Result<Change, StoreError> {
        let (key, before, after) = (keys::tenant(&self.tenant), &change.before.tenant, &change.after.tenant);
        let sets = sets(&key, before, after, &change.policies())?;
        let set: Vec<_> = sets.iter().map(|(name, _)| format!("#{} = {name}", &name[1..])).collect();
        let origins: Vec<_> = after.origins.difference(&before.origins).map(|origin| origin.as_str().to_owned()).collect();
        let add = if origins.is_empty() { "" } else { " ADD #origins :origins" };
        let was = [before.configured, before.roster.version, before.attributes.version, before.policies.version];
        let parts = PARTS.iter().zip(was).map(|((_, later, first), version)| if version == 0 { *first } else { *later });
        let condition = [&["attribute_exists(#pk)"][..], &parts.collect::<Vec<_>>()].concat().join(" AND ");
        let mut written = Change::of(key, format!("SET {}{add}", set.join(", ")), condition);
        for (name, value) in sets {
            written = written.with(name, value);
        }
        for ((name, ..), version) in PARTS.iter().zip(was).filter(|(_, version)| *version > 0) {
            written = written.with(name, row::number(version));
        }
        Ok(if origins.is_empty() { written } else { written.with(":origins", AttributeValue::Ss(origins)) })
    }
}

// Each is named as the attribute that it becomes.
fn sets(key: &Key, before: &Tenant, after: &Tenant, policies: &BTreeSet<PolicyKind>) -> Result<Vec<(&'static str, AttributeValue)>, StoreError> {
    fn part(key: &Key, name: &'static str, value: &impl Serialize) -> Result<(&'static str, AttributeValue), StoreError> {
        Ok((name, row::value(key, value)?))
    }
    let mut sets = vec![(":configured", row::number(after.configured))];
    if before.roster != after.roster {
        sets.push(part(key, ":roster", &after.roster)?);
    }
    if before.attributes != after.attributes {
        sets.push(part(key, ":attributes", &after.attributes)?);
    }
    if !policies.is_empty() {
        sets.push(part(key, ":policies", &after.policies)?);
    }
    for policy in policies {
        match policy {
            PolicyKind::Password => sets.extend([part(key, ":passwords", &after.passwords)?, part(key, ":recovery", &after.recovery)?]),
            PolicyKind::Registration => sets.push(part(key, ":registration", &after.registration)?),
            PolicyKind::Session => sets.extend([part(key, ":sessions", &after.sessions)?, part(key, ":kept_sessions", &after.kept_sessions)?]),
            PolicyKind::Branding => sets.push(part(key, ":branding", &after.branding)?),
            PolicyKind::Access | PolicyKind::Retention => {}
        }
    }
    Ok(sets)
}
