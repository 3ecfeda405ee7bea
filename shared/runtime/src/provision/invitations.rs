//! Invitations that a program makes, as a tenant's administrators do.

use domain::invitation::{Invitation, Invitee};
use domain::{TenantId, Timestamp, UserId};

use super::Provisioner;
use super::roster::record;
use crate::failure::Failure;
use crate::invitations::{Inviting, address};
use crate::tenant_context::TenantContext;

pub use crate::invitations::NotInvited;

impl Provisioner {
    /// Invites somebody, who gets a link by mail. An older invitation of the same address is replaced.
    pub async fn invite(&self, tenant: &TenantId, invitee: &Invitee) -> Result<UserId, NotInvited> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let roster = record(tenant.home(now)?).await?.roster;
        let inviting = self.inviting(&tenant, now);
        let draft = inviting.draft(UserId::from_random(self.random().bytes()), invitee, &roster).await?;
        inviting.send(&draft).await?;
        Ok(draft.invitation.id)
    }

    /// Sends the link of an invitation anew; older links are dead.
    pub async fn send_invitation_again(&self, tenant: &TenantId, email: &str) -> Result<(), NotInvited> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let (address, standing) = standing(&tenant, email, now).await?;
        self.inviting(&tenant, now).send_again(&address, &standing).await.map(drop)
    }

    /// Takes an invitation back; its link is dead.
    pub async fn revoke_invitation(&self, tenant: &TenantId, email: &str) -> Result<(), NotInvited> {
        let now = self.platform.clock.now();
        let tenant = self.tenant(tenant, now).await?;
        let (address, standing) = standing(&tenant, email, now).await?;
        self.inviting(&tenant, now).revoke(&address, &standing).await.map(drop)
    }

    fn inviting<'a>(&'a self, tenant: &'a TenantContext, now: Timestamp) -> Inviting<'a> {
        Inviting { tenant, actor: None, drawn: (self.random(), now) }
    }
}

async fn standing(tenant: &TenantContext, email: &str, now: Timestamp) -> Result<(String, Invitation), NotInvited> {
    let address = address(tenant, email)?;
    let standing = tenant.home(now)?.find_invitation(&address).await.map_err(Failure::from)?;
    Ok((address, standing.ok_or(NotInvited::NotOpen)?))
}
