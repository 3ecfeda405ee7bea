//! Why the account API did nothing (RFC 9457): a slug that stays, a title that people read, and what it is about.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use domain::account::EmailProblem;
use domain::attributes::AttributeName;
use domain::password_policy::PasswordProblem;
use domain::phone::PhoneProblem;
use domain::photo::PhotoProblem;
use domain::policy;
use domain::profile::Problems;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use web::{Language, Wrong};

/// A problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The body or a parameter isn't what the resource takes.
    Malformed,
    /// There is no such resource, session or app.
    NotFound,
    /// The resource doesn't do that.
    Method(&'static str),
    /// What only the person may do wants a sign-in of just now (RFC 9470 §3).
    NotFresh,
    /// The account changed meanwhile, or was so already.
    Conflict,
    /// Who administers the tenant isn't deleted.
    Administers,
    /// What was entered isn't what the fields take.
    Profile(Problems),
    /// The present password isn't that.
    CurrentPassword,
    /// The new one can't be chosen.
    NewPassword(PasswordProblem),
    /// The address can't be asked for.
    Email(EmailProblem),
    /// The body can't be the photo.
    Photo(PhotoProblem),
    /// The telephone number can't be asked for.
    Phone(PhoneProblem),
    /// What was typed isn't the newest code.
    Code,
    /// No code is waited for any more.
    CodeOver,
    /// Too many tries.
    Throttled(Duration),
    /// As many people as a process can have under way are having passwords hashed.
    Busy,
}

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::ChangedMeanwhile => Self::Conflict,
            Wrong::Administers => Self::Administers,
            Wrong::Profile(problems) => Self::Profile(problems),
            Wrong::CurrentPassword => Self::CurrentPassword,
            Wrong::NewPassword(problem) => Self::NewPassword(problem),
            Wrong::Throttled { retry_after } => Self::Throttled(retry_after),
            Wrong::Email(problem) => Self::Email(problem),
            Wrong::Photo(problem) => Self::Photo(problem),
            Wrong::Phone(problem) => Self::Phone(problem),
            Wrong::Code => Self::Code,
            Wrong::CodeOver => Self::CodeOver,
        }
    }
}

impl Problem {
    const fn told(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed", "The request is not what this resource takes."),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing in this account."),
            Self::Method(_) => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This resource does not do that."),
            Self::NotFresh => (StatusCode::UNAUTHORIZED, "sign-in-again", "The person has to sign in again before this."),
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "The account has changed, or was so already."),
            Self::Administers => (StatusCode::CONFLICT, "administers", "Who administers the tenant is not deleted."),
            Self::Profile(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields", "Some values have another form."),
            Self::CurrentPassword => (StatusCode::UNPROCESSABLE_ENTITY, "wrong-password", "That is not the current password."),
            Self::NewPassword(_) => (StatusCode::UNPROCESSABLE_ENTITY, "unacceptable-password", "The new password can't be chosen."),
            Self::Email(EmailProblem::NoAddress) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-email", "That is not an email address."),
            Self::Email(EmailProblem::Unchanged) => (StatusCode::UNPROCESSABLE_ENTITY, "same-email", "That is the address already."),
            Self::Email(EmailProblem::TooOften) => (StatusCode::UNPROCESSABLE_ENTITY, "email-changed-often", "The address has changed often lately."),
            Self::Photo(PhotoProblem::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, "photo-too-large", "The photo has more than 3 MB."),
            Self::Photo(PhotoProblem::TooManyPixels) => (StatusCode::UNPROCESSABLE_ENTITY, "photo-too-many-pixels", "The photo has too many pixels."),
            Self::Photo(PhotoProblem::NoFile | PhotoProblem::NotAPhoto) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid-photo", "That is no JPEG, PNG or WebP.")
            }
            Self::Phone(PhoneProblem::NoNumber) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-phone", "That is not a telephone number."),
            Self::Phone(PhoneProblem::Unchanged) => (StatusCode::UNPROCESSABLE_ENTITY, "same-phone", "That is the telephone number already."),
            Self::Code => (StatusCode::UNPROCESSABLE_ENTITY, "wrong-code", "That is not the code that was sent last."),
            Self::CodeOver => (StatusCode::UNPROCESSABLE_ENTITY, "dead-code", "No code is waited for any more."),
            Self::Throttled(_) => (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", "Too many attempts."),
            Self::Busy => (StatusCode::TOO_MANY_REQUESTS, "busy", "Many people ask for this just now."),
        }
    }

    /// The answer.
    pub(super) fn answer(&self) -> Response {
        let (status, slug, title) = self.told();
        let mut body = Map::new();
        body.insert("type".to_owned(), Value::String(format!("urn:countersign:problem:{slug}")));
        body.insert("title".to_owned(), Value::String(title.to_owned()));
        body.insert("status".to_owned(), json!(status.as_u16()));
        match self {
            Self::Profile(problems) => drop(body.insert("fields".to_owned(), json!(wrong_fields(problems)))),
            Self::NewPassword(problem) => drop(body.insert("detail".to_owned(), Value::String(Language::English.password_problem(*problem)))),
            _ => {}
        }
        let mut response = (status, Value::Object(body).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        web::headers::not_stored(headers);
        match self {
            Self::Method(allow) => drop(headers.insert(header::ALLOW, HeaderValue::from_static(allow))),
            Self::Throttled(wait) => drop(headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()))),
            Self::Busy => drop(headers.insert(header::RETRY_AFTER, HeaderValue::from(policy::PASSWORD_TURN_RETRY.as_secs()))),
            Self::NotFresh => drop(headers.insert(header::WWW_AUTHENTICATE, challenge())),
            _ => {}
        }
        response
    }
}

// By the names under which they are patched.
fn wrong_fields(problems: &Problems) -> Vec<String> {
    let of = &problems.attributes;
    let named = of.of.keys().map(AttributeName::as_str).chain(of.unknown.iter().map(String::as_str));
    let fields = problems.fields.iter().map(|field| field.as_str().to_owned());
    let whole = of.too_large.then(|| "attributes".to_owned());
    fields.chain(named.map(|name| format!("attributes.{name}"))).chain(whole).collect()
}

// RFC 9470 §3: what the app asks the person's sign-in for.
fn challenge() -> HeaderValue {
    let text = format!("Bearer error=\"insufficient_user_authentication\", max_age=\"{}\"", policy::FRESH_SIGN_IN.as_secs());
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
}
