//! One thing that a policy says: of everybody, or of the people of a group. Read, checked, and said of a tenant.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::settings::{
    AccessSettings, BrandingSettings, Lifetimes, PasswordRules, PasswordSettings, RegistrationSettings, RetentionSettings, SessionSettings, SignUp,
};
use super::{PolicyKind, Retention};
use crate::branding::{Branding, InvalidBranding};
use crate::client::Access;
use crate::id::GroupId;
use crate::policy;
use crate::tenant::{SessionPolicy, Tenant};

/// What a policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Of everybody's passwords.
    Password(PasswordSettings),
    /// Of who may make an account.
    Registration(RegistrationSettings),
    /// Of everybody's sessions.
    Session(SessionSettings),
    /// Of who may use apps.
    Access(AccessSettings),
    /// Of what pages and mails look like.
    Branding(BrandingSettings),
    /// Of how long events are kept.
    Retention(RetentionSettings),
    /// Of the passwords of a group's people; nothing of their own where it is `None`.
    PasswordOf(GroupId, Option<PasswordRules>),
    /// Of their sessions, kept ones too.
    SessionOf(GroupId, Option<Lifetimes>),
}

/// A value isn't what a policy says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Policies of that kind say nothing of groups, or can't say nothing.
    #[error("there is no such policy")]
    NoSuch,
    /// The value has another form.
    #[error("{0}")]
    Form(String),
}

/// Why a policy can't be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPolicy {
    /// A password can't be asked for.
    #[error("{} to {} characters", policy::PASSWORD_MIN_WITH_FACTOR, policy::PASSWORD_MIN_LONGEST)]
    PasswordLength,
    /// Each costs a hash at every change.
    #[error("history: at most {}", policy::PASSWORD_HISTORY_MAX)]
    PasswordHistory,
    /// Nobody would have an address of one of them.
    #[error("domains: 1 to {} of addresses where sign-up is by them, and none where it isn't", policy::REGISTRATION_DOMAINS_MAX)]
    Domains,
    /// Terms are told apart by their version.
    #[error("terms: an https address, and a version of 1 to {} characters, none of them invisible", policy::NAME_MAX_CHARACTERS)]
    Terms,
    /// Nobody could act in one, or it would never end.
    #[error("seconds: {} to {}, and no shorter used than unused", policy::SESSION_SHORTEST.as_secs(), policy::SESSION_LONGEST.as_secs())]
    Lifetimes,
    /// There is no such group, or are too many.
    #[error("1 to {} groups of the tenant", policy::MEMBERSHIPS_MAX)]
    Access,
    /// It couldn't be shown.
    #[error(transparent)]
    Branding(#[from] InvalidBranding),
    /// Events have to be there for a while, and not for ever.
    #[error("days: {} to {}", policy::EVENT_RETENTION_LEAST, policy::EVENT_RETENTION_MOST)]
    Retention,
    /// There is no such group.
    #[error("no such group")]
    NoGroup,
    /// The tenant's record has to hold it.
    #[error("at most {} groups", policy::POLICY_GROUPS_MAX)]
    TooManyGroups,
}

impl Rule {
    /// Reads what a policy says of everybody.
    pub fn baseline(kind: PolicyKind, value: Value) -> Result<Self, Unreadable> {
        Ok(match kind {
            PolicyKind::Password => Self::Password(read(value)?),
            PolicyKind::Registration => Self::Registration(read(value)?),
            PolicyKind::Session => Self::Session(read(value)?),
            PolicyKind::Access => Self::Access(read(value)?),
            PolicyKind::Branding => Self::Branding(read(value)?),
            PolicyKind::Retention => Self::Retention(read(value)?),
        })
    }

    /// Reads what it says of a group; `None` takes back what it said.
    pub fn of_group(kind: PolicyKind, group: GroupId, value: Option<Value>) -> Result<Self, Unreadable> {
        match kind {
            PolicyKind::Password => Ok(Self::PasswordOf(group, value.map(read).transpose()?)),
            PolicyKind::Session => Ok(Self::SessionOf(group, value.map(read).transpose()?)),
            PolicyKind::Registration | PolicyKind::Access | PolicyKind::Branding | PolicyKind::Retention => Err(Unreadable::NoSuch),
        }
    }

    /// What a tenant's policy says of everybody.
    pub fn standing(tenant: &Tenant, kind: PolicyKind) -> Self {
        match kind {
            PolicyKind::Password => Self::Password(PasswordSettings { rules: (&tenant.passwords).into(), recovery: tenant.recovery }),
            PolicyKind::Registration => Self::Registration(RegistrationSettings::of(&tenant.registration)),
            PolicyKind::Session => {
                Self::Session(SessionSettings { lifetimes: tenant.sessions.into(), kept: tenant.kept_sessions.map(Lifetimes::from) })
            }
            PolicyKind::Access => Self::Access(AccessSettings { who: tenant.policies.access.clone() }),
            PolicyKind::Branding => Self::Branding((&tenant.branding).into()),
            PolicyKind::Retention => Self::Retention(RetentionSettings { days: tenant.policies.retention.days }),
        }
    }

    /// Of which kind it is.
    pub const fn kind(&self) -> PolicyKind {
        match self {
            Self::Password(_) | Self::PasswordOf(..) => PolicyKind::Password,
            Self::Registration(_) => PolicyKind::Registration,
            Self::Session(_) | Self::SessionOf(..) => PolicyKind::Session,
            Self::Access(_) => PolicyKind::Access,
            Self::Branding(_) => PolicyKind::Branding,
            Self::Retention(_) => PolicyKind::Retention,
        }
    }

