//! `private_key_jwt`: a JWT signed with the client's own key, for this server, for a short time, used once (RFC 7523 §3, OpenID Connect Core §9).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::client::Client;
use domain::tenant::Issuer;
use domain::{ClientId, Secret, Timestamp, policy};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Reason;
use crate::parameters::RequestParameters;
use crate::profile::{self, AssertionAudience};

/// RFC 7523 §2.2.
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// What its header may say that it is, if it does (RFC 7519 §5.1, rfc7523bis §3).
pub const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];

/// Where an assertion was presented.
#[derive(Clone, Copy, Debug)]
pub struct Presentation<'a> {
    /// The tenant's issuer.
    pub issuer: &'a Issuer,
    /// The path of the endpoint below it, `/token`.
    pub path: &'a str,
    /// When.
    pub now: Timestamp,
}

/// An assertion that was used, and may not be again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Which (RFC 7519 §4.1.7).
    pub jti: String,
    /// When it ends, and need not be remembered any longer.
    pub expires_at: Timestamp,
}

/// The assertion of a request, and the client that it says it is of; nothing of that is verified.
pub(super) fn presented(parameters: &RequestParameters<'_>) -> Result<Option<(ClientId, Secret<String>)>, Reason> {
    match (parameters.get("client_assertion"), parameters.get("client_assertion_type")) {
        (None, None) => Ok(None),
        (Some(assertion), Some(TYPE)) => {
            let client_id = subject(assertion).ok_or(Reason::AssertionMalformed)?;
            Ok(Some((client_id, Secret::new(assertion.to_owned()))))
        }
        (Some(_), Some(_)) => Err(Reason::AssertionTypeUnknown),
        (Some(_), None) | (None, Some(_)) => Err(Reason::AssertionIncomplete),
    }
}

// Which client's keys to verify with; nothing else is read before that.
fn subject(assertion: &str) -> Option<ClientId> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let payload = assertion.split('.').nth(1)?;
    let subject: Subject = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    ClientId::parse(&subject.sub).ok()
}

/// What is read of an assertion; a claim of another type is as wrong as a missing one.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    exp: f64,
    jti: String,
    iat: Option<f64>,
    nbf: Option<f64>,
}

/// Checks the claims of an assertion whose signature holds (RFC 7523 §3).
pub(super) fn check(client: &Client, claims: Map<String, Value>, at: Presentation<'_>) -> Result<Used, Reason> {
    let claims: Claims = serde_json::from_value(claims.into()).map_err(|_| Reason::AssertionClaims)?;
    if claims.iss != client.id.as_str() || claims.sub != client.id.as_str() {
        return Err(Reason::AssertionOfAnother);
    }
    if !is_meant_for(client, &claims.aud, at) {
        return Err(Reason::AssertionAudience);
    }
    let expires_at = moment(claims.exp);
    if at.now >= expires_at {
        return Err(Reason::AssertionExpired);
    }
    if expires_at > at.now.plus(policy::CLIENT_ASSERTION_MAX) {
        return Err(Reason::AssertionTooLong);
    }
    let latest = at.now.plus(policy::CLOCK_SKEW);
    if [claims.iat, claims.nbf].into_iter().flatten().any(|from| moment(from) > latest) {
        return Err(Reason::AssertionAhead);
    }
    if claims.jti.is_empty() || claims.jti.len() > policy::JTI_MAX {
        return Err(Reason::AssertionClaims);
    }
    Ok(Used { jti: claims.jti, expires_at })
}

fn is_meant_for(client: &Client, audience: &Value, at: Presentation<'_>) -> bool {
    let names_issuer = |name: &Value| name == at.issuer.as_str();
    match profile::rules(client).assertion_audience {
        AssertionAudience::Issuer => names_issuer(audience),
        AssertionAudience::IssuerOrEndpoint => {
            let (endpoint, token) = (at.issuer.endpoint(at.path), at.issuer.endpoint("/token"));
            let names_us = |name: &Value| names_issuer(name) || *name == endpoint.as_str() || *name == token.as_str();
            names_us(audience) || audience.as_array().is_some_and(|names| names.iter().any(names_us))
        }
    }
}

// RFC 7519 §2: seconds, with or without a fraction. What is before 1970 is long ago, what has no end is far ahead.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates, which is what is wanted")]
fn moment(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds as u64)
}

#[cfg(test)]
mod tests {
    use domain::client::{ClientAuthenticationMethod, SecurityProfile};
    use serde_json::json;

    use super::*;
    use crate::samples::{self, NOW};

    fn client(security_profile: SecurityProfile) -> Client {
        Client { authentication: ClientAuthenticationMethod::PrivateKeyJwt, security_profile, ..samples::confidential_client() }
    }

    fn claims() -> Value {
        let now = NOW.seconds();
        json!({ "iss": "app", "sub": "app", "aud": "https://demo.id.example", "exp": now + 60, "iat": now, "jti": "j" })
    }

