//! Slugs: which tenant a host names, and in which zone it lives.

use domain::{Slug, TenantId, ZoneName};
use serde::{Deserialize, Serialize};

use super::Directory;
use crate::error::StoreError;
use crate::keys;
use crate::reads::one;
use crate::row::{self, Ends};
use crate::write::{self, Write};

/// What a slug names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlugPlace {
    /// The tenant.
    pub tenant: TenantId,
    /// The zone it lives in.
    pub zone: ZoneName,
}

/// What became of a wish for a slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlugClaim {
    /// It names the tenant from now on.
    Claimed,
    /// It names the tenant already.
    AlreadyOurs,
    /// It names, or once named, another tenant.
    Taken,
}

impl Directory {
    /// What `slug` names, which is the same for every `zone` but for that of the system tenants. One request.
    pub async fn find_slug(&self, slug: &Slug, zone: &ZoneName) -> Result<Option<SlugPlace>, StoreError> {
        one::find(&self.store.here()?, &keys::slug(slug, zone)).await
    }

    /// Lets `slug` name a tenant, for ever.
    ///
    /// Costs 1 request, 1 write unit. After a lost answer the SDK's retry finds its own row: `AlreadyOurs`.
    pub async fn claim_slug(&self, slug: &Slug, place: &SlugPlace) -> Result<SlugClaim, StoreError> {
        let key = keys::slug(slug, &place.zone);
        match write::put_new(&self.store.placing()?, &key, row::write(&key, place, Ends::Never)?).await? {
            Write::Done => Ok(SlugClaim::Claimed),
            Write::Refused(standing) if row::read::<SlugPlace>(&key, standing.clone())? == *place => Ok(SlugClaim::AlreadyOurs),
            Write::Refused(_) => Ok(SlugClaim::Taken),
        }
    }
}
