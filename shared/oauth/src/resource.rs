//! Which API a token is asked for (RFC 8707 §2). One per token, so that what one API is shown is worth nothing at another (RFC 9068 §3).

use domain::Timestamp;
use domain::api::{Api, Audience};
use domain::tenant::Issuer;

use crate::parameters::RequestParameters;

/// The one parameter that a request may repeat (RFC 8707 §2), and is refused for by name.
pub const PARAMETER: &str = "resource";

/// Why a request names no API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misnamed {
    /// It names more than one.
    Several,
    /// What it names isn't an absolute URI without a fragment.
    Malformed,
}

/// The API that a request names, if it names one. Nothing is said about whether there is such an API.
pub fn requested(parameters: &RequestParameters<'_>) -> Result<Option<Audience>, Misnamed> {
    let mut named = parameters.all(PARAMETER);
    match (named.next(), named.next()) {
        (None, _) => Ok(None),
        (Some(text), None) => Audience::parse(text).map(Some).map_err(|_| Misnamed::Malformed),
        (Some(_), Some(_)) => Err(Misnamed::Several),
    }
}

/// The API that is worth looking for before a request is checked: one that it names well. The issuer is no API's name.
pub fn wanted(parameters: &RequestParameters<'_>, issuer: &Issuer) -> Option<Audience> {
    requested(parameters).ok().flatten().filter(|audience| !audience.is_issuer(issuer))
}

/// Why no token is issued for the API that a request names or was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// It isn't the one that was granted.
    NotGranted,
    /// It is gone since.
    Unknown,
    /// It was cut off since.
    BeforeWatermark,
}

/// What was granted, as far as its API is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Granted<'a> {
    /// The API's name, if there was one.
    pub audience: Option<&'a Audience>,
    /// When it was granted.
    pub at: Timestamp,
}

/// Whom a token is for, of what was granted (RFC 8707 §2.2): the API that was granted, or the platform's own endpoints where there was none. Whoever
/// was granted an API may name the issuer instead, to learn at userinfo about the person of whom the API is told.
pub fn narrowed<'a>(granted: Option<&'a Audience>, asked: Option<&Audience>, issuer: &Issuer) -> Result<Option<&'a Audience>, Unreachable> {
    match asked {
        None => Ok(granted),
        Some(asked) if asked.is_issuer(issuer) => Ok(None),
        Some(asked) if granted == Some(asked) => Ok(granted),
        Some(_) => Err(Unreachable::NotGranted),
    }
}

/// The API that a token is for, `found` as it is now: the one that was granted or asked for may be gone by then, or cut off.
pub fn recipient<'a>(
    granted: Granted<'_>,
    asked: Option<&Audience>,
    found: Option<&'a Api>,
    issuer: &Issuer,
) -> Result<Option<&'a Api>, Unreachable> {
    let Some(audience) = narrowed(granted.audience, asked, issuer)? else { return Ok(None) };
    let api = found.filter(|api| api.audience == *audience).ok_or(Unreachable::Unknown)?;
    if granted.at < api.not_before { Err(Unreachable::BeforeWatermark) } else { Ok(Some(api)) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::samples::NOW;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<String>, Misnamed> {
        requested(&pairs.iter().copied().collect()).map(|audience| audience.map(String::from))
    }

    #[test]
    fn a_token_is_for_what_was_granted_or_for_the_platform() {
        let issuer = crate::samples::issuer();
        let named = |text: &str| Audience::parse(text).expect("an audience");
        let (api, other, platform) = (named("https://api.example"), named("https://other.example"), named(issuer.as_str()));
        assert_eq!(narrowed(Some(&api), None, &issuer), Ok(Some(&api)));
        assert_eq!(narrowed(Some(&api), Some(&api), &issuer), Ok(Some(&api)));
        assert_eq!(narrowed(Some(&api), Some(&platform), &issuer), Ok(None));
        assert_eq!(narrowed(Some(&api), Some(&other), &issuer), Err(Unreachable::NotGranted));
        assert_eq!([narrowed(None, None, &issuer), narrowed(None, Some(&platform), &issuer)], [Ok(None), Ok(None)]);
        assert_eq!(narrowed(None, Some(&api), &issuer), Err(Unreachable::NotGranted));
    }

    #[test]
    fn the_api_is_there_and_was_not_cut_off_since() {
        let (issuer, api) = (crate::samples::issuer(), crate::samples::api());
        let other = Api { audience: Audience::parse("https://other.example").expect("an audience"), ..api.clone() };
        let cut_off = Api { not_before: NOW.plus(Duration::from_millis(1)), ..api.clone() };
        let just = Api { not_before: NOW, ..api.clone() };
        let granted = Granted { audience: Some(&api.audience), at: NOW };
        let found = |found| recipient(granted, None, found, &issuer);
        assert_eq!(found(Some(&just)), Ok(Some(&just)));
        assert_eq!([found(None), found(Some(&other))], [Err(Unreachable::Unknown), Err(Unreachable::Unknown)]);
        assert_eq!(found(Some(&cut_off)), Err(Unreachable::BeforeWatermark));
        assert_eq!(recipient(Granted { audience: None, at: NOW }, None, Some(&cut_off), &issuer), Ok(None));
    }

    #[test]
    fn what_is_looked_for_is_one_api() {
        let issuer = crate::samples::issuer();
        let wanted = |pairs: &[(&str, &str)]| wanted(&pairs.iter().copied().collect(), &issuer).map(String::from);
        assert_eq!(wanted(&[("resource", "https://api.example")]), Some("https://api.example".to_owned()));
        for nothing in [
            vec![],
            vec![("resource", "api")],
            vec![("resource", issuer.as_str())],
            vec![("resource", "https://a.example"), ("resource", "https://b.example")],
        ] {
            assert_eq!(wanted(&nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_request_names_one_api_or_none() {
        assert_eq!(read(&[("resource", "https://api.example")]), Ok(Some("https://api.example".to_owned())));
        assert_eq!([read(&[]), read(&[("resource", "")])], [Ok(None), Ok(None)]);
        for several in ["https://api.example", "https://other.example"] {
            assert_eq!(read(&[("resource", "https://api.example"), ("resource", several)]), Err(Misnamed::Several));
        }
        for malformed in ["api", "https://api.example#x", "https://api.example/ https://other.example"] {
            assert_eq!(read(&[("resource", malformed)]), Err(Misnamed::Malformed), "{malformed}");
        }
    }
}
