//! The directory: where tenants and zones are. Global and eventually consistent, so it is written in one region alone and holds nothing personal.

mod domain;
mod slug;
mod zone;

pub use self::domain::{DomainClaim, DomainPlace};
pub use slug::{SlugPlace, SlugState};
pub use zone::{EpochMove, ZoneCreation};

use crate::region::Store;

/// This region's replica of the directory.
#[derive(Clone, Debug)]
pub struct Directory {
    store: Store,
}

impl Directory {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }
}
