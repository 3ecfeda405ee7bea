//! Passwords: Argon2id (RFC 9106) in PHC strings, over one block of memory that is reused; and hashes of elsewhere until their first sign-in.

mod imported;

use std::collections::BTreeSet;
use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use domain::{Secret, policy};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::derive;

pub use imported::{ImportedHash, export, import};

/// Memory of one hash in KiB; the smallest that the OWASP Password Storage Cheat Sheet pairs with two passes.
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory, from the same line.
pub const PASSES: u32 = 2;
/// Lanes: a function has at most one core to give.
pub const LANES: u32 = 1;
/// Bytes of a hash (RFC 9106 §3.1 recommends 128 bits or more).
pub const OUTPUT: usize = 32;

/// The most that a stored hash may ask for: the memory of RFC 9106's second recommendation, which a function can spare.
const MOST_MEMORY_KIB: u32 = 64 * 1024;
/// OWASP's longest line has five passes.
const MOST_PASSES: u32 = 5;
/// RFC 9106 recommends four lanes.
const MOST_LANES: u32 = 4;

/// What comparing a password with a stored hash says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Match,
    /// It is the password, and the hash is weaker than those made today: hash it again while it is here.
    MatchNeedsUpgrade,
    /// It isn't the password.
    Mismatch,
}

/// A stored hash that can't be compared with: a corrupt row, or one that asks for absurd work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It isn't a PHC string of Argon2id, version 19, with salt and hash; nor, from elsewhere, of a form that is read.
    #[error("not a password hash")]
    Malformed,
    /// It asks for more work than any hash that was ever made here, or may come from elsewhere.
    #[error("a password hash beyond the accepted parameters")]
    Excessive,
}

/// Argon2's memory, allocated at its first use and kept for the next.
#[derive(Default)]
pub struct Workspace {
    blocks: Vec<Block>,
    runs: Runs,
}

/// How many hashes were computed, whatever their outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    /// Of ours.
    pub ours: u32,
    /// Of those from elsewhere.
    pub imported: u32,
}

impl Workspace {
    /// A workspace that holds nothing yet.
    pub const fn new() -> Self {
        Self { blocks: Vec::new(), runs: Runs { ours: 0, imported: 0 } }
    }

    /// What was computed with it so far.
    pub const fn runs(&self) -> Runs {
        self.runs
    }

    /// Allocates what a hash made today needs, ahead of the first request.
    pub fn reserve(&mut self) {
        self.at_least(current_params().block_count());
    }

    fn at_least(&mut self, blocks: usize) -> &mut [Block] {
        if self.blocks.len() < blocks {
            self.blocks.resize(blocks, Block::new());
        }
        &mut self.blocks[..blocks]
    }
}

impl fmt::Debug for Workspace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Workspace({} KiB)", self.blocks.len())
    }
}

/// Hashes a password with today's parameters into a PHC string. `salt` is random.
///
/// The password is normalised to NFKC first (NIST SP 800-63B-4 §3.1.1.2), so that it is the same from every keyboard.
pub fn hash(password: &Secret<String>, salt: [u8; 16], workspace: &mut Workspace) -> Secret<String> {
    let params = current_params();
    let output = digest(password, &salt, &params, workspace, OUTPUT);
    Secret::new(phc_string(&params, &salt, &output))
}

/// Compares a password with an account's stored hash, or with nobody's, at the same work for every account of a tenant: one Argon2id, and one hash of each
/// of `kinds`, the imported hashes that may still be in use. Whoever matches one of those pays the Argon2id by hashing the password again.
pub fn compare(password: &Secret<String>, stored: Option<&str>, kinds: &BTreeSet<String>, workspace: &mut Workspace) -> Result<Verdict, Unusable> {
    let own_kind = stored.map_or(Ok(None), imported::kind_of)?;
    for kind in kinds.iter().filter(|kind| Some(*kind) != own_kind.as_ref()) {
        verify(password, kind, workspace)?;
    }
    match (stored, own_kind) {
        (None, _) => verify(password, decoy(), workspace).map(|_| Verdict::Mismatch),
        (Some(ours), None) => verify(password, ours, workspace),
        (Some(imported), Some(_)) => match verify(password, imported, workspace)? {
            Verdict::Mismatch => verify(password, decoy(), workspace).map(|_| Verdict::Mismatch),
            matched => Ok(matched),
        },
    }
}

