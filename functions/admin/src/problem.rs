//! Why the admin API did nothing (RFC 9457): a slug that stays, a title that people read, and what it is about.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::administration::InvalidAdministrators;
use domain::identifier::is_control_or_format;
use domain::policies::{LockedOut, PolicyKind};
use domain::policy;
use domain::standing::NotSo;
use http::{HeaderValue, StatusCode, header};
use oauth::bearer::Refusal;
use runtime::{Failure, Incident};
use serde_json::{Map, Value, json};

/// A problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// No good token came.
    Token(Refusal),
    /// What the token's holder is doesn't permit it.
    Forbidden,
    /// It wants a sign-in of just now (RFC 9470 §3).
    NotFresh,
    /// There is no such thing.
    NotFound,
    /// The resource doesn't do that.
    Method,
    /// The body is of another type than the resource takes, by what it says.
    MediaType,
    /// The body is longer than any resource takes.
    TooLarge,
    /// The body is no picture, by its type.
    PictureType,
    /// The picture is larger than a photo may be.
    PictureTooLarge,
    /// As many pictures as may be are worked on in this process.
    Busy,
    /// The body isn't what the resource takes; where it goes wrong.
    Malformed(String),
    /// A change names the version that it is of (RFC 6585 §3).
    NoVersion,
    /// It isn't of that version any more (RFC 9110 §13.1.1).
    Stale,
    /// An owner is made something else first.
    Owner,
    /// Administrators can't be so.
    Administrators(InvalidAdministrators),
    /// What was asked for can't be so; which part, and why.
    Unfit(&'static str, String),
    /// Another one has the name or address; of which kind.
    Taken(&'static str),
    /// The record that proves a domain isn't in the DNS.
    Unproved {
        /// Its name.
        record: String,
        /// The value that it should have.
        value: String,
        /// The values that there are.
        told: Vec<String>,
    },
    /// There is no password to change.
    NoPassword,
    /// `Idempotency-Key` is none.
    RequestKey,
    /// It was another request's.
    OtherRequest,
    /// The person wants their account to be deleted.
    Ending,
    /// Whoever asks for it, or every owner, would be let in no more.
    LockedOut(LockedOut),
    /// A policy says something of the group; which one.
    NamedByPolicy(PolicyKind),
    /// The invitation became an account, or was taken back.
    Closed,
    /// An import or export is past that.
    PastThat,
    /// The last secret of an app stays.
    LastSecret,
    /// Who administers the tenant is made nobody first.
    Administers,
    /// Its sender has used up their minute; the seconds that are left of it.
    TooManyRequests(u64),
    /// The list has changed its question since the cursor was given, or the cursor is none.
    Cursor,
    /// A configuration would change more than one transaction writes; how many rows.
    TooManyChanges(usize),
    /// The tenant has more of something than one document holds; of what.
    TooManyThings(&'static str),
    /// A part of a configuration has a problem; which part.
    Part(String, Box<Self>),
    /// The tenant can't stand so.
    Standing(NotSo),
    /// The tenant whose administrator asks lets nobody in.
    TenantClosed,
    /// It may work later.
    Unavailable,
    /// It never will.
    Broken,
}

/// Why a request isn't done: an answer, or the platform's own fault.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// An answer.
    #[error("{0:?}")]
    Problem(Problem),
    /// The platform's own fault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// What should never happen.
pub(crate) fn broken(error: impl std::fmt::Display) -> Failure {
    Failure::Broken(error.to_string())
}

impl IntoResponse for Refused {
    /// The answer, which tells [`logged`] why it is given.
    fn into_response(self) -> Response {
        let problem = match &self {
            Self::Problem(problem) => problem,
            Self::Failure(Failure::Unavailable(_)) => &Problem::Unavailable,
            Self::Failure(Failure::Broken(_)) => &Problem::Broken,
            Self::Failure(Failure::Closed) => &Problem::TenantClosed,
        };
        let mut response = problem.answer();
        response.extensions_mut().insert(Why(Arc::new(self)));
        response
    }
}

#[derive(Clone)]
struct Why(Arc<Refused>);

/// Says in the log why a request was refused, once, here.
pub(crate) async fn logged(request: Request, next: Next) -> Response {
    let incident = request.extensions().get::<Incident>().map_or_else(String::new, |incident| incident.0.clone());
    let response = next.run(request).await;
    match response.extensions().get::<Why>().map(|why| &*why.0) {
        // SECURITY: the slug alone: what a problem is about quotes the body, which may hold a password.
        Some(Refused::Problem(problem)) => tracing::info!(incident, problem = problem.told().1, "an administrator was refused"),
        Some(Refused::Failure(failure)) => tracing::error!(incident, %failure, "a request was not answered"),
        None => {}
    }
    response
}

impl From<store::StoreError> for Refused {
    fn from(error: store::StoreError) -> Self {
        match error {
            // What each part may be has its bounds; this is what they come to together.
            store::StoreError::TooLarge { .. } => Problem::Unfit("size", "more than one record holds".to_owned()).into(),
            other => Self::Failure(other.into()),
        }
    }
}

// What strangers wrote into the DNS: some of it, cut, without control characters.
fn seen(told: &[String]) -> String {
    const VALUES: usize = 5;
    const CHARACTERS: usize = 100;
    if told.is_empty() {
        return "there is none".to_owned();
    }
    let cut = |value: &String| value.chars().filter(|c| !is_control_or_format(*c)).take(CHARACTERS).collect::<String>();
    let values = told.iter().take(VALUES).map(|value| format!("\"{}\"", cut(value))).collect::<Vec<_>>();
    let more = told.len().saturating_sub(VALUES);
    if more == 0 { format!("there is {}", values.join(", ")) } else { format!("there is {} and {more} more", values.join(", ")) }
}

impl Problem {
    /// The same, of a part of a configuration.
    pub(crate) fn at(self, place: &str) -> Self {
        Self::Part(place.to_owned(), Box::new(self))
    }

    fn told(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Token(refusal) => {
                let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::UNAUTHORIZED);
                (status, "token", "The access token is missing, or opens nothing here.")
            }
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "None of your roles permits this."),
            Self::NotFresh => (StatusCode::UNAUTHORIZED, "sign-in-again", "You have to sign in again before this."),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing, or you may not know of it."),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This resource does not do that."),
            Self::MediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "The body is of no type that the resource takes, or doesn't say of which.")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is longer than any resource takes."),
            Self::PictureType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "A photo is a JPEG, PNG or WebP, and says so."),
            Self::PictureTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "A photo has at most 3 MB."),
            Self::Busy => (StatusCode::TOO_MANY_REQUESTS, "busy", "Others ask for this just now."),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed", "The body is not what this resource takes."),
            Self::NoVersion => (StatusCode::PRECONDITION_REQUIRED, "version-required", "A change names in If-Match what it is a change of."),
            Self::Stale => (StatusCode::PRECONDITION_FAILED, "changed-meanwhile", "It has changed since it was read."),
            Self::Owner => (StatusCode::CONFLICT, "owner", "An owner isn't locked out; they are made something else first."),
            Self::Administrators(InvalidAdministrators::NoOwner) => (StatusCode::CONFLICT, "last-owner", "The last owner stays."),
            Self::Administrators(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-administrators", "Administrators can't be so."),
            Self::Unfit(..) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "It can't be so."),
            Self::Unproved { .. } => (StatusCode::CONFLICT, "unproved", "The record that proves the domain is not in the DNS."),
            Self::NoPassword => (StatusCode::CONFLICT, "no-password", "The account has no password."),
            Self::RequestKey => (StatusCode::BAD_REQUEST, "idempotency-key", "An Idempotency-Key has 1 to 255 visible characters, once."),
            Self::OtherRequest => (StatusCode::UNPROCESSABLE_ENTITY, "other-request", "The Idempotency-Key was another request's."),
            Self::Ending | Self::Standing(NotSo::Ending | NotSo::Over) => (StatusCode::CONFLICT, "ending", "It is about to be deleted."),
            Self::Closed => (StatusCode::CONFLICT, "closed", "The invitation was accepted or taken back."),
            Self::LockedOut(_) => (StatusCode::CONFLICT, "locks-out", "Nobody could undo that."),
            Self::NamedByPolicy(_) => (StatusCode::CONFLICT, "named-by-policy", "The group stays until no policy says anything of it."),
            Self::PastThat => (StatusCode::CONFLICT, "past-that", "The job is past that."),
            Self::LastSecret => (StatusCode::CONFLICT, "last-secret", "The last secret stays until there is another one."),
            Self::Administers => (StatusCode::CONFLICT, "administers", "Who administers the tenant is made no administrator first."),
            Self::Taken(_) => (StatusCode::CONFLICT, "taken", "Another one has that."),
            Self::TooManyRequests(_) => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "You have sent more requests than a minute takes."),
            Self::TooManyChanges(_) => (StatusCode::UNPROCESSABLE_ENTITY, "too-many-changes", "It changes more than can be changed at once."),
            Self::TooManyThings(_) => (StatusCode::CONFLICT, "too-many-things", "The tenant has more than one document holds."),
            Self::Part(_, problem) => problem.told(),
            Self::Cursor => (StatusCode::BAD_REQUEST, "cursor", "The cursor is none of this list."),
            Self::Standing(NotSo::System) => (StatusCode::CONFLICT, "system-tenant", "The system tenant stays as it is."),
            Self::TenantClosed => (StatusCode::FORBIDDEN, "tenant-closed", "The tenant lets nobody in; the platform's administrators can."),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "This can't be done just now."),
            Self::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something is broken here."),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Malformed(where_) => Some(where_.clone()),
            Self::Administrators(invalid) => Some(invalid.to_string()),
            Self::Unfit(part, why) => Some(format!("{part}: {why}")),
            Self::Unproved { record, value, told } => Some(format!("{record} should have the TXT record {value}; {}", seen(told))),
            Self::LockedOut(why) => Some(why.to_string()),
            Self::NamedByPolicy(kind) => Some(kind.as_str().to_owned()),
            Self::Taken(kind) => Some((*kind).to_owned()),
            Self::TooManyChanges(rows) => {
                let most = policy::CONFIGURATION_ROWS_MAX;
                Some(format!("{rows} rows, {} more than one transaction writes", rows - most))
            }
            Self::TooManyThings(what) => Some(format!("more than {} {what}", policy::CONFIGURATION_THINGS_MAX)),
            Self::Part(place, problem) => Some(problem.detail().map_or_else(|| place.clone(), |detail| format!("{place}: {detail}"))),
            Self::Token(refusal) => refusal.code().map(|code| code.description().to_owned()),
            _ => None,
        }
    }

    fn challenge(&self) -> Option<String> {
        let fresh = policy::FRESH_SIGN_IN.as_secs();
        match self {
            Self::Token(refusal) => {
                let error = refusal.code().map(|code| format!(" error=\"{}\", scope=\"{}\"", code.as_str(), oauth::scope::ADMIN));
                Some(format!("Bearer{}", error.unwrap_or_default()))
            }
            Self::NotFresh => Some(format!("Bearer error=\"insufficient_user_authentication\", max_age=\"{fresh}\"")),
            _ => None,
        }
    }

    /// The answer.
    fn answer(&self) -> Response {
        let (status, slug, title) = self.told();
        let mut body = Map::new();
        body.insert("type".to_owned(), Value::String(format!("urn:countersign:problem:{slug}")));
        body.insert("title".to_owned(), Value::String(title.to_owned()));
        body.insert("status".to_owned(), json!(status.as_u16()));
        if let Some(detail) = self.detail() {
            body.insert("detail".to_owned(), Value::String(detail));
        }
        let mut response = (status, Value::Object(body).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        web::headers::not_stored(headers);
        if let Some(challenge) = self.challenge().and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        let again = match self {
            Self::Unavailable => Some(Failure::RETRY_AFTER.as_secs()),
            Self::TooManyRequests(seconds) => Some(*seconds),
            Self::Busy => Some(policy::PASSWORD_TURN_RETRY.as_secs()),
            _ => None,
        };
        headers.extend(again.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
        response
    }
}
