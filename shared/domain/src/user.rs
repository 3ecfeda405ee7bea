//! A person with an account.

use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::timestamp::Timestamp;

/// An e-mail address as entered, the only form that mail is sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// As entered.
    pub address: String,
    /// Whether its owner has proved it.
    pub verified: bool,
}

/// Whether a person may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// May sign in.
    Active,
    /// Switched off by an administrator; every session and grant is dead.
    Disabled,
}

/// A person's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Internal identifier.
    pub id: UserId,
    /// The `sub` of tokens: unique, at most 255 ASCII characters, never reused (OpenID Connect Core §2).
    pub sub: String,
    /// Name to sign in with, as entered.
    pub username: String,
    /// Address, as entered.
    pub email: Option<Email>,
    /// Standard claims of OpenID Connect Core §5.1, each absent when unknown.
    #[serde(default)]
    pub profile: Profile,
    /// Whether the person may act.
    pub status: UserStatus,
    /// Nothing issued before this moment counts; it only grows.
    pub not_before: Timestamp,
    /// Counts the changes of this record.
    pub version: u64,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When the record last changed.
    pub updated_at: Timestamp,
}

/// The standard claims that the `profile` scope asks for (OpenID Connect Core §5.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Full name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// BCP 47 language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Time zone of the IANA database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
}

impl User {
    /// Whether the person may act.
    pub fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }
}
