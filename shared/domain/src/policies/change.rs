//! A change of a policy: the tenant as it is from then on, and what is remembered of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{InvalidPolicy, PolicyKind, Rule, Unreadable};
use crate::event::Actor;
use crate::id::GroupId;
use crate::tenant::Tenant;
use crate::timestamp::Timestamp;

/// What a policy said from a change on, and who said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// The kind of policy.
    pub policy: PolicyKind,
    /// How many changes of that kind there were by then; 0 is what the tenant had before the first.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// Who said it; nobody that is known where the tenant came with it.
    #[serde(flatten)]
    pub by: Option<Actor>,
    /// The group that it is of, unless it is of everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    // Not in its type: what was said once may be nothing that a later release would take, and is shown all the same.
    /// What was said; nothing where what was said of a group was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

impl PolicyVersion {
    /// What it says, to be said again.
    pub fn rule(&self) -> Result<Rule, Unreadable> {
        match (&self.group, &self.value) {
            (Some(group), value) => Rule::of_group(self.policy, group.clone(), value.clone()),
            (None, Some(value)) => Rule::baseline(self.policy, value.clone()),
            (None, None) => Err(Unreadable::NoSuch),
        }
    }
}

/// A policy that is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// The kind of policy.
    pub policy: PolicyKind,
    /// The tenant as it is from then on.
    pub tenant: Tenant,
    /// What is remembered: the version, and before the first one what stood until then.
    pub versions: Vec<PolicyVersion>,
}

impl PolicyChange {
    /// The version of the policy afterwards.
    pub fn version(&self) -> u64 {
        self.tenant.policies.version_of(self.policy)
    }
}

impl Tenant {
    /// The change by which the tenant says `rule`.
    pub fn change_policy(&self, rule: &Rule, by: Option<Actor>, now: Timestamp) -> Result<PolicyChange, InvalidPolicy> {
        let policy = rule.kind();
        let standing = self.policies.version_of(policy);
        let mut tenant = rule.said_of(self)?;
        tenant.policies.version += 1;
        tenant.policies.versions.insert(policy, standing + 1);
        if policy == PolicyKind::Branding {
            tenant.branding.version = standing + 1;
        }
        let new = PolicyVersion { policy, version: standing + 1, at: now, by, group: rule.group().cloned(), value: rule.value() };
        let before = (standing == 0).then(|| {
            let value = Rule::standing(self, policy).value();
            PolicyVersion { policy, version: 0, at: self.created_at, by: None, group: None, value }
        });
        Ok(PolicyChange { policy, tenant, versions: before.into_iter().chain([new]).collect() })
    }
}
