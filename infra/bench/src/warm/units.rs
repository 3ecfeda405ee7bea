//! What flows are measured against: one ES256 signature, one Argon2id.

use std::time::Duration;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use crypto::password::{self, Workspace};
use domain::Secret;

use crate::Error;
use crate::stopwatch::{thread_cpu, thread_cpu_since};

/// Signatures that one sample is the mean of: a single one is near the clock's own cost.
const BATCH: u32 = 8;

/// A key that signs as the platform's do.
pub(super) struct Signature {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Signature {
    pub(super) fn new() -> Result<Self, Error> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| "no key pair")?;
        Ok(Self { pair, random: SystemRandom::new() })
    }

    /// CPU of one signature.
    pub(super) fn cost(&self) -> Result<Duration, Error> {
        let message = [7; 256];
        let before = thread_cpu();
        for _ in 0..BATCH {
            self.pair.sign(&self.random, &message).map_err(|_| "no signature")?;
        }
        Ok(thread_cpu_since(before) / BATCH)
    }
}

/// One Argon2id by a warm function: its memory is there.
pub(super) struct WarmArgon2id {
    password: Secret<String>,
    workspace: Workspace,
}

impl WarmArgon2id {
    pub(super) fn new(password: &str) -> Self {
        Self { password: Secret::new(password.to_owned()), workspace: Workspace::new() }
    }

    /// CPU of comparing one password.
    pub(super) fn cost(&mut self) -> Result<Duration, Error> {
        let before = thread_cpu();
        password::verify(&self.password, password::decoy(), &mut self.workspace)?;
        Ok(thread_cpu_since(before))
    }
}

/// The first Argon2id of a process: its memory is made on the way.
pub struct FirstArgon2id;

impl FirstArgon2id {
    /// CPU of comparing one password.
    pub fn cost() -> Result<Duration, Error> {
        let password = Secret::new("correct horse battery staple".to_owned());
        let before = thread_cpu();
        let mut workspace = Workspace::new();
        password::verify(&password, password::decoy(), &mut workspace)?;
        Ok(thread_cpu_since(before))
    }
}

/// CPU of a process's first random number; it must not have drawn one before.
pub fn first_random_number() -> Result<Duration, Error> {
    let before = thread_cpu();
    SystemRandom::new().fill(&mut [0; 32]).map_err(|_| "no random bytes")?;
    Ok(thread_cpu_since(before))
}
