//! Password hashes that people bring from elsewhere: Argon2 (RFC 9106), bcrypt, PBKDF2 (RFC 8018 §5.2), scrypt (RFC 7914), SHA-crypt.
//!
//! They are compared as they were made, over the bytes as typed, and replaced by Argon2id at the first sign-in. Until then each of their kinds
//! (algorithm and parameters) is noted with the tenant, and every sign-in of the tenant does the work of each, so that work tells no account from another.

mod kind;
mod read;

use std::num::NonZeroU32;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::pbkdf2;
use domain::Secret;
use sha_crypt::{PasswordVerifier, ShaCrypt};
use zeroize::Zeroizing;

use super::Unusable;
use crate::derive;

/// What a stored hash of elsewhere begins with; none of ours does.
pub(super) const MARK: &str = "imported:";

/// The most characters of a hash: 64 bytes of salt and hash each, and words.
const LONGEST: usize = 400;
/// More bytes of password than SHA-crypt gets: its work grows with their square. libxcrypt refuses 512.
const SHA_CRYPT_PASSWORD_BYTES: usize = 256;

/// A hash that may be stored, and what is to be noted with the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedHash {
    /// What to seal and store, for [`super::compare`].
    pub stored: Secret<String>,
    /// A hash of nobody's password of the same kind.
    pub kind: String,
}

/// Reads a hash of elsewhere; refused are unknown forms and parameters that cost too much at each sign-in.
pub fn import(text: &str) -> Result<ImportedHash, Unusable> {
    let kind = Imported::read(text)?.kind();
    Ok(ImportedHash { stored: Secret::new(format!("{MARK}{text}")), kind: format!("{MARK}{kind}") })
}

/// A stored hash in the form that [`import`] reads, wherever it was made.
pub fn export(stored: &Secret<String>) -> Secret<String> {
    let stored = stored.expose();
    Secret::new(stored.strip_prefix(MARK).unwrap_or(stored).to_owned())
}

/// A function of the SHA family under PBKDF2's HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

/// Salt and hash.
struct Salted {
    salt: Vec<u8>,
    hash: Vec<u8>,
}

/// A hash of elsewhere.
enum Imported {
    Argon2 { algorithm: Algorithm, version: Version, params: Params, salted: Salted },
    Bcrypt { cost: u32, text: String },
    Pbkdf2 { digest: Digest, iterations: NonZeroU32, salted: Salted },
    Scrypt { params: scrypt::Params, salted: Salted },
    ShaCrypt { id: &'static str, rounds: u32, text: String },
}

/// The kind of a stored hash, if it is one of elsewhere.
pub(super) fn kind_of(stored: &str) -> Result<Option<String>, Unusable> {
    let Some(text) = stored.strip_prefix(MARK) else { return Ok(None) };
    Ok(Some(format!("{MARK}{}", Imported::read(text)?.kind())))
}

/// Whether what was typed is the password of a hash; `text` is without its mark.
pub(super) fn matches(typed: &Secret<String>, text: &str) -> Result<bool, Unusable> {
    let typed = typed.expose().as_bytes();
    let same = Imported::read(text)?.is_of(typed)?;
    // SECURITY: C ends a password at a NUL and HMAC fills its key up with them; nobody's password has one.
    Ok(same & !typed.contains(&0))
}

impl Imported {
    fn is_of(&self, typed: &[u8]) -> Result<bool, Unusable> {
        match self {
            // Memory of its own, which goes with it: the workspace stays as large as ours need.
            Self::Argon2 { algorithm, version, params, salted } => salted.is_derived(|output| {
                Argon2::new(*algorithm, *version, params.clone()).hash_password_into(typed, &salted.salt, output).map_err(|_| Unusable::Malformed)
            }),
            // SECURITY: bcrypt sees 72 bytes, as it did where the hash was made; the Argon2id that replaces it sees all that was typed.
            Self::Bcrypt { text, .. } => bcrypt::verify(typed, text).map_err(|_| Unusable::Malformed),
            Self::Pbkdf2 { digest, iterations, salted } => salted.is_derived(|output| {
                pbkdf2::derive(digest.algorithm(), *iterations, &salted.salt, typed, output);
                Ok(())
            }),
            Self::Scrypt { params, salted } => {
                salted.is_derived(|output| scrypt::scrypt(typed, &salted.salt, params, output).map_err(|_| Unusable::Malformed))
            }
            Self::ShaCrypt { text, .. } => {
                let seen = &typed[..typed.len().min(SHA_CRYPT_PASSWORD_BYTES)];
                let same = ShaCrypt::SHA512.verify_password(seen, text.as_str()).is_ok();
                Ok(same & (seen.len() == typed.len()))
            }
        }
    }
}

impl Salted {
    fn is_derived(&self, derive_into: impl FnOnce(&mut [u8]) -> Result<(), Unusable>) -> Result<bool, Unusable> {
        let mut output = Zeroizing::new(vec![0; self.hash.len()]);
        derive_into(&mut output)?;
        Ok(derive::same(&output, &self.hash))
    }
}

impl Digest {
    const fn algorithm(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}
