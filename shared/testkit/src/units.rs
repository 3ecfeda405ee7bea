//! What reads and writes of DynamoDB cost, by AWS's rounding rules (DynamoDB Developer Guide, "Read and write operations", "Item sizes and formats").
//!
//! The store says what a successful request cost; these rules check it, and compute what it doesn't say: a failed condition.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::stacks::{Index, KeyPart};

/// Read or write capacity units, exact to the half that an eventually consistent read costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Units {
    halves: u64,
}

impl Units {
    /// Nothing.
    pub const ZERO: Self = Self { halves: 0 };

    /// Whole units.
    pub const fn whole(units: u64) -> Self {
        Self { halves: units * 2 }
    }

    /// Half units.
    pub const fn halves(halves: u64) -> Self {
        Self { halves }
    }

    /// As the store states them, `2.0` or `0.5`; a number that isn't a multiple of one half is none.
    pub fn of(value: &Value) -> Option<Self> {
        let text = value.as_number()?.to_string();
        let (whole, half) = match text.split_once('.') {
            None | Some((_, "0")) => (text.as_str(), 0),
            Some((_, "5")) => (text.as_str(), 1),
            Some(_) => return None,
        };
        let whole: u64 = whole.split('.').next()?.parse().ok()?;
        Some(Self::halves(whole * 2 + half))
    }
}

impl fmt::Display for Units {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = if self.halves % 2 == 1 { ".5" } else { "" };
        write!(formatter, "{}{half}", self.halves / 2)
    }
}

impl Add for Units {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { halves: self.halves + other.halves }
    }
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Units {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

impl Mul<u64> for Units {
    type Output = Self;
    fn mul(self, times: u64) -> Self {
        Self { halves: self.halves * times }
    }
}

/// Whether a request is part of a transaction, which prepares and then commits and so costs twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Billing {
    /// A request of its own.
    Single,
    /// Part of `TransactWriteItems` or `TransactGetItems`.
    Transaction,
}

/// Whether a read must see every earlier write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// May be stale; half the price.
    Eventual,
    /// Must not be.
    Strong,
}

/// What a table charges for a write, given the item's bytes before and after it: 1 per begun KB of the larger, at least 1.
///
/// A condition check is charged as a write of what it looks at. Indexes are charged apart ([`index_write`]).
pub fn table_write(before: Option<usize>, after: Option<usize>, billing: Billing) -> Units {
    let larger = before.unwrap_or(0).max(after.unwrap_or(0));
    kilobytes(larger) * factor(billing)
}

/// What a single write whose condition failed costs: the existing item's size, at least 1.
pub fn failed_condition(existing: Option<usize>) -> Units {
    table_write(existing, None, Billing::Single)
}

/// What a table charges for reading one item: 1 per begun 4 KB, at least 1; half when the read may be stale.
pub fn table_read(bytes: usize, consistency: Consistency, billing: Billing) -> Units {
    let blocks = bytes.div_ceil(4096).max(1) as u64;
    match (billing, consistency) {
        (Billing::Transaction, _) => Units::whole(blocks * 2),
        (Billing::Single, Consistency::Strong) => Units::whole(blocks),
        (Billing::Single, Consistency::Eventual) => Units::halves(blocks),
    }
}

/// What an index charges when the item changes from `before` to `after`; a transaction doesn't double it.
///
/// An entry that appears, goes or changes in place costs one write of it; one whose key changes is removed and put, two writes.
pub fn index_write(before: Option<&Value>, after: Option<&Value>, index: &Index, table_key: &[KeyPart]) -> Units {
    let entry = |item: Option<&Value>| item.and_then(|item| entry(item, index, table_key));
    match (entry(before), entry(after)) {
        (None, None) => Units::ZERO,
        (Some(only), None) | (None, Some(only)) => kilobytes(item_bytes(&only)),
        (Some(before), Some(after)) if before == after => Units::ZERO,
        (Some(before), Some(after)) => {
            let (old, new) = (kilobytes(item_bytes(&before)), kilobytes(item_bytes(&after)));
            let moved = index.key_schema.iter().any(|part| before[&part.attribute_name] != after[&part.attribute_name]);
            if moved { old + new } else { old.max(new) }
        }
    }
}

/// An item's size as DynamoDB counts it, from its JSON form `{"name": {"S": "…"}}`.
pub fn item_bytes(item: &Value) -> usize {
    item.as_object().into_iter().flatten().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &Value) -> usize {
    let Some((kind, inner)) = value.as_object().and_then(|typed| typed.iter().next()) else { return 0 };
    let text = inner.as_str().unwrap_or_default();
    let members = inner.as_array().into_iter().flatten();
    match kind.as_str() {
        "S" => text.len(),
        "N" => number_bytes(text),
        "B" => binary_bytes(text),
        "SS" => members.map(|member| member.as_str().map_or(0, str::len)).sum(),
        "NS" => members.map(|member| member.as_str().map_or(0, number_bytes)).sum(),
        "BS" => members.map(|member| member.as_str().map_or(0, binary_bytes)).sum(),
        "L" => 3 + members.map(|member| 1 + value_bytes(member)).sum::<usize>(),
        "M" => 3 + inner.as_object().into_iter().flatten().map(|(name, value)| 1 + name.len() + value_bytes(value)).sum::<usize>(),
        // BOOL and NULL.
        _ => 1,
    }
}

// One byte per two significant digits, and one more; leading and trailing zeros don't count.
fn number_bytes(text: &str) -> usize {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').trim_end_matches('0').len();
    significant.div_ceil(2) + 1 + usize::from(text.starts_with('-'))
}

fn binary_bytes(base64: &str) -> usize {
    STANDARD.decode(base64).map_or(0, |bytes| bytes.len())
}

// What an index holds of an item; nothing when the item lacks a part of the index's key.
fn entry(item: &Value, index: &Index, table_key: &[KeyPart]) -> Option<Value> {
    let keys = || index.key_schema.iter().chain(table_key).map(|part| part.attribute_name.as_str());
    let is_member = index.key_schema.iter().all(|part| item.get(&part.attribute_name).is_some());
    let all = index.projection.projection_type == "ALL";
    let kept = |name: &str| all || keys().any(|key| key == name) || index.projection.non_key_attributes.iter().any(|other| other == name);
    let attributes = item.as_object().into_iter().flatten().filter(|(name, _)| kept(name));
    is_member.then(|| attributes.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn kilobytes(bytes: usize) -> Units {
    Units::whole(bytes.div_ceil(1024).max(1) as u64)
}

fn factor(billing: Billing) -> u64 {
    match billing {
        Billing::Single => 1,
        Billing::Transaction => 2,
    }
}

#[cfg(test)]
mod tests;
