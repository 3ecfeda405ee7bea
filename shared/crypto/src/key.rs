//! Symmetric keys: one of 256 bits, and the versions of one tenant's data key for one purpose.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A 256-bit key, wiped when dropped and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SymmetricKey([u8; 32]);

impl SymmetricKey {
    /// Takes 32 random or unwrapped bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Takes an unwrapped key; `None` when it isn't 32 bytes long.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    // SECURITY: for wrapping the key, and for the primitives of this crate.
    /// The key itself.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// A data key needs at least one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a data key without a version")]
pub struct NoKeyVersion;

/// The versions of one tenant's data key for one purpose; the highest number is current, the others open what they sealed.
#[derive(Clone, Debug)]
pub struct DataKeys {
    // INVARIANT: never empty, ascending by number.
    versions: Vec<(u32, SymmetricKey)>,
}

impl DataKeys {
    /// Takes all versions that may still open something, in any order.
    pub fn new(mut versions: Vec<(u32, SymmetricKey)>) -> Result<Self, NoKeyVersion> {
        if versions.is_empty() {
            return Err(NoKeyVersion);
        }
        versions.sort_by_key(|(id, _)| *id);
        Ok(Self { versions })
    }

    /// The version that seals, with its number.
    pub fn current(&self) -> (u32, &SymmetricKey) {
        let (id, key) = &self.versions[self.versions.len() - 1];
        (*id, key)
    }

    /// The version `id`, if it hasn't been retired for good.
    pub fn find(&self, id: u32) -> Option<&SymmetricKey> {
        self.versions.iter().find(|(version, _)| *version == id).map(|(_, key)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_is_current_in_whatever_order_they_come() {
        let keys = DataKeys::new(vec![
            (2, SymmetricKey::from_bytes([2; 32])),
            (7, SymmetricKey::from_bytes([7; 32])),
            (1, SymmetricKey::from_bytes([1; 32])),
        ])
        .expect("three versions");
        assert_eq!(keys.current().0, 7);
        assert_eq!(keys.current().1.expose(), &[7; 32]);
        assert_eq!(keys.find(1).map(SymmetricKey::expose), Some(&[1; 32]));
        assert!(keys.find(3).is_none());
    }

    #[test]
    fn a_data_key_without_versions_is_refused() {
        assert_eq!(DataKeys::new(Vec::new()).err(), Some(NoKeyVersion));
    }

    #[test]
    fn a_key_prints_as_three_stars() {
        let keys = DataKeys::new(vec![(1, SymmetricKey::from_bytes([9; 32]))]).expect("one version");
        assert_eq!(format!("{keys:?}"), "DataKeys { versions: [(1, ***)] }");
    }

    #[test]
    fn an_unwrapped_key_of_another_length_is_refused() {
        assert!(SymmetricKey::from_slice(&[1; 32]).is_some());
        assert!(SymmetricKey::from_slice(&[1; 31]).is_none());
        assert!(SymmetricKey::from_slice(&[1; 33]).is_none());
    }
}
