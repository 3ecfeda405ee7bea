//! Access tokens as JWTs (RFC 9068): their claims, and what a resource server of the platform checks.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::key_ring::Algorithm;
use domain::tenant::Issuer;
use domain::{ClientId, FamilyId, SessionId, Timestamp, UserId, policy};
use serde::{Deserialize, Serialize};

use crate::bearer::Reason;
use crate::grants::issuance::Issuance;
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

/// What the sealed claim has to say for what is issued.
pub fn reference(issuance: &Issuance<'_>) -> Reference {
    let family = issuance.family;
    let session_id = family.offline.is_none().then(|| family.session_id.clone());
    Reference { user_id: issuance.user.id.clone(), family_id: family.id.clone(), session_id }
}

/// The claims for what is issued. `jti` is random, `reference` is [`reference`] sealed.
pub fn claims<'a>(issuer: &'a Issuer, issuance: &Issuance<'a>, jti: [u8; 16], reference: &'a str, now: Timestamp) -> AccessTokenClaims<'a> {
    AccessTokenClaims {
        iss: issuer.as_str(),
        exp: expires_at(now).seconds(),
        aud: issuer.as_str(),
        sub: &issuance.user.sub,
        client_id: &issuance.family.client_id,
        iat: now.seconds(),
        jti: URL_SAFE_NO_PAD.encode(jti),
        scope: scope::join(issuance.scopes),
        auth_time: issuance.authenticated_at.seconds(),
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
    issued_at: u64,
    expires_at: u64,
    id: String,
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
    iat: u64,
    jti: String,
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
    Ok(AccessToken {
        sub: claims.sub,
        client_id: claims.client_id,
        scopes: scope::parse(&claims.scope),
        reference: claims.reference,
        issued_at: claims.iat,
        expires_at: claims.exp,
        id: claims.jti,
    })
}

fn is_for(audience: &Audience, issuer: &Issuer) -> bool {
    match audience {
        Audience::One(name) => name == issuer.as_str(),
        Audience::Several(names) => names.iter().any(|name| name == issuer.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::grants::authorization_code::Redemption;
    use crate::samples::{self, NOW};

    fn issued() -> Map<String, Value> {
        let (issuer, user, code) = (samples::issuer(), samples::user(), samples::code());
        let redemption = Redemption { family: samples::family(), user: &user, code: &code };
        let json = serde_json::to_value(claims(&issuer, &redemption.issuance(), [0; 16], "sealed", NOW)).expect("JSON");
        json.as_object().expect("an object").clone()
    }

    fn checked(name: &str, value: Value) -> Result<AccessToken, Reason> {
        let mut claims = issued();
        claims.insert(name.to_owned(), value);
        check(claims, &samples::issuer(), NOW)
    }

    #[test]
    fn an_access_token_has_the_claims_of_rfc_9068_and_one_sealed_one() {
        let expected = json!({
            "iss": "https://demo.id.example",
            "exp": NOW.seconds() + 600,
            "aud": "https://demo.id.example",
            "sub": "sub-of-ada",
            "client_id": "app",
            "iat": NOW.seconds(),
            "jti": "AAAAAAAAAAAAAAAAAAAAAA",
            "scope": "email openid",
            "auth_time": NOW.seconds() - 60,
            "ref": "sealed",
        });
        assert_eq!(Value::Object(issued()), expected);
    }

    #[test]
    fn internal_keys_stand_in_the_sealed_claim_alone() {
        let (user, code) = (samples::user(), samples::code());
        let redemption = Redemption { family: samples::family(), user: &user, code: &code };
        let sealed = serde_json::to_value(reference(&redemption.issuance())).expect("JSON");
        assert_eq!(sealed, json!({ "u": user.id.as_str(), "f": samples::family().id.as_str(), "s": samples::session().id.as_str() }));
        let visible = Value::Object(issued()).to_string();
        assert!(!visible.contains(user.id.as_str()) && !visible.contains(samples::family().id.as_str()));
    }

    #[test]
    fn an_issued_token_is_accepted_until_its_last_second() {
        let token = check(issued(), &samples::issuer(), NOW).expect("a good token");
        assert_eq!((token.sub(), token.client_id().as_str(), token.reference()), ("sub-of-ada", "app", "sealed"));
        assert_eq!(token.scopes(), &samples::scopes(&["openid", "email"]));
        let at = |seconds| check(issued(), &samples::issuer(), Timestamp::from_seconds(NOW.seconds() + seconds)).map(|_| ());
        assert_eq!(at(599), Ok(()));
        assert_eq!(at(600), Err(Reason::Expired));
    }

    #[test]
    fn a_token_of_another_issuer_or_audience_is_refused() {
        assert_eq!(checked("iss", json!("https://other.id.example")), Err(Reason::OtherIssuer));
        assert_eq!(checked("aud", json!("https://api.example")), Err(Reason::OtherAudience));
        assert_eq!(checked("aud", json!("app")), Err(Reason::OtherAudience));
        assert_eq!(checked("aud", json!([])), Err(Reason::OtherAudience));
        assert!(checked("aud", json!(["https://api.example", "https://demo.id.example"])).is_ok());
    }

    #[test]
    fn a_claim_that_is_missing_or_of_another_type_is_refused() {
        for name in ["iss", "aud", "exp", "iat", "jti", "sub", "client_id", "scope", "ref"] {
            let mut without = issued();
            without.remove(name);
            assert_eq!(check(without, &samples::issuer(), NOW), Err(Reason::Claims), "{name}");
            assert_eq!(checked(name, json!({})), Err(Reason::Claims), "{name}");
        }
        for exp in [json!("9999999999"), json!(-1), json!(1e30)] {
            assert_eq!(checked("exp", exp.clone()), Err(Reason::Claims), "{exp}");
        }
    }
}