    fn checked_by(security_profile: SecurityProfile, changes: &[(&str, Value)]) -> Result<Used, Reason> {
        let mut claims = claims();
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        let issuer = samples::issuer();
        let at = Presentation { issuer: &issuer, path: "/revoke", now: NOW };
        check(&client(security_profile), claims.as_object().expect("an object").clone(), at)
    }

    fn checked(changes: &[(&str, Value)]) -> Result<Used, Reason> {
        checked_by(SecurityProfile::OAuth21, changes)
    }

    #[test]
    fn a_good_assertion_is_used_once_until_it_ends() {
        assert_eq!(checked(&[]), Ok(Used { jti: "j".to_owned(), expires_at: Timestamp::from_seconds(NOW.seconds() + 60) }));
    }

    #[test]
    fn the_profile_says_whom_it_is_meant_for() {
        let issuer = json!("https://demo.id.example");
        let others = [
            json!("https://demo.id.example/token"),
            json!("https://demo.id.example/revoke"),
            json!(["https://demo.id.example"]),
            json!(["https://other.example", "https://demo.id.example/token"]),
        ];
        for profile in [SecurityProfile::Oidc, SecurityProfile::OAuth21] {
            assert!(checked_by(profile, &[("aud", issuer.clone())]).is_ok());
        }
        for other in others {
            assert!(checked_by(SecurityProfile::Oidc, &[("aud", other.clone())]).is_ok(), "{other}");
            assert_eq!(checked(&[("aud", other.clone())]), Err(Reason::AssertionAudience), "{other}");
        }
        for foreign in [json!("https://demo.id.example/"), json!("https://demo.id.example/authorize"), json!("app"), json!([]), json!({}), json!(1)] {
            assert_eq!(checked_by(SecurityProfile::Oidc, &[("aud", foreign.clone())]), Err(Reason::AssertionAudience), "{foreign}");
        }
    }

    #[test]
    fn it_is_of_the_client_itself() {
        for name in ["iss", "sub"] {
            assert_eq!(checked(&[(name, json!("other"))]), Err(Reason::AssertionOfAnother));
        }
    }

    #[test]
    fn it_is_good_for_a_short_time_and_clocks_may_differ_a_little() {
        let at = |seconds: i64| json!(i64::try_from(NOW.seconds()).expect("a date") + seconds);
        assert_eq!(checked(&[("exp", at(0))]), Err(Reason::AssertionExpired));
        assert_eq!(checked(&[("exp", at(-9_000_000_000))]), Err(Reason::AssertionExpired));
        assert!(checked(&[("exp", at(600))]).is_ok());
        assert_eq!(checked(&[("exp", at(601))]), Err(Reason::AssertionTooLong));
        assert_eq!(checked(&[("exp", json!(1e300))]), Err(Reason::AssertionTooLong));
        for name in ["iat", "nbf"] {
            assert!(checked(&[(name, at(10))]).is_ok() && checked(&[(name, at(30))]).is_ok());
            assert_eq!(checked(&[(name, at(31))]), Err(Reason::AssertionAhead));
        }
    }

    #[test]
    fn a_claim_that_is_missing_or_of_another_type_is_refused() {
        for name in ["iss", "sub", "exp", "jti"] {
            let mut without = claims();
            without.as_object_mut().expect("an object").remove(name);
            let issuer = samples::issuer();
            let at = Presentation { issuer: &issuer, path: "/token", now: NOW };
            let refused = check(&client(SecurityProfile::Oidc), without.as_object().expect("an object").clone(), at);
            assert_eq!(refused, Err(Reason::AssertionClaims), "{name}");
            assert_eq!(checked(&[(name, json!({}))]), Err(Reason::AssertionClaims), "{name}");
        }
        assert!(checked(&[("jti", json!("j".repeat(256)))]).is_ok());
        for jti in [String::new(), "j".repeat(257)] {
            assert_eq!(checked(&[("jti", json!(jti))]), Err(Reason::AssertionClaims));
        }
        assert_eq!(checked(&[("exp", json!("9999999999"))]), Err(Reason::AssertionClaims));
    }

    #[test]
    fn an_assertion_says_which_clients_keys_to_look_at() {
        let assertion = format!("h.{}.s", URL_SAFE_NO_PAD.encode(claims().to_string()));
        let read = |pairs: &[(&str, &str)]| presented(&pairs.iter().copied().collect()).map(|found| found.map(|(id, _)| id.to_string()));
        let both = [("client_assertion", assertion.as_str()), ("client_assertion_type", TYPE)];
        assert_eq!(read(&both), Ok(Some("app".to_owned())));
        assert_eq!(read(&both[..1]), Err(Reason::AssertionIncomplete));
        assert_eq!(read(&both[1..]), Err(Reason::AssertionIncomplete));
        assert_eq!(read(&[both[0], ("client_assertion_type", "saml2-bearer")]), Err(Reason::AssertionTypeUnknown));
        for malformed in ["x", "a.b.c", "a.e30.c", ".."] {
            assert_eq!(read(&[("client_assertion", malformed), both[1]]), Err(Reason::AssertionMalformed), "{malformed}");
        }
    }
}
