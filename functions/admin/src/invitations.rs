//! Invitations: accounts that wait for their owners.

use std::collections::BTreeSet;

use axum::extract::Path;
use domain::administration::Assignment;
use domain::event::Actor as DoneBy;
use domain::invitation::{Invitation, InvitationStatus, Invitee};
use domain::listing::{List, listed_email};
use domain::roster::RoleName;
use domain::{GroupId, UserId};
use runtime::invitations::{Inviting, NotInvited, address};
use serde::{Deserialize, Serialize};
use store::once::Made;
use utoipa::{IntoParams, ToSchema};

use crate::access::{Act, Thing};
use crate::administrators::{AssignmentAsked, AssignmentShown};
use crate::arrival::Arrived;
use crate::came::{Answer, Done, New, Wanted};
use crate::documentation::{IdempotencyKey, NotChanged, NotShown};
use crate::pages::{self, Page};
use crate::problem::{Problem, Refused};
use crate::tenants::OfTenant;

/// Names an invitation.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfInvitation {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The invitation's id.
    invitation: String,
}

/// Which invitations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InvitationsWanted {
    /// What the address begins with.
    email: Option<String>,
    /// Where the page begins: `next` of the one before.
    cursor: Option<String>,
    /// How many are wanted.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
}

/// Somebody to invite, and what they will be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInvitation)]
pub(crate) struct InvitationAsked {
    /// Address; it has no account yet.
    #[schema(max_length = 254)]
    email: String,
    /// Given name, which they may change.
    #[schema(max_length = 100)]
    given_name: Option<String>,
    /// Family name, which they may change.
    #[schema(max_length = 100)]
    family_name: Option<String>,
    /// Language of the mail, `en` or `de`.
    locale: Option<String>,
    /// The ids of their groups.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    groups: BTreeSet<GroupId>,
    /// The roles that they will have beside those of their groups.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    roles: BTreeSet<RoleName>,
    /// What they will administer, if anything; it wants a sign-in of the last ten minutes.
    administers: Option<AssignmentAsked>,
}

/// An invitation; the newest under an address counts.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub(crate) struct InvitationShown {
    /// Its id: the same for every invitation of the address.
    id: String,
    /// The id of the account that it becomes.
    user: UserId,
    /// Address, as entered.
    email: String,
    /// Given name.
    given_name: Option<String>,
    /// Family name.
    family_name: Option<String>,
    /// Language of the mail.
    locale: Option<String>,
    /// The ids of their groups.
    groups: BTreeSet<GroupId>,
    /// The roles that they will have beside those of their groups.
    roles: BTreeSet<RoleName>,
    /// What they will administer.
    #[serde(skip_serializing_if = "Option::is_none")]
    administers: Option<AssignmentShown>,
    /// The administrator of the tenant who invited.
    invited_by: Option<UserId>,
    /// What became of it.
    status: InvitationStatus,
    /// Until when its link is good.
    #[schema(format = DateTime)]
    ends_at: String,
}

fn shown(id: &str, invitation: Invitation) -> InvitationShown {
    InvitationShown {
        id: id.to_owned(),
        user: invitation.id,
        email: invitation.email,
        given_name: invitation.profile.given_name,
        family_name: invitation.profile.family_name,
        locale: invitation.profile.locale,
        groups: invitation.groups,
        roles: invitation.roles,
        administers: invitation.administers.map(AssignmentShown::from),
        invited_by: invitation.invited_by,
        status: invitation.status,
        ends_at: invitation.ends_at.rfc3339(),
    }
}

/// The invitations of a tenant, by address. Those that were accepted, taken back or ran out go after a month; a list may be a moment behind.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/invitations", tag = "invitations", params(OfTenant, InvitationsWanted),
    responses((status = 200, body = Page<InvitationShown>), NotShown)
)]
pub(crate) async fn list_invitations(
    at: Arrived,
    Path(_): Path<OfTenant>,
    Wanted(wanted): Wanted<InvitationsWanted>,
) -> Answer<Page<InvitationShown>> {
    at.may(Act::ListPeople, Thing::Tenant)?;
    let (list, prefix) = (List::Invitations, wanted.email.as_deref().map(listed_email).unwrap_or_default());
    let limit = pages::limit(wanted.limit)?;
    let after = pages::after(&at, list, &prefix, wanted.cursor.as_deref())?;
    let page = at.home()?.list_invitations(store::Wanted { prefix: &prefix, after: after.as_deref(), limit }).await?;
    let next = pages::next(&at, list, &prefix, page.next)?;
    let named = |invitation: Invitation| Ok(shown(&address(&at.tenant, &invitation.email).map_err(refused)?, invitation));
    let items = page.rows.into_iter().map(named).collect::<Result<_, Refused>>()?;
    Ok(Done::Shown(Page { items, next }, None))
}