    /// The group that it is of, unless it is of everybody.
    pub const fn group(&self) -> Option<&GroupId> {
        match self {
            Self::PasswordOf(group, _) | Self::SessionOf(group, _) => Some(group),
            _ => None,
        }
    }

    /// What it says; `None` where it takes back what was said of a group.
    pub fn value(&self) -> Option<Value> {
        match self {
            Self::Password(says) => told(says),
            Self::Registration(says) => told(says),
            Self::Session(says) => told(says),
            Self::Access(says) => told(says),
            Self::Branding(says) => told(says),
            Self::Retention(says) => told(says),
            Self::PasswordOf(_, says) => says.as_ref().and_then(told),
            Self::SessionOf(_, says) => says.as_ref().and_then(told),
        }
    }

    /// Whether a tenant may say so.
    pub fn check(&self, tenant: &Tenant) -> Result<(), InvalidPolicy> {
        match self {
            Self::Password(says) => says.rules.check(),
            Self::Registration(says) => says.check(),
            Self::Session(says) => says.kept.into_iter().chain([says.lifetimes]).try_for_each(Lifetimes::check),
            Self::Access(says) if says.who.is_of(tenant) => Ok(()),
            Self::Access(_) => Err(InvalidPolicy::Access),
            Self::Branding(says) => Ok(Branding::from(says).check()?),
            Self::Retention(says) => {
                let bounds = policy::EVENT_RETENTION_LEAST..=policy::EVENT_RETENTION_MOST;
                if bounds.contains(&says.days) { Ok(()) } else { Err(InvalidPolicy::Retention) }
            }
            Self::PasswordOf(_, None) | Self::SessionOf(_, None) => Ok(()),
            Self::PasswordOf(group, Some(says)) => says.check().and_then(|()| room(tenant, group, tenant.policies.passwords.keys())),
            Self::SessionOf(group, Some(says)) => says.check().and_then(|()| room(tenant, group, tenant.policies.sessions.keys())),
        }
    }

    /// The tenant as it is where this is said of it.
    pub(super) fn said_of(&self, tenant: &Tenant) -> Result<Tenant, InvalidPolicy> {
        self.check(tenant)?;
        let mut said = tenant.clone();
        match self {
            Self::Password(says) => (said.passwords, said.recovery) = ((&says.rules).into(), says.recovery),
            Self::Registration(says) => said.registration = says.policy()?,
            Self::Session(says) => (said.sessions, said.kept_sessions) = (says.lifetimes.into(), says.kept.map(SessionPolicy::from)),
            Self::Access(says) => said.policies.access = says.who.clone(),
            Self::Branding(says) => said.branding = says.into(),
            Self::Retention(says) => said.policies.retention = Retention { days: says.days },
            Self::PasswordOf(group, Some(says)) => drop(said.policies.passwords.insert(group.clone(), says.into())),
            Self::PasswordOf(group, None) => drop(said.policies.passwords.remove(group)),
            Self::SessionOf(group, Some(says)) => drop(said.policies.sessions.insert(group.clone(), (*says).into())),
            Self::SessionOf(group, None) => drop(said.policies.sessions.remove(group)),
        }
        Ok(said)
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Unreadable> {
    serde_json::from_value(value).map_err(|error| Unreadable::Form(error.to_string()))
}

// Settings are texts, numbers and lists of them, which are JSON.
fn told(says: &impl Serialize) -> Option<Value> {
    serde_json::to_value(says).ok()
}

fn room<'a>(tenant: &Tenant, group: &GroupId, mut named: impl ExactSizeIterator<Item = &'a GroupId>) -> Result<(), InvalidPolicy> {
    if !tenant.roster.groups.contains_key(group) {
        return Err(InvalidPolicy::NoGroup);
    }
    let full = named.len() >= policy::POLICY_GROUPS_MAX;
    if full && !named.any(|standing| standing == group) { Err(InvalidPolicy::TooManyGroups) } else { Ok(()) }
}

impl PasswordRules {
    fn check(&self) -> Result<(), InvalidPolicy> {
        let bounds = policy::PASSWORD_MIN_WITH_FACTOR..=policy::PASSWORD_MIN_LONGEST;
        if ![self.minimum_alone, self.minimum_with_factor].iter().all(|minimum| bounds.contains(minimum)) {
            Err(InvalidPolicy::PasswordLength)
        } else if usize::from(self.history) > policy::PASSWORD_HISTORY_MAX {
            Err(InvalidPolicy::PasswordHistory)
        } else {
            Ok(())
        }
    }
}

impl RegistrationSettings {
    fn check(&self) -> Result<(), InvalidPolicy> {
        let by_domains = self.who == SignUp::Domains;
        if by_domains == self.domains.is_empty() || self.domains.len() > policy::REGISTRATION_DOMAINS_MAX {
            return Err(InvalidPolicy::Domains);
        }
        self.policy().map(drop)
    }
}

impl Lifetimes {
    fn check(self) -> Result<(), InvalidPolicy> {
        if SessionPolicy::from(self).is_sensible() { Ok(()) } else { Err(InvalidPolicy::Lifetimes) }
    }
}

impl Access {
    /// Whether it names groups of the tenant, if it names any.
    pub fn is_of(&self, tenant: &Tenant) -> bool {
        match self {
            Self::Everyone => true,
            Self::Groups(groups) => {
                (1..=policy::MEMBERSHIPS_MAX).contains(&groups.len()) && groups.iter().all(|group| tenant.roster.groups.contains_key(group))
            }
        }
    }
}
