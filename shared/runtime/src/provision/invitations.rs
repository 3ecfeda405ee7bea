//! Invitations: somebody is invited, the link is sent anew, or it is all taken back.

use domain::event::{EventKind, Personal, RecordedEvent, kept_identifier};
use domain::identifier::{Canonical, InvalidIdentifier};
use domain::invitation::{InvalidInvitee, Invitation, Invitee};
use domain::{TenantId, Timestamp, UserId};
use store::{InvitationChange, TenantStore};

use super::Provisioner;
use super::roster::record;
use crate::failure::Failure;
use crate::tenant_context::TenantContext;

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum NotInvited {
    /// Nobody can be invited so.
    #[error(transparent)]
    Invitee(#[from] InvalidInvitee),
    /// The address has an account.
    #[error("the address has an account")]
    HasAccount,
    /// There is no invitation under the address that waits for its owner.
    #[error("no open invitation")]
    NotOpen,
    /// Another change came first.
    #[error("changed meanwhile")]
    Stale,
    /// The platform's own fault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<InvalidIdentifier> for NotInvited {
    fn from(error: InvalidIdentifier) -> Self {
        Self::Invitee(error.into())
    }
}

impl Provisioner {
    /// Invites somebody, who gets a link by mail. An older invitation of the same address is replaced.
    pub async fn invite(&self, tenant: &TenantId, invitee: &Invitee) -> Result<UserId, NotInvited> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let home = tenant.home(now)?;
        let canonical = invitee.check(&record(home).await?.roster)?;
        if home.find_identifier(&tenant.claim(&canonical)?).await.map_err(Failure::from)?.is_some() {
            return Err(NotInvited::HasAccount);
        }
        let address = tenant.lookup("identifier", canonical.as_str())?;
        let invitation = Invitation::begin(UserId::from_random(self.random().bytes()), invitee, now);
        let event = self.invitation_event(&tenant, (&address, &invitation), sent(&invitation), now).await?;
        written(home.invite(&address, &invitation, &event).await.map_err(Failure::from)?)?;
        Ok(invitation.id)
    }

    /// Sends the link of an invitation anew; older links are dead.
    pub async fn send_invitation_again(&self, tenant: &TenantId, email: &str) -> Result<(), NotInvited> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let (home, address) = (tenant.home(now)?, address(&tenant, email)?);
        let standing = standing(home, &address).await?;
        let renewed = standing.renewed(now).ok_or(NotInvited::NotOpen)?;
        let event = self.invitation_event(&tenant, (&address, &renewed), sent(&renewed), now).await?;
        written(home.change_invitation(&address, &renewed, &event).await.map_err(Failure::from)?)
    }

    /// Takes an invitation back; its link is dead.
    pub async fn revoke_invitation(&self, tenant: &TenantId, email: &str) -> Result<(), NotInvited> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let (home, address) = (tenant.home(now)?, address(&tenant, email)?);
        let revoked = standing(home, &address).await?.revoked().ok_or(NotInvited::NotOpen)?;
        let kind = EventKind::InvitationRevoked { invitation: revoked.id.clone() };
        let event = self.invitation_event(&tenant, (&address, &revoked), kind, now).await?;
        written(home.change_invitation(&address, &revoked, &event).await.map_err(Failure::from)?)
    }

    async fn invitation_event(
        &self,
        tenant: &TenantContext,
        (address, invitation): (&str, &Invitation),
        kind: EventKind,
        now: Timestamp,
    ) -> Result<RecordedEvent, Failure> {
        let drawn = (self.random(), now);
        let standing = tenant.home(now)?.read_ground(None, &now.month()).await?.month_key;
        let month_key = tenant.month_key(standing.as_ref(), drawn).await?;
        let personal = Personal { identifier: Some(kept_identifier(&invitation.email)), ..Personal::default() };
        tenant.event_about_nobody((address, &month_key), kind, personal, drawn)
    }
}

fn sent(invitation: &Invitation) -> EventKind {
    let (id, invited_by) = (invitation.id.clone(), invitation.invited_by.clone());
    EventKind::InvitationSent { invitation: id, version: invitation.version, invited_by }
}

fn address(tenant: &TenantContext, email: &str) -> Result<String, NotInvited> {
    Ok(tenant.lookup("identifier", Canonical::email(email)?.as_str())?)
}

async fn standing(home: &TenantStore, address: &str) -> Result<Invitation, NotInvited> {
    home.find_invitation(address).await.map_err(Failure::from)?.ok_or(NotInvited::NotOpen)
}

const fn written(change: InvitationChange) -> Result<(), NotInvited> {
    match change {
        InvitationChange::Changed => Ok(()),
        InvitationChange::Stale => Err(NotInvited::Stale),
    }
}
