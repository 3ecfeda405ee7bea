//! Small secrets at rest, under a data key or a user key: user keys, signing keys, password hashes, personal fields of events.

use domain::Secret;

use crate::aead::{MessageKey, SALT, TAG};
use crate::key::{DataKeys, SymmetricKey};

const UNDER_DATA_KEY: u8 = 1;
const UNDER_SINGLE_KEY: u8 = 2;
const LABEL: &[u8] = b"countersign envelope";

/// Why an envelope stays shut. None of them is a user's doing: each is worth an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It isn't an envelope of a form that this release reads.
    #[error("not an envelope")]
    Malformed,
    /// The version of the data key that made it is gone.
    #[error("sealed under an unknown key version")]
    UnknownKey,
    /// It was changed, or made for another context or under another key.
    #[error("not sealed under this key for this context")]
    Forged,
}

/// Wraps `plain` under the current version of a data key.
///
/// `context` names the one place where it may stand (`userkey|{tenant}|{user}`): moved elsewhere it doesn't open. `salt` is random.
///
/// Form: `1`, key version (4 bytes), salt (16), ciphertext and tag.
pub fn wrap(keys: &DataKeys, context: &str, salt: [u8; SALT], plain: &[u8]) -> Vec<u8> {
    let (id, key) = keys.current();
    let mut header = Vec::with_capacity(5 + SALT + plain.len() + TAG);
    header.push(UNDER_DATA_KEY);
    header.extend_from_slice(&id.to_be_bytes());
    header.extend_from_slice(&salt);
    message_key(key, &salt, context).seal(header, plain)
}

/// Opens what [`wrap`] made in the same context, whichever retained version it was.
pub fn unwrap(keys: &DataKeys, context: &str, bytes: &[u8]) -> Result<Secret<Vec<u8>>, Refusal> {
    let (&[form, a, b, c, d], _) = bytes.split_first_chunk().ok_or(Refusal::Malformed)?;
    if form != UNDER_DATA_KEY {
        return Err(Refusal::Malformed);
    }
    let key = keys.find(u32::from_be_bytes([a, b, c, d])).ok_or(Refusal::UnknownKey)?;
    open(key, context, bytes, 5)
}

/// Wraps `plain` under a key that has no versions, as a person's own.
///
/// Form: `2`, salt (16 bytes), ciphertext and tag.
pub fn wrap_with(key: &SymmetricKey, context: &str, salt: [u8; SALT], plain: &[u8]) -> Vec<u8> {
    let mut header = Vec::with_capacity(1 + SALT + plain.len() + TAG);
    header.push(UNDER_SINGLE_KEY);
    header.extend_from_slice(&salt);
    message_key(key, &salt, context).seal(header, plain)
}

/// Opens what [`wrap_with`] made in the same context.
pub fn unwrap_with(key: &SymmetricKey, context: &str, bytes: &[u8]) -> Result<Secret<Vec<u8>>, Refusal> {
    if bytes.first() != Some(&UNDER_SINGLE_KEY) {
        return Err(Refusal::Malformed);
    }
    open(key, context, bytes, 1)
}

fn open(key: &SymmetricKey, context: &str, bytes: &[u8], salt_at: usize) -> Result<Secret<Vec<u8>>, Refusal> {
    let (header, sealed) = bytes.split_at_checked(salt_at + SALT).ok_or(Refusal::Malformed)?;
    let salt = header.last_chunk().ok_or(Refusal::Malformed)?;
    let mut plain = message_key(key, salt, context).open(header, sealed).ok_or(Refusal::Forged)?;
    Ok(Secret::new(std::mem::take(&mut *plain)))
}

fn message_key(key: &SymmetricKey, salt: &[u8; SALT], context: &str) -> MessageKey {
    MessageKey::derive(key, salt, &[LABEL, context.as_bytes()])
}
