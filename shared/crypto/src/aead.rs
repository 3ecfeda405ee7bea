//! AES-256-GCM (NIST SP 800-38D) under keys that encrypt one message only.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::derive;
use crate::key::SymmetricKey;

/// Bytes of randomness that give each message a key of its own.
pub(crate) const SALT: usize = 16;
/// Bytes that the authentication tag adds.
pub(crate) const TAG: usize = 16;

/// A key for one message, derived from a long-lived one.
pub(crate) struct MessageKey(LessSafeKey);

impl MessageKey {
    /// Derives the key of the message that was given `salt`; `info` says what the message is for.
    pub(crate) fn derive(key: &SymmetricKey, salt: &[u8; SALT], info: &[&[u8]]) -> Self {
        let derived = derive::expand(key, salt, info);
        let unbound = UnboundKey::new(&AES_256_GCM, derived.as_slice()).expect("an AES-256 key has 32 bytes");
        Self(LessSafeKey::new(unbound))
    }

    /// Appends the encrypted `plain` and its tag to `header`, which is authenticated with it.
    pub(crate) fn seal(self, mut header: Vec<u8>, plain: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(plain.len() + TAG);
        sealed.extend_from_slice(plain);
        self.0.seal_in_place_append_tag(nonce(), Aad::from(&header), &mut sealed).expect("a message is far below the 64 GiB of AES-GCM");
        header.append(&mut sealed);
        header
    }

    /// Decrypts `sealed` if neither it nor `header` was changed.
    pub(crate) fn open(self, header: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut buffer = Zeroizing::new(sealed.to_vec());
        let length = self.0.open_in_place(nonce(), Aad::from(header), &mut buffer).ok()?.len();
        buffer.truncate(length);
        Some(buffer)
    }
}

// SECURITY: a constant nonce is sound because a key meets one message: its salt is 128 random bits, and `seal` consumes it.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}
