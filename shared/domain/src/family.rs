//! A token family: everything that descends from one authorization code. Making it is what redeems the code.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::api::Audience;
use crate::claims::RequestedClaims;
use crate::client::Client;
use crate::custom_domain::DomainName;
use crate::id::{ClientId, FamilyId, SessionId, UserId};
use crate::placement::Epoch;
use crate::policy;
use crate::refresh::Offline;
use crate::session::Session;
use crate::tenant::{Issuer, Tenant};
use crate::timestamp::Timestamp;
use crate::user::User;

/// Whether a family's tokens count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum FamilyState {
    /// They count.
    Active,
    /// They don't, and never will again.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: RevocationReason,
    },
}

/// Why a family died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReason {
    /// Its code was redeemed a second time by its own client (RFC 6749 §4.1.2).
    CodeReplayed,
    /// A refresh token that was rotated came again (RFC 9700 §4.14.2).
    RefreshTokenReused,
    /// Refresh tokens of two lineages came, as two homes would mint them that didn't know of each other.
    LineagesDiverged,
    /// Its app gave it back (RFC 7009).
    Returned,
    /// Its person withdrew what they had allowed the app.
    ConsentWithdrawn,
}

/// A token family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Family {
    /// Derived from the code's id.
    pub id: FamilyId,
    /// Whose tokens.
    pub user_id: UserId,
    /// For which client.
    pub client_id: ClientId,
    /// From which session.
    pub session_id: SessionId,
    /// With which scopes.
    pub scopes: BTreeSet<String>,
    /// With which claims beyond those of the scopes.
    #[serde(default, skip_serializing_if = "RequestedClaims::is_empty")]
    pub claims: RequestedClaims,
    /// For which API its access tokens are; for the platform's own endpoints without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// Whether they count.
    #[serde(flatten)]
    pub state: FamilyState,
    /// When the code was redeemed.
    pub issued_at: Timestamp,
    /// When nothing of it can be live any more; checked in every decision.
    pub ends_at: Timestamp,
    /// When its session is over at the latest. Until then it says which app is told of the session's end, its tokens live or not.
    pub session_ends_at: Timestamp,
    /// The epoch of the tenant's placement when it was made.
    pub epoch: Epoch,
    /// Its refresh tokens, where offline access was granted: such a family outlives its session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<Offline>,
    /// The domain of the tenant's own at which its code was redeemed; none at the tenant's first issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainName>,
}

impl Family {
    /// The issuer by which its app knows the person, even where that is the tenant's no more.
    pub fn issuer(&self, tenant: &Tenant) -> Issuer {
        self.domain.as_ref().map_or_else(|| tenant.first_issuer.clone(), DomainName::issuer)
    }

    /// How long its row is of use, which is what the sweeper reads.
    pub fn kept_until(&self) -> Timestamp {
        self.ends_at.max(self.session_ends_at.plus(policy::SESSION_REMEMBERED))
    }
}

/// Why a token of a family is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Dead {
    /// No such family: never made, or swept after its end.
    #[error("the family does not exist")]
    Unknown,
    /// Revoked.
    #[error("the family is revoked")]
    Revoked,
    /// Past its end.
    #[error("the family has ended")]
    Ended,
    /// Its person is gone or disabled.
    #[error("its user may not act")]
    UserNotActive,
    /// Its app is no more.
    #[error("its client does not exist")]
    ClientUnknown,
    /// Issued before the "not before" of the tenant, the app or the person.
    #[error("before a watermark")]
    BeforeWatermark,
    /// Its app is for other groups than its person's.
    #[error("its client is not for its user any more")]
    NotAdmitted,
    /// It has no offline access, and its session is over.
    #[error("its session has ended")]
    SessionEnded,
}

/// What tells whether a family's tokens count: rows read by their exact keys, tenant and app from memory.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The family's app.
    pub client: Option<&'a Client>,
    /// The family's person.
    pub user: Option<&'a User>,
    /// The family's session. One with offline access needs none.
    pub session: Option<&'a Session>,
    /// The family.
    pub family: Option<&'a Family>,
}

/// Whether tokens of a family count at `now`, and for whom.
pub fn live<'a>(evidence: &Evidence<'a>, now: Timestamp) -> Result<(&'a Family, &'a User), Dead> {
    let family = evidence.family.ok_or(Dead::Unknown)?;
    let client = evidence.client.filter(|client| client.id == family.client_id).ok_or(Dead::ClientUnknown)?;
    let user = evidence.user.filter(|user| user.is_active() && user.id == family.user_id).ok_or(Dead::UserNotActive)?;
    if matches!(family.state, FamilyState::Revoked { .. }) {
        return Err(Dead::Revoked);
    }
    if now >= family.ends_at {
        return Err(Dead::Ended);
    }
    if [evidence.tenant.not_before, client.not_before, user.not_before].into_iter().any(|watermark| family.issued_at < watermark) {
        return Err(Dead::BeforeWatermark);
    }
    if !client.admits(evidence.tenant, user) {
        return Err(Dead::NotAdmitted);
    }
    if family.offline.is_none() {
        let same = |session: &&Session| session.id == family.session_id && session.user_id == user.id;
        let session = evidence.session.filter(same).ok_or(Dead::SessionEnded)?;
        session.live(evidence.tenant, user, now).map_err(|_| Dead::SessionEnded)?;
    }
    Ok((family, user))
}

#[cfg(test)]
mod tests;
