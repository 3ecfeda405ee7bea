//! Somebody is invited; an invitation is sent anew, taken back, or becomes an account.

use domain::administration::Administrators;
use domain::event::RecordedEvent;
use domain::identifier::{Canonical, IdentifierKind};
use domain::invitation::{Handover, Invitation, InvitationStatus};
use domain::listing::List;
use domain::policy::INVITATION_REMEMBERED;

use super::create_user::NewUser;
use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::listing::{self, ListPage, Wanted};
use crate::once::{Made, MakingRequest};
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};
use crate::write::Change;

/// What became of a change of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationChange {
    /// It stands.
    Changed,
    /// Another change came first, or there is no such invitation: read again.
    Stale,
}

/// What became of an answer to an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// It is an account.
    Accepted,
    /// It was accepted, replaced or taken back before.
    Closed,
    /// The tenant's administrators changed meanwhile: read again.
    Stale,
    /// An identifier of this kind is somebody's; the first of them in the order of the claims.
    Taken(IdentifierKind),
}

fn ends(invitation: &Invitation) -> Ends {
    Ends::At(invitation.ends_at.plus(INVITATION_REMEMBERED))
}

impl TenantStore {
    /// Invites whoever has an address, whose keyed hash is `address`. An older invitation under it is replaced, and its link is dead.
    ///
    /// Costs 1 request, 6 write units: 2 for the invitation, 1 for its list, 2 for the event, 1 for its index.
    pub async fn invite(&self, address: &str, invitation: &Invitation, event: &RecordedEvent) -> Result<InvitationChange, StoreError> {
        Ok(changed(&self.invited(address, invitation, event)?.commit().await?))
    }

    /// Invites by a request that makes the invitation once. It costs 2 write units more than [`Self::invite`].
    pub async fn invite_once(
        &self,
        address: &str,
        invitation: &Invitation,
        request: &MakingRequest,
        event: &RecordedEvent,
    ) -> Result<Made<InvitationChange>, StoreError> {
        let transaction = request.part_of(self, self.invited(address, invitation, event)?)?;
        let claim = transaction.len() - 1;
        Ok(match transaction.commit().await? {
            Outcome::Committed => Made::Now(InvitationChange::Changed),
            Outcome::Refused(mut refusal) => request.before(&mut refusal, claim).unwrap_or(Made::Now(InvitationChange::Stale)),
        })
    }

    fn invited(&self, address: &str, invitation: &Invitation, event: &RecordedEvent) -> Result<Transaction<'_>, StoreError> {
        let key = keys::invitation(&self.tenant, address);
        let mut item = row::write(&key, invitation, ends(invitation))?;
        // The founding invitation is none of those that administrators see.
        let listed = Canonical::email(&invitation.email).ok().filter(|_| invitation.handover == Handover::Mailed);
        if let Some(email) = listed {
            listing::enlist(&self.tenant, &mut item, List::Invitations, (email.as_str(), address));
        }
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).replace_another(&key, item, invitation.id.as_str());
        Ok(transaction.put_new(&event_key, event_item))
    }

    /// Invitations by the address that was invited. Two requests.
    pub async fn list_invitations(&self, wanted: Wanted<'_>) -> Result<ListPage<Invitation>, StoreError> {
        self.list(List::Invitations, wanted, |address| Some(keys::invitation(&self.tenant, address))).await
    }

    /// Writes version, status and end of `invitation`, whose version is one ahead of the one that was read.
    ///
    /// Costs 1 request, 5 write units: 2 for the invitation, 2 for the event, 1 for its index.
    pub async fn change_invitation(&self, address: &str, invitation: &Invitation, event: &RecordedEvent) -> Result<InvitationChange, StoreError> {
        let update = "SET #version = :version, #status = :status, #ends_at = :ends_at, #expires_at = :expires_at";
        let key = keys::invitation(&self.tenant, address);
        let change = open_in(Change::of(key.clone(), update, IS_OPEN), invitation, invitation.version.saturating_sub(1))
            .with(":version", row::number(invitation.version))
            .with(":status", row::value(&key, &invitation.status)?)
            .with(":ends_at", row::millis(invitation.ends_at))
            .with(":expires_at", row::expires_at(invitation.ends_at.plus(INVITATION_REMEMBERED)));
        let (event_key, event_item) = event_row::write(self, event)?;
        Ok(changed(&Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item).commit().await?))
    }

    /// Makes the account of `new`, who administers the tenant as `enrolment` says, and closes the invitation that it comes from.
    ///
    /// Costs 1 request and what [`Self::create_user`] does, and 2 write units for the invitation; 5 more with an enrolment (administrators, event, its
    /// index) and 2 more per KB of administrators.
    pub async fn accept_invitation(
        &self,
        (address, invitation): (&str, &Invitation),
        new: &NewUser,
        enrolment: Option<&Enrolment<'_>>,
        event: &RecordedEvent,
    ) -> Result<Acceptance, StoreError> {
        let key = keys::invitation(&self.tenant, address);
        let accepted = row::value(&key, &InvitationStatus::Accepted)?;
        let change = open_in(Change::of(key, "SET #status = :accepted", IS_OPEN), invitation, invitation.version).with(":accepted", accepted);
        let mut transaction = self.account(new, event)?.change(change);
        let closing = transaction.len() - 1;
        if let Some(Enrolment { all, assigned }) = enrolment {
            let (event_key, event_item) = event_row::write(self, assigned)?;
            transaction = self.administered_by(transaction, all)?.put_new(&event_key, event_item);
        }
        Ok(match transaction.commit().await? {
            Outcome::Committed => Acceptance::Accepted,
            Outcome::Refused(refusal) if refusal.failed(closing) => Acceptance::Closed,
            Outcome::Refused(refusal) => match new.taken(&refusal) {
                Some(kind) => Acceptance::Taken(kind),
                None if refusal.failed(closing + 1) => Acceptance::Stale,
                None => Acceptance::Closed,
            },
        })
    }
}

/// That the person of an invitation administers the tenant.
#[derive(Clone, Copy, Debug)]
pub struct Enrolment<'a> {
    /// The tenant's administrators with them, one version ahead of the one that was read.
    pub all: &'a Administrators,
    /// What is told of it.
    pub assigned: &'a RecordedEvent,
}

const IS_OPEN: &str = "attribute_exists(#pk) AND #id = :id AND #version = :before AND #status = :open";

fn open_in(change: Change, invitation: &Invitation, version: u64) -> Change {
    let open = row::text("open");
    change.with(":id", row::text(invitation.id.as_str())).with(":before", row::number(version)).with(":open", open)
}

const fn changed(outcome: &Outcome) -> InvitationChange {
    match outcome {
        Outcome::Committed => InvitationChange::Changed,
        Outcome::Refused(_) => InvitationChange::Stale,
    }
}
