//! What a configuration makes of what stands: everything that changes, checked as a whole.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::flaw::{Flaw, Pointer, Why};
use super::policies::Saying;
use super::{Configuration, State, roster, things};
use crate::event::Actor;
use crate::id::GroupId;
use crate::policies::{PolicyKind, PolicyVersion};
use crate::tenant::Tenant;
use crate::timestamp::Timestamp;

/// What isn't in a configuration, and it takes to apply one.
pub struct Given<'a> {
    /// Who applies it.
    pub by: Option<Actor>,
    /// When.
    pub now: Timestamp,
    /// Draws the id of a group.
    pub group_id: &'a dyn Fn() -> GroupId,
    /// Whether a key is one that signatures verify with and nobody signs with.
    pub is_public_key: &'a dyn Fn(&Value) -> bool,
}

/// A configuration that is to be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What stood when it was read.
    pub before: State,
    /// What stands from then on.
    pub after: State,
    /// What is remembered of policies.
    pub versions: Vec<PolicyVersion>,
}

/// What becomes of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a, T> {
    /// It is made.
    Create(&'a T),
    /// It was the first and is the second from then on.
    Change(&'a T, &'a T),
    /// It goes.
    Remove(&'a T),
}

impl Configuration {
    /// The change by which `state` is what this says.
    pub fn change(&self, state: &State, given: &Given<'_>) -> Result<Change, Flaw> {
        let standing = &state.tenant;
        let mut tenant = Tenant { roster: roster::said(self, state, given)?, ..standing.clone() };
        if let Some(attributes) = &self.attributes
            && *attributes != standing.attributes.settings()
        {
            tenant.attributes = standing.attributes.changed(attributes.clone());
            tenant.attributes.check().map_err(|why| Flaw::unfit(Pointer::of(&["attributes"]), why))?;
        }
        let mut saying = Saying::of(tenant, given);
        self.policies.iter().flatten().try_for_each(|(kind, said)| saying.policy(*kind, said))?;
        let Saying { mut tenant, versions, .. } = saying;
        unnamed(standing, &tenant)?;
        let apis = match &self.apis {
            Some(said) => things::apis(said, &state.apis, &tenant, given.now)?,
            None => state.apis.clone(),
        };
        let clients = match &self.apps {
            Some(said) => things::apps(said, state, &mut tenant, given)?,
            None => state.clients.clone(),
        };
        let after = State { tenant, clients, apis };
        things::left_whole(state, &after)?;
        Ok(Change::of(state.clone(), after, versions))
    }
}

// Whether no policy says anything of a group that is to go.
fn unnamed(standing: &Tenant, tenant: &Tenant) -> Result<(), Flaw> {
    let gone = standing.roster.groups.iter().filter(|(id, _)| !tenant.roster.groups.contains_key(*id));
    for (id, group) in gone {
        if let Some(kind) = tenant.policies.naming(id) {
            return Err(Flaw { at: Pointer::of(&["groups", group.name.as_str()]), why: Why::NamedByPolicy(kind) });
        }
    }
    Ok(())
}

impl Change {
    fn of(before: State, mut after: State, versions: Vec<PolicyVersion>) -> Self {
        if after != before {
            after.tenant.configured += 1;
        }
        Self { before, after, versions }
    }

    /// Whether everything stands so already.
    pub fn is_nothing(&self) -> bool {
        self.before == self.after
    }

    /// What becomes of apps.
    pub fn apps(&self) -> Vec<Step<'_, crate::client::Client>> {
        steps(&self.before.clients, &self.after.clients)
    }

    /// What becomes of APIs.
    pub fn apis(&self) -> Vec<Step<'_, crate::api::Api>> {
        steps(&self.before.apis, &self.after.apis)
    }

    /// The kinds of policies that say something else.
    pub fn policies(&self) -> BTreeSet<PolicyKind> {
        self.versions.iter().map(|version| version.policy).collect()
    }

    /// How many rows it writes beside those of events.
    pub fn rows(&self) -> usize {
        if self.is_nothing() { 0 } else { 1 + self.apps().len() + self.apis().len() + self.versions.len() }
    }
}

fn steps<'a, K: Ord, T: PartialEq>(before: &'a BTreeMap<K, T>, after: &'a BTreeMap<K, T>) -> Vec<Step<'a, T>> {
    let gone = before.iter().filter(|(key, _)| !after.contains_key(key)).map(|(_, thing)| Step::Remove(thing));
    let there = after.iter().filter_map(|(key, thing)| match before.get(key) {
        None => Some(Step::Create(thing)),
        Some(standing) if standing != thing => Some(Step::Change(standing, thing)),
        Some(_) => None,
    });
    gone.chain(there).collect()
}

impl State {
    /// The versions of everything that a configuration is made of, as a text: two that are the same have the same.
    pub fn versions(&self) -> String {
        let Tenant { id, configured, roster, attributes, policies, .. } = &self.tenant;
        let clients = self.clients.values().map(|app| format!("{} {} {}", app.id, app.version, app.created_at.millis()));
        let apis = self.apis.values().map(|api| format!("{} {} {}", api.audience, api.version, api.created_at.millis()));
        let record = format!("{id} {configured} {} {} {}", roster.version, attributes.version, policies.version);
        [record].into_iter().chain(clients).chain(apis).collect::<Vec<_>>().join("\n")
    }
}
