//! The discovery document (OpenID Connect Discovery §3, RFC 8414 §2). It states what exists and nothing else.

use domain::claims::StandardClaim;
use domain::client::ClientAuthenticationMethod;
use domain::key_ring::Algorithm;
use domain::tenant::Issuer;
use serde::Serialize;

use crate::authorization_request::{DISPLAYS, RESPONSE_TYPE, prompt, response_mode};
use crate::{acr, client_authentication, grants, introspection, pkce, scope};

/// What signs ID tokens and userinfo; RS256 first because OpenID Connect Discovery §3 demands it.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::Rs256, Algorithm::Es256];
/// Claims that aren't about a person's profile.
const TOKEN_CLAIMS: [&str; 11] = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"];

/// The discovery document of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the document has them, by these names")]
pub struct Metadata<'a> {
    issuer: &'a Issuer,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    end_session_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    pushed_authorization_request_endpoint: String,
    require_pushed_authorization_requests: bool,
    jwks_uri: String,
    scopes_supported: [&'static str; 9],
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 3],
    grant_types_supported: [&'static str; 3],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [Algorithm; 2],
    userinfo_signing_alg_values_supported: [Algorithm; 2],
    token_endpoint_auth_methods_supported: [ClientAuthenticationMethod; 4],
    token_endpoint_auth_signing_alg_values_supported: [Algorithm; 2],
    revocation_endpoint_auth_methods_supported: [ClientAuthenticationMethod; 4],
    revocation_endpoint_auth_signing_alg_values_supported: [Algorithm; 2],
    introspection_endpoint_auth_methods_supported: [ClientAuthenticationMethod; 3],
    introspection_endpoint_auth_signing_alg_values_supported: [Algorithm; 2],
    code_challenge_methods_supported: [&'static str; 1],
    claim_types_supported: [&'static str; 1],
    claims_supported: Vec<&'static str>,
    prompt_values_supported: [&'static str; 4],
    display_values_supported: [&'static str; 3],
    acr_values_supported: [&'static str; 1],
    ui_locales_supported: &'a [&'a str],
    authorization_response_iss_parameter_supported: bool,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
}

/// The document of the tenant with this issuer, whose pages speak these languages (BCP 47).
pub fn document<'a>(issuer: &'a Issuer, ui_locales: &'a [&'a str]) -> Metadata<'a> {
    Metadata {
        issuer,
        authorization_endpoint: issuer.endpoint("/authorize"),
        token_endpoint: issuer.endpoint("/token"),
        userinfo_endpoint: issuer.endpoint("/userinfo"),
        end_session_endpoint: issuer.endpoint("/logout"),
        revocation_endpoint: issuer.endpoint("/revoke"),
        introspection_endpoint: issuer.endpoint("/introspect"),
        pushed_authorization_request_endpoint: issuer.endpoint("/par"),
        require_pushed_authorization_requests: false, // RFC 9126 §5
        jwks_uri: issuer.endpoint("/jwks"),
        scopes_supported: scope::SUPPORTED,
        response_types_supported: [RESPONSE_TYPE],
        response_modes_supported: response_mode::SUPPORTED,
        grant_types_supported: grants::SUPPORTED,
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ALGORITHMS,
        userinfo_signing_alg_values_supported: ALGORITHMS,
        token_endpoint_auth_methods_supported: client_authentication::SUPPORTED,
        token_endpoint_auth_signing_alg_values_supported: client_authentication::ASSERTION_ALGORITHMS,
        revocation_endpoint_auth_methods_supported: client_authentication::SUPPORTED,
        revocation_endpoint_auth_signing_alg_values_supported: client_authentication::ASSERTION_ALGORITHMS,
        introspection_endpoint_auth_methods_supported: introspection::SUPPORTED,
        introspection_endpoint_auth_signing_alg_values_supported: client_authentication::ASSERTION_ALGORITHMS,
        code_challenge_methods_supported: [pkce::METHOD],
        claim_types_supported: ["normal"],
        claims_supported: TOKEN_CLAIMS.into_iter().chain(StandardClaim::ALL.map(StandardClaim::as_str)).collect(),
        prompt_values_supported: prompt::SUPPORTED,
        display_values_supported: DISPLAYS,
        acr_values_supported: acr::SUPPORTED,
        ui_locales_supported: ui_locales,
        authorization_response_iss_parameter_supported: true, // RFC 9207 §3
        backchannel_logout_supported: true,                   // OpenID Connect Back-Channel Logout §2.1
        backchannel_logout_session_supported: true,
        claims_parameter_supported: true,
        request_parameter_supported: false,
        request_uri_parameter_supported: false, // said because its default is true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_document_states_what_exists_and_nothing_else() {
        let issuer = Issuer::parse("http://localhost:8080/t/demo").expect("an issuer");
        let expected = json!({
            "issuer": "http://localhost:8080/t/demo",
            "authorization_endpoint": "http://localhost:8080/t/demo/authorize",
            "token_endpoint": "http://localhost:8080/t/demo/token",
            "userinfo_endpoint": "http://localhost:8080/t/demo/userinfo",
            "end_session_endpoint": "http://localhost:8080/t/demo/logout",
            "revocation_endpoint": "http://localhost:8080/t/demo/revoke",
            "introspection_endpoint": "http://localhost:8080/t/demo/introspect",
            "pushed_authorization_request_endpoint": "http://localhost:8080/t/demo/par",
            "require_pushed_authorization_requests": false,
            "jwks_uri": "http://localhost:8080/t/demo/jwks",
            "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access", "groups", "roles", "account"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "userinfo_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
            "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
            "revocation_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
            "introspection_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
            "code_challenge_methods_supported": ["S256"],
            "claim_types_supported": ["normal"],
            "claims_supported": [
                "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid",
                "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender",
                "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified", "address", "phone_number", "phone_number_verified",
                "groups", "roles",
            ],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "display_values_supported": ["page", "popup", "touch"],
            "acr_values_supported": ["urn:countersign:acr:password"],
            "ui_locales_supported": ["en", "de"],
            "authorization_response_iss_parameter_supported": true,
            "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true,
            "claims_parameter_supported": true,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
        });
        assert_eq!(serde_json::to_value(document(&issuer, &["en", "de"])).expect("JSON"), expected);
    }
}
