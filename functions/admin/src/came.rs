//! What a request brings beside its path: the version that it changes, what it wants listed, its body.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::response::{IntoResponse, Response};
use crypto::derive;
use domain::policy;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::{Problem, Refused};

/// What a handler answers.
pub(crate) type Answer<T> = Result<Done<T>, Refused>;

/// A request that was done.
#[derive(Debug)]
pub(crate) enum Done<T> {
    /// A thing as it is, and its version.
    Shown(T, Option<u64>),
    /// A thing that wasn't there before, its version, and where it is.
    Made(T, u64, String),
    /// A thing that somebody else goes on with.
    Accepted(T),
    /// Nothing to show but the version that stands.
    Changed(u64),
    /// Nothing to show: it will be done.
    Asked,
    /// Nothing to show: it is gone, or done.
    Gone,
}

impl<T: Serialize> IntoResponse for Done<T> {
    fn into_response(self) -> Response {
        let (status, body, version, place) = match self {
            Self::Shown(body, version) => (StatusCode::OK, Some(body), version, None),
            Self::Made(body, version, place) => (StatusCode::CREATED, Some(body), Some(version), Some(place)),
            Self::Accepted(body) => (StatusCode::ACCEPTED, Some(body), None, None),
            Self::Changed(version) => (StatusCode::NO_CONTENT, None, Some(version), None),
            Self::Asked => (StatusCode::ACCEPTED, None, None, None),
            Self::Gone => (StatusCode::NO_CONTENT, None, None, None),
        };
        let mut response = match body.map(|body| serde_json::to_string(&body)) {
            Some(Ok(body)) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Some(Err(error)) => return Refused::from(crate::problem::broken(error)).into_response(),
            None => status.into_response(),
        };
        web::headers::not_stored(response.headers_mut());
        let headers = [(header::ETAG, version.map(|version| format!("\"{version}\""))), (header::LOCATION, place)];
        for (name, value) in headers {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// The version that a change is of, as `If-Match` names it (RFC 9110 §13.1.1).
pub(crate) fn version(headers: &HeaderMap) -> Result<u64, Problem> {
    let named = headers.get(header::IF_MATCH).ok_or(Problem::NoVersion)?;
    let quoted = named.to_str().ok().and_then(|text| text.strip_prefix('"')).and_then(|text| text.strip_suffix('"'));
    // Whatever isn't one of ours can't be the version that stands.
    quoted.and_then(|text| text.parse().ok()).ok_or(Problem::Stale)
}

/// A body as JSON that says nothing but what the resource takes.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        Ok(Self(read(&bytes(request, state, &JSON).await?.1)?))
    }
}

/// A body that makes something; with a key of its sender's it does so once, however often it comes.
pub(crate) struct New<T> {
    pub(crate) body: T,
    pub(crate) key: Option<RequestKey>,
}

/// What a sender calls a request (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header), and 128 bits of the hash of its body.
pub(crate) struct RequestKey {
    pub(crate) text: String,
    pub(crate) body: [u8; 16],
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for New<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let keys: Vec<_> = request.headers().get_all("idempotency-key").iter().cloned().collect();
        let (_, bytes) = bytes(request, state, &JSON).await?;
        let mut body = [0; 16];
        body.copy_from_slice(&derive::sha256(&bytes)[..16]);
        let text = match &keys[..] {
            [] => None,
            [key] => {
                Some(key.to_str().ok().filter(|text| (1..=policy::IDEMPOTENCY_KEY_MAX).contains(&text.len())).ok_or(Problem::RequestKey)?.to_owned())
            }
            _ => return Err(Problem::RequestKey.into()),
        };
        Ok(Self { body: read(&bytes)?, key: text.map(|text| RequestKey { text, body }) })
    }
}

/// A body that is a picture, by its type; what it is shows when it is read.
pub(crate) struct Picture(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Picture {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        if !matches!(kind(&request).as_str(), "image/jpeg" | "image/png" | "image/webp") {
            return Err(Problem::PictureType.into());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| Problem::PictureTooLarge)?;
        if bytes.len() > policy::PHOTO_MAX { Err(Problem::PictureTooLarge.into()) } else { Ok(Self(bytes)) }
    }
}

fn kind(request: &Request) -> String {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

const JSON: [&str; 2] = ["application/json", "application/merge-patch+json"];

/// A body of one of these types, and of which.
pub(crate) async fn bytes<S: Send + Sync>(request: Request, state: &S, kinds: &[&'static str]) -> Result<(&'static str, Bytes), Problem> {
    let kind = kind(&request);
    let kind = kinds.iter().find(|known| **known == kind).ok_or(Problem::MediaType)?;
    let bytes = Bytes::from_request(request, state).await.map_err(|_| Problem::TooLarge)?;
    if bytes.len() > policy::ADMIN_BODY_MAX { Err(Problem::TooLarge) } else { Ok((kind, bytes)) }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::Malformed(error.to_string()))
}

/// What the query asks for; a parameter that the resource doesn't know is refused.
pub(crate) struct Wanted<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Wanted<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let wanted = Query::<T>::from_request_parts(parts, state).await;
        wanted.map(|Query(wanted)| Self(wanted)).map_err(|rejection| Problem::Malformed(rejection.body_text()).into())
    }
}
