//! Giving a token back (RFC 7009): whichever it is, its whole family dies (§2.1). What isn't the client's is answered alike and changes nothing (§2.2).
//!
//! A token that the client got for itself has no family: it ends by its expiry or by a watermark, and the client is told so (§2.2.1) instead of being
//! left to believe that it is dead.

use crate::error::reasons;
use crate::parameters::RequestParameters;

reasons! {
    /// Why a request for revocation isn't one.
    pub enum Reason {
        /// RFC 7009 §2.1.
        TokenMissing => InvalidRequest, "token is missing";
        /// RFC 7009 §2.2.1.
        OwnToken => UnsupportedTokenType, "a token that a client got for itself is not revoked";
    }
}

/// The token that is given back. Its `token_type_hint` isn't needed: no token can be taken for one of another kind.
pub fn token<'a>(parameters: &RequestParameters<'a>) -> Result<&'a str, Reason> {
    parameters.get("token").ok_or(Reason::TokenMissing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_the_token() {
        let read = |parameters: &[(&'static str, &'static str)]| token(&parameters.iter().copied().collect());
        assert_eq!(read(&[("token", "t"), ("token_type_hint", "nonsense")]), Ok("t"));
        assert_eq!(read(&[("token", "")]), Err(Reason::TokenMissing));
    }
}
