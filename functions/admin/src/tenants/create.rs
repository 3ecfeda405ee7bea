//! A tenant that the platform's administrators make, with its keys and the invitation of its first owner; or one of another zone, whose slug is claimed and which
//! that zone's administrators make by the same request.

use domain::administration::{AdminRole, Assignment};
use domain::event::Administered;
use domain::identifier::is_title;
use domain::invitation::Invitee;
use domain::preset::Preset;
use domain::registration::RegistrationPolicy;
use domain::roster::Roster;
use domain::{Slug, TenantId, UserId, ZoneName};
use runtime::TenantContext;
use runtime::invitations::{self, Inviting};
use runtime::provision::{MadeTenant, Making as HowMade, NewTenant};
use runtime::tenants::Name;
use serde::{Deserialize, Serialize};
use store::once::{self, Claiming};
use store::{SlugPlace, SlugState};
use utoipa::ToSchema;

use super::TenantShown;
use crate::access::{Act, Thing};
use crate::arrival::{Arrived, Making};
use crate::came::{Answer, Done, New};
use crate::documentation::{IdempotencyKey, NotChanged};
use crate::invitations::refused;
use crate::problem::{Problem, Refused, broken};

/// A tenant to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTenant)]
pub(crate) struct TenantAsked {
    /// Its name in hosts, for good: lower-case letters, digits and hyphens, nobody's before.
    #[schema(min_length = 1, max_length = 63)]
    slug: String,
    /// The name that pages and mails show.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Its zone, for good; this one unless another is named.
    zone: Option<String>,
    /// The settings that it begins with.
    #[serde(default)]
    preset: Preset,
    /// The address of its first owner, who gets an invitation by mail.
    #[schema(max_length = 254)]
    owner_email: String,
}

/// What came of the request: a tenant, or a claim that its zone goes on with.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum TenantMade {
    /// The tenant.
    #[schema(title = "Made")]
    Made(TenantShown),
    /// Its slug.
    #[schema(title = "Claimed")]
    Claimed(SlugClaimed),
}

/// A slug that is kept for a tenant of another zone.
#[derive(Serialize, ToSchema)]
pub(crate) struct SlugClaimed {
    /// The slug.
    slug: String,
    /// The zone whose platform administrators make the tenant, by the same request to the admin API there.
    zone: String,
}

/// Makes a tenant of this zone, or claims the slug for one of another zone: its platform administrators make it by the same request there. For the
/// platform's administrators.
#[utoipa::path(
    post, path = "/admin/v1/tenants", tag = "tenants", params(IdempotencyKey), request_body = TenantAsked,
    responses(
        (status = 201, body = TenantMade, headers(("ETag" = String), ("Location" = String))),
        (status = 202, description = "The slug is claimed; its zone goes on.", body = TenantMade),
        NotChanged
    )
)]
pub(crate) async fn create_tenant(at: Arrived, New { body: asked, key }: New<TenantAsked>) -> Answer<TenantMade> {
    at.may(Act::CreateTenant, Thing::Tenant)?;
    let (slug, owner) = checked(&asked)?;
    let making = at.making("tenant", key);
    if let Some(making) = &making {
        let request = &making.request;
        if once::claim(at.home()?, &request.key, request.ends_at, request.body).await? == Claiming::Replay {
            return Err(Problem::OtherRequest.into());
        }
    }
    let id = TenantId::from_random(at.bits(making.as_ref())?);
    match asked.zone.as_deref().map(ZoneName::new).filter(|zone| *zone != at.deps.zone) {
        Some(zone) => claim(&at, slug, zone, id).await,
        None => make(&at, (&asked, slug, &owner), id, making.as_ref()).await,
    }
}

fn checked(asked: &TenantAsked) -> Result<(Slug, Invitee), Problem> {
    let slug = Slug::parse(&asked.slug).ok().filter(|slug| !slug.is_reserved());
    let slug = slug
        .ok_or_else(|| Problem::Unfit("slug", "1 to 63 lower-case letters, digits and hyphens within, and none of the reserved names".to_owned()))?;
    // As infra/zone.yaml has them.
    let is_zone = |name: &String| (1..=16).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !asked.zone.iter().all(is_zone) {
        return Err(Problem::Unfit("zone", "there is no such zone".to_owned()));
    }
    if !is_title(&asked.name) {
        return Err(Problem::Unfit("name", "1 to 100 characters, none of them invisible".to_owned()));
    }
    let administers = Some(Assignment::of(AdminRole::Owner));
    let owner = Invitee { email: asked.owner_email.clone(), administers, ..Invitee::default() };
    owner.check(&Roster::default()).map_err(|invalid| Problem::Unfit("owner_email", invalid.to_string()))?;
    Ok((slug, owner))
}

