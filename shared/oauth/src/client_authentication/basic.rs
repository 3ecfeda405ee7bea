//! The Basic scheme, read strictly: one header, canonical base64, each half form-encoded (RFC 7617 §2, RFC 6749 §2.3.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{ClientId, Secret};

use super::Reason;

/// The client id and secret of a Basic header, if there is an `Authorization` header at all.
pub(super) fn credentials<'h>(authorization: impl IntoIterator<Item = &'h [u8]>) -> Result<Option<(ClientId, Secret<String>)>, Reason> {
    let mut headers = authorization.into_iter();
    let (first, second) = (headers.next(), headers.next());
    match (first, second) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(Reason::SeveralHeaders),
        (Some(header), None) => {
            let header = std::str::from_utf8(header).map_err(|_| Reason::SchemeUnsupported)?;
            let (scheme, credentials) = header.split_once(' ').unwrap_or((header, ""));
            if !scheme.eq_ignore_ascii_case("Basic") {
                return Err(Reason::SchemeUnsupported);
            }
            user_and_password(credentials).map(Some).ok_or(Reason::BasicMalformed)
        }
    }
}

// RFC 7617 §2 with strict base64; RFC 6749 §2.3.1: each half is form-encoded on its own.
fn user_and_password(credentials: &str) -> Option<(ClientId, Secret<String>)> {
    let decoded = Secret::new(STANDARD.decode(credentials.trim_start_matches(' ')).ok()?);
    let (user, password) = std::str::from_utf8(decoded.expose()).ok()?.split_once(':')?;
    let client_id = ClientId::parse(&form_decoded(user)?).ok()?;
    Some((client_id, Secret::new(form_decoded(password)?)))
}

/// One form-encoded value, strictly: a percent sign has two digits behind it, and the bytes are UTF-8.
fn form_decoded(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                hexadecimal(digits[0])? * 16 + hexadecimal(digits[1])?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

const fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: impl AsRef<[u8]>) -> Result<(String, String), Reason> {
        let read = credentials([header.as_ref()])?.expect("there is a header");
        Ok((read.0.to_string(), read.1.expose().clone()))
    }

    #[test]
    fn both_halves_of_basic_are_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("app%2D1:a%3Ab+c:d%C3%BC"));
        assert_eq!(read(&header), Ok(("app-1".to_owned(), "a:b c:dü".to_owned())));
        let either_case = format!("Basic {}", STANDARD.encode("app%2d1:%c3%bc%7a%7A%7f%7F"));
        assert_eq!(read(&either_case), Ok(("app-1".to_owned(), "üzz\u{7f}\u{7f}".to_owned())));
    }

    #[test]
    fn the_scheme_has_no_case_and_other_schemes_are_refused() {
        let credentials = STANDARD.encode("app:a secret");
        for fine in [format!("basic {credentials}"), format!("BASIC   {credentials}")] {
            assert!(read(&fine).is_ok(), "{fine}");
        }
        for other in [b"Bearer abc".as_slice(), b"Digest x", b"", b"Basic\xff abc", b"BasicYXBwOng="] {
            assert_eq!(read(other), Err(Reason::SchemeUnsupported), "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn loosely_encoded_basic_credentials_are_refused() {
        let exact = STANDARD.encode("app:secret-s");
        assert!(read(format!("Basic {exact}")).is_ok());
        let no_colon = STANDARD.encode("app");
        let not_utf8 = STANDARD.encode(b"app:\xff");
        let half_percent = STANDARD.encode("app:%4");
        let no_digits = STANDARD.encode("app:%zz");
        let foreign_id = STANDARD.encode("a#b:x");
        let padding_left_out = STANDARD.encode("app:secret").trim_end_matches('=').to_owned();
        let loose_last_bits = "YXBwOnR=".to_owned();
        for loose in [
            no_colon,
            not_utf8,
            half_percent,
            no_digits,
            foreign_id,
            padding_left_out,
            loose_last_bits,
            format!("{exact}!"),
            format!("{exact} x"),
            String::new(),
        ] {
            assert_eq!(read(format!("Basic {loose}")), Err(Reason::BasicMalformed), "{loose}");
        }
    }
}
