//! Access tokens as JWTs (RFC 9068): their claims, and what a resource server of the platform checks.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::key_ring::Algorithm;
use domain::tenant::Issuer;
use domain::{ClientId, FamilyId, Timestamp, UserId, policy};
use serde::{Deserialize, Serialize};

use crate::bearer::Reason;
use crate::grants::authorization_code::Redemption;
use crate::scope;

/// The `typ` of its header (RFC 9068 §2.1).
pub const TYP: &str = "at+jwt";
/// What signs it where no API says otherwise.
pub const ALGORITHM: Algorithm = Algorithm::Es256;

/// What the sealed claim says: the keys by which the platform finds the token's person and family. Nobody else can read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Whose token.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// Of which family.
    #[serde(rename = "f")]
    pub family_id: FamilyId,
}

/// The claims of an access token (RFC 9068 §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessTokenClaims<'a> {
    iss: &'a str,
    exp: u64,
    aud: &'a str,
    sub: &'a str,
    client_id: &'a ClientId,
    iat: u64,
    jti: String,
    scope: String,
    auth_time: u64,
    #[serde(rename = "ref")]
    reference: &'a str,
}

/// When an access token issued at `now` expires; its sealed reference expires with it.
pub const fn expires_at(now: Timestamp) -> Timestamp {
    now.plus(policy::ACCESS_TOKEN)
}

/// What the sealed claim has to say for what was redeemed.
pub fn reference(redemption: &Redemption<'_>) -> Reference {
    Reference { user_id: redemption.user.id.clone(), family_id: redemption.family.id.clone() }
}

/// The claims for what was redeemed. `jti` is random, `reference` is [`reference`] sealed.
pub fn claims<'a>(issuer: &'a Issuer, redemption: &'a Redemption<'a>, jti: [u8; 16], reference: &'a str, now: Timestamp) -> AccessTokenClaims<'a> {
    AccessTokenClaims {
        iss: issuer.as_str(),
        exp: expires_at(now).seconds(),
        aud: issuer.as_str(),
        sub: &redemption.user.sub,
        client_id: &redemption.family.client_id,
        iat: now.seconds(),
        jti: URL_SAFE_NO_PAD.encode(jti),
        scope: scope::join(&redemption.family.scopes),
        auth_time: redemption.code.authenticated_at.seconds(),
        reference,
    }
}

/// An access token for the platform's own endpoints, whose signature, type, issuer, audience and expiry hold. Only [`check`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    sub: String,
    client_id: ClientId,
    scopes: BTreeSet<String>,
    reference: String,
}

impl AccessToken {
    /// Whose token.
    pub fn sub(&self) -> &str {
        &self.sub
    }

    /// For which client.
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Good for what.
    pub const fn scopes(&self) -> &BTreeSet<String> {
        &self.scopes
    }

    /// The sealed [`Reference`].
    pub fn reference(&self) -> &str {
        &self.reference
    }
}

/// What [`check`] reads; a claim of another type is as wrong as a missing one.
#[derive(Deserialize)]
struct PresentedClaims {
    iss: String,
    aud: Audience,
    exp: u64,
    sub: String,
    client_id: ClientId,
    scope: String,
    #[serde(rename = "ref")]
    reference: String,
}

// RFC 7519 §4.1.3.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Checks the claims of a token whose signature and `typ` hold (RFC 9068 §4).
pub fn check(claims: serde_json::Map<String, serde_json::Value>, issuer: &Issuer, now: Timestamp) -> Result<AccessToken, Reason> {
    let claims: PresentedClaims = serde_json::from_value(claims.into()).map_err(|_| Reason::Claims)?;
    if claims.iss != issuer.as_str() {
        return Err(Reason::OtherIssuer);
    }
    if !is_for(&claims.aud, issuer) {
        return Err(Reason::OtherAudience);
    }
    if now.seconds() >= claims.exp {
        return Err(Reason::Expired);
    }
    Ok(AccessToken { sub: claims.sub, client_id: claims.client_id, scopes: scope::parse(&claims.scope), reference: claims.reference })
}

fn is_for(audience: &Audience, issuer: &Issuer) -> bool {
    match audience {
        Audience::One(name) => name == issuer.as_str(),
        Audience::Several(names) => names.iter().any(|name| name == issuer.as_str()),
    }
}
