//! Cookies as RFC 6265bis writes them; one value, made from the issuer, decides their attributes.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::{IntoResponseParts, ResponseParts};
use domain::tenant::Issuer;
use http::{HeaderMap, HeaderValue, header};

/// The longest value the platform sets or reads; browsers keep 4,096 bytes of name, value and attributes.
pub const COOKIE_VALUE_MAX: usize = 3072;
/// More `Cookie` bytes than this in one request are not looked at: API Gateway passes about 10 KB of headers.
const COOKIE_HEADERS_MAX: usize = 16 * 1024;

/// A cookie of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session of a person who signed in.
    Session,
    /// Names the browser before anybody signed in, so that a form belongs to it; replaced at sign-in.
    Browser,
    /// The people who signed in from this browser before, who are not slowed by strangers' failures.
    Device,
}

impl Cookie {
    const fn base_name(self) -> &'static str {
        match self {
            Self::Session => "cs-session",
            Self::Browser => "cs-browser",
            Self::Device => "cs-device",
        }
    }
}

/// Which attributes cookies have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookiePolicy(Place);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// `__Host-`, `Secure`, the whole origin: a tenant is an origin.
    Production,
    /// A loopback base URL: no `Secure`, no prefix, and the tenant's path `/t/{slug}`, since tenants share the origin.
    Loopback { path: String },
}

/// A value that can't stand in a cookie as it is, or is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cookie's value is 1 to {COOKIE_VALUE_MAX} characters of RFC 6265's cookie-octet")]
pub struct InvalidCookieValue;

impl CookiePolicy {
    /// The policy of an issuer; plain `http` is possible only because an [`Issuer`] allows it for loopback alone.
    pub fn of(issuer: &Issuer) -> Self {
        let plain = |path: &str| path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-'));
        match issuer.path() {
            _ if !issuer.is_loopback() => Self(Place::Production),
            path if !path.is_empty() && plain(path) => Self(Place::Loopback { path: path.to_owned() }),
            _ => Self(Place::Loopback { path: "/".to_owned() }),
        }
    }

    /// The cookie's full name here.
    pub fn name(&self, cookie: Cookie) -> String {
        match self.0 {
            Place::Production => format!("__Host-{}", cookie.base_name()),
            Place::Loopback { .. } => cookie.base_name().to_owned(),
        }
    }

    /// Sets a cookie, for the browser's session or for as long as `max_age` says.
    pub fn set(&self, cookie: Cookie, value: &str, max_age: Option<Duration>) -> Result<SetCookie, InvalidCookieValue> {
        if !is_cookie_value(value) {
            return Err(InvalidCookieValue);
        }
        let lifetime = max_age.map_or_else(String::new, |age| format!("; Max-Age={}", age.as_secs()));
        Ok(self.header(cookie, value, &lifetime))
    }

    /// Removes a cookie.
    pub fn clear(&self, cookie: Cookie) -> SetCookie {
        self.header(cookie, "", "; Max-Age=0")
    }

    fn header(&self, cookie: Cookie, value: &str, lifetime: &str) -> SetCookie {
        let (path, secure) = match &self.0 {
            Place::Production => ("/", "; Secure"),
            Place::Loopback { path } => (path.as_str(), ""),
        };
        let text = format!("{}={value}; Path={path}{lifetime}{secure}; HttpOnly; SameSite=Lax", self.name(cookie));
        SetCookie(HeaderValue::try_from(text).expect("name, value and path were checked to be visible ASCII"))
    }

    /// The cookie's value in a request's headers, if it is there once and well formed.
    // SECURITY: two cookies of one name mean that somebody planted one; neither is believed.
    pub fn read<'a>(&self, cookie: Cookie, headers: &'a HeaderMap) -> Option<&'a str> {
        let name = self.name(cookie);
        let lines = headers.get_all(header::COOKIE);
        if lines.iter().map(HeaderValue::len).sum::<usize>() > COOKIE_HEADERS_MAX {
            return None;
        }
        let mut found = lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';')).filter_map(|pair| {
            let (key, value) = pair.trim_matches([' ', '\t']).split_once('=')?;
            (key == name).then_some(value)
        });
        let (Some(value), None) = (found.next(), found.next()) else { return None };
        is_cookie_value(value).then_some(value)
    }
}

