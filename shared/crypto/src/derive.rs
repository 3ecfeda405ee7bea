//! Keys, identifiers and fingerprints derived from others: HKDF (RFC 5869), HMAC (RFC 2104), SHA-256.

use aws_lc_rs::{digest, hkdf, hmac};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::key::SymmetricKey;

/// Derives 32 bytes from `key` for the purpose `label`, different for each `input`.
///
/// The result is a key or an identifier that only a holder of `key` can compute.
pub fn hkdf(key: &SymmetricKey, label: &str, input: &[u8]) -> [u8; 32] {
    *expand(key, &[], &[label.as_bytes(), input])
}

/// Authenticates `data` under `key` for the purpose `label`: the same data has unrelated values under two labels.
pub fn hmac_sha256(key: &SymmetricKey, label: &str, data: &[u8]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.expose()));
    context.update(&length(label.as_bytes()));
    context.update(label.as_bytes());
    context.update(data);
    as_32_bytes(context.sign().as_ref())
}

/// Six decimal digits for the purpose `label`, different for each `input`: a code that only a holder of `key` can compute.
///
/// Of 2^64 values the remainder prefers none by more than one in 10^13.
pub fn six_digits(key: &SymmetricKey, label: &str, input: &[u8]) -> String {
    let mac = hmac_sha256(key, label, input);
    let mut number = [0; 8];
    number.copy_from_slice(&mac[..8]);
    format!("{:06}", u64::from_be_bytes(number) % 1_000_000)
}

/// SHA-256, for values that are random already (client secrets) or public.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    as_32_bytes(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// Whether two byte strings are equal, in a time that tells their lengths and nothing else.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

// INVARIANT: each part stands behind its length, so that no two lists of parts give the same info.
pub(crate) fn expand(key: &SymmetricKey, salt: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let info = length_prefixed(parts);
    let mut derived = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(key.expose())
        .expand(&[&info], hkdf::HKDF_SHA256)
        .and_then(|material| material.fill(derived.as_mut_slice()))
        .expect("one block of HKDF-SHA256 is 32 bytes");
    derived
}

pub(crate) fn length_prefixed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        bytes.extend_from_slice(&length(part));
        bytes.extend_from_slice(part);
    }
    bytes
}

fn length(part: &[u8]) -> [u8; 4] {
    u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes()
}

fn as_32_bytes(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().expect("SHA-256 gives 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
    }

    #[test]
    fn sha_256_gives_the_value_of_its_specification() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256(b"abc").to_vec(), hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    #[test]
    fn hkdf_and_hmac_give_values_computed_by_another_implementation() {
        let key = SymmetricKey::from_bytes([0x0b; 32]);
        // Python: hmac.new(bytes([11]*32), b"\0\0\0\5label" + b"data", "sha256").
        assert_eq!(hmac_sha256(&key, "label", b"data").to_vec(), hex("d12e6e9bc062bb8e88d80a4c2bcebba236b9e4efc0374a9723007692b1d2e538"));
        // Python: prk = hmac(bytes(32), key); hmac(prk, b"\0\0\0\5label\0\0\0\5input\1").
        assert_eq!(hkdf(&key, "label", b"input").to_vec(), hex("c38f6363f606d1731feb5e1b5d73de105544822d9f32d0fb1db4022833b5d916"));
    }

    #[test]
    fn six_digits_are_six_digits_and_others_for_another_input() {
        let key = SymmetricKey::from_bytes([0x0b; 32]);
        // Python: int.from_bytes(hmac_of_above[:8], "big") % 10**6.
        assert_eq!(six_digits(&key, "label", b"data"), format!("{:06}", 0xd12e_6e9b_c062_bb8e_u64 % 1_000_000));
        let codes: std::collections::BTreeSet<String> = (0..100_u8).map(|number| six_digits(&key, "label", &[number])).collect();
        assert!(codes.len() > 98 && codes.iter().all(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())));
    }

    #[test]
    fn a_label_keeps_purposes_apart() {
        let key = SymmetricKey::from_bytes([1; 32]);
        assert_ne!(hmac_sha256(&key, "ab", b"c"), hmac_sha256(&key, "a", b"bc"));
        assert_ne!(hkdf(&key, "ab", b"c"), hkdf(&key, "a", b"bc"));
        assert_ne!(hkdf(&key, "a", b"b"), hmac_sha256(&key, "a", b"b"));
    }

    #[test]
    fn comparison_tells_equal_from_different() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"ab"));
    }
}
