//! Domains of a tenant's own: wanted, proved by a record in the DNS, taken away. They stand in the tenant's record, and each change is of the version of all.

use axum::extract::Path;
use domain::custom_domain::{Challenge, CustomDomain, DomainName, Domains, NotAdded, Proof, may_take};
use domain::event::Administered;
use domain::{Timestamp, api::Audience};
use runtime::{Failure, TenantRouting};
use serde::{Deserialize, Serialize};
use store::{DomainClaim, DomainPlace, TenantChange};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::{NotChanged, NotShown};
use crate::pages::Page;
use crate::problem::{Problem, Refused, broken};
use crate::tenants::OfTenant;

/// Names a domain.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfDomain {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The domain.
    domain: String,
}

/// A domain to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDomain)]
pub(crate) struct DomainAsked {
    /// A name in the DNS, as people type it.
    #[schema(max_length = 253)]
    domain: String,
}

/// How far a domain is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DomainState {
    /// Its record is to be set, and `verify` to be asked for.
    Pending,
    /// The tenant is reached there.
    Verified,
}

/// What proves a domain: a TXT record.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProvingRecord {
    /// Its name in the DNS.
    name: String,
    /// Its value.
    value: String,
}

/// A domain of a tenant's own.
#[derive(Serialize, ToSchema)]
#[schema(as = Domain)]
pub(crate) struct DomainShown {
    /// The domain, in lower case and ASCII, which names it in paths.
    domain: String,
    /// How far it is.
    state: DomainState,
    /// The issuer there, which has the same people, apps and keys as the tenant's first one.
    issuer: String,
    /// What proves it, and is to stay in the DNS: once it is gone, another tenant may prove the domain.
    record: ProvingRecord,
    #[schema(format = DateTime)]
    added_at: String,
    /// When it was proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    verified_at: Option<String>,
}

fn shown(name: &DomainName, domain: &CustomDomain) -> DomainShown {
    let (state, verified_at) = match domain.proof {
        Proof::Pending => (DomainState::Pending, None),
        Proof::Verified { verified_at } => (DomainState::Verified, Some(verified_at)),
    };
    DomainShown {
        domain: name.to_string(),
        state,
        issuer: name.issuer().to_string(),
        record: ProvingRecord { name: name.record_name(), value: domain.challenge.as_str().to_owned() },
        added_at: domain.added_at.rfc3339(),
        verified_at: verified_at.map(Timestamp::rfc3339),
    }
}

/// The domains that a tenant has or wants.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/domains", tag = "domains", params(OfTenant),
    responses((status = 200, body = Page<DomainShown>, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn list_domains(at: Arrived, Path(_): Path<OfTenant>) -> Answer<Page<DomainShown>> {
    at.may(Act::ReadDomains, Thing::Tenant)?;
    let domains = at.standing().await?.domains;
    let items = domains.names.iter().map(|(name, domain)| shown(name, domain)).collect();
    Ok(Done::Shown(Page { items, next: None }, Some(domains.version)))
}

/// Says that a tenant wants a domain, which is to be proved by the record in the answer. It keeps nobody else from it.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/domains", tag = "domains",
    params(OfTenant, ("If-Match" = String, Header, description = "The version of the tenant's domains.")), request_body = DomainAsked,
    responses((status = 201, body = DomainShown, headers(("ETag" = String), ("Location" = String))), NotChanged)
)]
pub(crate) async fn add_domain(at: Arrived, Path(_): Path<OfTenant>, Body(asked): Body<DomainAsked>) -> Answer<DomainShown> {
    at.may(Act::ChangeDomains, Thing::Tenant)?;
    let name = DomainName::parse(&asked.domain).map_err(|invalid| Problem::Unfit("domain", invalid.to_string()))?;
    let standing = at.standing().await?.domains;
    at.changes(standing.version)?;
    let challenge = Challenge::from_random(at.deps.random.bytes());
    let domains = standing.wanting(name.clone(), challenge, zone_domain(&at.deps.routing), at.now).map_err(|not| match not {
        NotAdded::Known => Problem::Taken("domain"),
        NotAdded::TooMany | NotAdded::OfThePlatform => Problem::Unfit("domain", not.to_string()),
    })?;
    if is_audience(&at, &name).await? {
        return Err(Problem::Taken("audience").into());
    }
    let event = Administered::DomainAdded { domain: name.clone(), version: domains.version };
    write(&at, &domains, event).await?;
    let added = domains.names.get(&name).ok_or_else(|| broken("a domain that was added"))?;
    Ok(Done::Made(shown(&name, added), domains.version, at.path(&format!("/domains/{name}"))))
}

