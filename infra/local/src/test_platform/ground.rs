//! What the regions of a test platform share, and what each has of its own.

use std::path::Path;
use std::sync::Arc;

use cloud::keys::KeyService;
use crypto::SymmetricKey;
use domain::{Region, TenantId, ZoneName};
use runtime::{Clock, Platform, Random, TenantRouting};
use testkit::embedded::{Place, zone_store};
use testkit::transport::{Counting, Faulty};
use testkit::{Embedded, FixedClock, LocalKeys, MemoryDns, MemoryObjects, SeededRandom, stacks};
use tokio::sync::Mutex;

use super::{Demo, TestPlatform};
use crate::deployed::{Deployed, Keeping, Senders};
use crate::inbox::Inbox;
use crate::seed::{self, Addresses};
use crate::shelf::Shelf;
use crate::template::Deployment;

/// The zone of every test, but for the second of two.
const ZONE: &str = "test";

/// The tables of one region, and the transports on the way to them.
#[derive(Clone)]
pub(super) struct RegionTables {
    pub(super) embedded: Arc<Embedded>,
    pub(super) counting: Counting,
    pub(super) faulty: Faulty,
}

impl RegionTables {
    /// Tables whose sweeps and streams follow the test's clock.
    pub(super) fn of_one_region(clock: &Arc<FixedClock>) -> Self {
        Self::open(Place::MemoryAt(Arc::clone(clock) as Arc<dyn Clock>), "eu-west-1", ZONE)
    }

    /// Tables of one of several regions. The machine's clock orders their writes, because the last writer wins and a test's clock stands.
    pub(super) fn of_region(region: &str) -> Self {
        Self::of_zone(region, ZONE)
    }

    /// The same of another zone.
    pub(super) fn of_zone(region: &str, zone: &str) -> Self {
        Self::open(Place::Memory, region, zone)
    }

    fn open(place: Place, region: &str, zone: &str) -> Self {
        let definitions = stacks::tables(&repository().join("infra"), zone).expect("the stacks of infra/ are readable");
        let embedded = Arc::new(Embedded::open(place, Region::new(region), definitions).expect("an embedded DynamoDB in memory"));
        let faulty = Faulty::new(embedded.http());
        Self { counting: Counting::new(faulty.http()), faulty, embedded }
    }

    pub(super) fn region(&self) -> &Region {
        self.embedded.region()
    }
}

/// What regions share: time, the key above all keys, the inbox.
pub(super) struct Ground {
    pub(super) clock: Arc<FixedClock>,
    // One for all, so that no number is drawn twice.
    random: Arc<SeededRandom>,
    keys: Arc<LocalKeys>,
    inbox: Arc<Inbox>,
    objects: Arc<MemoryObjects>,
    dns: Arc<MemoryDns>,
    addresses: Addresses,
    deployment: Deployment,
    zone: ZoneName,
}

impl Ground {
    pub(super) fn new(base_url: &str) -> Self {
        Self::of_zone(base_url, ZONE, 1)
    }

    /// The ground of a zone; another seed draws other keys.
    pub(super) fn of_zone(base_url: &str, zone: &str, seed: u64) -> Self {
        let addresses = Addresses {
            base_url: base_url.to_owned(),
            inbox_url: Some(format!("{base_url}/inbox")),
            demo_app_url: Some("http://localhost:8081".to_owned()),
        };
        let random = Arc::new(SeededRandom::new(seed));
        Self {
            clock: Arc::new(FixedClock::default()),
            keys: Arc::new(LocalKeys::new(SymmetricKey::from_bytes([7; 32]), Arc::clone(&random) as Arc<dyn Random>)),
            random,
            objects: Arc::new(MemoryObjects::default()),
            dns: Arc::default(),
            inbox: Arc::new(Inbox::new(Shelf::in_memory())),
            addresses,
            deployment: Deployment::read(&repository().join("template.yaml"), &repository().join("infra"), zone)
                .expect("the repository's templates are readable"),
            zone: ZoneName::new(zone),
        }
    }

    /// The platform as a function in the region of `here` sees it.
    pub(super) fn platform(&self, here: &RegionTables, all: &[&RegionTables]) -> Platform {
        let regions: Vec<_> = all.iter().map(|tables| (&*tables.embedded, tables.counting.http())).collect();
        Platform {
            objects: self.objects.clone(),
            parts: self.objects.clone(),
            links: self.objects.clone(),
            dns: self.dns.clone(),
            store: zone_store(here.region(), &regions),
            keys: Arc::clone(&self.keys) as Arc<dyn KeyService>,
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            random: Arc::clone(&self.random) as Arc<dyn Random>,
            zone: self.zone.clone(),
            region: here.region().clone(),
            routing: TenantRouting::ByPath { base_url: self.addresses.base_url.clone() },
        }
    }

    /// Makes the demo tenant.
    pub(super) async fn plant(&self, platform: &Platform, all: &[&RegionTables]) -> Demo {
        let regions = all.iter().map(|tables| tables.region().clone()).collect();
        let document = seed::invent(platform, &self.addresses).expect("a loopback issuer");
        let planted = seed::plant(platform, regions, &document).await.expect("a demo tenant in empty tables");
        Demo::new(planted.tenant, document)
    }

    /// What a demo tenant would be, made nowhere.
    pub(super) fn without_demo(&self, platform: &Platform) -> Demo {
        let document = seed::invent(platform, &self.addresses).expect("a loopback issuer");
        Demo::new(TenantId::from_random(platform.random.bytes()), document)
    }

    /// Deploys the templates in the region of `here`.
    pub(super) fn deploy(&self, here: RegionTables, all: &[&RegionTables], demo: Demo) -> TestPlatform {
        let platform = self.platform(&here, all);
        self.deploy_on(platform, here, demo)
    }

    /// The same on a platform that sees more than this zone's tables.
    pub(super) fn deploy_on(&self, platform: Platform, here: RegionTables, demo: Demo) -> TestPlatform {
        let senders = Senders::to(&self.inbox);
        let deployed = Deployed::build(&self.deployment, &platform, &here.embedded, &senders, Keeping::InMemory).expect("all code is compiled in");
        here.counting.reset();
        TestPlatform {
            clock: Arc::clone(&self.clock),
            inbox: Arc::clone(&self.inbox),
            objects: Arc::clone(&self.objects),
            dns: Arc::clone(&self.dns),
            keys: Arc::clone(&self.keys),
            demo,
            nudges: deployed.nudges,
            parked: deployed.parked,
            dead_letters: deployed.dead_letters,
            platform,
            deployment: self.deployment.clone(),
            gateway: deployed.gateway,
            background: Mutex::new(deployed.background),
            tables: here,
            server: None,
        }
    }
}

fn repository() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
