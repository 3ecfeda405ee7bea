//! What a document says, read strictly: what isn't known is refused, and the place named where it stands.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use super::flaw::{Flaw, Pointer, Why};
use super::{Configuration, Form};

impl Configuration {
    /// Reads a document. What it says of apps and policies is read by who compares it with what stands, since it names groups.
    pub fn read(document: Value) -> Result<Self, Flaw> {
        read(document, &Pointer::default())
    }

    /// A document that says nothing.
    pub const fn silent() -> Self {
        Self { version: Form, attributes: None, roles: None, groups: None, apis: None, apps: None, policies: None }
    }
}

/// Reads what stands at a place.
pub(super) fn read<T: DeserializeOwned>(value: Value, at: &Pointer) -> Result<T, Flaw> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let at = below(at, error.path());
        Flaw { at, why: Why::Form(shortened(&error.inner().to_string())) }
    })
}

fn below(at: &Pointer, path: &Path) -> Pointer {
    path.iter().fold(at.clone(), |at, segment| match segment {
        Segment::Seq { index } => at.below(&index.to_string()),
        Segment::Map { key } => at.below(key),
        Segment::Enum { variant } => at.below(variant),
        Segment::Unknown => at,
    })
}

// A message quotes what was said, which may be as long as a document.
fn shortened(message: &str) -> String {
    const MOST: usize = 300;
    match message.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}
