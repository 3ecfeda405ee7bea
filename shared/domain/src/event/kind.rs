//! The kinds of events: what may happen, and what is told of it that isn't personal.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Administered;
use crate::api::Audience;
use crate::family::RevocationReason;
use crate::id::{ClientId, FamilyId, PhotoId, SessionId, UserId};
use crate::key_ring::rotation::KeyChange;
use crate::session::EndReason;
use crate::sign_in::Refusal;
use crate::timestamp::Timestamp;

/// Whether a browser signed in to this account before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Browser {
    /// It did.
    Known,
    /// It didn't; the person is told by mail.
    New,
}

/// What made a password change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangedBy {
    /// The link of somebody who forgot the one before.
    Reset,
    /// Its owner, who knew the one before.
    Owner,
}

/// Who made an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreatedBy {
    /// An administrator, or the seed.
    #[default]
    Administrator,
    /// Its owner, by signing up.
    SignUp,
    /// Its owner, who was invited.
    Invitation,
    /// Its owner, who signed in with the password that a hook of the tenant knew.
    Migration,
    /// An import, of a row of its file.
    Import,
}

/// What happened, without anything personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum EventKind {
    /// A tenant was created.
    #[serde(rename = "tenant.created")]
    TenantCreated,
    /// A tenant was erased: its people, its keys, its record.
    #[serde(rename = "tenant.erased")]
    TenantErased,
    /// An app was registered.
    #[serde(rename = "client.created")]
    ClientCreated {
        /// Which.
        client_id: ClientId,
    },
    /// An API was registered.
    #[serde(rename = "api.created")]
    ApiCreated {
        /// Which.
        audience: Audience,
    },
    /// An account was created.
    #[serde(rename = "user.created")]
    UserCreated {
        /// By whom.
        #[serde(default)]
        by: CreatedBy,
        /// The version of the terms that its owner agreed to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        terms: Option<String>,
    },
    /// A person said what their account lacked.
    #[serde(rename = "user.profile_completed")]
    ProfileCompleted {
        /// The version of the person's record afterwards.
        version: u64,
        /// The version of the terms that they agreed to with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        terms: Option<String>,
    },
    /// A person agreed to new terms.
    #[serde(rename = "terms.accepted")]
    TermsAccepted {
        /// Their version.
        terms: String,
    },
    /// Somebody asked for an account; its address isn't proved yet, and may be somebody else's.
    #[serde(rename = "sign_up.started")]
    SignUpStarted {
        /// Which sign-up, and who its person will be.
        sign_up: UserId,
        /// The app that they came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<ClientId>,
    },
    /// Somebody was invited, or is sent the link anew; the newest link is the one that works.
    #[serde(rename = "invitation.sent")]
    InvitationSent {
        /// Which invitation, and who its person will be.
        invitation: UserId,
        /// The version that the link is for.
        version: u64,
        /// Who invited.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invited_by: Option<UserId>,
    },
    /// Who operates the platform was given the link by which a tenant's first owner enrols; the newest one works.
    #[serde(rename = "founding_link.issued")]
    FoundingLinkIssued {
        /// Which invitation, and who its person will be.
        invitation: UserId,
    },
    /// An invitation was taken back.
    #[serde(rename = "invitation.revoked")]
    InvitationRevoked {
        /// Which.
        invitation: UserId,
    },
    /// Somebody says that a person forgot their password.
    #[serde(rename = "password.reset_requested")]
    PasswordResetRequested {
        /// The version of the password that the link will replace; zero when there is none.
        credential_version: u64,
    },
    /// The same of a name that no account is known by.
    #[serde(rename = "password.reset_refused")]
    PasswordResetRefused,
    /// A person has a new password; what they were signed in to with the old one is over.
    #[serde(rename = "password.changed")]
    PasswordChanged {
        /// Its version.
        version: u64,
        /// What made it change.
        by: ChangedBy,
    },
    /// A person said that it wasn't they who signed in or changed something: they are signed out everywhere, and their password is locked.
    #[serde(rename = "account.alarm_raised")]
    AlarmRaised {
        /// The version of the locked password, which a link for a new one will replace.
        credential_version: u64,
    },
    /// A person said that it wasn't they who took another address: theirs is the one before again, and what an alarm does is done as well.
    #[serde(rename = "email.given_back")]
    EmailGivenBack {
        /// The version of the person's record afterwards.
        version: u64,
        /// The version of the locked password, which a link for a new one will replace; zero when there is none.
        credential_version: u64,
    },
    /// A person wants another address, which they have yet to prove.
    #[serde(rename = "email.change_requested")]
    EmailChangeRequested {
        /// The version of the person's record that remembers it.
        version: u64,
    },
    /// A person has another address.
    #[serde(rename = "email.changed")]
    EmailChanged {
        /// The version of the person's record afterwards.
        version: u64,
    },
    /// A person wants to prove a telephone number; a code is sent to it.
    #[serde(rename = "phone.change_requested")]
    PhoneChangeRequested,
    /// A person has proved a telephone number.
    #[serde(rename = "phone.changed")]
    PhoneChanged {
        /// The version of the person's record afterwards.
        version: u64,
        /// The version of their password; zero where there was none.
        credential_version: u64,
    },
    /// A person has no telephone number any more.
    #[serde(rename = "phone.removed")]
    PhoneRemoved {
        /// The version of the person's record afterwards.
        version: u64,
        /// The version of their password; zero where there was none.
        credential_version: u64,
    },
    /// A photo of a person is about to be kept; it is theirs when their record points to it.
    #[serde(rename = "photo.kept")]
    PhotoKept {
        /// Which.
        photo: PhotoId,
    },
    /// A person has another photo, or none any more.
    #[serde(rename = "photo.changed")]
    PhotoChanged {
        /// The version of the person's record afterwards.
        version: u64,
        /// The photo before, which is to be removed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        former: Option<PhotoId>,
    },
    /// A person changed what is known of them.
    #[serde(rename = "profile.changed")]
    ProfileChanged {
        /// The version of the person's record afterwards.
        version: u64,
    },
    /// A person withdrew what they had allowed an app.
    #[serde(rename = "consent.withdrawn")]
    ConsentWithdrawn {
        /// The app.
        client_id: ClientId,
    },
    /// A person wants their account to be deleted.
    #[serde(rename = "account.deletion_requested")]
    DeletionRequested {
        /// When it will be.
        due_at: Timestamp,
    },
    /// They changed their mind.
    #[serde(rename = "account.deletion_cancelled")]
    DeletionCancelled,
    /// An account is gone, and with its key whatever was sealed under it.
    #[serde(rename = "account.deleted")]
    AccountDeleted {
        /// The photo that is to be removed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        photo: Option<PhotoId>,
    },
    /// They asked for the link again.
    #[serde(rename = "sign_up.link_requested")]
    SignUpLinkRequested {
        /// Which sign-up.
        sign_up: UserId,
    },
    /// A person signed in.
    #[serde(rename = "session.started")]
    SessionStarted {
        /// The session.
        session_id: SessionId,
        /// The app that asked.
        client_id: ClientId,
        /// Whether the browser is known.
        browser: Browser,
        /// The version of the password that it was started with; zero where there was none.
        #[serde(default, rename = "version")]
        credential_version: u64,
        /// When the session is over unless it is used again: it is looked at then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        runs_out_at: Option<Timestamp>,
    },
    /// A session was ended, by whatever ended it.
    #[serde(rename = "session.ended")]
    SessionEnded {
        /// The session.
        session_id: SessionId,
        /// Why.
        reason: EndReason,
    },
    /// A sign-in was refused.
    #[serde(rename = "sign_in.refused")]
    SignInRefused {
        /// The app that asked.
        client_id: ClientId,
        /// Why.
        reason: Refusal,
    },
    /// Sign-ins of one source are slowed; at most one event per minute and source.
    #[serde(rename = "sign_in.throttled")]
    SignInThrottled {
        /// The app that asked.
        client_id: ClientId,
    },
    /// A person allowed an app to learn something.
    #[serde(rename = "consent.granted")]
    ConsentGranted {
        /// The app.
        client_id: ClientId,
        /// What was allowed this time.
        scopes: BTreeSet<String>,
        /// The API that those scopes are of which aren't everybody's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<Audience>,
    },
    /// A code was redeemed.
    #[serde(rename = "grant.issued")]
    GrantIssued {
        /// The app.
        client_id: ClientId,
        /// The family of its tokens.
        family_id: FamilyId,
    },
    /// A family of tokens died.
    #[serde(rename = "grant.revoked")]
    GrantRevoked {
        /// The app.
        client_id: ClientId,
        /// The family.
        family_id: FamilyId,
        /// Why.
        reason: RevocationReason,
    },
    /// Signing keys moved on in their life, because it was time.
    #[serde(rename = "signing_keys.rotated")]
    SigningKeysRotated {
        /// The ring's version afterwards.
        version: u64,
        /// Which keys, and what they are now.
        changes: Vec<KeyChange>,
    },
    /// Signing keys were replaced at once, because somebody said so.
    #[serde(rename = "signing_keys.replaced")]
    SigningKeysReplaced {
        /// The ring's version afterwards.
        version: u64,
        /// Which keys, and what they are now.
        changes: Vec<KeyChange>,
    },
    /// People may bring password hashes of a kind from elsewhere.
    #[serde(rename = "imported_hashes.accepted")]
    ImportedHashesAccepted {
        /// A hash of nobody's password of that kind.
        kind: String,
    },
    /// Another hook, or none, says whether the passwords of people are right whom nobody here knows.
    #[serde(rename = "migration.changed")]
    MigrationChanged {
        /// Its version afterwards.
        version: u64,
    },
    /// The tenant's groups and roles changed.
    #[serde(rename = "roster.changed")]
    RosterChanged {
        /// Their version afterwards.
        version: u64,
    },
    /// The attributes that the tenant keeps of its people changed.
    #[serde(rename = "attributes.changed")]
    AttributesChanged {
        /// The schema's version afterwards.
        version: u64,
    },
    /// A person's groups and roles changed.
    #[serde(rename = "user.assigned")]
    UserAssigned {
        /// The version of the person's record afterwards.
        version: u64,
    },
    /// An administrator did something that only they do.
    #[serde(untagged)]
    Administered(Administered),
}

impl EventKind {
    /// When what it tells of is to be done, where that is later.
    pub const fn due_at(&self) -> Option<Timestamp> {
        match self {
            Self::DeletionRequested { due_at } | Self::Administered(Administered::TenantDeletionRequested { due_at, .. }) => Some(*due_at),
            _ => None,
        }
    }

    /// An administrator made an account.
    pub const fn user_created() -> Self {
        Self::UserCreated { by: CreatedBy::Administrator, terms: None }
    }
}
