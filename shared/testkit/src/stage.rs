//! A whole platform in memory with one tenant, one person and two apps: what the test of a function stands on.

use std::sync::Arc;

use crypto::SymmetricKey;
use domain::registration::RegistrationPolicy;
use domain::tenant::Issuer;
use domain::{Region, Slug, TenantId, ZoneName};
use runtime::provision::{NewTenant, Provisioner};
use runtime::routing::TenantRouting;
use runtime::{Clock, Platform, Random};

use crate::embedded::{Embedded, Place};
use crate::keys::LocalKeys;
use crate::transport::{Counting, Faulty};
use crate::{FixedClock, MemoryDns, MemoryObjects, SeededRandom, scene, stacks};

/// A platform and the switches behind it. Dropping it ends it.
pub struct Stage {
    /// What functions stand on.
    pub platform: Platform,
    /// The time, which stands still.
    pub clock: Arc<FixedClock>,
    /// The randomness, which repeats itself.
    pub random: Arc<SeededRandom>,
    /// The key service, with its outages.
    pub keys: Arc<LocalKeys>,
    /// The photos and files that are kept, with their outages.
    pub objects: Arc<MemoryObjects>,
    /// The TXT records that there are.
    pub dns: Arc<MemoryDns>,
    /// Counts every request to the tables since the tenant was made.
    pub counting: Counting,
    /// Injects faults between the counter and the tables.
    pub faulty: Faulty,
    /// The tables.
    pub embedded: Embedded,
    /// The tenant `demo`.
    pub tenant: TenantId,
    /// Its issuer.
    pub issuer: Issuer,
}

impl Stage {
    /// The domain of the stage's zone; the tenant's host is `demo.id.example.com`.
    pub const ZONE_DOMAIN: &str = "id.example.com";

    /// A platform with the tenant `demo`, the person of [`crate::builders::user`] with [`crate::builders::PASSWORD`], and both sample apps.
    ///
    /// Ids are drawn from the seeded randomness; signing keys are new each time.
    ///
    /// # Panics
    /// When any of it can't be made, which fails the test that asked.
    pub async fn new() -> Self {
        Self::routed(TenantRouting::ByHost { zone_domain: Self::ZONE_DOMAIN.to_owned() }).await
    }

    /// The same where tenants are named otherwise, as on a loopback base URL.
    ///
    /// # Panics
    /// When any of it can't be made, which fails the test that asked.
    pub async fn routed(routing: TenantRouting) -> Self {
        let region = Region::new("eu-west-1");
        let clock = Arc::new(FixedClock::default());
        let random = Arc::new(SeededRandom::new(1));
        let place = Place::MemoryAt(Arc::clone(&clock) as Arc<dyn Clock>);
        let embedded = Embedded::open(place, region.clone(), stacks::own()).expect("an embedded DynamoDB");
        let faulty = Faulty::new(embedded.http());
        let counting = Counting::new(faulty.http());
        let keys = Arc::new(LocalKeys::new(SymmetricKey::from_bytes([1; 32]), Arc::clone(&random) as Arc<dyn Random>));
        let objects = Arc::new(MemoryObjects::default());
        let dns = Arc::new(MemoryDns::default());
        let platform = Platform {
            objects: objects.clone(),
            parts: objects.clone(),
            links: objects.clone(),
            dns: dns.clone(),
            store: embedded.store_through(counting.http()),
            keys: Arc::clone(&keys) as Arc<dyn cloud::keys::KeyService>,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: Arc::clone(&random) as Arc<dyn Random>,
            zone: ZoneName::new("test"),
            region: region.clone(),
            routing,
        };
        let (tenant, issuer) = seed(&platform, region).await;
        counting.reset();
        faulty.heal();
        Self { platform, clock, random, keys, objects, dns, counting, faulty, embedded, tenant, issuer }
    }
}

async fn seed(platform: &Platform, region: Region) -> (TenantId, Issuer) {
    Provisioner::new(platform).ensure_zone(vec![region]).await.expect("a zone");
    let slug = Slug::parse("demo").expect("a slug");
    let issuer = platform.routing.issuer(&slug).expect("an issuer");
    let tenant = scene::create_tenant(
        platform,
        &NewTenant { slug, name: "Demo".to_owned(), issuer: issuer.clone(), registration: RegistrationPolicy::default() },
    )
    .await;
    (tenant, issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stage_has_its_tenant_and_counts_from_there() {
        let stage = Stage::new().await;
        assert_eq!(stage.issuer.as_str(), "https://demo.id.example.com");
        assert_eq!(stage.counting.report().requests(), 0);
        let place = stage.platform.store.directory().find_slug(&Slug::parse("demo").expect("a slug"), &stage.platform.zone).await;
        assert_eq!(place.expect("an answer").map(|place| place.tenant), Some(stage.tenant));
        assert_eq!(stage.counting.report().requests(), 1);
    }
}
