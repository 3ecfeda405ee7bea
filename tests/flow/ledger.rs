//! What stands in the tables after a flow, and whether state and events agree: no change without its event, no event without its change.

use std::collections::BTreeMap;

use local::TestPlatform;
use serde_json::Value;

/// The rows of a region that flows leave behind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ledger {
    identity: Vec<Value>,
    events: Vec<Value>,
}

impl Ledger {
    /// Reads what stands now.
    pub(crate) async fn read(at: &TestPlatform) -> Self {
        Self { identity: rows(at, "identity").await, events: rows(at, "events").await }
    }

    /// Sessions by their id.
    pub(crate) fn sessions(&self) -> Vec<&str> {
        self.kind("SESSION#").filter_map(|row| row["id"].as_str()).collect()
    }

    /// States of families by their id.
    pub(crate) fn families(&self) -> BTreeMap<&str, &str> {
        self.kind("FAMILY#").filter_map(|row| Some((row["id"].as_str()?, row["state"].as_str()?))).collect()
    }

    /// How many families are in a state.
    pub(crate) fn families_that_are(&self, state: &str) -> usize {
        self.families().values().filter(|standing| **standing == state).count()
    }

    /// How many events are of a type.
    pub(crate) fn events(&self, kind: &str) -> usize {
        self.events.iter().filter(|event| event["type"] == kind).count()
    }

    fn kind<'a>(&'a self, sort: &'a str) -> impl Iterator<Item = &'a Value> {
        self.identity.iter().filter(move |row| row["sk"].as_str().is_some_and(|sk| sk.starts_with(sort)))
    }

    fn named(&self, kind: &str, by: &str) -> Vec<&str> {
        let mut names: Vec<_> = self.events.iter().filter(|event| event["type"] == kind).filter_map(|event| event[by].as_str()).collect();
        names.sort_unstable();
        names
    }

    /// Fails unless every session, family and revocation has exactly one event and every such event its row, and every consent has an event.
    #[track_caller]
    pub(crate) fn assert_whole(&self) {
        let mut sessions = self.sessions();
        sessions.sort_unstable();
        assert_eq!(self.named("session.started", "session_id"), sessions, "sessions and their events");
        let families = self.families();
        assert_eq!(self.named("grant.issued", "family_id"), families.keys().copied().collect::<Vec<_>>(), "families and their events");
        let dead: Vec<_> = families.iter().filter(|(_, state)| **state == "revoked").map(|(id, _)| *id).collect();
        assert_eq!(self.named("grant.revoked", "family_id"), dead, "revocations and their events");
        let strays = self.kind("FAMILY#").filter(|family| !sessions.contains(&family["session_id"].as_str().unwrap_or_default()));
        assert_eq!(strays.count(), 0, "families of no session");
        let mut agreed = self.named("consent.granted", "client_id");
        agreed.dedup();
        let mut consents: Vec<_> = self.kind("CONSENT#").filter_map(|row| row["client_id"].as_str()).collect();
        consents.sort_unstable();
        consents.dedup();
        assert_eq!(agreed, consents, "consents and their events");
    }
}

/// Every row of a table, without what is sealed.
pub(crate) async fn rows(at: &TestPlatform, role: &str) -> Vec<Value> {
    let definition = at.tables().definitions().iter().find(|table| table.role == role).expect("a table of the stacks");
    let scan = at.tables().client().scan().table_name(&definition.name).into_paginator().items().send();
    let items = scan.collect::<Result<Vec<_>, _>>().await.expect("a scan");
    let readable = items.into_iter().map(|mut item| {
        // What is sealed has no place in JSON.
        item.retain(|_, value| value.as_b().is_err());
        serde_dynamo::from_item(item).expect("an item is JSON")
    });
    readable.collect()
}
