//! Scopes: what an app asks for, cut down to what is offered (RFC 6749 §3.3, OpenID Connect Core §3.1.2.1, §5.4).
//!
//! Without `openid` a request is plain OAuth: there is an access token and no ID token.

use std::collections::BTreeSet;

use crate::authorization_request::Reason;

/// Makes a request an OpenID Connect request (OpenID Connect Core §3.1.2.1).
pub const OPENID: &str = "openid";
/// Name and other claims of the profile (OpenID Connect Core §5.4).
pub const PROFILE: &str = "profile";
/// The address and whether it is verified (OpenID Connect Core §5.4).
pub const EMAIL: &str = "email";

/// What is offered, as metadata states it.
pub const SUPPORTED: [&str; 3] = [OPENID, PROFILE, EMAIL];

/// The scopes of a request that are offered. Others are ignored (OpenID Connect Core §3.1.2.1); that nothing is left is an error.
pub fn requested(scope: Option<&str>) -> Result<BTreeSet<String>, Reason> {
    let scope = scope.ok_or(Reason::ScopeMissing)?;
    if !scope.split(' ').all(|token| token.bytes().all(is_scope_character)) {
        return Err(Reason::ScopeMalformed);
    }
    let offered: BTreeSet<String> = parse(scope).into_iter().filter(|token| SUPPORTED.contains(&token.as_str())).collect();
    if offered.is_empty() { Err(Reason::ScopeUnknown) } else { Ok(offered) }
}

/// A `scope` value as a set.
pub fn parse(scope: &str) -> BTreeSet<String> {
    scope.split(' ').filter(|token| !token.is_empty()).map(str::to_owned).collect()
}

/// A set as a `scope` value.
pub fn join(scopes: &BTreeSet<String>) -> String {
    scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
fn is_scope_character(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(scopes: &[&str]) -> BTreeSet<String> {
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    #[test]
    fn what_is_offered_is_granted_and_the_rest_ignored() {
        assert_eq!(requested(Some("openid profile email")), Ok(set(&["openid", "profile", "email"])));
        assert_eq!(requested(Some("openid offline_access https://api.example/read")), Ok(set(&["openid"])));
        assert_eq!(requested(Some(" openid  email ")), Ok(set(&["openid", "email"])));
    }

    #[test]
    fn a_request_without_openid_is_plain_oauth() {
        assert_eq!(requested(Some("profile")), Ok(set(&["profile"])));
    }

    #[test]
    fn a_request_for_nothing_that_is_offered_is_refused() {
        assert_eq!(requested(None), Err(Reason::ScopeMissing));
        assert_eq!(requested(Some("offline_access")), Err(Reason::ScopeUnknown));
        assert_eq!(requested(Some("OPENID")), Err(Reason::ScopeUnknown));
        assert_eq!(requested(Some(" ")), Err(Reason::ScopeUnknown));
    }

    #[test]
    fn a_scope_of_other_characters_is_refused_even_beside_a_good_one() {
        for malformed in ["openid \"x\"", "openid a\\b", "openid\tprofile", "openid ü"] {
            assert_eq!(requested(Some(malformed)), Err(Reason::ScopeMalformed), "{malformed}");
        }
    }

    #[test]
    fn a_set_is_written_as_it_is_read() {
        assert_eq!(join(&parse("profile openid openid")), "openid profile");
    }
}
