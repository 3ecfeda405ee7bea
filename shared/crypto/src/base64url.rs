//! base64url without padding (RFC 4648 §5), canonical forms only: one text per byte string.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A text isn't canonical base64url: padding, another alphabet, an impossible length, or bits left over at its end (RFC 4648 §3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not base64url without padding")]
pub struct NotBase64url;

/// Writes bytes as base64url.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url; whatever `encode` wouldn't have written is refused.
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, NotBase64url> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| NotBase64url)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn padding_the_other_alphabet_white_space_and_left_over_bits_are_refused() {
        assert_eq!(decode("-_8"), Ok(vec![0xfb, 0xff]));
        for wrong in ["-_8=", "+/8", "-_ 8", "-_8\n", "-_9", "-", "-_8é"] {
            assert_eq!(decode(wrong), Err(NotBase64url), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn a_text_that_decodes_is_the_one_that_was_encoded(text in "[A-Za-z0-9_=+/-]{0,12}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(bytes), text);
            }
        }

        #[test]
        fn bytes_come_back(bytes: Vec<u8>) {
            prop_assert_eq!(decode(encode(&bytes)), Ok(bytes));
        }
    }
}
