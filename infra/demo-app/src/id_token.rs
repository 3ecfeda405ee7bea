//! What an ID token says, once it is known to be the provider's word (OpenID Connect Core 1.0 §3.1.3.7).

use std::error::Error;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreIdToken, CoreIdTokenClaims, CoreTokenResponse};
use openidconnect::{AccessTokenHash, NonceVerifier, OAuth2TokenResponse, TokenResponse};

use crate::failure::Failure;
use crate::relying_party::{Claims, Provider, chain};

/// The ID token's claims, once it is signed by the provider, for this client, for this attempt, not expired, and of this access token
/// (OpenID Connect Core 1.0 §3.1.3.7, §3.1.3.8).
pub(crate) fn verified_claims<'a>(
    provider: &Provider,
    tokens: &'a CoreTokenResponse,
    nonce: impl NonceVerifier,
) -> Result<&'a CoreIdTokenClaims, Failure> {
    let not_verified = |error: &dyn Error| Failure::NotVerified(chain(error));
    let id_token = id_token(tokens)?;
    let verifier = provider.id_token_verifier();
    let claims = id_token.claims(&verifier, nonce).map_err(|error| not_verified(&error))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().map_err(|error| not_verified(&error))?;
        let key = id_token.signing_key(&verifier).map_err(|error| not_verified(&error))?;
        let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(|error| not_verified(&error))?;
        if hash != *expected {
            return Err(Failure::NotVerified("at_hash is of another access token".to_owned()));
        }
    }
    Ok(claims)
}

/// The ID token of a token response.
pub(crate) fn id_token(tokens: &CoreTokenResponse) -> Result<&CoreIdToken, Failure> {
    tokens.id_token().ok_or_else(|| Failure::NotVerified("the token response holds no ID token".to_owned()))
}

/// Header and payload as they were sent: the library's types leave out claims that it doesn't know.
pub(crate) fn id_token_parts(tokens: &CoreTokenResponse) -> Result<[Claims; 2], Failure> {
    let jwt = id_token(tokens)?.to_string();
    let part = |index| {
        let part = jwt.split('.').nth(index)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let parts = part(0).zip(part(1)).map(|(header, claims)| [header, claims]);
    parts.ok_or_else(|| Failure::NotVerified("it is no JWS of JSON objects".to_owned()))
}
