//! Mails: each is composed from its event when it is sent, in the language of whoever reads it.

mod new_browser;
mod sign_up;

use cloud::mail::{Mail, MailError};
use domain::Timestamp;
use domain::delivery::{Channel, Delivery, Try};
use domain::user::{Profile, User};
use runtime::Failure;
use web::{Language, Letter};

use crate::Deps;

/// A letter and its address.
pub(crate) struct Addressed {
    to: String,
    letter: Letter,
}

/// Composes the mail of a delivery, and sends it. Where there is nobody to send it to any more, it is given up.
pub(crate) async fn send(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Try, Failure> {
    let composed = match delivery.id.channel {
        Channel::MailSignUp => sign_up::compose(deps, delivery, now).await?,
        _ => new_browser::compose(deps, delivery, now).await?,
    };
    let Some(Addressed { to, letter }) = composed else { return Ok(Try::FailedForGood) };
    let (text, html, dedupe) = (letter.text(), Some(letter.html()), delivery.id.event.to_string());
    Ok(match deps.mailer.send(&Mail { to, subject: letter.subject, text, html, dedupe }).await {
        Ok(()) => Try::Sent,
        Err(MailError::ForNow(reason)) => {
            tracing::warn!(reason, attempts = delivery.attempts, "mail not accepted for now");
            Try::FailedForNow
        }
        Err(MailError::ForGood(reason)) => {
            tracing::warn!(reason, "mail refused for good");
            Try::FailedForGood
        }
    })
}

/// The language of a person.
fn language(profile: &Profile) -> Language {
    profile.locale.as_deref().and_then(Language::from_tag).unwrap_or_default()
}

/// How a person is greeted.
fn greeting(language: Language, user: &User) -> String {
    let name = user.profile.given_name.as_deref().or(user.profile.name.as_deref()).or(user.username.as_deref());
    greeting_of(language, name)
}

/// How somebody is greeted who may have told no name.
fn greeting_of(language: Language, name: Option<&str>) -> String {
    match (language, name.map(web::letter::named)) {
        (Language::English, Some(name)) => format!("Hello {name},"),
        (Language::English, None) => "Hello,".to_owned(),
        (Language::German, Some(name)) => format!("Guten Tag, {name},"),
        (Language::German, None) => "Guten Tag,".to_owned(),
    }
}

/// A moment as people read it.
fn readable(at: Timestamp) -> String {
    let stamp = at.rfc3339();
    format!("{} {} UTC", &stamp[..10], &stamp[11..16])
}
