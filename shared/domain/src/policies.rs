//! A tenant's policies: what it says of everybody (the baseline) and of the people of some groups, in versions that are remembered.
//!
//! Baselines stand in the tenant's record where flows read them anyway. Each kind of policy counts its changes, whatever they say of whom.

mod access;
mod change;
mod rule;
mod settings;
mod strictest;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::client::Access;
use crate::id::GroupId;
use crate::password_policy::PasswordPolicy;
use crate::policy;
use crate::tenant::{SessionPolicy, Tenant};

pub use access::{LockedOut, way_in};
pub use change::{PolicyChange, PolicyVersion};
pub use rule::{InvalidPolicy, Rule, Unreadable};
pub use settings::{
    AccentSettings, AccessSettings, BrandingSettings, Lifetimes, PasswordRules, PasswordSettings, RegistrationSettings, RetentionSettings,
    SessionSettings, SignUp, TermsSettings,
};

/// A kind of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    /// Which passwords people may choose, and what they can do who forgot theirs.
    Password,
    /// Who may make an account of their own, and what is asked of them.
    Registration,
    /// How long sessions live.
    Session,
    /// Who may use the apps that don't say it themselves.
    Access,
    /// What makes pages and mails the tenant's own.
    Branding,
    /// How long events are kept.
    Retention,
}

impl PolicyKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Password, Self::Registration, Self::Session, Self::Access, Self::Branding, Self::Retention];

    /// Its name in addresses and keys; it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Registration => "registration",
            Self::Session => "session",
            Self::Access => "access",
            Self::Branding => "branding",
            Self::Retention => "retention",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it may say something else of the people of a group. What is asked of people who aren't known yet can't.
    pub const fn is_for_groups(self) -> bool {
        matches!(self, Self::Password | Self::Session)
    }
}

/// How long events are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Days.
    pub days: u16,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: policy::EVENT_RETENTION_DAYS }
    }
}

impl Retention {
    /// The shortest: what is done with events has that time.
    pub const LEAST: Self = Self { days: policy::EVENT_RETENTION_LEAST };

    /// How long an event is kept.
    pub fn time(self) -> Duration {
        Duration::from_hours(24 * u64::from(self.days))
    }
}

/// What a tenant's record says of its policies beside the baselines that stood there before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policies {
    /// Counts the changes of all of them.
    pub version: u64,
    /// How often each kind was changed.
    pub versions: BTreeMap<PolicyKind, u64>,
    /// Who may use the apps that don't say it themselves.
    pub access: Access,
    /// How long events are kept.
    pub retention: Retention,
    /// How long sessions of the people of a group live; read by [`Tenant::session_lifetimes`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sessions: BTreeMap<GroupId, SessionPolicy>,
    /// What is asked of their new passwords; read by [`Tenant::passwords_in`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub passwords: BTreeMap<GroupId, PasswordPolicy>,
}

impl Policies {
    /// Whether none was ever changed.
    pub fn is_untouched(&self) -> bool {
        *self == Self::default()
    }

    /// How often a kind was changed.
    pub fn version_of(&self, kind: PolicyKind) -> u64 {
        self.versions.get(&kind).copied().unwrap_or_default()
    }

    /// The kind of policy that says something of the group, if one does.
    pub fn naming(&self, group: &GroupId) -> Option<PolicyKind> {
        let lets_in = matches!(&self.access, Access::Groups(groups) if groups.contains(group));
        let (session, password) = (self.sessions.contains_key(group), self.passwords.contains_key(group));
        let of = [(PolicyKind::Access, lets_in), (PolicyKind::Session, session), (PolicyKind::Password, password)];
        of.into_iter().find_map(|(kind, names)| names.then_some(kind))
    }
}

impl Tenant {
    /// The groups that a kind of policy says something else of, with what it says.
    pub fn group_rules(&self, kind: PolicyKind) -> Vec<Rule> {
        match kind {
            PolicyKind::Session => self.policies.sessions.iter().map(|(group, says)| Rule::SessionOf(group.clone(), Some((*says).into()))).collect(),
            PolicyKind::Password => self.policies.passwords.iter().map(|(group, says)| Rule::PasswordOf(group.clone(), Some(says.into()))).collect(),
            PolicyKind::Registration | PolicyKind::Access | PolicyKind::Branding | PolicyKind::Retention => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
