//! A person with an account.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::{Deletion, FormerEmail, PendingEmail};
use crate::attributes::Values;
use crate::id::{GroupId, UserId};
use crate::identifier::{Canonical, InvalidIdentifier};
use crate::registration::AcceptedTerms;
use crate::roster::RoleName;
use crate::timestamp::Timestamp;
use crate::transfer::ImportedRow;

/// An e-mail address as entered, the only form that mail is sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// As entered.
    pub address: String,
    /// Whether its owner has proved it.
    pub verified: bool,
    /// Since when it is this person's, if it took another's place. A link that was mailed to the one before is dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl Email {
    /// An address that nothing stood in the place of.
    pub fn first(address: impl Into<String>, verified: bool) -> Self {
        Self { address: address.into(), verified, since: None }
    }
}

/// Whether a person may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// Name to sign in with, as entered; whoever has none signs in by address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Address, as entered.
    pub email: Option<Email>,
    /// What else is known of them.
    #[serde(default)]
    pub profile: Profile,
    /// What they agreed to last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<AcceptedTerms>,
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
    /// The groups that the person is in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<GroupId>,
    /// The roles that the person has beside those of the groups.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<RoleName>,
    /// What the tenant keeps of them beside the standard claims.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub attributes: Values,
    /// The address that is to take the place of theirs when it is proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_email: Option<PendingEmail>,
    /// The addresses that were theirs lately, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_emails: Vec<FormerEmail>,
    /// Set when they want their account to be deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<Deletion>,
    /// The row of an import that the account was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<ImportedRow>,
}

/// The standard claims of OpenID Connect Core §5.1 beyond name and e-mail address of the account, each absent when unknown.
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
    /// Middle name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Casual name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// URL of the person's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// URL of the person's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// URL of the person's or their organisation's site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Gender, `female`, `male` or another word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Birthday, `YYYY-MM-DD`; the year is `0000` when it isn't told, and may stand alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// BCP 47 language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Time zone of the IANA database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// A telephone number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// In the form of E.164, `+1 604 555 1234;ext=5678` with an extension (RFC 3966).
    pub number: String,
    /// Whether its owner has proved it.
    pub verified: bool,
}

/// A postal address (OpenID Connect Core §5.1.1), each part absent when unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// As a label shows it, lines apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street, house number and the like, lines apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// State, province or region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Zip or postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

impl User {
    /// A person of whom nothing is known yet, active from `at` on; their `sub` is their id.
    pub fn new(id: UserId, at: Timestamp) -> Self {
        Self {
            sub: id.as_str().to_owned(),
            id,
            username: None,
            email: None,
            profile: Profile::default(),
            terms: None,
            status: UserStatus::Active,
            not_before: at,
            version: 1,
            created_at: at,
            updated_at: at,
            groups: BTreeSet::new(),
            roles: BTreeSet::new(),
            attributes: Values::new(),
            pending_email: None,
            former_emails: Vec::new(),
            deletion: None,
            imported: None,
        }
    }

    /// The same who had a `sub` elsewhere. One that has the form of an id is the id as well: an id that somebody has is nobody else's `sub`.
    pub fn of_sub(sub: Option<&str>, drawn: UserId, at: Timestamp) -> Result<Self, InvalidIdentifier> {
        let Some(sub) = sub else { return Ok(Self::new(drawn, at)) };
        Canonical::subject(sub)?;
        Ok(Self { sub: sub.to_owned(), ..Self::new(UserId::parse(sub).unwrap_or(drawn), at) })
    }

    /// What the person knows their account by: the address, else the username, else what apps know.
    pub fn account_name(&self) -> &str {
        let email = self.email.as_ref().map(|email| email.address.as_str());
        email.or(self.username.as_deref()).unwrap_or(&self.sub)
    }

    /// Whether the person may act.
    pub fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }
}
