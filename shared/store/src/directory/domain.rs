//! Domains of tenants' own: which tenant a host leads to that isn't below the zone's domain.

use domain::custom_domain::{Challenge, DomainName, Holder};
use domain::{TenantId, ZoneName};
use serde::{Deserialize, Serialize};

use super::Directory;
use crate::error::StoreError;
use crate::keys;
use crate::reads::one;
use crate::row::{self, Ends};
use crate::write::{self, Change, Write};

/// Whom a domain leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainPlace {
    /// The tenant.
    pub tenant: TenantId,
    /// The zone it lives in.
    pub zone: ZoneName,
    /// What it proved the domain with.
    pub challenge: Challenge,
}

impl DomainPlace {
    /// The tenant as a rule sees it.
    pub const fn holder(&self) -> Holder<'_> {
        Holder { tenant: &self.tenant, challenge: &self.challenge }
    }
}

/// What became of the claim of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainClaim {
    /// It leads to whoever claimed it.
    Claimed,
    /// It leads to this one.
    Held(DomainPlace),
}

impl Directory {
    /// Whom `domain` leads to. One request.
    pub async fn find_domain(&self, domain: &DomainName) -> Result<Option<DomainPlace>, StoreError> {
        one::find(&self.store.here()?, &keys::domain(domain)).await
    }

    /// Has `domain` lead to `place`, unless it leads elsewhere.
    ///
    /// Costs 1 request, 1 write unit. After a lost answer the SDK's retry finds its own row.
    pub async fn claim_domain(&self, domain: &DomainName, place: &DomainPlace) -> Result<DomainClaim, StoreError> {
        let key = keys::domain(domain);
        match write::put_new(&self.store.placing()?, &key, row::write(&key, place, Ends::Never)?).await? {
            Write::Done => Ok(DomainClaim::Claimed),
            Write::Refused(standing) => Ok(claimed(row::read(&key, standing)?, place)),
        }
    }

    /// Has `domain` lead to `place` instead of `from`, if that is where it leads.
    ///
    /// Costs 1 request, 1 write unit. After a lost answer the SDK's retry finds its own row.
    pub async fn take_domain(&self, domain: &DomainName, from: &DomainPlace, place: &DomainPlace) -> Result<DomainClaim, StoreError> {
        let key = keys::domain(domain);
        let change = Change::of(key.clone(), "SET #tenant = :tenant, #zone = :zone, #challenge = :challenge", IS_STANDING)
            .with(":tenant", row::text(place.tenant.as_str()))
            .with(":zone", row::text(place.zone.as_str()))
            .with(":challenge", row::text(place.challenge.as_str()))
            .with(":standing_tenant", row::text(from.tenant.as_str()))
            .with(":standing", row::text(from.challenge.as_str()));
        match write::update(&self.store.placing()?, change).await? {
            Write::Done => Ok(DomainClaim::Claimed),
            // Whoever had it gave it up in between.
            Write::Refused(standing) if standing.is_empty() => self.claim_domain(domain, place).await,
            Write::Refused(standing) => Ok(claimed(row::read(&key, standing)?, place)),
        }
    }

    /// Has `domain` lead nowhere, if it leads to `place`. Costs 1 request, 1 write unit.
    pub async fn release_domain(&self, domain: &DomainName, place: &DomainPlace) -> Result<(), StoreError> {
        let values = [(":standing_tenant", place.tenant.as_str()), (":standing", place.challenge.as_str())];
        let values = values.map(|(name, value)| (name.to_owned(), row::text(value)));
        write::remove_if(&self.store.placing()?, &keys::domain(domain), (IS_STANDING, values.into())).await
    }
}

const IS_STANDING: &str = "attribute_exists(#pk) AND #tenant = :standing_tenant AND #challenge = :standing";

fn claimed(standing: DomainPlace, wanted: &DomainPlace) -> DomainClaim {
    if standing == *wanted { DomainClaim::Claimed } else { DomainClaim::Held(standing) }
}
