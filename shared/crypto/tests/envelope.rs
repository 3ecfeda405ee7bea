//! Envelopes: a secret at rest opens in its own place under its own key, and nowhere else (fault F24).

use crypto::envelope::{Refusal, unwrap, unwrap_with, wrap, wrap_with};
use crypto::{DataKeys, SymmetricKey};
use proptest::prelude::*;

const CONTEXT: &str = "userkey|tenant|user";

fn data_keys(versions: &[u8]) -> DataKeys {
    let key = |version: &u8| (u32::from(*version), SymmetricKey::from_bytes([*version; 32]));
    DataKeys::new(versions.iter().map(key).collect()).expect("versions")
}

fn opened(keys: &DataKeys, context: &str, bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    unwrap(keys, context, bytes).map(|secret| secret.expose().clone())
}

#[test]
fn a_secret_moved_to_another_context_is_refused() {
    let keys = data_keys(&[1]);
    let wrapped = wrap(&keys, CONTEXT, [5; 16], b"a user key");
    for elsewhere in ["userkey|tenant|other", "userkey|other|user", "password|tenant|user", "", "userkey|tenant|user "] {
        assert_eq!(opened(&keys, elsewhere, &wrapped), Err(Refusal::Forged), "{elsewhere:?}");
    }
    assert_eq!(opened(&keys, CONTEXT, &wrapped), Ok(b"a user key".to_vec()));
}

#[test]
fn a_secret_of_another_tenants_key_is_refused_and_no_other_version_is_tried() {
    let keys = data_keys(&[1, 2]);
    let wrapped = wrap(&keys, CONTEXT, [5; 16], b"secret");
    let others = DataKeys::new(vec![(1, SymmetricKey::from_bytes([2; 32])), (2, SymmetricKey::from_bytes([9; 32]))]).expect("versions");
    assert_eq!(opened(&others, CONTEXT, &wrapped), Err(Refusal::Forged));
    assert_eq!(opened(&keys, CONTEXT, &wrapped), Ok(b"secret".to_vec()));
}

#[test]
fn a_retired_version_opens_what_it_wrapped_until_it_is_gone() {
    let wrapped = wrap(&data_keys(&[1]), CONTEXT, [5; 16], b"secret");
    assert_eq!(opened(&data_keys(&[1, 2]), CONTEXT, &wrapped), Ok(b"secret".to_vec()));
    assert_eq!(opened(&data_keys(&[2]), CONTEXT, &wrapped), Err(Refusal::UnknownKey));
}

#[test]
fn every_flipped_bit_and_every_truncation_is_refused() {
    let keys = data_keys(&[1]);
    let wrapped = wrap(&keys, CONTEXT, [5; 16], b"secret");
    for at in 0..wrapped.len() {
        assert!(opened(&keys, CONTEXT, &wrapped[..at]).is_err(), "truncated to {at}");
        for bit in 0..8 {
            let mut forged = wrapped.clone();
            forged[at] ^= 1 << bit;
            assert!(opened(&keys, CONTEXT, &forged).is_err(), "byte {at}, bit {bit}");
        }
    }
    assert!(opened(&keys, CONTEXT, &[&wrapped[..], b"x"].concat()).is_err(), "extended");
    assert!(opened(&keys, CONTEXT, &wrapped).is_ok());
}

#[test]
fn an_envelope_under_a_persons_key_opens_under_that_key_in_its_context() {
    let key = SymmetricKey::from_bytes([1; 32]);
    let wrapped = wrap_with(&key, "event|e1", [5; 16], b"203.0.113.7");
    assert_eq!(unwrap_with(&key, "event|e2", &wrapped).err(), Some(Refusal::Forged));
    assert_eq!(unwrap_with(&SymmetricKey::from_bytes([2; 32]), "event|e1", &wrapped).err(), Some(Refusal::Forged));
    assert_eq!(unwrap_with(&key, "event|e1", &wrapped).expect("its own").expose(), b"203.0.113.7");
}

#[test]
fn the_two_forms_do_not_stand_in_for_each_other() {
    let key = SymmetricKey::from_bytes([1; 32]);
    let versioned = wrap(&data_keys(&[1]), CONTEXT, [5; 16], b"secret");
    let single = wrap_with(&key, CONTEXT, [5; 16], b"secret");
    assert_eq!(unwrap_with(&key, CONTEXT, &versioned).err(), Some(Refusal::Malformed));
    assert_eq!(opened(&data_keys(&[1]), CONTEXT, &single), Err(Refusal::Malformed));
}

#[test]
fn the_form_that_was_written_yesterday_still_opens_today() {
    // Both forms, composed by another implementation (HMAC and AES-GCM of Python).
    let keys = data_keys(&[1]);
    let yesterday = "AQAAAAEFBQUFBQUFBQUFBQUFBQUFCtcflohBvTIDRQ0Zc2eM-J734wIrkQ";
    assert_eq!(crypto::base64url::encode(wrap(&keys, CONTEXT, [5; 16], b"secret")), yesterday);
    let single = "AgUFBQUFBQUFBQUFBQUFBQUK1x-WiEGhiF3Ysp3m6y2_nThmaGzO";
    let key = SymmetricKey::from_bytes([1; 32]);
    assert_eq!(crypto::base64url::encode(wrap_with(&key, CONTEXT, [5; 16], b"secret")), single);
}

proptest! {
    #[test]
    fn whatever_is_wrapped_comes_back(plain: Vec<u8>, context: String, salt: [u8; 16], key: [u8; 32]) {
        let keys = DataKeys::new(vec![(4, SymmetricKey::from_bytes(key))]).expect("a version");
        prop_assert_eq!(opened(&keys, &context, &wrap(&keys, &context, salt, &plain)), Ok(plain.clone()));
        let single = SymmetricKey::from_bytes(key);
        let secret = unwrap_with(&single, &context, &wrap_with(&single, &context, salt, &plain)).expect("its own");
        prop_assert_eq!(secret.expose(), &plain);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        prop_assert!(unwrap(&data_keys(&[1]), CONTEXT, &bytes).is_err());
        prop_assert!(unwrap_with(&SymmetricKey::from_bytes([1; 32]), CONTEXT, &bytes).is_err());
    }
}
