//! A token family: everything that descends from one authorization code. Making it is what redeems the code.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::claims::RequestedClaims;
use crate::id::{ClientId, FamilyId, SessionId, UserId};
use crate::placement::Epoch;
use crate::refresh::Offline;
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
    /// Whether they count.
    #[serde(flatten)]
    pub state: FamilyState,
    /// When the code was redeemed.
    pub issued_at: Timestamp,
    /// When nothing of it can be live any more; the sweeper's attribute, checked in every decision.
    pub ends_at: Timestamp,
    /// The epoch of the tenant's placement when it was made.
    pub epoch: Epoch,
    /// Its refresh tokens, where offline access was granted: such a family outlives its session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<Offline>,
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
    /// Issued before the person's "not before".
    #[error("before the user's watermark")]
    BeforeWatermark,
}

/// Whether tokens of `family` count for `user` at `now`.
pub fn live(family: Option<&Family>, user: Option<&User>, now: Timestamp) -> Result<(), Dead> {
    let family = family.ok_or(Dead::Unknown)?;
    let user = user.filter(|user| user.is_active()).ok_or(Dead::UserNotActive)?;
    match family.state {
        FamilyState::Revoked { .. } => Err(Dead::Revoked),
        FamilyState::Active if now >= family.ends_at => Err(Dead::Ended),
        FamilyState::Active if family.issued_at < user.not_before => Err(Dead::BeforeWatermark),
        FamilyState::Active => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::{Profile, UserStatus};

    fn user() -> User {
        User {
            id: UserId::from_random([7; 16]),
            sub: "s".to_owned(),
            username: "ada".to_owned(),
            email: None,
            profile: Profile::default(),
            status: UserStatus::Active,
            not_before: Timestamp::from_seconds(100),
            version: 1,
            created_at: Timestamp::from_seconds(0),
            updated_at: Timestamp::from_seconds(0),
        }
    }

    fn family() -> Family {
        Family {
            id: FamilyId::from_random([2; 16]),
            user_id: user().id,
            client_id: ClientId::parse("app").expect("a client id"),
            session_id: SessionId::from_random([3; 16]),
            scopes: BTreeSet::new(),
            claims: RequestedClaims::default(),
            state: FamilyState::Active,
            issued_at: Timestamp::from_seconds(100),
            ends_at: Timestamp::from_seconds(200),
            epoch: Epoch(0),
            offline: None,
        }
    }

    #[test]
    fn a_token_counts_while_its_family_and_its_person_do() {
        let now = Timestamp::from_seconds(199);
        assert_eq!(live(Some(&family()), Some(&user()), now), Ok(()));
        assert_eq!(live(None, Some(&user()), now), Err(Dead::Unknown));
        assert_eq!(live(Some(&family()), None, now), Err(Dead::UserNotActive));
        assert_eq!(live(Some(&family()), Some(&User { status: UserStatus::Disabled, ..user() }), now), Err(Dead::UserNotActive));
        assert_eq!(live(Some(&family()), Some(&User { not_before: Timestamp::from_seconds(101), ..user() }), now), Err(Dead::BeforeWatermark));
        assert_eq!(live(Some(&family()), Some(&user()), Timestamp::from_seconds(200)), Err(Dead::Ended));
        let state = FamilyState::Revoked { at: now, reason: RevocationReason::CodeReplayed };
        assert_eq!(live(Some(&Family { state, ..family() }), Some(&user()), now), Err(Dead::Revoked));
    }
}
