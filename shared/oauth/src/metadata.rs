//! The discovery document (OpenID Connect Discovery §3, RFC 8414 §2). It states what exists and nothing else.

use domain::client::ClientAuthenticationMethod;
use domain::key_ring::Algorithm;
use domain::tenant::Issuer;
use serde::Serialize;

use crate::authorization_request::{RESPONSE_MODE, RESPONSE_TYPE, prompt};
use crate::{client_authentication, grants, pkce, scope, userinfo};

/// What signs ID tokens; RS256 first because OpenID Connect Discovery §3 demands it.
const ID_TOKEN_ALGORITHMS: [Algorithm; 2] = [Algorithm::Rs256, Algorithm::Es256];
/// Claims of an ID token beyond those of userinfo.
const ID_TOKEN_CLAIMS: [&str; 9] = ["iss", "aud", "exp", "iat", "auth_time", "nonce", "amr", "at_hash", "sid"];

/// The discovery document of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the document has them, by these names")]
pub struct Metadata<'a> {
    issuer: &'a Issuer,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    scopes_supported: [&'static str; 3],
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 1],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [Algorithm; 2],
    token_endpoint_auth_methods_supported: [ClientAuthenticationMethod; 3],
    code_challenge_methods_supported: [&'static str; 1],
    claim_types_supported: [&'static str; 1],
    claims_supported: Vec<&'static str>,
    prompt_values_supported: [&'static str; 1],
    ui_locales_supported: &'a [&'a str],
    authorization_response_iss_parameter_supported: bool,
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
        jwks_uri: issuer.endpoint("/jwks"),
        scopes_supported: scope::SUPPORTED,
        response_types_supported: [RESPONSE_TYPE],
        response_modes_supported: [RESPONSE_MODE],
        grant_types_supported: grants::SUPPORTED,
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ID_TOKEN_ALGORITHMS,
        token_endpoint_auth_methods_supported: client_authentication::SUPPORTED,
        code_challenge_methods_supported: [pkce::METHOD],
        claim_types_supported: ["normal"],
        claims_supported: userinfo::CLAIMS.into_iter().chain(ID_TOKEN_CLAIMS).collect(),
        prompt_values_supported: prompt::SUPPORTED,
        ui_locales_supported: ui_locales,
        authorization_response_iss_parameter_supported: true, // RFC 9207 §3
        claims_parameter_supported: false,
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
            "jwks_uri": "http://localhost:8080/t/demo/jwks",
            "scopes_supported": ["openid", "profile", "email"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "code_challenge_methods_supported": ["S256"],
            "claim_types_supported": ["normal"],
            "claims_supported": [
                "sub", "name", "given_name", "family_name", "preferred_username", "locale", "zoneinfo", "updated_at", "email", "email_verified",
                "iss", "aud", "exp", "iat", "auth_time", "nonce", "amr", "at_hash", "sid",
            ],
            "prompt_values_supported": ["none"],
            "ui_locales_supported": ["en", "de"],
            "authorization_response_iss_parameter_supported": true,
            "claims_parameter_supported": false,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
        });
        assert_eq!(serde_json::to_value(document(&issuer, &["en", "de"])).expect("JSON"), expected);
    }
}