/// Compares a password with a stored hash, in a time that depends on the hash's parameters alone.
pub fn verify(password: &Secret<String>, stored: &str, workspace: &mut Workspace) -> Result<Verdict, Unusable> {
    if let Some(text) = stored.strip_prefix(imported::MARK) {
        workspace.runs.imported = workspace.runs.imported.saturating_add(1);
        let matched = imported::matches(password, text)?;
        return Ok(if matched { Verdict::MatchNeedsUpgrade } else { Verdict::Mismatch });
    }
    let stored = Stored::parse(stored)?;
    let computed = digest(password, &stored.salt, &stored.params, workspace, stored.hash.len());
    if !derive::same(&computed, stored.hash.as_bytes()) {
        return Ok(Verdict::Mismatch);
    }
    Ok(if stored.is_as_strong_as_today() { Verdict::Match } else { Verdict::MatchNeedsUpgrade })
}

/// Whether a password is one of those that these hashes are of. Each costs its work, whichever matches; no more than
/// `policy::PASSWORD_HISTORY_MAX` are looked at.
pub fn is_one_of(password: &Secret<String>, hashes: &[Secret<String>], workspace: &mut Workspace) -> Result<bool, Unusable> {
    let mut found = false;
    for hash in hashes.iter().take(policy::PASSWORD_HISTORY_MAX) {
        found |= verify(password, hash.expose(), workspace)? != Verdict::Mismatch;
    }
    Ok(found)
}

/// A hash of no known password, with today's parameters: verifying against it costs an unknown account the work of a known one.
pub const fn decoy() -> &'static str {
    "$argon2id$v=19$m=19456,t=2,p=1$OaU9PqdjysTh1J5LB88SBw$ZynbGxDFs+G7xHvJHGj6O/pKcyyHIWJ9GSNDwu8o5Vg"
}

struct Stored {
    params: Params,
    salt: Salt,
    hash: Output,
}

impl Stored {
    fn parse(phc: &str) -> Result<Self, Unusable> {
        let parsed = PasswordHash::new(phc).map_err(|_| Unusable::Malformed)?;
        if parsed.algorithm != ARGON2ID_IDENT || parsed.version != Some(Version::V0x13.into()) {
            return Err(Unusable::Malformed);
        }
        let params = Params::try_from(&parsed).map_err(|_| Unusable::Malformed)?;
        let (Some(salt), Some(hash)) = (parsed.salt, parsed.hash) else { return Err(Unusable::Malformed) };
        // SECURITY: a row that somebody could write must not be able to spend a function's memory and time.
        let excessive = params.m_cost() > MOST_MEMORY_KIB || params.t_cost() > MOST_PASSES || params.p_cost() > MOST_LANES;
        if excessive { Err(Unusable::Excessive) } else { Ok(Self { params, salt, hash }) }
    }

    fn is_as_strong_as_today(&self) -> bool {
        self.params.m_cost() >= MEMORY_KIB && self.params.t_cost() >= PASSES && self.hash.len() >= OUTPUT && self.salt.len() >= 16
    }
}

fn current_params() -> Params {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT)).expect("today's parameters are Argon2's")
}

fn phc_string(params: &Params, salt: &[u8; 16], output: &[u8]) -> String {
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).expect("today's parameters have a PHC form"),
        salt: Some(Salt::new(salt).expect("16 bytes are a salt")),
        hash: Some(Output::new(output).expect("32 bytes are a hash")),
    };
    hash.to_string()
}

fn digest(password: &Secret<String>, salt: &[u8], params: &Params, workspace: &mut Workspace, length: usize) -> Zeroizing<Vec<u8>> {
    let normalised: Zeroizing<String> = Zeroizing::new(password.expose().nfkc().collect());
    let mut output = Zeroizing::new(vec![0; length]);
    workspace.runs.ours = workspace.runs.ours.saturating_add(1);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(normalised.as_bytes(), salt, &mut output, workspace.at_least(params.block_count()))
        .expect("parameters and lengths were checked before");
    output
}