/// Invites somebody, who gets a link by mail that is good for a week, and once. An older invitation of the address is replaced.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/invitations", tag = "invitations", params(OfTenant, IdempotencyKey), request_body = InvitationAsked,
    responses((status = 201, body = InvitationShown, headers(("ETag" = String), ("Location" = String))), NotChanged)
)]
pub(crate) async fn create_invitation(
    at: Arrived,
    Path(_): Path<OfTenant>,
    New { body: asked, key }: New<InvitationAsked>,
) -> Answer<InvitationShown> {
    at.may(Act::CreatePerson, Thing::Tenant)?;
    let making = at.making("invitation", key);
    let id = UserId::from_random(at.bits(making.as_ref())?);
    let invitee = asked.invitee(&at);
    if let Some(assignment) = &invitee.administers {
        at.may(Act::AssignAdministrator, Thing::Person { id: &id, assignment: None, becomes: Some(assignment) })?;
        at.administrators.clone().with_person(&id, Some(assignment.clone())).check().map_err(Problem::Administrators)?;
    }
    let inviting = inviting(&at);
    let draft = inviting.draft(id, &invitee, &at.standing().await?.roster).await.map_err(refused)?;
    // Whoever replaces an invitation takes the one before back.
    let replaced = at.home()?.find_invitation(&draft.address).await?;
    replaced.as_ref().map_or(Ok(()), |replaced| may_touch(&at, replaced))?;
    let made = match &making {
        Some(making) => inviting.send_once(&draft, &making.request).await.map_err(refused)?,
        None => Made::Now(inviting.send(&draft).await.map_err(refused)?),
    };
    let invitation = match made {
        Made::Now(()) => draft.invitation,
        Made::Before => find(&at, &draft.address).await?,
        Made::OtherRequest => return Err(Problem::OtherRequest.into()),
    };
    let (version, place) = (invitation.version, at.path(&format!("/invitations/{}", draft.address)));
    Ok(Done::Made(shown(&draft.address, invitation), version, place))
}

/// An invitation.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/invitations/{invitation}", tag = "invitations", params(OfInvitation),
    responses((status = 200, body = InvitationShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_invitation(at: Arrived, Path(named): Path<OfInvitation>) -> Answer<InvitationShown> {
    at.may(Act::ListPeople, Thing::Tenant)?;
    let invitation = find(&at, &named.invitation).await?;
    let version = invitation.version;
    Ok(Done::Shown(shown(&named.invitation, invitation), Some(version)))
}

/// Takes an invitation back; its link is dead.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/invitations/{invitation}", tag = "invitations",
    params(OfInvitation, ("If-Match" = String, Header, description = "The invitation's version.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn revoke_invitation(at: Arrived, Path(named): Path<OfInvitation>) -> Answer<()> {
    let standing = standing(&at, &named.invitation).await?;
    let revoked = inviting(&at).revoke(&named.invitation, &standing).await.map_err(refused)?;
    Ok(Done::Changed(revoked.version))
}

/// Sends the link anew, good for another week; older links are dead. An invitation that ran out is open again so.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/invitations/{invitation}/send", tag = "invitations",
    params(OfInvitation, ("If-Match" = String, Header, description = "The invitation's version.")),
    responses((status = 200, body = InvitationShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn send_invitation(at: Arrived, Path(named): Path<OfInvitation>) -> Answer<InvitationShown> {
    let standing = standing(&at, &named.invitation).await?;
    let sent = inviting(&at).send_again(&named.invitation, &standing).await.map_err(refused)?;
    let version = sent.version;
    Ok(Done::Shown(shown(&named.invitation, sent), Some(version)))
}

impl InvitationAsked {
    fn invitee(self, at: &Arrived) -> Invitee {
        Invitee {
            email: self.email,
            given_name: self.given_name,
            family_name: self.family_name,
            locale: self.locale,
            groups: self.groups,
            roles: self.roles,
            administers: self.administers.map(Assignment::from),
            invited_by: match at.actor() {
                DoneBy::Person(id) => Some(id),
                DoneBy::PlatformPerson(_) | DoneBy::App(_) | DoneBy::PlatformApp(_) => None,
            },
        }
    }
}

fn inviting(at: &Arrived) -> Inviting<'_> {
    Inviting { tenant: &at.tenant, actor: Some(at.actor()), drawn: at.drawn() }
}

// The invitation that a request changes, by somebody who may, in the version that they name.
async fn standing(at: &Arrived, id: &str) -> Result<Invitation, Refused> {
    at.may(Act::CreatePerson, Thing::Tenant)?;
    let standing = find(at, id).await?;
    may_touch(at, &standing)?;
    at.changes(standing.version)?;
    Ok(standing)
}

// SECURITY: whoever could replace, resend or take back an administrator's invitation without being allowed to assign them would be more than their role.
fn may_touch(at: &Arrived, standing: &Invitation) -> Result<(), Refused> {
    match (&standing.administers, standing.status) {
        (Some(assignment), InvitationStatus::Open) => {
            at.may(Act::AssignAdministrator, Thing::Person { id: &standing.id, assignment: Some(assignment), becomes: None })
        }
        _ => Ok(()),
    }
}

// SECURITY: a path holds the keyed hash of an address and not the address, since paths are logged. What can't be one names nothing.
async fn find(at: &Arrived, id: &str) -> Result<Invitation, Refused> {
    let is_hash = crypto::base64url::decode(id).is_ok_and(|bytes| bytes.len() == 32);
    let id = Some(id).filter(|_| is_hash).ok_or(Problem::NotFound)?;
    Ok(at.home()?.find_invitation(id).await?.ok_or(Problem::NotFound)?)
}

pub(crate) fn refused(reason: NotInvited) -> Refused {
    match reason {
        NotInvited::Invitee(invalid) => Problem::Unfit("invitation", invalid.to_string()).into(),
        // Whoever may make accounts learns as much by making one.
        NotInvited::HasAccount => Problem::Taken("email").into(),
        NotInvited::NotOpen => Problem::Closed.into(),
        NotInvited::Stale => Problem::Stale.into(),
        NotInvited::Failure(failure) => failure.into(),
    }
}
