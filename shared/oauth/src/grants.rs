//! What is asked for at the token endpoint (RFC 6749 §3.2): one file per grant.

use std::collections::BTreeSet;

use domain::Secret;
use domain::api::Audience;
use domain::client::{Client, GrantType};
use domain::policy::{CODE_MAX, REFRESH_TOKEN_MAX};

use crate::error::reasons;
use crate::parameters::RequestParameters;
use crate::resource::{self, Misnamed};
use crate::scope;

pub mod authorization_code;
pub mod client_credentials;
pub mod issuance;
pub mod refresh_token;

/// The grant types that are offered, as metadata states them.
pub const SUPPORTED: [&str; 3] = [AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS];
const AUTHORIZATION_CODE: &str = GrantType::AuthorizationCode.as_str();
const REFRESH_TOKEN: &str = GrantType::RefreshToken.as_str();
const CLIENT_CREDENTIALS: &str = GrantType::ClientCredentials.as_str();

/// A PKCE verifier as it was presented (RFC 7636 §4.5).
pub type CodeVerifier = Secret<String>;

/// A token request, after its client was authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenRequest {
    /// RFC 6749 §4.1.3.
    AuthorizationCode(CodeGrant),
    /// RFC 6749 §6.
    RefreshToken(RefreshGrant),
    /// RFC 6749 §4.4.2.
    ClientCredentials(ClientCredentialsGrant),
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
    /// For which API the access token is to be (RFC 8707 §2.2); for the one that was granted without it.
    pub resource: Option<Audience>,
}

/// A refresh token and what comes with it (RFC 6749 §6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshGrant {
    /// The sealed refresh token.
    pub refresh_token: Secret<String>,
    /// What the new access token is to be good for; everything granted without it.
    pub scopes: Option<BTreeSet<String>>,
    /// For which API it is to be (RFC 8707 §2.2); for the one that was granted without it.
    pub resource: Option<Audience>,
}

/// What an app asks for as itself (RFC 6749 §4.4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCredentialsGrant {
    /// For which API (RFC 8707 §2.2).
    pub resource: Option<Audience>,
    /// What the access token is to be good for; everything granted without it.
    pub scopes: Option<BTreeSet<String>>,
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
        /// RFC 6749 §6.
        RefreshTokenMissing => InvalidRequest, "refresh_token is missing";
        /// No refresh token has this length, so none was issued.
        RefreshTokenTooLong => InvalidGrant, "refresh_token is longer than any refresh token";
        /// RFC 6749 §3.3.
        ScopeMalformed => InvalidScope, "scope is malformed";
        /// RFC 6749 §5.2.
        GrantNotRegistered => UnauthorizedClient, "the client is not registered for this grant";
        /// RFC 6749 §4.4.
        ClientPublic => UnauthorizedClient, "a public client asks for nothing as itself";
        /// RFC 8707 §2.
        ResourceSeveral => InvalidTarget, "resource more than once";
        /// RFC 8707 §2.
        ResourceMalformed => InvalidTarget, "resource is not an absolute URI without a fragment";
    }
}

impl From<Misnamed> for Reason {
    fn from(misnamed: Misnamed) -> Self {
        match misnamed {
            Misnamed::Several => Self::ResourceSeveral,
            Misnamed::Malformed => Self::ResourceMalformed,
        }
    }
}

impl TokenRequest {
    /// Reads the parameters of a token request.
    pub fn parse(parameters: &RequestParameters<'_>) -> Result<Self, Reason> {
        match parameters.get("grant_type") {
            None => Err(Reason::GrantTypeMissing),
            Some(AUTHORIZATION_CODE) => code_grant(parameters).map(Self::AuthorizationCode),
            Some(REFRESH_TOKEN) => refresh_grant(parameters).map(Self::RefreshToken),
            Some(CLIENT_CREDENTIALS) => client_credentials_grant(parameters).map(Self::ClientCredentials),
            Some(_) => Err(Reason::GrantTypeUnsupported),
        }
    }
}

impl TokenRequest {
    /// The request, if `client` is registered for its grant (RFC 7591 §2).
    pub fn permitted(self, client: &Client) -> Result<Self, Reason> {
        let grant_type = match self {
            Self::AuthorizationCode(_) => GrantType::AuthorizationCode,
            Self::RefreshToken(_) => GrantType::RefreshToken,
            // Whatever it is registered for: anybody could ask in its name.
            Self::ClientCredentials(_) if !client.is_confidential() => return Err(Reason::ClientPublic),
            Self::ClientCredentials(_) => GrantType::ClientCredentials,
        };
        if client.grant_types.contains(&grant_type) { Ok(self) } else { Err(Reason::GrantNotRegistered) }
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
        resource: resource::requested(parameters)?,
    })
}

fn refresh_grant(parameters: &RequestParameters<'_>) -> Result<RefreshGrant, Reason> {
    let refresh_token = parameters.get("refresh_token").ok_or(Reason::RefreshTokenMissing)?;
    if refresh_token.len() > REFRESH_TOKEN_MAX {
        return Err(Reason::RefreshTokenTooLong);
    }
    let (scopes, resource) = (scopes(parameters)?, resource::requested(parameters)?);
    Ok(RefreshGrant { refresh_token: Secret::new(refresh_token.to_owned()), scopes, resource })
}

fn client_credentials_grant(parameters: &RequestParameters<'_>) -> Result<ClientCredentialsGrant, Reason> {
    Ok(ClientCredentialsGrant { resource: resource::requested(parameters)?, scopes: scopes(parameters)? })
}

