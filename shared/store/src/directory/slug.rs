//! Slugs: which tenant a host names, and in which zone it lives.

use domain::{Slug, TenantId, ZoneName};
use serde::{Deserialize, Serialize};

use super::Directory;
use crate::error::StoreError;
use crate::keys;
use crate::reads::one;
use crate::row::{self, Ends};
use crate::write::{self, Change, Write};

/// What became of a slug.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlugState {
    /// It names a tenant that stands.
    #[default]
    Given,
    /// It is kept for a tenant that isn't made yet.
    Claimed,
    /// Its tenant was erased. It names no other.
    Gone,
}

/// What a slug names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlugPlace {
    /// The tenant.
    pub tenant: TenantId,
    /// The zone it lives in.
    pub zone: ZoneName,
    /// Whether it stands.
    #[serde(default)]
    pub state: SlugState,
}

impl Directory {
    /// What `slug` names, which is the same for every `zone` but for that of the system tenants. One request.
    pub async fn find_slug(&self, slug: &Slug, zone: &ZoneName) -> Result<Option<SlugPlace>, StoreError> {
        one::find(&self.store.here()?, &keys::slug(slug, zone)).await
    }

    /// Lets `slug` name a tenant, for ever, unless it names one already; answers what it names.
    ///
    /// Costs 1 request, 1 write unit. After a lost answer the SDK's retry finds its own row, which is the same answer.
    pub async fn claim_slug(&self, slug: &Slug, place: &SlugPlace) -> Result<SlugPlace, StoreError> {
        let key = keys::slug(slug, &place.zone);
        match write::put_new(&self.store.placing()?, &key, row::write(&key, place, Ends::Never)?).await? {
            Write::Done => Ok(place.clone()),
            Write::Refused(standing) => row::read(&key, standing),
        }
    }

    /// Says what became of the tenant for whom `slug` was claimed. Costs 1 request, 1 write unit.
    pub async fn settle_slug(&self, slug: &Slug, place: &SlugPlace) -> Result<(), StoreError> {
        let key = keys::slug(slug, &place.zone);
        let state = row::value(&key, &place.state)?;
        let change = Change::of(key, "SET #state = :state", "attribute_exists(#pk) AND #tenant = :tenant").with(":state", state);
        // Whoever else has it by now says so themself.
        write::update(&self.store.placing()?, change.with(":tenant", row::text(place.tenant.as_str()))).await.map(drop)
    }
}
