//! What happened, written in the same transaction as the change itself. One outbox for audit, mail, webhooks and logout.
//!
//! Personal fields are sealed under the subject's own key from the first event on, so that erasing the key erases them everywhere. An event
//! never holds a live secret.

mod administered;
mod kind;

use serde::{Deserialize, Serialize};

use crate::custom_domain::DomainName;
use crate::id::{ClientId, EventId, TenantId, UserId};
use crate::policies::Retention;
use crate::secret::SealedBytes;
use crate::timestamp::Timestamp;

pub use administered::Administered;
pub use kind::{Browser, ChangedBy, CreatedBy, EventKind};

/// Whom an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "subject_kind", content = "subject")]
pub enum Subject {
    /// A person with an account.
    User(UserId),
    /// Somebody who named an account that doesn't exist: the HMAC of what was typed.
    Unknown(String),
    /// The tenant itself.
    Tenant,
}

impl Subject {
    /// The subject's key in the index by subject; the tenant's own events aren't indexed.
    pub fn index_key(&self) -> Option<String> {
        match self {
            Self::User(id) => Some(format!("U-{id}")),
            Self::Unknown(pseudonym) => Some(format!("X-{pseudonym}")),
            Self::Tenant => None,
        }
    }
}

/// Which administrator did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "actor_kind", content = "actor")]
pub enum Actor {
    /// A person of the tenant.
    Person(UserId),
    /// A person of the system tenant.
    PlatformPerson(UserId),
    /// An app of the tenant, for itself.
    App(ClientId),
    /// An app of the system tenant, for itself.
    PlatformApp(ClientId),
}

/// What is personal about an event; sealed before it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Personal {
    /// Network address of the viewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Country of the viewer, where an edge tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// `User-Agent`, cut to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Identifier as typed or entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The telephone number that was the person's before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_phone: Option<String>,
}

/// The longest `User-Agent` that an event keeps, in bytes: with the other fields an event stays within 1 KB.
pub const USER_AGENT_MAX: usize = 160;
/// The longest identifier that an event keeps, in bytes.
pub const IDENTIFIER_MAX: usize = 120;

/// HMACs of personal fields under the tenant's key, so that filters work on what can't be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookups {
    /// Of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Of the identifier in canonical form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
}

/// An event before its personal fields are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id, which holds its time.
    pub id: EventId,
    /// Where it happened.
    pub tenant: TenantId,
    /// Whom it is about.
    pub subject: Subject,
    /// What happened.
    pub kind: EventKind,
    /// What is personal about it.
    pub personal: Personal,
}

/// An event as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedEvent {
    /// Its id, which holds its time.
    pub id: EventId,
    /// Where it happened.
    pub tenant: TenantId,
    /// When, as the id says.
    pub at: Timestamp,
    /// Whom it is about.
    #[serde(flatten)]
    pub subject: Subject,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
    /// The personal fields, sealed under the user's key, or the tenant's key of the month without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<SealedBytes>,
    /// What filters compare.
    #[serde(default)]
    pub lookups: Lookups,
    /// Who did it, where it was an administrator.
    #[serde(flatten)]
    pub actor: Option<Actor>,
    /// The domain of the tenant's own at which it happened, if at one: what it has mailed leads there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<DomainName>,
    /// When it may be swept; the store says it anew as the tenant keeps its events.
    pub ends_at: Timestamp,
}

impl Event {
    /// The event with its personal fields sealed.
    pub fn record(self, personal: Option<SealedBytes>, lookups: Lookups) -> RecordedEvent {
        let at = self.id.at();
        let ends_at = at.plus(Retention::default().time());
        RecordedEvent {
            id: self.id,
            tenant: self.tenant,
            at,
            subject: self.subject,
            kind: self.kind,
            personal,
            lookups,
            actor: None,
            host: None,
            ends_at,
        }
    }
}

impl RecordedEvent {
    /// The same, done by an administrator.
    #[must_use]
    pub fn done_by(self, actor: Actor) -> Self {
        Self { actor: Some(actor), ..self }
    }

    /// The same, kept as long as the tenant keeps its events.
    // INVARIANT: what is to be done later is done by its event, so that it outlives that moment by the time that every event has.
    #[must_use]
    pub fn kept(self, retention: Retention) -> Self {
        let ends_at = self.at.plus(retention.time());
        let due = self.kind.due_at().map(|due_at| due_at.plus(Retention::LEAST.time()));
        Self { ends_at: due.map_or(ends_at, |due| due.max(ends_at)), ..self }
    }
}

/// A `User-Agent` as an event keeps it: cut, and without control characters.
pub fn kept_user_agent(header: &str) -> String {
    kept(header, USER_AGENT_MAX)
}

/// An identifier as an event keeps it: cut, and without control characters.
pub fn kept_identifier(typed: &str) -> String {
    kept(typed, IDENTIFIER_MAX)
}

fn kept(text: &str, most: usize) -> String {
    let mut kept: String = text.chars().filter(|c| !crate::identifier::is_control_or_format(*c)).take(most).collect();
    kept.truncate(kept.floor_char_boundary(most));
    kept
}

#[cfg(test)]
mod tests;