fn scopes(parameters: &RequestParameters<'_>) -> Result<Option<BTreeSet<String>>, Reason> {
    parameters.get("scope").map(|text| scope::well_formed(text).ok_or(Reason::ScopeMalformed)).transpose()
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
            resource: None,
        };
        assert_eq!(parse(&whole), Ok(TokenRequest::AuthorizationCode(expected)));
        let bare = CodeGrant { code: Secret::new("c".to_owned()), redirect_uri: None, code_verifier: None, resource: None };
        assert_eq!(parse(&whole[..2]), Ok(TokenRequest::AuthorizationCode(bare)));
    }

    #[test]
    fn a_grant_that_is_not_offered_is_refused_by_name() {
        for other in ["password", "Client_Credentials", "implicit", "Authorization_Code"] {
            let refused = parse(&[("grant_type", other), ("code", "c")]).expect_err("not offered");
            assert_eq!(refused.code().as_str(), "unsupported_grant_type", "{other}");
        }
        assert_eq!(parse(&[("code", "c")]).map_err(|reason| reason.code().as_str()), Err("invalid_request"));
    }

    #[test]
    fn a_missing_code_is_an_invalid_request_and_one_longer_than_any_an_invalid_grant() {
        let with_code = |code: &str| parse(&[("grant_type", "authorization_code"), ("code", code)]).map_err(|reason| reason.code().as_str());
        assert!(with_code(&"c".repeat(1240)).is_ok());
        assert_eq!(with_code(&"c".repeat(1241)), Err("invalid_grant"));
        assert_eq!(with_code(""), Err("invalid_request"));
    }

    #[test]
    fn every_grant_that_metadata_names_is_read() {
        for grant_type in SUPPORTED {
            assert_ne!(parse(&[("grant_type", grant_type)]), Err(Reason::GrantTypeUnsupported), "{grant_type}");
        }
    }

    #[test]
    fn a_refresh_grant_is_read_with_the_scopes_that_are_wanted() {
        let with = |parameters: &[(&str, &str)]| {
            let mut all = vec![("grant_type", "refresh_token")];
            all.extend(parameters);
            parse(&all)
        };
        let grant = |scopes| TokenRequest::RefreshToken(RefreshGrant { refresh_token: Secret::new("r".to_owned()), scopes, resource: None });
        let named = with(&[("refresh_token", "r"), ("resource", "https://api.example")]);
        assert!(matches!(named, Ok(TokenRequest::RefreshToken(RefreshGrant { resource: Some(_), .. }))), "{named:?}");
        assert_eq!(with(&[("refresh_token", "r"), ("resource", "api")]), Err(Reason::ResourceMalformed));
        assert_eq!(with(&[("refresh_token", "r")]), Ok(grant(None)));
        assert_eq!(with(&[("refresh_token", "r"), ("scope", "openid email")]), Ok(grant(Some(scope::parse("openid email")))));
        assert_eq!(with(&[]), Err(Reason::RefreshTokenMissing));
        assert!(with(&[("refresh_token", &"r".repeat(600))]).is_ok());
        assert_eq!(with(&[("refresh_token", &"r".repeat(601))]), Err(Reason::RefreshTokenTooLong));
        for malformed in ["a\"b", " ", "ü"] {
            assert_eq!(with(&[("refresh_token", "r"), ("scope", malformed)]), Err(Reason::ScopeMalformed), "{malformed}");
        }
    }

    #[test]
    fn an_app_asks_for_one_api_and_for_scopes_of_it() {
        let with = |parameters: &[(&str, &str)]| {
            let mut all = vec![("grant_type", "client_credentials")];
            all.extend(parameters);
            parse(&all)
        };
        let api = Audience::parse("https://api.example").expect("an audience");
        let grant = |resource, scopes| Ok(TokenRequest::ClientCredentials(ClientCredentialsGrant { resource, scopes }));
        assert_eq!(with(&[]), grant(None, None));
        let both = [("resource", "https://api.example"), ("scope", "read write")];
        assert_eq!(with(&both), grant(Some(api), Some(scope::parse("read write"))));
        assert_eq!(with(&[both[0], ("resource", "https://other.example")]), Err(Reason::ResourceSeveral));
        assert_eq!(with(&[("resource", "api")]), Err(Reason::ResourceMalformed));
        assert_eq!(with(&[both[0], ("scope", "a\"b")]), Err(Reason::ScopeMalformed));
    }

    #[test]
    fn a_client_asks_for_what_it_is_registered_for() {
        let client = |grant_types: &[GrantType]| Client { grant_types: grant_types.iter().copied().collect(), ..crate::samples::public_client() };
        let requests = [
            (GrantType::AuthorizationCode, parse(&[("grant_type", "authorization_code"), ("code", "c")]).expect("a request")),
            (GrantType::RefreshToken, parse(&[("grant_type", "refresh_token"), ("refresh_token", "r")]).expect("a request")),
        ];
        for (grant_type, request) in requests {
            assert_eq!(request.clone().permitted(&client(&[grant_type])), Ok(request.clone()));
            assert_eq!(request.permitted(&client(&[GrantType::ClientCredentials])), Err(Reason::GrantNotRegistered));
        }
        let own = parse(&[("grant_type", "client_credentials")]).expect("a request");
        let machine = Client { grant_types: [GrantType::ClientCredentials].into(), ..crate::samples::confidential_client() };
        assert_eq!(own.clone().permitted(&machine), Ok(own.clone()));
        assert_eq!(own.clone().permitted(&crate::samples::confidential_client()), Err(Reason::GrantNotRegistered));
        assert_eq!(own.permitted(&client(&[GrantType::ClientCredentials])), Err(Reason::ClientPublic));
        assert_eq!(Reason::ClientPublic.code().as_str(), "unauthorized_client");
    }
}
