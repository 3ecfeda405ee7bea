//! What administrators do that nobody else does.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::administration::AdminRole;
use crate::api::Audience;
use crate::custom_domain::DomainName;
use crate::id::{ClientId, GroupId, JobId, Slug};
use crate::key_ring::wish::KeyWish;
use crate::placement::ZoneName;
use crate::policies::PolicyKind;
use crate::timestamp::Timestamp;
use crate::transfer::JobState;

/// What an administrator did, without anything personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Administered {
    /// An app was changed.
    #[serde(rename = "client.changed")]
    ClientChanged {
        /// Which.
        client_id: ClientId,
        /// Its version afterwards.
        version: u64,
    },
    /// An app has one more secret.
    #[serde(rename = "client.secret_added")]
    ClientSecretAdded {
        /// Which.
        client_id: ClientId,
        /// Its version afterwards.
        version: u64,
    },
    /// A secret of an app is good for nothing any more.
    #[serde(rename = "client.secret_removed")]
    ClientSecretRemoved {
        /// Which.
        client_id: ClientId,
        /// Its version afterwards.
        version: u64,
    },
    /// An app was taken away.
    #[serde(rename = "client.deleted")]
    ClientDeleted {
        /// Which.
        client_id: ClientId,
    },
    /// A policy of the tenant was changed.
    #[serde(rename = "policy.changed")]
    PolicyChanged {
        /// Of which kind.
        policy: PolicyKind,
        /// The group that it says something else of, unless it is of everybody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<GroupId>,
        /// The version of that kind afterwards.
        version: u64,
    },
    /// A whole configuration was applied. Where it changed more than one event names, several tell of it, each of some.
    #[serde(rename = "configuration.applied")]
    ConfigurationApplied {
        /// How many were applied by then.
        version: u64,
        /// What changed: `create app shop`.
        changes: Vec<String>,
    },
    /// An API was changed.
    #[serde(rename = "api.changed")]
    ApiChanged {
        /// Which.
        audience: Audience,
        /// Its version afterwards.
        version: u64,
    },
    /// An API was taken away.
    #[serde(rename = "api.deleted")]
    ApiDeleted {
        /// Which.
        audience: Audience,
    },
    /// Something is wanted of the tenant's signing keys before it is time for it; what comes of it is told by `signing_keys.rotated` or `signing_keys.replaced`.
    #[serde(rename = "signing_keys.change_asked")]
    SigningKeysAsked {
        /// The version of the keys that it is about.
        version: u64,
        /// What.
        wish: KeyWish,
    },
    /// A slug was claimed for a tenant of another zone, whose administrators make it.
    #[serde(rename = "tenant.claimed")]
    TenantClaimed {
        /// The slug.
        slug: Slug,
        /// The zone.
        zone: ZoneName,
    },
    /// A domain is wanted, which is yet to be proved.
    #[serde(rename = "domain.added")]
    DomainAdded {
        /// Which.
        domain: DomainName,
        /// The version of the tenant's domains afterwards.
        version: u64,
    },
    /// A domain is proved: the tenant is reached there.
    #[serde(rename = "domain.verified")]
    DomainVerified {
        /// Which.
        domain: DomainName,
        /// The version of the tenant's domains afterwards.
        version: u64,
    },
    /// A domain isn't the tenant's any more; what was issued there is worth nothing.
    #[serde(rename = "domain.removed")]
    DomainRemoved {
        /// Which.
        domain: DomainName,
        /// The version of the tenant's domains afterwards.
        version: u64,
    },
    /// The tenant is called otherwise.
    #[serde(rename = "tenant.renamed")]
    TenantRenamed {
        /// The version of its standing afterwards.
        version: u64,
    },
    /// The tenant lets nobody in.
    #[serde(rename = "tenant.suspended")]
    TenantSuspended {
        /// The version of its standing afterwards.
        version: u64,
    },
    /// The tenant is open again.
    #[serde(rename = "tenant.resumed")]
    TenantResumed {
        /// The version of its standing afterwards.
        version: u64,
    },
    /// The tenant lets nobody in and will be erased.
    #[serde(rename = "tenant.deletion_requested")]
    TenantDeletionRequested {
        /// The version of its standing afterwards.
        version: u64,
        /// When.
        due_at: Timestamp,
    },
    /// The tenant stays after all.
    #[serde(rename = "tenant.restored")]
    TenantRestored {
        /// The version of its standing afterwards.
        version: u64,
    },
    /// A person administers the tenant as something else than before, or no more.
    #[serde(rename = "administrator.assigned")]
    AdministratorAssigned {
        /// The version of the tenant's administrators afterwards.
        version: u64,
        /// As what; as nothing when empty.
        roles: BTreeSet<AdminRole>,
    },
    /// An app administers the tenant for itself as something else than before, or no more.
    #[serde(rename = "administrator.app_assigned")]
    AppAssigned {
        /// Which.
        client_id: ClientId,
        /// The version of the tenant's administrators afterwards.
        version: u64,
        /// As what; as nothing when empty.
        roles: BTreeSet<AdminRole>,
    },
    /// An administrator changed what is known of somebody, their names, groups or roles.
    #[serde(rename = "user.changed")]
    UserChanged {
        /// The version of the person's record afterwards.
        version: u64,
    },
    /// An administrator wants a person to choose another password: what they have is good for that alone.
    #[serde(rename = "password.change_required")]
    PasswordChangeRequired {
        /// The version of the password that has to go.
        credential_version: u64,
    },
    /// An administrator made sign-ins that were slowed count from the beginning again.
    #[serde(rename = "user.unlocked")]
    UserUnlocked,
    /// An administrator locked an account: it is signed out everywhere and lets nobody in.
    #[serde(rename = "user.disabled")]
    UserDisabled {
        /// The version of the person's record afterwards.
        version: u64,
    },
    /// An administrator opened an account again.
    #[serde(rename = "user.enabled")]
    UserEnabled {
        /// The version of the person's record afterwards.
        version: u64,
    },
    /// An administrator ended everything that a person was signed in to.
    #[serde(rename = "user.signed_out")]
    UserSignedOut {
        /// The version of the person's record afterwards.
        version: u64,
    },
    /// An administrator wants people imported; their file is yet to come.
    #[serde(rename = "import.asked")]
    ImportAsked {
        /// Which import.
        job: JobId,
    },
    /// The file is there, and accounts are made of it from now on.
    #[serde(rename = "import.started")]
    ImportStarted {
        /// Which import.
        job: JobId,
    },
    /// An administrator has people written into files.
    #[serde(rename = "export.started")]
    ExportStarted {
        /// Which export.
        job: JobId,
        /// Whether with the hashes of their passwords.
        hashes: bool,
    },
    /// An administrator ended an import or an export before it was done.
    #[serde(rename = "transfer.cancelled")]
    TransferCancelled {
        /// Which.
        job: JobId,
    },
    /// An import or an export is over.
    #[serde(rename = "transfer.ended")]
    TransferEnded {
        /// Which.
        job: JobId,
        /// Done or failed.
        state: JobState,
        /// Rows that were read or written.
        rows: u64,
        /// Accounts that were made.
        created: u64,
    },
}

impl From<Administered> for super::EventKind {
    fn from(done: Administered) -> Self {
        Self::Administered(done)
    }
}
