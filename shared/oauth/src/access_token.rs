//! Access tokens as JWTs (RFC 9068): for an API or for the platform's own endpoints, about a person or about an app itself; their claims, and what is
//! checked of them here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::api::Api;
use domain::claim_rules::ClaimPlace;
use domain::client::Client;
use domain::key_ring::Algorithm;
use domain::tenant::{Issuer, Tenant};
use domain::{ClientId, FamilyId, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::bearer::Reason;
use crate::grants::client_credentials::OwnIssuance;
use crate::grants::issuance::Issuance;
use crate::mapped::Mapped;
use crate::scope;

/// The `typ` of its header (RFC 9068 §2.1).
pub const TYP: &str = "at+jwt";
/// What signs it where no API says otherwise.
const ALGORITHM: Algorithm = Algorithm::Es256;

/// What the sealed claim says: the keys by which the platform finds the token's person and family. Nobody else can read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Whose token.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// Of which family.
    #[serde(rename = "f")]
    pub family_id: FamilyId,
    /// The session that the family dies with; one with offline access outlives it.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
}

/// The claims of an access token (RFC 9068 §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessTokenClaims<'a> {
    iss: &'a str,
    exp: u64,
    aud: &'a str,
    sub: Cow<'a, str>,
    client_id: &'a ClientId,
    iat: u64,
    jti: String,
    scope: String,
    #[serde(flatten)]
    person: Option<PersonsClaims<'a>>,
}

// What a token about a person says besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct PersonsClaims<'a> {
    auth_time: u64,
    #[serde(rename = "ref")]
    reference: &'a str,
    // RFC 9068 §2.2.3.1: an API has no other way to learn them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    groups: BTreeSet<&'a str>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    roles: BTreeSet<&'a str>,
}

/// What signs a token for `api`; for the platform's own endpoints without one.
pub fn algorithm(api: Option<&Api>) -> Algorithm {
    api.map_or(ALGORITHM, |api| api.access_token_signed_response_alg)
}

/// How long a token of `client` for `api` lives.
pub fn lifetime(client: &Client, api: Option<&Api>) -> Duration {
    client.lifetimes.access_token(api)
}

/// When a token of `client` for `api` that is issued at `now` expires; its sealed reference expires with it.
pub fn expires_at(client: &Client, api: Option<&Api>, now: Timestamp) -> Timestamp {
    now.plus(lifetime(client, api))
}

// RFC 9068 §3: one audience; without an API the issuer.
fn audience<'a>(issuer: &'a Issuer, api: Option<&'a Api>) -> &'a str {
    api.map_or(issuer.as_str(), |api| api.audience.as_str())
}

/// What the sealed claim has to say for what is issued.
pub fn reference(issuance: &Issuance<'_>) -> Reference {
    let family = issuance.family;
    let session_id = family.offline.is_none().then(|| family.session_id.clone());
    Reference { user_id: issuance.user.id.clone(), family_id: family.id.clone(), session_id }
}

/// The claims for what is issued, with those of the app's rules where it is for an API. `jti` is random, `reference` is [`reference`] sealed.
pub fn claims<'a>(issuer: &'a Issuer, issuance: &Issuance<'a>, jti: [u8; 16], reference: &'a str, now: Timestamp) -> Mapped<AccessTokenClaims<'a>> {
    let roster = &issuance.tenant.roster;
    let told = |scope: &str| issuance.api.is_some() && issuance.scopes.contains(scope);
    let said = AccessTokenClaims {
        iss: issuer.as_str(),
        exp: expires_at(issuance.client, issuance.api, now).seconds(),
        aud: audience(issuer, issuance.api),
        sub: Cow::Borrowed(&issuance.user.sub),
        client_id: &issuance.family.client_id,
        iat: now.seconds(),
        jti: URL_SAFE_NO_PAD.encode(jti),
        scope: scope::join(&issuance.access_scopes()),
        person: Some(PersonsClaims {
            auth_time: issuance.authenticated_at.seconds(),
            reference,
            groups: if told(scope::GROUPS) { roster.groups_of(issuance.user) } else { BTreeSet::new() },
            roles: if told(scope::ROLES) { roster.roles_of(issuance.user) } else { BTreeSet::new() },
        }),
    };
    // The platform's own endpoints look everything up.
    match issuance.api {
        Some(_) => Mapped::of(said, issuance.client, (issuance.tenant, issuance.user), ClaimPlace::AccessToken),
        None => Mapped::bare(said),
    }
}

