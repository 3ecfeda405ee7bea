//! The body of a form with a file (RFC 7578): its fields as those of any form, and the one file.
//!
//! What the sender says about the file, its name and type, isn't read: nothing is decided by it.

use domain::policy::{BODY_MAX, UPLOAD_MAX};
use http::{HeaderMap, header};

use crate::form::FormError;
use crate::parameters::{ParameterError, Parameters};

/// Parts of one form: more than any page of ours has.
const PARTS_MAX: usize = 8;
/// The longest boundary (RFC 2046 §5.1.1).
const BOUNDARY_MAX: usize = 70;

/// A form with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload<'a> {
    /// The fields that are texts.
    pub fields: Parameters,
    /// The file, empty where none was chosen.
    pub file: &'a [u8],
}

/// Reads a form with a file whose body has arrived; the file is the part of this name.
pub fn read_upload<'a>(headers: &HeaderMap, body: &'a [u8], file_name: &str) -> Result<Upload<'a>, FormError> {
    if body.len() > UPLOAD_MAX {
        return Err(FormError::TooLarge);
    }
    let boundary = boundary(headers).ok_or(FormError::WrongContentType)?;
    let mut fields = form_urlencoded::Serializer::new(String::new());
    let mut file = None;
    for part in parts(body, &boundary).ok_or(FormError::Unreadable)? {
        let (name, content) = read_part(part).ok_or(FormError::Unreadable)?;
        if name == file_name {
            if file.replace(content).is_some() {
                return Err(FormError::Unreadable);
            }
        } else {
            let text = std::str::from_utf8(content).ok().filter(|text| text.len() <= BODY_MAX).ok_or(FormError::Unreadable)?;
            fields.append_pair(&name, text);
        }
    }
    let fields = Parameters::parse(fields.finish().as_bytes()).map_err(|error: ParameterError| FormError::from(error))?;
    Ok(Upload { fields, file: file.unwrap_or_default() })
}

/// `multipart/form-data; boundary=…`, once.
fn boundary(headers: &HeaderMap) -> Option<String> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return None };
    let (essence, parameters) = only.to_str().ok()?.split_once(';')?;
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then(|| value.trim_matches('"'))
    })?;
    let is_boundary = (1..=BOUNDARY_MAX).contains(&boundary.len()) && boundary.bytes().all(|byte| byte.is_ascii_graphic());
    (essence.trim().eq_ignore_ascii_case("multipart/form-data") && is_boundary).then(|| boundary.to_owned())
}

/// What stands between the delimiters (RFC 2046 §5.1.1), the line break before each being its own.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<&'a [u8]>> {
    let (first, between) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
    let mut rest = body.strip_prefix(first.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let end = position(rest, between.as_bytes())?;
        parts.push(&rest[..end]);
        rest = &rest[end + between.len()..];
        if parts.len() > PARTS_MAX {
            return None;
        }
    }
}

/// A part's name and its content.
fn read_part(part: &[u8]) -> Option<(String, &[u8])> {
    let end = position(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&part[..end]).ok()?;
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then(|| value.trim())
    })?;
    let mut parameters = disposition.split(';').map(str::trim);
    if !parameters.next()?.eq_ignore_ascii_case("form-data") {
        return None;
    }
    let name = parameters.find_map(|parameter| parameter.strip_prefix("name=\"")?.strip_suffix('"'))?;
    Some((name.to_owned(), &part[end + 4..]))
}

fn position(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    bytes.windows(sought.len()).position(|window| window == sought)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn typed(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_str(text).expect("a value"))])
    }

    fn read(body: &str) -> Result<(Option<String>, Vec<u8>), FormError> {
        let upload = read_upload(&typed("multipart/form-data; boundary=\"x-1\""), body.as_bytes(), "photo")?;
        Ok((upload.fields.get("state").map(str::to_owned), upload.file.to_vec()))
    }

    const STATE: &str = "--x-1\r\nContent-Disposition: form-data; name=\"state\"\r\n\r\nsealed\r\n";
    const PHOTO: &str =
        "--x-1\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"a.svg\"\r\nContent-Type: image/svg+xml\r\n\r\nby\r\n--x-tes\r\n";

    #[test]
    fn fields_and_the_file_are_read_whatever_order_they_come_in() {
        let whole = (Some("sealed".to_owned()), b"by\r\n--x-tes".to_vec());
        assert_eq!(read(&format!("{STATE}{PHOTO}--x-1--\r\n")), Ok(whole.clone()));
        assert_eq!(read(&format!("{PHOTO}{STATE}--x-1--")), Ok(whole));
        assert_eq!(read(&format!("{STATE}--x-1--\r\n")), Ok((Some("sealed".to_owned()), Vec::new())));
    }

    #[test]
    fn what_is_no_such_form_is_refused() {
        let nameless = "--x-1\r\nContent-Disposition: form-data\r\n\r\na\r\n";
        for broken in
            ["", "--x-1", "--x-1\r\n", "--x-1\r\n\r\n--x-1--", STATE, "--x-2--", &format!("{nameless}--x-1--"), &format!("{PHOTO}{PHOTO}--x-1--")]
        {
            assert_eq!(read(broken), Err(FormError::Unreadable), "{broken}");
        }
        assert!(matches!(read(&format!("{STATE}{STATE}--x-1--")), Err(FormError::Parameters(_))), "a field twice");
        assert_eq!(read(&format!("{}--x-1--", STATE.replace("sealed", "\u{e4}").repeat(PARTS_MAX + 2))), Err(FormError::Unreadable));
        let types = ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x-1", "application/x-www-form-urlencoded"];
        for wrong in types {
            assert_eq!(read_upload(&typed(wrong), b"--x-1--", "photo"), Err(FormError::WrongContentType), "{wrong}");
        }
        assert_eq!(read_upload(&HeaderMap::new(), b"--x-1--", "photo"), Err(FormError::WrongContentType));
        let long = vec![b'a'; UPLOAD_MAX + 1];
        assert_eq!(read_upload(&typed("multipart/form-data; boundary=x"), &long, "photo"), Err(FormError::TooLarge));
    }
}
