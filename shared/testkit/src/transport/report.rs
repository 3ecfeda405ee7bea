//! What a counting transport saw.

use std::collections::BTreeMap;
use std::fmt;

use super::access::Access;
use crate::units::Units;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name, `TransactWriteItems`.
    pub name: String,
    /// The rows that it touched.
    pub accesses: Vec<Access>,
    /// HTTP status of the answer; `None` when there was none.
    pub status: Option<u16>,
    /// The error's name, when the answer was one.
    pub error: Option<String>,
    /// Read units per table.
    pub read_units: BTreeMap<String, Units>,
    /// Write units per table, indexes included.
    pub write_units: BTreeMap<String, Units>,
    /// When it began, counted in beginnings and ends of requests.
    pub(super) began: u64,
    /// When it ended; `None` while it is under way.
    pub(super) ended: Option<u64>,
}

/// All requests since the counter was reset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The requests in the order in which they began, each try of a retried one by itself.
    pub operations: Vec<Operation>,
}

impl Report {
    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.operations.len()
    }

    /// The most requests that had to wait for one another; those that overlap in time count as one.
    pub fn longest_chain(&self) -> usize {
        // Taking whichever ends first and begins after the last taken one gives the longest chain of intervals.
        let mut by_end: Vec<_> = self.operations.iter().collect();
        by_end.sort_by_key(|operation| operation.ended.unwrap_or(u64::MAX));
        let mut chain = 0;
        let mut free_from = 0;
        for operation in by_end {
            if operation.began >= free_from {
                chain += 1;
                free_from = operation.ended.unwrap_or(u64::MAX);
            }
        }
        chain
    }

    /// Write units in all tables and indexes.
    pub fn write_units(&self) -> Units {
        self.operations.iter().flat_map(|operation| operation.write_units.values().copied()).sum()
    }

    /// Read units in all tables and indexes.
    pub fn read_units(&self) -> Units {
        self.operations.iter().flat_map(|operation| operation.read_units.values().copied()).sum()
    }

    /// Every action on every table and kind of partition (`USER#`), once each: what a role must allow.
    pub fn accesses(&self) -> Vec<Access> {
        let kind = |partition: &str| partition.split_inclusive('#').next().unwrap_or_default().to_owned();
        let all = self.operations.iter().flat_map(|operation| &operation.accesses);
        let mut kinds: Vec<_> = all.map(|access| Access { partition: kind(&access.partition), ..access.clone() }).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (requests, chain) = (self.requests(), self.longest_chain());
        writeln!(formatter, "{requests} requests / {chain}, {} write units, {} read units", self.write_units(), self.read_units())?;
        for operation in &self.operations {
            let end = operation.ended.map_or_else(|| "…".to_owned(), |end| end.to_string());
            let how = operation.error.as_deref().or(operation.status.is_none().then_some("no answer")).unwrap_or("ok");
            writeln!(formatter, "  {}–{end} {} {how}", operation.began, operation.name)?;
            for access in &operation.accesses {
                writeln!(formatter, "    {} {} {}", access.action, access.table, access.partition)?;
            }
        }
        Ok(())
    }
}
