//! `sid`: the name that apps know a session by (OpenID Connect Front-Channel Logout §3, Back-Channel Logout §2.4). It leads to no key: internal
//! ids leave the platform in sealed claims alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::SessionId;

use crate::Sha256;

/// Set apart from every other hash of a session's id.
const LABEL: &[u8] = b"sid|";
/// 128 bits: nobody finds two sessions of one name.
const LENGTH: usize = 16;

/// The `sid` of a session: base64url of the first 16 bytes of a SHA-256 over its id.
pub fn of(session: &SessionId, sha256: Sha256) -> String {
    let named = [LABEL, session.as_str().as_bytes()].concat();
    URL_SAFE_NO_PAD.encode(&sha256(&named)[..LENGTH])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_session_has_one_name_for_good_which_does_not_show_its_id() {
        let session = SessionId::from_random([3; 16]);
        let expected = samples::sha256(b"sid|AwMDAwMDAwMDAwMDAwMDAw");
        assert_eq!(of(&session, samples::sha256), URL_SAFE_NO_PAD.encode(&expected[..16]));
        assert_eq!(of(&session, samples::sha256).len(), 22);
        assert_ne!(of(&session, samples::sha256), session.as_str());
        assert_ne!(of(&session, samples::sha256), of(&SessionId::from_random([4; 16]), samples::sha256));
    }
}
