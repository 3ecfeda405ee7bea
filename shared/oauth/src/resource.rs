//! Which API a token is asked for (RFC 8707 §2). One per token, so that what one API is shown is worth nothing at another (RFC 9068 §3).

use domain::api::Audience;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<String>, Misnamed> {
        requested(&pairs.iter().copied().collect()).map(|audience| audience.map(String::from))
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
