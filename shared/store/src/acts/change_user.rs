//! A part of a person's record changes, if nothing of the record did since it was read.

use domain::event::RecordedEvent;
use domain::user::User;

use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::listing;
use crate::region::TenantStore;
use crate::row;
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What changes; every other attribute stays as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserPart {
    /// What is known of the person, the tenant's own attributes too.
    Profile,
    /// The groups and roles.
    Assignment,
    /// The address that is waited for.
    PendingEmail,
    /// That the account is to be deleted.
    Deletion,
    /// Whether the person may act, and the watermark.
    Standing,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// It stands.
    Changed,
    /// The record changed meanwhile, or is gone: read again.
    Stale,
}

impl TenantStore {
    /// Writes a part of `user`, whose version is one ahead of the one that was read.
    ///
    /// Costs 1 request, 5 write units and 2 more per KB that the person's record has: 2 for the person, 2 for the event, 1 for its index; 2
    /// more when the person is called otherwise.
    pub async fn change_user(&self, user: &User, part: UserPart, event: &RecordedEvent) -> Result<UserChange, StoreError> {
        let change = self.part_of(user, part)?;
        let (event_key, event_item) = event_row::write(self, event)?;
        match Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item).commit().await? {
            Outcome::Committed => Ok(UserChange::Changed),
            Outcome::Refused(_) => Ok(UserChange::Stale),
        }
    }

    pub(crate) fn part_of(&self, user: &User, part: UserPart) -> Result<Change, StoreError> {
        let key = keys::user(&self.tenant, &user.id);
        Ok(match part {
            UserPart::Profile => self
                .next_version(
                    user,
                    "SET #profile = :profile, #attributes = :attributes, #list_sk = :entry, #version = :version, #updated_at = :updated_at",
                )
                .with(":entry", listing::entry_of(user))
                .with(":profile", row::value(&key, &user.profile)?)
                .with(":attributes", row::value(&key, &user.attributes)?),
            UserPart::Assignment => self
                .next_version(user, "SET #groups = :groups, #roles = :roles, #version = :version, #updated_at = :updated_at")
                .with(":groups", row::value(&key, &user.groups)?)
                .with(":roles", row::value(&key, &user.roles)?),
            UserPart::PendingEmail => self
                .next_version(user, "SET #pending_email = :pending_email, #version = :version, #updated_at = :updated_at")
                .with(":pending_email", row::value(&key, &user.pending_email)?),
            UserPart::Standing => self
                .next_version(user, "SET #status = :status, #not_before = :not_before, #version = :version, #updated_at = :updated_at")
                .with(":status", row::value(&key, &user.status)?)
                .with(":not_before", row::millis(user.not_before)),
            UserPart::Deletion => self
                .next_version(user, "SET #deletion = :deletion, #version = :version, #updated_at = :updated_at")
                .with(":deletion", row::value(&key, &user.deletion)?),
        })
    }

    /// A change of a person's record that sets `#version` and `#updated_at` beside what `update` says.
    pub(crate) fn next_version(&self, user: &User, update: &'static str) -> Change {
        Change::of(keys::user(&self.tenant, &user.id), update, "attribute_exists(#pk) AND #version = :before")
            .with(":version", row::number(user.version))
            .with(":before", row::number(user.version.saturating_sub(1)))
            .with(":updated_at", row::millis(user.updated_at))
    }
}
