//! The forms of hashes of elsewhere, and the bounds of what they may cost.
//!
//! PHC strings (<https://github.com/P-H-C/phc-string-format>) for Argon2, scrypt and PBKDF2; the shorter PBKDF2 of passlib and of Django; `crypt(3)` for
//! bcrypt and SHA-crypt.

use std::num::NonZeroU32;

use argon2::{Algorithm, Params, Version};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{Digest, Imported, LONGEST, Salted};
use crate::password::Unusable;

/// Standard base64, padded as Django writes it or not as PHC does.
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Argon2's memory in KiB: argon2-cffi had 100 MiB as its default; a sign-in function has 1 GB.
const ARGON2_MEMORY_KIB: u32 = 128 * 1024;
/// Its passes.
const ARGON2_PASSES: u32 = 10;
/// Its lanes; argon2-cffi had eight.
const ARGON2_LANES: u32 = 8;
/// Memory times passes: about ten of today's own hashes.
const ARGON2_WORK: u64 = 400 * 1024;
/// bcrypt's cost, each step twice the work: 12 is the usual, 14 about a second.
const BCRYPT_COST: u32 = 14;
/// PBKDF2's iterations: OWASP's most are 1,400,000, for SHA-1.
const PBKDF2_ITERATIONS: u32 = 1_500_000;
/// scrypt's N times r, 128 bytes each: OWASP's first line, 128 MiB.
const SCRYPT_MEMORY: u64 = 1 << 20;
/// The same times p.
const SCRYPT_WORK: u64 = 1 << 21;
/// SHA-crypt's rounds; passlib has 656,000 as its default.
const SHA_CRYPT_ROUNDS: u32 = 1_000_000;
/// Rounds where none are told, and the fewest (<https://www.akkadia.org/drepper/SHA-crypt.txt>).
const SHA_CRYPT_DEFAULT: u32 = 5000;
const SHA_CRYPT_FEWEST: u32 = 1000;
/// Bytes of a salt.
const SALT_BYTES: std::ops::RangeInclusive<usize> = 1..=64;
/// Bytes of a hash: fewer than 16 could be met by chance.
const HASH_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

impl Imported {
    pub(super) fn read(text: &str) -> Result<Self, Unusable> {
        if text.len() > LONGEST || !text.is_ascii() {
            return Err(Unusable::Malformed);
        }
        if let Some(django) = text.strip_prefix("pbkdf2_") {
            return django_pbkdf2(django);
        }
        let fields: Vec<&str> = text.strip_prefix('$').ok_or(Unusable::Malformed)?.split('$').collect();
        match *fields.as_slice() {
            ["argon2d" | "argon2i" | "argon2id", ..] => argon2(&fields),
            ["2a" | "2b" | "2y", cost, _] => bcrypt(cost, text),
            [pbkdf2, parameters, salt, hash] if pbkdf2.starts_with("pbkdf2") => pbkdf2_of(pbkdf2, parameters, salt, hash),
            ["scrypt", parameters, salt, hash] => scrypt(parameters, salt, hash),
            ["5", ref rest @ ..] => sha_crypt("5", rest, text),
            ["6", ref rest @ ..] => sha_crypt("6", rest, text),
            _ => Err(Unusable::Malformed),
        }
    }
}

fn argon2(fields: &[&str]) -> Result<Imported, Unusable> {
    let (version, rest) = match *fields {
        [_, "v=19", ref rest @ ..] => (Version::V0x13, rest),
        // No version is the first (PHC string format of Argon2).
        [_, "v=16", ref rest @ ..] | [_, ref rest @ ..] => (Version::V0x10, rest),
        [] => return Err(Unusable::Malformed),
    };
    let [parameters, salt, hash] = *rest else { return Err(Unusable::Malformed) };
    let (memory, passes, lanes) = (number(parameters, "m")?, number(parameters, "t")?, number(parameters, "p")?);
    within(memory <= ARGON2_MEMORY_KIB && passes <= ARGON2_PASSES && lanes <= ARGON2_LANES)?;
    within(u64::from(memory) * u64::from(passes) <= ARGON2_WORK)?;
    let salted = salted(salt, hash)?;
    let params = Params::new(memory, passes, lanes, Some(salted.hash.len())).map_err(|_| Unusable::Malformed)?;
    // Argon2 itself wants eight bytes of salt and as many blocks per lane.
    if salted.salt.len() < 8 || memory < 8 * lanes {
        return Err(Unusable::Malformed);
    }
    let algorithm = Algorithm::new(fields[0]).map_err(|_| Unusable::Malformed)?;
    Ok(Imported::Argon2 { algorithm, version, params, salted })
}

fn bcrypt(cost: &str, text: &str) -> Result<Imported, Unusable> {
    let cost = whole(cost)?;
    within(cost <= BCRYPT_COST)?;
    let parts: bcrypt::HashParts = text.parse().map_err(|_| Unusable::Malformed)?;
    if parts.get_cost() == cost && cost >= 4 { Ok(Imported::Bcrypt { cost, text: text.to_owned() }) } else { Err(Unusable::Malformed) }
}

