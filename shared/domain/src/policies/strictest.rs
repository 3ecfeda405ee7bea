//! What counts for somebody: what is said of their groups, the strictest of each, or else what is said of everybody.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::id::GroupId;
use crate::password_policy::{Blocklist, PasswordPolicy};
use crate::session::Keeping;
use crate::tenant::{SessionPolicy, Tenant};
use crate::user::User;

impl SessionPolicy {
    /// The shorter of each.
    #[must_use]
    pub fn strictest(self, other: Self) -> Self {
        Self { idle_seconds: self.idle_seconds.min(other.idle_seconds), absolute_seconds: self.absolute_seconds.min(other.absolute_seconds) }
    }
}

impl PasswordPolicy {
    /// A policy that whatever it takes is taken by both: the longer minimum, the shorter life, every kind of characters that one of them asks for.
    #[must_use]
    pub fn strictest(&self, other: &Self) -> Self {
        let blocklist = if self.blocklist == Blocklist::On { Blocklist::On } else { other.blocklist };
        Self {
            minimum_alone: self.minimum_alone.max(other.minimum_alone),
            minimum_with_factor: self.minimum_with_factor.max(other.minimum_with_factor),
            blocklist,
            strength: self.strength.max(other.strength),
            history: self.history.max(other.history),
            composition: self.composition.union(&other.composition).copied().collect(),
            longest_days: self.longest_days.into_iter().chain(other.longest_days).min(),
        }
    }
}

impl Tenant {
    /// How long a session of somebody lives that is kept, or isn't. What is said of their groups counts for either.
    pub fn session_lifetimes(&self, user: &User, keeping: Keeping) -> SessionPolicy {
        let of_groups = self.standing(&user.groups).filter_map(|group| self.policies.sessions.get(group)).copied();
        of_groups.reduce(SessionPolicy::strictest).unwrap_or(match keeping {
            Keeping::WhileOpen => self.sessions,
            Keeping::Kept => self.kept_sessions.unwrap_or(self.sessions),
        })
    }

    /// The longest that any of its sessions lives.
    pub fn longest_session(&self) -> Duration {
        let all = self.policies.sessions.values().copied().chain(self.kept_sessions).chain([self.sessions]);
        all.map(|lifetimes| lifetimes.absolute()).max().unwrap_or_default()
    }

    /// What it asks of a new password of somebody who is in these groups.
    pub fn passwords_in(&self, groups: &BTreeSet<GroupId>) -> Cow<'_, PasswordPolicy> {
        let of_groups = self.standing(groups).filter_map(|group| self.policies.passwords.get(group)).map(Cow::Borrowed);
        of_groups.reduce(|one, other| Cow::Owned(one.strictest(&other))).unwrap_or(Cow::Borrowed(&self.passwords))
    }

    // A group that is gone says nothing any more.
    fn standing<'a>(&'a self, groups: &'a BTreeSet<GroupId>) -> impl Iterator<Item = &'a GroupId> {
        groups.iter().filter(|group| self.roster.groups.contains_key(group))
    }
}