/// A domain that a tenant has or wants.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/domains/{domain}", tag = "domains", params(OfDomain),
    responses((status = 200, body = DomainShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_domain(at: Arrived, Path(named): Path<OfDomain>) -> Answer<DomainShown> {
    at.may(Act::ReadDomains, Thing::Tenant)?;
    let (name, domains) = (named.name()?, at.standing().await?.domains);
    let domain = domains.names.get(&name).ok_or(Problem::NotFound)?;
    Ok(Done::Shown(shown(&name, domain), Some(domains.version)))
}

/// Takes a domain away. Its issuer is dead within 30 seconds: nothing is answered there, and what was issued there is worth nothing anywhere.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/domains/{domain}", tag = "domains",
    params(OfDomain, ("If-Match" = String, Header, description = "The version of the tenant's domains.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn remove_domain(at: Arrived, Path(named): Path<OfDomain>) -> Answer<()> {
    at.may(Act::ChangeDomains, Thing::Tenant)?;
    let (name, standing) = (named.name()?, at.standing().await?.domains);
    let domains = standing.without(&name).ok_or(Problem::NotFound)?;
    at.changes(standing.version)?;
    write(&at, &domains, Administered::DomainRemoved { domain: name.clone(), version: domains.version }).await?;
    if let Some(removed) = standing.names.get(&name).filter(|removed| removed.is_verified()) {
        // A row that is left leads to a tenant whose record says no, and keeps nobody from the domain whose own record is there.
        if let Err(error) = at.deps.store.directory().release_domain(&name, &place(&at, &removed.challenge)).await {
            tracing::warn!(%error, domain = name.as_str(), "a domain stays in the directory");
        }
    }
    Ok(Done::Changed(domains.version))
}

/// Looks whether the record that proves a domain is in the DNS; where it is, the tenant is reached at the domain.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/domains/{domain}/verify", tag = "domains", params(OfDomain),
    responses((status = 200, body = DomainShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn verify_domain(at: Arrived, Path(named): Path<OfDomain>) -> Answer<DomainShown> {
    at.may(Act::VerifyDomain, Thing::Tenant)?;
    let (name, standing) = (named.name()?, at.standing().await?.domains);
    let wish = standing.names.get(&name).ok_or(Problem::NotFound)?;
    let told = at.deps.dns.txt(&name.record_name()).await.map_err(Failure::from)?;
    if !wish.challenge.is_answered_by(&told) {
        return Err(Problem::Unproved { record: name.record_name(), value: wish.challenge.as_str().to_owned(), told }.into());
    }
    claim(&at, &name, &wish.challenge, &told).await?;
    let Some(domains) = standing.proving(&name, &wish.challenge, at.now) else {
        return Ok(Done::Shown(shown(&name, wish), Some(standing.version)));
    };
    let event = Administered::DomainVerified { domain: name.clone(), version: domains.version };
    match write(&at, &domains, event).await {
        // Somebody else asked for the same at the same time.
        Err(Refused::Problem(Problem::Stale)) => {
            let domains = at.standing().await?.domains;
            let proved = domains.names.get(&name).filter(|domain| domain.is_verified() && domain.challenge == wish.challenge);
            Ok(Done::Shown(shown(&name, proved.ok_or(Problem::Stale)?), Some(domains.version)))
        }
        Err(refused) => Err(refused),
        Ok(()) => {
            let proved = domains.names.get(&name).ok_or_else(|| broken("a domain that was proved"))?;
            Ok(Done::Shown(shown(&name, proved), Some(domains.version)))
        }
    }
}

// Who is first has it, and by whom the DNS stands has it after them: the directory decides, before the record says so.
async fn claim(at: &Arrived, name: &DomainName, challenge: &Challenge, told: &[String]) -> Result<(), Refused> {
    let (directory, place) = (at.deps.store.directory(), place(at, challenge));
    let DomainClaim::Held(holder) = directory.claim_domain(name, &place).await? else { return Ok(()) };
    if !may_take(holder.holder(), &place.tenant, told) {
        return Err(Problem::Taken("domain").into());
    }
    match directory.take_domain(name, &holder, &place).await? {
        DomainClaim::Claimed => Ok(()),
        DomainClaim::Held(_) => Err(Problem::Taken("domain").into()),
    }
}

fn place(at: &Arrived, challenge: &Challenge) -> DomainPlace {
    DomainPlace { tenant: at.tenant.record().id.clone(), zone: at.deps.zone.clone(), challenge: challenge.clone() }
}

fn zone_domain(routing: &TenantRouting) -> Option<&str> {
    match routing {
        TenantRouting::ByHost { zone_domain } => Some(zone_domain),
        TenantRouting::ByPath { .. } | TenantRouting::Nowhere => None,
    }
}

// A token for an API whose audience is an issuer would be one for the platform.
async fn is_audience(at: &Arrived, name: &DomainName) -> Result<bool, Refused> {
    let audience = Audience::parse(name.issuer().as_str()).map_err(broken)?;
    Ok(at.home()?.find_api(&audience).await?.is_some())
}

async fn write(at: &Arrived, domains: &Domains, event: Administered) -> Result<(), Refused> {
    match at.home()?.change_domains(domains, &at.event_here(event)).await? {
        TenantChange::Changed => Ok(()),
        TenantChange::Stale => Err(Problem::Stale.into()),
    }
}

impl OfDomain {
    // What can't be a domain names nothing.
    fn name(&self) -> Result<DomainName, Problem> {
        DomainName::parse(&self.domain).map_err(|_| Problem::NotFound)
    }
}
