//! Mails: each is composed from its event when it is sent, in the language of whoever reads it.

pub(crate) mod deletion;
pub(crate) mod email_change;
pub(crate) mod email_changed;
pub(crate) mod invitation;
pub(crate) mod new_browser;
mod notice;
pub(crate) mod password_changed;
pub(crate) mod password_reset;
pub(crate) mod phone_changed;
pub(crate) mod sign_up;

use std::sync::Arc;

use cloud::mail::{Mail, MailError};
use crypto::artefact::Kind;
use crypto::derive;
use domain::Timestamp;
use domain::delivery::{Delivery, Try};
use domain::event::{Personal, RecordedEvent, Subject};
use domain::user::{Profile, User};
use runtime::people::{KeyOwner, open_event};
use runtime::{Failure, TenantContext};
use serde::Serialize;
use store::PersonKeys;
use web::{Language, Letter};

use crate::Deps;

/// A letter and its address.
pub(crate) struct Addressed {
    to: String,
    letter: Letter,
}

/// What there is to send.
pub(crate) enum Composed {
    /// This.
    Letter(Box<Addressed>),
    /// There is nobody any more to send it to.
    Nobody,
    /// What it would have been about is over, as it may be: nothing.
    Over,
}

impl From<Option<Addressed>> for Composed {
    fn from(addressed: Option<Addressed>) -> Self {
        addressed.map_or(Self::Nobody, |addressed| Self::Letter(Box::new(addressed)))
    }
}

/// The event of a delivery and the person that it is about, if both are there.
pub(crate) async fn person_of(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Option<About>, Failure> {
    let Some(tenant) = deps.tenant(delivery, now).await? else { return Ok(None) };
    let home = tenant.home(now)?;
    let Some(event) = home.find_event(delivery.event_at, delivery.event_shard, &delivery.id.event).await? else { return Ok(None) };
    let Subject::User(user_id) = &event.subject else { return Ok(None) };
    let person = home.read_person(&PersonKeys::of(user_id.clone()).with_user_key()).await?;
    let (Some(user), Some(user_key)) = (person.user, person.user_key) else { return Ok(None) };
    let key = tenant.open_personal_key(KeyOwner::User(user_id), &user_key)?;
    let personal = open_event(&event, &key)?;
    Ok(Some(About { tenant, event, user, personal }))
}

/// What a message to a person is made of.
pub(crate) struct About {
    pub(crate) tenant: Arc<TenantContext>,
    pub(crate) event: RecordedEvent,
    pub(crate) user: User,
    pub(crate) personal: Personal,
}

/// Sends the mail of a delivery, as soon as it is composed. Where there is nobody to send it to any more, it is given up.
pub(crate) async fn send(deps: &Deps, delivery: &Delivery, composing: impl Future<Output = Result<Composed, Failure>>) -> Result<Try, Failure> {
    let Addressed { to, letter } = match composing.await? {
        Composed::Letter(addressed) => *addressed,
        Composed::Nobody => return Ok(Try::FailedForGood),
        Composed::Over => return Ok(Try::Sent),
    };
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
pub(crate) fn language(profile: &Profile) -> Language {
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

/// The link that an event has mailed: the same however often it is sent.
fn link(
    tenant: &TenantContext,
    event: &RecordedEvent,
    (kind, path): (Kind, &str),
    ends_at: Timestamp,
    payload: &impl Serialize,
) -> Result<String, Failure> {
    let mut salt = [0; 16];
    salt.copy_from_slice(&derive::sha256(format!("{}|{}", kind.label(), event.id).as_bytes())[..16]);
    let sealed = tenant.seal(kind, None, ends_at, salt, payload)?;
    Ok(format!("{}?link={sealed}", tenant.record().issuer_at(event.host.as_ref()).endpoint(path)))
}