// INVARIANT: nothing personal is in the directory, which spans the zones: the owner's address stays here and is asked for again there.
async fn claim(at: &Arrived, slug: Slug, zone: ZoneName, id: TenantId) -> Answer<TenantMade> {
    let directory = at.deps.store.directory();
    if directory.find_zone(&zone).await?.is_none() {
        return Err(Problem::Unfit("zone", "there is no such zone".to_owned()).into());
    }
    let wish = SlugPlace { tenant: id, zone, state: SlugState::Claimed };
    let place = directory.claim_slug(&slug, &wish).await?;
    if place.zone != wish.zone || place.state != SlugState::Claimed {
        return Err(Problem::Taken("slug").into());
    }
    if place.tenant == wish.tenant {
        let claimed = Administered::TenantClaimed { slug: slug.clone(), zone: wish.zone.clone() };
        at.home()?.record_event(&at.event_here(claimed)).await?;
    }
    Ok(Done::Accepted(TenantMade::Claimed(SlugClaimed { slug: slug.to_string(), zone: wish.zone.as_str().to_owned() })))
}

async fn make(at: &Arrived, (asked, slug, owner): (&TenantAsked, Slug, &Invitee), id: TenantId, making: Option<&Making>) -> Answer<TenantMade> {
    let issuer = at.deps.routing.issuer(&slug).map_err(|error| Problem::Unfit("slug", error.to_string()))?;
    let new = NewTenant { slug, name: asked.name.clone(), issuer, registration: RegistrationPolicy::default() };
    let how = HowMade { id: id.clone(), preset: Some(asked.preset), actor: Some(at.actor()) };
    let (made, whose) = match at.deps.provisioner.make_tenant(&new, &how).await? {
        MadeTenant::Made(made) => (made, Whose::Ours),
        // The same request came before, and may have been cut off.
        MadeTenant::Stands(standing) if making.is_some() && standing == id => (standing, Whose::Ours),
        // A slug that was claimed has an id of its own: the invitation tells whether this very request made its tenant.
        MadeTenant::Stands(standing) if making.is_some() => (standing, Whose::MaybeOurs),
        MadeTenant::Stands(_) | MadeTenant::Taken => return Err(Problem::Taken("slug").into()),
    };
    // By its id: this region's replica of the directory may not know the slug yet.
    let visit = at.deps.tenants.find_standing(&Name::Id(made), at.now).await?.ok_or_else(|| broken("a tenant that was just made"))?;
    invite(at, &visit.tenant, (owner, whose), making).await?;
    let record = visit.tenant.record();
    let place = format!("/admin/v1/tenants/{}", record.slug);
    Ok(Done::Made(TenantMade::Made(record.into()), record.standing.version, place))
}

/// Whether the request that asks made a tenant.
#[derive(PartialEq, Eq)]
enum Whose {
    Ours,
    MaybeOurs,
}

// Invites the first owner, once for one request.
async fn invite(at: &Arrived, tenant: &TenantContext, (owner, whose): (&Invitee, Whose), making: Option<&Making>) -> Result<(), Refused> {
    let invited = UserId::from_random(match making {
        Some(making) => tenant.lookup_bits("owner invited by a request", &making.name)?,
        None => at.deps.random.bytes(),
    });
    let address = invitations::address(tenant, &owner.email).map_err(refused)?;
    let standing = tenant.home(at.now)?.find_invitation(&address).await?;
    if standing.is_some_and(|standing| standing.id == invited) {
        return Ok(());
    }
    if whose == Whose::MaybeOurs {
        return Err(Problem::Taken("slug").into());
    }
    let inviting = Inviting { tenant, actor: Some(at.actor()), drawn: at.drawn() };
    let draft = inviting.draft(invited, owner, &Roster::default()).await.map_err(refused)?;
    inviting.send(&draft).await.map_err(refused)
}
