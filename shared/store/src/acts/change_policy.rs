//! A policy of a tenant changes: what its record says from then on, what is remembered of it, and the event that tells of it.

use domain::event::RecordedEvent;
use domain::policies::{PolicyChange, PolicyKind};
use domain::roster::Roster;

use super::change_tenant::TenantChange;
use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

// A policy may name groups, and whoever takes a group away looks whether a policy names it. So each is a change of what the other was when it was read; a
// tenant that never had any has no such attribute.
const FIRST: &str = "attribute_exists(#pk) AND attribute_not_exists(#policies) AND attribute_not_exists(#roster)";
const FIRST_WITH_ROSTER: &str = "attribute_exists(#pk) AND attribute_not_exists(#policies) AND #roster.#version = :roster";
const LATER: &str = "attribute_exists(#pk) AND #policies.#version = :before AND attribute_not_exists(#roster)";
const LATER_WITH_ROSTER: &str = "attribute_exists(#pk) AND #policies.#version = :before AND #roster.#version = :roster";
const UNNAMED: &str = "attribute_exists(#pk) AND #roster.#version = :before AND attribute_not_exists(#policies)";
const UNNAMED_BY_POLICIES: &str = "attribute_exists(#pk) AND #roster.#version = :before AND #policies.#version = :policies";

impl TenantStore {
    /// Writes what `change` says, where neither a policy of the tenant nor its groups changed since they were read.
    ///
    /// Costs 1 request, 6 write units and 2 more per KB that the tenant's record has: 2 for the tenant, 2 for the version, 2 for the event, which has no
    /// index. The first change of a kind of policy costs 2 more, for what stood before.
    pub async fn change_policy(&self, change: &PolicyChange, event: &RecordedEvent) -> Result<TenantChange, StoreError> {
        let (before, roster) = (change.tenant.policies.version.saturating_sub(1), change.tenant.roster.version);
        let condition = match (before, roster) {
            (0, 0) => FIRST,
            (0, _) => FIRST_WITH_ROSTER,
            (_, 0) => LATER,
            _ => LATER_WITH_ROSTER,
        };
        let mut written = self.written(change, condition)?;
        for (name, version) in [(":before", before), (":roster", roster)].into_iter().filter(|(_, version)| *version > 0) {
            written = written.with(name, row::number(version));
        }
        let (event_key, event_item) = event_row::write(self, event)?;
        let mut transaction = Transaction::named(&self.database, &event.id).change(written).put_new(&event_key, event_item);
        for version in &change.versions {
            let key = keys::policy(&self.tenant, version.policy, version.version);
            transaction = transaction.put_new(&key, row::write(&key, version, Ends::Never)?);
        }
        Ok(answer(&transaction.commit().await?))
    }

    /// Writes `roster`, which is one version ahead of the one that was read and has fewer groups, where no policy changed since its version `policies` was
    /// read. It costs what [`Self::change_roster`] does.
    pub async fn remove_groups(&self, roster: &Roster, policies: u64, event: &RecordedEvent) -> Result<TenantChange, StoreError> {
        let key = keys::tenant(&self.tenant);
        let value = row::value(&key, roster)?;
        let condition = if policies == 0 { UNNAMED } else { UNNAMED_BY_POLICIES };
        let mut change = Change::of(key, "SET #roster = :part", condition).with(":part", value);
        change = change.with(":before", row::number(roster.version.saturating_sub(1)));
        if policies > 0 {
            change = change.with(":policies", row::number(policies));
        }
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item);
        Ok(answer(&transaction.commit().await?))
    }

    // The parts of the record that a kind of policy is in.
    fn written(&self, change: &PolicyChange, condition: &'static str) -> Result<Change, StoreError> {
        let (key, tenant) = (keys::tenant(&self.tenant), &change.tenant);
        self.own(&tenant.id)?;
        let of = |update| Change::of(key.clone(), update, condition);
        let written = match change.policy {
            PolicyKind::Password => of("SET #policies = :policies, #passwords = :passwords, #recovery = :recovery")
                .with(":passwords", row::value(&key, &tenant.passwords)?)
                .with(":recovery", row::value(&key, &tenant.recovery)?),
            PolicyKind::Registration => {
                of("SET #policies = :policies, #registration = :registration").with(":registration", row::value(&key, &tenant.registration)?)
            }
            PolicyKind::Session => of("SET #policies = :policies, #sessions = :sessions, #kept_sessions = :kept")
                .with(":sessions", row::value(&key, &tenant.sessions)?)
                .with(":kept", row::value(&key, &tenant.kept_sessions)?),
            PolicyKind::Branding => of("SET #policies = :policies, #branding = :branding").with(":branding", row::value(&key, &tenant.branding)?),
            PolicyKind::Access | PolicyKind::Retention => of("SET #policies = :policies"),
        };
        Ok(written.with(":policies", row::value(&key, &tenant.policies)?))
    }
}

const fn answer(outcome: &Outcome) -> TenantChange {
    match outcome {
        Outcome::Committed => TenantChange::Changed,
        Outcome::Refused(_) => TenantChange::Stale,
    }
}
