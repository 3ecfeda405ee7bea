//! What is asked for at the token endpoint (RFC 6749 §3.2): one file per grant.

use domain::Secret;
use domain::policy::CODE_MAX;

use crate::error::reasons;
use crate::parameters::RequestParameters;

pub mod authorization_code;

/// The grant types that are offered, as metadata states them.
pub const SUPPORTED: [&str; 1] = [AUTHORIZATION_CODE];
const AUTHORIZATION_CODE: &str = "authorization_code";

/// A PKCE verifier as it was presented (RFC 7636 §4.5).
pub type CodeVerifier = Secret<String>;

/// A token request, after its client was authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenRequest {
    /// RFC 6749 §4.1.3.
    AuthorizationCode(CodeGrant),
}

/// A code and what comes with it (RFC 6749 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeGrant {
    /// The sealed code.
    pub code: Secret<String>,
    /// The redirect URI of the authorization request, repeated.
    pub redirect_uri: Option<String>,
    /// The answer to the PKCE challenge.
    pub code_verifier: Option<CodeVerifier>,
}

reasons! {
    /// Why a token request isn't one.
    pub enum Reason {
        /// RFC 6749 §4.1.3.
        GrantTypeMissing => InvalidRequest, "grant_type is missing";
        /// RFC 6749 §5.2.
        GrantTypeUnsupported => UnsupportedGrantType, "grant_type is not offered";
        /// RFC 6749 §4.1.3.
        CodeMissing => InvalidRequest, "code is missing";
        /// No code has this length, so none was issued.
        CodeTooLong => InvalidGrant, "code is longer than any code";
    }
}

impl TokenRequest {
    /// Reads the parameters of a token request.
    pub fn parse(parameters: &RequestParameters<'_>) -> Result<Self, Reason> {
        match parameters.get("grant_type") {
            None => Err(Reason::GrantTypeMissing),
            Some(AUTHORIZATION_CODE) => code_grant(parameters).map(Self::AuthorizationCode),
            Some(_) => Err(Reason::GrantTypeUnsupported),
        }
    }
}

fn code_grant(parameters: &RequestParameters<'_>) -> Result<CodeGrant, Reason> {
    let code = parameters.get("code").ok_or(Reason::CodeMissing)?;
    if code.len() > CODE_MAX {
        return Err(Reason::CodeTooLong);
    }
    Ok(CodeGrant {
        code: Secret::new(code.to_owned()),
        redirect_uri: parameters.get("redirect_uri").map(str::to_owned),
        code_verifier: parameters.get("code_verifier").map(|verifier| Secret::new(verifier.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(parameters: &[(&str, &str)]) -> Result<TokenRequest, Reason> {
        TokenRequest::parse(&parameters.iter().copied().collect())
    }

    #[test]
    fn a_code_grant_is_read_with_what_came_with_it() {
        let whole =
            [("grant_type", "authorization_code"), ("code", "c"), ("redirect_uri", "https://app.example/cb"), ("code_verifier", "v"), ("x", "y")];
        let expected = CodeGrant {
            code: Secret::new("c".to_owned()),
            redirect_uri: Some("https://app.example/cb".to_owned()),
            code_verifier: Some(Secret::new("v".to_owned())),
        };
        assert_eq!(parse(&whole), Ok(TokenRequest::AuthorizationCode(expected)));
        let bare = CodeGrant { code: Secret::new("c".to_owned()), redirect_uri: None, code_verifier: None };
        assert_eq!(parse(&whole[..2]), Ok(TokenRequest::AuthorizationCode(bare)));
    }

    #[test]
    fn a_grant_that_is_not_offered_is_refused_by_name() {
        for other in ["password", "refresh_token", "client_credentials", "implicit", "Authorization_Code"] {
            let refused = parse(&[("grant_type", other), ("code", "c")]).expect_err("not offered");
            assert_eq!(refused.code().as_str(), "unsupported_grant_type", "{other}");
        }
        assert_eq!(parse(&[("code", "c")]).map_err(|reason| reason.code().as_str()), Err("invalid_request"));
    }

    #[test]
    fn a_missing_code_is_an_invalid_request_and_one_longer_than_any_an_invalid_grant() {
        let with_code = |code: &str| parse(&[("grant_type", "authorization_code"), ("code", code)]).map_err(|reason| reason.code().as_str());
        assert!(with_code(&"c".repeat(1200)).is_ok());
        assert_eq!(with_code(&"c".repeat(1201)), Err("invalid_grant"));
        assert_eq!(with_code(""), Err("invalid_request"));
    }

    #[test]
    fn every_grant_that_metadata_names_is_read() {
        for grant_type in SUPPORTED {
            assert_ne!(parse(&[("grant_type", grant_type)]), Err(Reason::GrantTypeUnsupported), "{grant_type}");
        }
    }
}