/// The claims of a token that an app gets for itself: without a person there is nothing to refer to and nobody who signed in. `jti` is random.
pub fn own_claims<'a>(issuer: &'a Issuer, issuance: &OwnIssuance<'a>, jti: [u8; 16], now: Timestamp) -> AccessTokenClaims<'a> {
    AccessTokenClaims {
        iss: issuer.as_str(),
        exp: expires_at(issuance.client, Some(issuance.api), now).seconds(),
        aud: issuance.api.audience.as_str(),
        sub: Cow::Owned(issuance.client.subject()), // RFC 9068 §2.2
        client_id: &issuance.client.id,
        iat: now.seconds(),
        jti: URL_SAFE_NO_PAD.encode(jti),
        scope: scope::join(&issuance.scopes),
        person: None,
    }
}

/// An access token of this issuer, whose signature, type and expiry hold. Only [`read`] and [`check`] make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    issuer: String,
    sub: String,
    client_id: ClientId,
    scopes: BTreeSet<String>,
    audience: String,
    reference: Option<String>,
    issued_at: u64,
    expires_at: u64,
    id: String,
}

impl AccessToken {
    /// By which of the tenant's issuers.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

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

    /// When it was issued, in seconds (RFC 7519 §4.1.6).
    pub const fn issued_at(&self) -> u64 {
        self.issued_at
    }

    /// When it expires, in seconds (RFC 7519 §4.1.4).
    pub const fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// Which token (RFC 7519 §4.1.7).
    pub fn id(&self) -> &str {
        &self.id
    }

    /// For whom: an API's audience, or the issuer.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The sealed [`Reference`]; a token that an app got for itself has none.
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }
}

/// What [`check`] reads; a claim of another type is as wrong as a missing one.
#[derive(Deserialize)]
struct PresentedClaims {
    iss: String,
    aud: Audience,
    exp: u64,
    iat: u64,
    jti: String,
    sub: String,
    client_id: ClientId,
    scope: String,
    #[serde(rename = "ref")]
    reference: Option<String>,
}

// RFC 7519 §4.1.3.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Reads the claims of a token whose signature and `typ` hold, whomever it is for: for an app that asks about it.
pub fn read(claims: serde_json::Map<String, serde_json::Value>, tenant: &Tenant, now: Timestamp) -> Result<AccessToken, Reason> {
    let claims: PresentedClaims = serde_json::from_value(claims.into()).map_err(|_| Reason::Claims)?;
    // Subjects and keys are the same at each issuer of a tenant, wherever the token is presented.
    if !tenant.is_issuer(&claims.iss) {
        return Err(Reason::OtherIssuer);
    }
    let audience = one_of(claims.aud, &claims.iss).ok_or(Reason::OtherAudience)?;
    if now.seconds() >= claims.exp {
        return Err(Reason::Expired);
    }
    Ok(AccessToken {
        issuer: claims.iss,
        sub: claims.sub,
        client_id: claims.client_id,
        scopes: scope::parse(&claims.scope),
        audience,
        reference: claims.reference,
        issued_at: claims.iat,
        expires_at: claims.exp,
        id: claims.jti,
    })
}

/// Checks the claims of a token that is presented at the platform's own endpoints: it is meant for them (RFC 9068 §4), and about a person.
pub fn check(claims: serde_json::Map<String, serde_json::Value>, tenant: &Tenant, now: Timestamp) -> Result<AccessToken, Reason> {
    let token = read(claims, tenant, now)?;
    if token.audience != token.issuer {
        return Err(Reason::OtherAudience);
    }
    if token.reference.is_none() {
        return Err(Reason::NoPerson);
    }
    Ok(token)
}

/// Checks the claims of a token that is presented at an API of the platform's own, which is named `api` (RFC 9068 §4): a person's, or an app's own.
pub fn check_for(
    claims: serde_json::Map<String, serde_json::Value>,
    tenant: &Tenant,
    api: &domain::api::Audience,
    now: Timestamp,
) -> Result<AccessToken, Reason> {
    let token = read(claims, tenant, now)?;
    if token.audience == api.as_str() { Ok(token) } else { Err(Reason::OtherAudience) }
}

/// The issuer that a token states, before anything of it is verified: which keys to verify it with.
pub fn stated_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Stated {
        iss: String,
    }
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Stated>(&payload).ok().map(|stated| stated.iss)
}

// Every token of ours has one audience. Of several the issuer is one, or nobody here is.
fn one_of(audience: Audience, issuer: &str) -> Option<String> {
    match audience {
        Audience::One(name) => Some(name),
        Audience::Several(names) => names.into_iter().find(|name| name == issuer),
    }
}

#[cfg(test)]
mod tests;
