//! Where one row stands.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::row::Item;
use crate::tables::Table;

/// One row's place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) table: Table,
    pub(crate) partition: String,
    pub(crate) sort: String,
}

impl Key {
    /// The key as the two attributes that every table has.
    pub(crate) fn attributes(&self) -> Item {
        Item::from([(PARTITION.to_owned(), AttributeValue::S(self.partition.clone())), (SORT.to_owned(), AttributeValue::S(self.sort.clone()))])
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.table.as_str(), self.partition, self.sort)
    }
}

/// The partition key attribute of every table.
pub(crate) const PARTITION: &str = "pk";
/// The sort key attribute of every table.
pub(crate) const SORT: &str = "sk";
