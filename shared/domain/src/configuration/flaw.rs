//! Why a configuration can't be applied: where, and what is wrong there.

use std::fmt;

use crate::policies::PolicyKind;

/// What is wrong with a configuration, and where: a JSON Pointer (RFC 6901).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct Flaw {
    /// Where.
    pub at: Pointer,
    /// What.
    pub why: Why,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It isn't what a configuration says there.
    #[error("{0}")]
    Form(String),
    /// It can't be so.
    #[error("{0}")]
    Unfit(String),
    /// Its name is something else's.
    #[error("another one has that name")]
    Taken,
    /// A policy says something of the group, which is to go.
    #[error("{}", .0.as_str())]
    NamedByPolicy(PolicyKind),
}

/// A place in a document (RFC 6901).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointer(String);

impl Pointer {
    /// The place below these names.
    pub fn of(names: &[&str]) -> Self {
        names.iter().fold(Self::default(), |at, name| at.below(name))
    }

    /// The place of that name below this one.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        Self(format!("{}/{}", self.0, name.replace('~', "~0").replace('/', "~1")))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}

impl Flaw {
    /// It can't be so, for this reason.
    pub(super) fn unfit(at: Pointer, why: impl fmt::Display) -> Self {
        Self { at, why: Why::Unfit(why.to_string()) }
    }
}
