//! The first administrator of a tenant: who operates the deployment invokes this and hands the link on by which its first owner enrols.
//!
//! There is no default account and no default password. Whoever may invoke the function could read and write every table as well, so that it asks for
//! nothing more; once the tenant has an owner it yields nothing.

use std::sync::Arc;

use domain::client::Client;
use domain::event::{Event, EventKind, Lookups, Personal, Subject};
use domain::invitation::InvalidInvitee;
use domain::key_ring::Purpose;
use domain::registration::RegistrationPolicy;
use domain::{Region, Secret, Slug, Timestamp, UserId};
use runtime::invitations::{Inviting, NotInvited};
use runtime::provision::NewTenant;
use runtime::tenants::Name;
use runtime::{Clock, Failure, Needs, Platform, Provisioner, Random, Signing, TenantContext, TenantRouting, Tenants};
use serde::{Deserialize, Serialize, Serializer};

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing, Purpose::People], signing: Signing::None };

/// What its role may do: make the zone's system tenant with its keys and its app, read who administers a tenant, write its founding invitation; make data keys, and
/// unwrap those for sealing and for people.
pub struct Deps {
    tenants: Arc<Tenants>,
    provisioner: Provisioner,
    regions: Vec<Region>,
    routing: TenantRouting,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Deps {
    /// Takes from the platform what the role allows. `regions` are those of the platform's zone, should the directory not know it yet.
    pub fn new(platform: &Platform, regions: Vec<Region>) -> Self {
        Self {
            tenants: Arc::new(Tenants::new(platform, NEEDS)),
            provisioner: Provisioner::new(platform),
            regions,
            routing: platform.routing.clone(),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
        }
    }
}

/// Who is to own which tenant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The address that they will sign in with.
    pub email: String,
    /// The tenant's slug; the zone's system tenant, whose administrators are the platform's, unless it says another.
    #[serde(default = "Slug::system")]
    pub tenant: Slug,
}

/// A link that was issued. It is in this answer and nowhere else.
#[derive(Debug, Serialize)]
pub struct Issued {
    /// Opens the page on which its holder chooses a password; good once.
    #[serde(serialize_with = "exposed")]
    pub link: Secret<String>,
    /// Until when, RFC 3339.
    pub expires_at: String,
}

fn exposed<S: Serializer>(link: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(link.expose())
}

/// Why no link was issued.
#[derive(Debug, thiserror::Error)]
pub enum NotIssued {
    /// The owner names others by the admin API.
    #[error("the tenant `{0}` has an owner already, who names further administrators by the admin API")]
    Owned(Slug),
    /// Only the system tenant is made here.
    #[error("there is no tenant `{0}` in this zone")]
    NoTenant(Slug),
    /// It isn't an address.
    #[error("`email`: {0}")]
    Email(InvalidInvitee),
    /// An invitation makes an account, and nobody has two.
    #[error("the address has an account in the tenant `{0}`; give another one")]
    HasAccount(Slug),
    /// Another call came first.
    #[error("another call came first; call again")]
    Stale,
    /// The platform's own fault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Issues the link. The one before is dead from then on, whomever it was for.
pub async fn issue(deps: &Deps, asked: &Asked) -> Result<Issued, NotIssued> {
    let now = deps.clock.now();
    let tenant = standing(deps, &asked.tenant).await?;
    let administrators = tenant.home(now)?.read_administrators().await.map_err(Failure::from)?;
    if administrators.has_owner() {
        return Err(NotIssued::Owned(asked.tenant.clone()));
    }
    let inviting = Inviting { tenant: &tenant, actor: None, drawn: (&*deps.random, now) };
    let id = UserId::from_random(deps.random.bytes());
    let founding = inviting.found(id, &asked.email).await.map_err(|reason| not_issued(reason, &asked.tenant))?;
    tracing::info!(tenant = asked.tenant.as_str(), "a founding link was issued");
    Ok(Issued { link: founding.link, expires_at: founding.ends_at.rfc3339() })
}

fn not_issued(reason: NotInvited, tenant: &Slug) -> NotIssued {
    match reason {
        NotInvited::Invitee(invalid) => NotIssued::Email(invalid),
        NotInvited::HasAccount => NotIssued::HasAccount(tenant.clone()),
        NotInvited::NotOpen | NotInvited::Stale => NotIssued::Stale,
        NotInvited::Failure(failure) => failure.into(),
    }
}

// The tenant; the zone's system tenant is made where it doesn't stand.
async fn standing(deps: &Deps, slug: &Slug) -> Result<Arc<TenantContext>, NotIssued> {
    let name = if slug.is_system() {
        deps.provisioner.ensure_zone(deps.regions.clone()).await?;
        let issuer = deps.routing.issuer(slug).map_err(|error| Failure::Broken(error.to_string()))?;
        let new = NewTenant { slug: slug.clone(), name: "System".to_owned(), issuer, registration: RegistrationPolicy::default() };
        // By its id: this region's replica of the directory may not know the slug yet.
        Name::Id(deps.provisioner.create_tenant(&new).await?.ok_or(NotIssued::Stale)?)
    } else {
        Name::Slug(slug.clone())
    };
    let now = deps.clock.now();
    let visit = deps.tenants.find_standing(&name, now).await?;
    let tenant = visit.ok_or_else(|| NotIssued::NoTenant(slug.clone()))?.tenant;
    if slug.is_system() {
        register(deps, &tenant, now).await?;
    }
    Ok(tenant)
}

// The app by which a platform's first owner gets a token for the admin API; one that stands stays.
async fn register(deps: &Deps, tenant: &TenantContext, now: Timestamp) -> Result<(), Failure> {
    let Some(app) = Client::of_operators(now) else { return Ok(()) };
    let (id, kind) = (deps.random.event_id(now), EventKind::ClientCreated { client_id: app.id.clone() });
    let event = Event { id, tenant: tenant.record().id.clone(), subject: Subject::Tenant, kind, personal: Personal::default() };
    tenant.home(now)?.create_client(&app, &event.record(None, Lookups::default())).await?;
    Ok(())
}
