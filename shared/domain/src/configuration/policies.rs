//! What policies say from now on: each thing that is said anew is a version of its policy, as if it were said alone.

use std::collections::BTreeMap;

use serde_json::Value;

use super::PolicySaid;
use super::change::Given;
use super::flaw::{Flaw, Pointer, Why};
use super::names::{self, known_in_access};
use super::reading::read;
use crate::id::GroupId;
use crate::policies::{PolicyKind, PolicyVersion, Rule};
use crate::roster::Roster;
use crate::tenant::Tenant;

/// A tenant that says more and more.
pub(super) struct Saying<'a> {
    pub(super) tenant: Tenant,
    pub(super) versions: Vec<PolicyVersion>,
    given: &'a Given<'a>,
}

impl<'a> Saying<'a> {
    pub(super) const fn of(tenant: Tenant, given: &'a Given<'a>) -> Self {
        Self { tenant, versions: Vec::new(), given }
    }

    /// Says of a kind of policy what it says of everybody and of which groups, and of no others.
    pub(super) fn policy(&mut self, kind: PolicyKind, said: &PolicySaid) -> Result<(), Flaw> {
        let at = Pointer::of(&["policies", kind.as_str()]);
        let (baseline, of_groups) = (at.below("settings"), at.below("groups"));
        let mut wanted = BTreeMap::new();
        for (name, value) in &said.groups {
            let at = of_groups.below(name.as_str());
            let id = names::id(name.as_str(), &self.tenant.roster).ok_or_else(|| Flaw::unfit(at.clone(), "no group of that name"))?;
            wanted.insert(id.clone(), (of_group(kind, id.clone(), value.clone(), &at)?, at));
        }
        let rule = of_everybody(kind, said.settings.clone(), &self.tenant.roster, &baseline)?;
        // What is taken back makes room for what is said.
        for standing in self.tenant.group_rules(kind) {
            if let Some(group) = standing.group().filter(|group| !wanted.contains_key(*group)) {
                let none = Rule::of_group(kind, group.clone(), None).map_err(|why| Flaw::unfit(of_groups.clone(), why))?;
                self.say(&none, &of_groups)?;
            }
        }
        self.say(&rule, &baseline)?;
        wanted.values().try_for_each(|(rule, at)| self.say(rule, at))
    }

    fn say(&mut self, rule: &Rule, at: &Pointer) -> Result<(), Flaw> {
        let standing = standing(&self.tenant, rule);
        if standing == rule.value() {
            return Ok(());
        }
        let change = self.tenant.change_policy(rule, self.given.by.clone(), self.given.now).map_err(|why| Flaw::unfit(at.clone(), why))?;
        // The same in other words is the same.
        if self::standing(&change.tenant, rule) != standing {
            self.tenant = change.tenant;
            self.versions.extend(change.versions);
        }
        Ok(())
    }
}

fn standing(tenant: &Tenant, rule: &Rule) -> Option<Value> {
    match rule.group() {
        None => Rule::standing(tenant, rule.kind()).value(),
        group => tenant.group_rules(rule.kind()).iter().find(|standing| standing.group() == group)?.value(),
    }
}

fn of_everybody(kind: PolicyKind, mut value: Value, roster: &Roster, at: &Pointer) -> Result<Rule, Flaw> {
    Ok(match kind {
        PolicyKind::Password => Rule::Password(read(value, at)?),
        PolicyKind::Registration => Rule::Registration(read(value, at)?),
        PolicyKind::Session => Rule::Session(read(value, at)?),
        PolicyKind::Access => {
            if let Some(who) = value.get_mut("who") {
                known_in_access(who, roster, &at.below("who"))?;
            }
            Rule::Access(read(value, at)?)
        }
        PolicyKind::Branding => Rule::Branding(read(value, at)?),
        PolicyKind::Retention => Rule::Retention(read(value, at)?),
    })
}

fn of_group(kind: PolicyKind, group: GroupId, value: Value, at: &Pointer) -> Result<Rule, Flaw> {
    match kind {
        PolicyKind::Password => Ok(Rule::PasswordOf(group, Some(read(value, at)?))),
        PolicyKind::Session => Ok(Rule::SessionOf(group, Some(read(value, at)?))),
        PolicyKind::Registration | PolicyKind::Access | PolicyKind::Branding | PolicyKind::Retention => {
            Err(Flaw { at: at.clone(), why: Why::Form("a policy of that kind says nothing of groups".to_owned()) })
        }
    }
}
