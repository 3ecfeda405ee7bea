//! What the app keeps in a browser: the sign-in under way, one cookie each so that two tabs work, and the session.
//!
//! Cookies ignore ports, so on one host an app shares them with its provider: every name here begins with `demo-app-`.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::relying_party::Attempt;

/// The name of the session's cookie.
pub(crate) const SESSION: &str = "demo-app-session";
const ATTEMPT: &str = "demo-app-attempt-";
/// Seconds that a person has to sign in at the provider.
const ATTEMPT_LIFETIME: u32 = 600;

/// The value of a cookie that the browser sent.
pub(crate) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The attempt that this browser began under that `state`, if it did.
// SECURITY: the state names the cookie, so an answer to somebody else's attempt finds none (RFC 6749 §10.12).
pub(crate) fn find_attempt(headers: &HeaderMap, state: Option<&str>) -> Option<Attempt> {
    let state = state?;
    let (nonce, verifier) = find(headers, &format!("{ATTEMPT}{state}"))?.split_once('.')?;
    Some(Attempt { state: state.to_owned(), nonce: nonce.to_owned(), verifier: verifier.to_owned() })
}

/// Remembers an attempt; its three values are base64url as the library makes them.
pub(crate) fn set_attempt(attempt: &Attempt) -> HeaderValue {
    let Attempt { state, nonce, verifier } = attempt;
    cookie(&format!("{ATTEMPT}{state}={nonce}.{verifier}; Path=/callback; Max-Age={ATTEMPT_LIFETIME}"))
}

/// Forgets an attempt that has had its answer.
pub(crate) fn forget_attempt(attempt: &Attempt) -> HeaderValue {
    cookie(&format!("{ATTEMPT}{}=; Path=/callback; Max-Age=0", attempt.state))
}

/// Remembers a session until the browser closes.
pub(crate) fn set_session(id: &str) -> HeaderValue {
    cookie(&format!("{SESSION}={id}; Path=/"))
}

/// Forgets the session.
pub(crate) fn forget_session() -> HeaderValue {
    cookie(&format!("{SESSION}=; Path=/; Max-Age=0"))
}

fn cookie(start: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("{start}; HttpOnly; SameSite=Lax")).expect("made of base64url, or found as the name of a cookie")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser_with(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookies).unwrap())])
    }

    #[test]
    fn an_attempt_is_found_by_its_state_among_others() {
        let browser = browser_with("cs-session=x; demo-app-attempt-one=n1.v1; demo-app-attempt-two=n2.v2");
        let attempt = find_attempt(&browser, Some("two")).unwrap();
        assert_eq!((attempt.nonce.as_str(), attempt.verifier.as_str()), ("n2", "v2"));
    }

    #[test]
    fn an_attempt_of_another_browser_is_not_found() {
        let browser = browser_with("demo-app-attempt-one=n1.v1");
        assert!(find_attempt(&browser, Some("two")).is_none());
        assert!(find_attempt(&browser, None).is_none());
    }
}