/// Printable ASCII without space, quotes, comma, semicolon and backslash (RFC 6265 §4.1.1).
fn is_cookie_value(value: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\');
    (1..=COOKIE_VALUE_MAX).contains(&value.len()) && value.bytes().all(allowed)
}

/// A `Set-Cookie` header; part of a response tuple, several of them don't overwrite each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCookie(HeaderValue);

impl SetCookie {
    /// The header's value.
    pub const fn value(&self) -> &HeaderValue {
        &self.0
    }
}

impl IntoResponseParts for SetCookie {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.headers_mut().append(header::SET_COOKIE, self.0);
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    fn production() -> CookiePolicy {
        CookiePolicy::of(&Issuer::parse("https://demo.id.example.com").expect("an issuer"))
    }

    fn loopback() -> CookiePolicy {
        CookiePolicy::of(&Issuer::parse("http://localhost:8080/t/demo").expect("an issuer"))
    }

    fn request(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (header::COOKIE, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn in_production_a_cookie_is_of_the_host_secure_and_hidden_from_scripts() {
        let set = production().set(Cookie::Session, "abc", Some(Duration::from_mins(1))).expect("a value");
        assert_eq!(set.value(), "__Host-cs-session=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax");
        assert_eq!(production().clear(Cookie::Browser).value(), "__Host-cs-browser=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn locally_a_cookie_belongs_to_the_tenants_path() {
        let set = loopback().set(Cookie::Device, "abc", None).expect("a value");
        assert_eq!(set.value(), "cs-device=abc; Path=/t/demo; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_value_that_would_write_attributes_of_its_own_is_refused() {
        let longest = "a".repeat(COOKIE_VALUE_MAX);
        assert!(production().set(Cookie::Session, &longest, None).is_ok());
        for wrong in ["", "a;Domain=x", "a b", "a\r\nb", "ü", "\"a\"", &format!("{longest}a")] {
            assert_eq!(production().set(Cookie::Session, wrong, None), Err(InvalidCookieValue), "{wrong:?}");
        }
    }

    #[test]
    fn a_cookie_is_found_among_others_and_across_several_headers() {
        let headers = request(&["a=b; __Host-cs-session=one", "__Host-cs-device=two;c=d"]);
        assert_eq!(production().read(Cookie::Session, &headers), Some("one"));
        assert_eq!(production().read(Cookie::Device, &headers), Some("two"));
        assert_eq!(production().read(Cookie::Browser, &headers), None);
    }

    #[test]
    fn a_cookie_without_the_prefix_is_not_a_production_cookie() {
        let headers = request(&["cs-session=one"]);
        assert_eq!(production().read(Cookie::Session, &headers), None);
        assert_eq!(loopback().read(Cookie::Session, &headers), Some("one"));
    }

    #[test]
    fn a_cookie_sent_twice_is_not_believed() {
        assert_eq!(loopback().read(Cookie::Session, &request(&["cs-session=one; cs-session=two"])), None);
        assert_eq!(loopback().read(Cookie::Session, &request(&["cs-session=one", "cs-session=one"])), None);
    }

    #[test]
    fn an_oversized_or_malformed_cookie_is_absent() {
        let line = |text: String| HeaderMap::from_iter([(header::COOKIE, HeaderValue::try_from(text).expect("visible ASCII"))]);
        assert_eq!(loopback().read(Cookie::Session, &line(format!("cs-session={}", "a".repeat(COOKIE_VALUE_MAX + 1)))), None);
        assert_eq!(loopback().read(Cookie::Session, &line(format!("cs-session=a; x={}", "a".repeat(COOKIE_HEADERS_MAX)))), None);
        assert_eq!(loopback().read(Cookie::Session, &line("cs-session=\"a\"".to_owned())), None);
        assert_eq!(loopback().read(Cookie::Session, &line("cs-session".to_owned())), None);
    }

    #[test]
    fn two_cookies_in_one_response_both_arrive() {
        let first = loopback().set(Cookie::Session, "one", None).expect("a value");
        let response = (first, loopback().clear(Cookie::Browser), "ok").into_response();
        assert_eq!(response.headers().get_all(header::SET_COOKIE).iter().count(), 2);
    }
}
