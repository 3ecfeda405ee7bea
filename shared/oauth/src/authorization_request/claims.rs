//! The `claims` parameter (OpenID Connect Core §5.5): claims by name, for userinfo and for the ID token.
//!
//! A claim that isn't known here is ignored, essential or not (§5.5.1). Two are more than wishes: a `sub` says who must answer, an essential
//! `acr` how they must have signed in.

use domain::claims::{ClaimSet, RequestedClaims, StandardClaim};
use domain::policy::SUB_MAX;
use serde_json::{Map, Value};

use super::Reason;
use crate::acr;

/// What the parameter asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Claims by name.
    pub claims: RequestedClaims,
    /// The `sub` of the one person who may answer.
    pub subject: Option<String>,
}

/// Reads the parameter.
pub fn requested(claims: Option<&str>) -> Result<Asked, Reason> {
    let Some(text) = claims else { return Ok(Asked::default()) };
    let whole: Map<String, Value> = serde_json::from_str(text).map_err(|_| Reason::ClaimsMalformed)?;
    let (userinfo, id_token) = (member(&whole, "userinfo")?, member(&whole, "id_token")?);
    acr(id_token)?;
    let subject = match (subject(userinfo)?, subject(id_token)?) {
        (Some(one), Some(other)) if one != other => return Err(Reason::SubjectsDiffer),
        (one, other) => one.or(other),
    };
    Ok(Asked { claims: RequestedClaims { userinfo: named(userinfo), id_token: named(id_token) }, subject })
}

// Each member is an object of claims, and each claim null or an object.
fn member<'a>(whole: &'a Map<String, Value>, name: &str) -> Result<Option<&'a Map<String, Value>>, Reason> {
    match whole.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(claims)) if claims.values().all(|claim| claim.is_null() || claim.is_object()) => Ok(Some(claims)),
        Some(_) => Err(Reason::ClaimsMalformed),
    }
}

fn named(claims: Option<&Map<String, Value>>) -> ClaimSet {
    claims.into_iter().flat_map(Map::keys).filter_map(|name| StandardClaim::parse(name)).collect()
}

// The values that would do; none when any does.
fn values(claim: &Value) -> Vec<&Value> {
    let several = claim.get("values").and_then(Value::as_array);
    claim.get("value").into_iter().chain(several.into_iter().flatten()).collect()
}

// OpenID Connect Core §5.5.1: a positive answer for this person alone.
fn subject(claims: Option<&Map<String, Value>>) -> Result<Option<String>, Reason> {
    let Some(claim) = claims.and_then(|claims| claims.get("sub")) else { return Ok(None) };
    match values(claim).as_slice() {
        [] => Ok(None),
        [Value::String(sub)] if sub.len() <= SUB_MAX && sub.is_ascii() => Ok(Some(sub.clone())),
        _ => Err(Reason::ClaimsMalformed),
    }
}

// OpenID Connect Core §5.5.1.1: an essential one that can't be met is an error, a voluntary one is a wish like `acr_values`.
fn acr(claims: Option<&Map<String, Value>>) -> Result<(), Reason> {
    let Some(claim) = claims.and_then(|claims| claims.get("acr")) else { return Ok(()) };
    let essential = claim.get("essential") == Some(&Value::Bool(true));
    let wanted = values(claim);
    let met = wanted.is_empty() || wanted.iter().any(|value| value.as_str().is_some_and(|value| acr::SUPPORTED.contains(&value)));
    if essential && !met { Err(Reason::AcrUnmet) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Asked, Reason> {
        requested(Some(text))
    }

    #[test]
    fn claims_are_asked_for_by_name_in_two_places_essential_or_not() {
        let asked = read(
            r#"{"userinfo":{"given_name":{"essential":true},"nickname":null,"https://x.example/groups":null},"id_token":{"auth_time":{"essential":true},"email":null,"picture":{"value":"x"}},"later":1}"#,
        );
        let claims = RequestedClaims {
            userinfo: ClaimSet::from_iter([StandardClaim::GivenName, StandardClaim::Nickname]),
            id_token: ClaimSet::from_iter([StandardClaim::Email, StandardClaim::Picture]),
        };
        assert_eq!(asked, Ok(Asked { claims, subject: None }));
        for nothing in [None, Some("{}"), Some(r#"{"userinfo":null}"#), Some(r#"{"id_token":{}}"#)] {
            assert_eq!(requested(nothing), Ok(Asked::default()));
        }
    }

    #[test]
    fn what_is_no_claims_request_is_refused() {
        for malformed in
            ["x", "[]", "null", r#"{"userinfo":[]}"#, r#"{"id_token":"email"}"#, r#"{"userinfo":{"email":true}}"#, r#"{"userinfo":{"email":"x"}}"#]
        {
            assert_eq!(read(malformed), Err(Reason::ClaimsMalformed), "{malformed}");
        }
    }

    #[test]
    fn a_sub_says_who_must_answer_wherever_it_stands() {
        let subject = |text: &str| read(text).map(|asked| asked.subject);
        assert_eq!(subject(r#"{"id_token":{"sub":{"value":"ada"}}}"#), Ok(Some("ada".to_owned())));
        assert_eq!(subject(r#"{"userinfo":{"sub":{"values":["ada"]}}}"#), Ok(Some("ada".to_owned())));
        assert_eq!(subject(r#"{"userinfo":{"sub":{"value":"ada"}},"id_token":{"sub":{"value":"ada"}}}"#), Ok(Some("ada".to_owned())));
        assert_eq!(subject(r#"{"id_token":{"sub":null}}"#), Ok(None));
        assert_eq!(subject(r#"{"userinfo":{"sub":{"value":"ada"}},"id_token":{"sub":{"value":"bob"}}}"#), Err(Reason::SubjectsDiffer));
        let longer = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, "s".repeat(256));
        for malformed in [
            r#"{"id_token":{"sub":{"value":1}}}"#,
            r#"{"id_token":{"sub":{"values":["ada","bob"]}}}"#,
            r#"{"id_token":{"sub":{"value":"ü"}}}"#,
            &longer,
        ] {
            assert_eq!(subject(malformed), Err(Reason::ClaimsMalformed), "{malformed}");
        }
    }

    #[test]
    fn an_essential_acr_is_met_or_refused_and_a_voluntary_one_is_a_wish() {
        let acr = |claim: &str| read(&format!(r#"{{"id_token":{{"acr":{claim}}}}}"#)).err();
        let ours = acr::SUPPORTED[0];
        for met in [
            "null".to_owned(),
            r#"{"essential":true}"#.to_owned(),
            format!(r#"{{"essential":true,"value":"{ours}"}}"#),
            format!(r#"{{"essential":true,"values":["urn:x","{ours}"]}}"#),
            r#"{"values":["urn:x"]}"#.to_owned(),
            r#"{"essential":false,"value":"urn:x"}"#.to_owned(),
        ] {
            assert_eq!(acr(&met), None, "{met}");
        }
        for unmet in [r#"{"essential":true,"value":"urn:x"}"#, r#"{"essential":true,"values":["urn:x","urn:y"]}"#, r#"{"essential":true,"value":1}"#]
        {
            assert_eq!(acr(unmet), Some(Reason::AcrUnmet), "{unmet}");
        }
    }
}
