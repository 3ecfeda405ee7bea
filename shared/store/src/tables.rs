//! The platform's tables and what they are called in this deployment.

/// A table by what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Current state.
    Identity,
    /// Append-only outbox and hot audit log.
    Events,
    /// Deliveries and the times when they are due.
    Work,
    /// Wrapped keys.
    Keys,
    /// Claims of one-time use; regional, never replicated.
    Once,
    /// Placement of tenants and zones; global, nothing personal.
    Directory,
}

impl Table {
    /// Every table, in the order of the generated data model.
    pub const ALL: [Self; 6] = [Self::Directory, Self::Identity, Self::Keys, Self::Events, Self::Once, Self::Work];

    /// The table's name in documents; deployments call it as [`Tables`] says.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Events => "events",
            Self::Work => "work",
            Self::Keys => "keys",
            Self::Once => "once",
            Self::Directory => "directory",
        }
    }
}

/// The physical names of the tables, the same in every region of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// Of [`Table::Identity`].
    pub identity: String,
    /// Of [`Table::Events`].
    pub events: String,
    /// Of [`Table::Work`].
    pub work: String,
    /// Of [`Table::Keys`].
    pub keys: String,
    /// Of [`Table::Once`].
    pub once: String,
    /// Of [`Table::Directory`].
    pub directory: String,
}

impl Tables {
    /// What `table` is called here.
    pub fn name(&self, table: Table) -> &str {
        match table {
            Table::Identity => &self.identity,
            Table::Events => &self.events,
            Table::Work => &self.work,
            Table::Keys => &self.keys,
            Table::Once => &self.once,
            Table::Directory => &self.directory,
        }
    }
}