fn pbkdf2_of(name: &str, parameters: &str, salt: &str, hash: &str) -> Result<Imported, Unusable> {
    let digest = match name {
        "pbkdf2" | "pbkdf2-sha1" => Digest::Sha1,
        "pbkdf2-sha256" => Digest::Sha256,
        "pbkdf2-sha512" => Digest::Sha512,
        _ => return Err(Unusable::Malformed),
    };
    if !parameters.contains('=') {
        // passlib's base64 has a dot for the plus.
        let [salt, hash] = [salt, hash].map(|field| field.replace('.', "+"));
        return pbkdf2(digest, whole(parameters)?, salted(&salt, &hash)?);
    }
    let salted = salted(salt, hash)?;
    if number(parameters, "l").is_ok_and(|length| usize::try_from(length).ok() != Some(salted.hash.len())) {
        return Err(Unusable::Malformed);
    }
    pbkdf2(digest, number(parameters, "i")?, salted)
}

// Without its first word, `pbkdf2_`; the salt is text.
fn django_pbkdf2(text: &str) -> Result<Imported, Unusable> {
    let fields: Vec<&str> = text.split('$').collect();
    let [digest, iterations, salt, hash] = *fields.as_slice() else { return Err(Unusable::Malformed) };
    let digest = match digest {
        "sha1" => Digest::Sha1,
        "sha256" => Digest::Sha256,
        _ => return Err(Unusable::Malformed),
    };
    pbkdf2(digest, whole(iterations)?, bounded(salt.as_bytes().to_vec(), decoded(hash)?)?)
}

fn pbkdf2(digest: Digest, iterations: u32, salted: Salted) -> Result<Imported, Unusable> {
    within(iterations <= PBKDF2_ITERATIONS)?;
    let iterations = NonZeroU32::new(iterations).ok_or(Unusable::Malformed)?;
    Ok(Imported::Pbkdf2 { digest, iterations, salted })
}

fn scrypt(parameters: &str, salt: &str, hash: &str) -> Result<Imported, Unusable> {
    let (log_n, r, p) = (number(parameters, "ln")?, number(parameters, "r")?, number(parameters, "p")?);
    let memory = 1u64.checked_shl(log_n).and_then(|n| n.checked_mul(u64::from(r))).ok_or(Unusable::Excessive)?;
    within(log_n <= 20 && memory <= SCRYPT_MEMORY && memory.saturating_mul(u64::from(p)) <= SCRYPT_WORK)?;
    let log_n = u8::try_from(log_n).map_err(|_| Unusable::Excessive)?;
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| Unusable::Malformed)?;
    if log_n == 0 {
        return Err(Unusable::Malformed);
    }
    Ok(Imported::Scrypt { params, salted: salted(salt, hash)? })
}

fn sha_crypt(id: &'static str, fields: &[&str], text: &str) -> Result<Imported, Unusable> {
    let (rounds, salt, hash) = match *fields {
        [rounds, salt, hash] => (whole(rounds.strip_prefix("rounds=").ok_or(Unusable::Malformed)?)?, salt, hash),
        [salt, hash] => (SHA_CRYPT_DEFAULT, salt, hash),
        _ => return Err(Unusable::Malformed),
    };
    within(rounds <= SHA_CRYPT_ROUNDS)?;
    let of_crypt = |field: &str| field.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/'));
    let whole_hash = hash.len() == if id == "5" { 43 } else { 86 };
    if rounds >= SHA_CRYPT_FEWEST && (1..=16).contains(&salt.len()) && of_crypt(salt) && of_crypt(hash) && whole_hash {
        Ok(Imported::ShaCrypt { id, rounds, text: text.to_owned() })
    } else {
        Err(Unusable::Malformed)
    }
}

fn salted(salt: &str, hash: &str) -> Result<Salted, Unusable> {
    bounded(decoded(salt)?, decoded(hash)?)
}

fn bounded(salt: Vec<u8>, hash: Vec<u8>) -> Result<Salted, Unusable> {
    if SALT_BYTES.contains(&salt.len()) && HASH_BYTES.contains(&hash.len()) { Ok(Salted { salt, hash }) } else { Err(Unusable::Malformed) }
}

fn decoded(field: &str) -> Result<Vec<u8>, Unusable> {
    BASE64.decode(field).map_err(|_| Unusable::Malformed)
}

// A parameter of `m=1,t=2,p=3`.
fn number(parameters: &str, name: &str) -> Result<u32, Unusable> {
    let value = parameters.split(',').find_map(|parameter| parameter.strip_prefix(name)?.strip_prefix('='));
    whole(value.ok_or(Unusable::Malformed)?)
}

fn whole(digits: &str) -> Result<u32, Unusable> {
    let only_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // What doesn't fit is too much of whatever it counts.
    if only_digits { digits.parse().map_err(|_| Unusable::Excessive) } else { Err(Unusable::Malformed) }
}

fn within(bound: bool) -> Result<(), Unusable> {
    if bound { Ok(()) } else { Err(Unusable::Excessive) }
}
