//! The body of a form POST: its type, its size, then its parameters (RFC 6749 §3.2, appendix B).

use std::error::Error;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use domain::policy::BODY_MAX;
use http::{HeaderMap, StatusCode, header};
use http_body_util::LengthLimitError;

use crate::parameters::{ParameterError, Parameters};
use crate::responders;

/// Why a body wasn't read. The text is fixed, but for the name of a parameter, and safe to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Larger than [`BODY_MAX`].
    #[error("the body is larger than {BODY_MAX} bytes")]
    TooLarge,
    /// Another type, or none.
    #[error("the body must be application/x-www-form-urlencoded in UTF-8")]
    WrongContentType,
    /// The connection ended, or the transport's own encoding was broken.
    #[error("the body could not be read")]
    Unreadable,
    /// Its parameters are malformed.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
}

impl FormError {
    /// The status that says it best.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unreadable | Self::Parameters(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for FormError {
    fn into_response(self) -> Response {
        responders::text(self.status(), format!("{self}\n"))
    }
}

/// Reads a form whose body has arrived.
pub fn read_form(headers: &HeaderMap, body: &[u8]) -> Result<Parameters, FormError> {
    if body.len() > BODY_MAX {
        return Err(FormError::TooLarge);
    }
    if !is_form(headers) {
        return Err(FormError::WrongContentType);
    }
    Ok(Parameters::parse(body)?)
}

/// A form as an extractor. A handler that answers in its own way takes `Result<FormBody, FormError>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormBody(pub Parameters);

impl<S: Send + Sync> FromRequest<S> for FormBody {
    type Rejection = FormError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, FormError> {
        let (parts, body) = request.into_parts();
        let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > BODY_MAX) {
            return Err(FormError::TooLarge);
        }
        let bytes = axum::body::to_bytes(Body::new(body), BODY_MAX).await.map_err(|error| reading_failed(&error))?;
        read_form(&parts.headers, &bytes).map(Self)
    }
}

/// `to_bytes` tells the limit from a broken transport by the source of its error alone.
fn reading_failed(error: &axum::Error) -> FormError {
    match error.source() {
        Some(source) if source.is::<LengthLimitError>() => FormError::TooLarge,
        _ => FormError::Unreadable,
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let Ok(text) = only.to_str() else { return false };
    let mut parts = text.split(';').map(str::trim);
    let is_urlencoded = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => value.trim_matches('"').eq_ignore_ascii_case("utf-8"),
        _ => true,
    });
    is_urlencoded && is_utf8
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn typed(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[test]
    fn a_form_is_read_with_or_without_its_charset() {
        for fine in [FORM, "application/x-www-form-urlencoded;charset=UTF-8", "Application/X-WWW-Form-Urlencoded; charset=\"utf-8\""] {
            let read = read_form(&typed(fine), b"a=b").expect(fine);
            assert_eq!(read.get("a"), Some("b"), "{fine}");
        }
    }

    #[test]
    fn another_type_or_none_or_two_are_refused() {
        for wrong in ["application/json", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded; charset=utf-16", ""] {
            assert_eq!(read_form(&typed(wrong), b"a=b"), Err(FormError::WrongContentType), "{wrong}");
        }
        assert_eq!(read_form(&HeaderMap::new(), b"a=b"), Err(FormError::WrongContentType));
        let mut two = typed(FORM);
        two.append(header::CONTENT_TYPE, HeaderValue::from_static(FORM));
        assert_eq!(read_form(&two, b"a=b"), Err(FormError::WrongContentType));
    }

    fn request(length: usize) -> Request {
        let body = [b"a=".to_vec(), vec![b'x'; length - 2]].concat();
        Request::post("/").header(header::CONTENT_TYPE, FORM).body(Body::from(body)).expect("a request")
    }

    #[tokio::test]
    async fn the_largest_body_is_read_and_one_byte_more_is_413() {
        let largest = FormBody::from_request(request(BODY_MAX), &()).await.expect("within the limit");
        assert_eq!(largest.0.get("a").map(str::len), Some(BODY_MAX - 2));
        let refused = FormBody::from_request(request(BODY_MAX + 1), &()).await.expect_err("over the limit");
        assert_eq!(refused, FormError::TooLarge);
        assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn a_body_that_announces_too_much_is_refused_unread() {
        let mut lying = request(10);
        lying.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(BODY_MAX + 1));
        assert_eq!(FormBody::from_request(lying, &()).await, Err(FormError::TooLarge));
    }
}
