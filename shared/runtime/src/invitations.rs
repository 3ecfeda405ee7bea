//! Invitations of a tenant, whoever makes them: somebody is invited, the link is sent anew, or it is all taken back.

use crypto::artefact::Kind;
use domain::event::{Actor, EventKind, Personal, RecordedEvent, kept_identifier};
use domain::identifier::{Canonical, InvalidIdentifier};
use domain::invitation::{InvalidInvitee, Invitation, Invitee};
use domain::roster::Roster;
use domain::{Secret, Timestamp, UserId};
use store::InvitationChange;
use store::once::{Made, MakingRequest};

use crate::failure::Failure;
use crate::interaction::InvitationLink;
use crate::random::Random;
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
    /// There is no invitation that waits for its owner.
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

/// An invitation that isn't written yet, and where it will stand.
#[derive(Clone, Debug)]
pub struct Drafted {
    /// The keyed hash of its address, which names it.
    pub address: String,
    /// What it says.
    pub invitation: Invitation,
}

/// The link by which a tenant's first owner enrols.
#[derive(Debug)]
pub struct Founding {
    /// Opens the page of the invitation.
    pub link: Secret<String>,
    /// Until when it is good.
    pub ends_at: Timestamp,
}

/// Somebody who invites people to a tenant.
pub struct Inviting<'a> {
    /// Where.
    pub tenant: &'a TenantContext,
    /// The administrator; nobody where a program invites.
    pub actor: Option<Actor>,
    /// Randomness and the moment.
    pub drawn: (&'a dyn Random, Timestamp),
}

impl Inviting<'_> {
    /// An invitation of somebody whose address has no account, into what `roster` has.
    pub async fn draft(&self, id: UserId, invitee: &Invitee, roster: &Roster) -> Result<Drafted, NotInvited> {
        let canonical = invitee.check(roster)?;
        let home = self.tenant.home(self.drawn.1)?;
        if home.find_identifier(&self.tenant.claim(&canonical)?).await.map_err(Failure::from)?.is_some() {
            return Err(NotInvited::HasAccount);
        }
        let address = self.tenant.lookup("identifier", canonical.as_str())?;
        Ok(Drafted { address, invitation: Invitation::begin(id, invitee, self.drawn.1) })
    }

    /// Writes it; its person gets a link by mail. An older invitation of the same address is replaced.
    pub async fn send(&self, draft: &Drafted) -> Result<(), NotInvited> {
        let event = self.event(draft, sent(&draft.invitation)).await?;
        let home = self.tenant.home(self.drawn.1)?;
        written(home.invite(&draft.address, &draft.invitation, &event).await.map_err(Failure::from)?)
    }

    /// The same by a request that makes it once.
    pub async fn send_once(&self, draft: &Drafted, request: &MakingRequest) -> Result<Made<()>, NotInvited> {
        let event = self.event(draft, sent(&draft.invitation)).await?;
        let home = self.tenant.home(self.drawn.1)?;
        Ok(match home.invite_once(&draft.address, &draft.invitation, request, &event).await.map_err(Failure::from)? {
            Made::Now(change) => Made::Now(written(change)?),
            Made::Before => Made::Before,
            Made::OtherRequest => Made::OtherRequest,
        })
    }

    /// Sends the link of a standing invitation anew; older links are dead.
    pub async fn send_again(&self, address: &str, standing: &Invitation) -> Result<Invitation, NotInvited> {
        let renewed = standing.renewed(self.drawn.1).ok_or(NotInvited::NotOpen)?;
        self.change(Drafted { address: address.to_owned(), invitation: renewed }, sent).await
    }

    /// Takes a standing invitation back; its link is dead.
    pub async fn revoke(&self, address: &str, standing: &Invitation) -> Result<Invitation, NotInvited> {
        let revoked = standing.revoked().ok_or(NotInvited::NotOpen)?;
        let kind = |revoked: &Invitation| EventKind::InvitationRevoked { invitation: revoked.id.clone() };
        self.change(Drafted { address: address.to_owned(), invitation: revoked }, kind).await
    }

    /// Writes the founding invitation of a tenant and mints its link, which isn't mailed and stands nowhere but in what this answers. The one before is dead.
    pub async fn found(&self, id: UserId, email: &str) -> Result<Founding, NotInvited> {
        let now = self.drawn.1;
        let owner = Invitee { email: email.to_owned(), ..Invitee::default() };
        // An address that has an account can't become one; what else a draft says is left.
        self.draft(id.clone(), &owner, &Roster::default()).await?;
        let (address, invitation) = (Invitation::FOUNDING.to_owned(), Invitation::founding(id, email, now));
        let ends_at = invitation.ends_at;
        let link = InvitationLink { address: address.clone(), invitation: invitation.id.clone(), version: invitation.version };
        let sealed = self.tenant.seal(Kind::InvitationLink, None, ends_at, self.drawn.0.bytes(), &link)?;
        let draft = Drafted { address, invitation };
        let event = self.event(&draft, EventKind::FoundingLinkIssued { invitation: draft.invitation.id.clone() }).await?;
        let home = self.tenant.home(now)?;
        written(home.invite(&draft.address, &draft.invitation, &event).await.map_err(Failure::from)?)?;
        let url = self.tenant.record().issuer().endpoint("/invitation");
        Ok(Founding { link: Secret::new(format!("{url}?link={sealed}")), ends_at })
    }

    async fn change(&self, draft: Drafted, kind: impl FnOnce(&Invitation) -> EventKind) -> Result<Invitation, NotInvited> {
        let event = self.event(&draft, kind(&draft.invitation)).await?;
        let home = self.tenant.home(self.drawn.1)?;
        written(home.change_invitation(&draft.address, &draft.invitation, &event).await.map_err(Failure::from)?)?;
        Ok(draft.invitation)
    }

    async fn event(&self, draft: &Drafted, kind: EventKind) -> Result<RecordedEvent, Failure> {
        let now = self.drawn.1;
        let standing = self.tenant.home(now)?.read_ground(None, &now.month()).await?.month_key;
        let month_key = self.tenant.month_key(standing.as_ref(), self.drawn).await?;
        let personal = Personal { identifier: Some(kept_identifier(&draft.invitation.email)), ..Personal::default() };
        let event = self.tenant.event_about_nobody((&draft.address, &month_key), kind, personal, self.drawn)?;
        Ok(match &self.actor {
            Some(actor) => event.done_by(actor.clone()),
            None => event,
        })
    }
}

/// The keyed hash of an address, under which its invitation stands.
pub fn address(tenant: &TenantContext, email: &str) -> Result<String, NotInvited> {
    Ok(tenant.lookup("identifier", Canonical::email(email)?.as_str())?)
}

fn sent(invitation: &Invitation) -> EventKind {
    let (id, invited_by) = (invitation.id.clone(), invitation.invited_by.clone());
    EventKind::InvitationSent { invitation: id, version: invitation.version, invited_by }
}

const fn written(change: InvitationChange) -> Result<(), NotInvited> {
    match change {
        InvitationChange::Changed => Ok(()),
        InvitationChange::Stale => Err(NotInvited::Stale),
    }
}
