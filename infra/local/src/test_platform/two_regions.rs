//! Two regions of one zone in one process. Replication happens when the test says so, and not before.

use super::ground::{Ground, RegionTables};
use super::replication::Replication;
use super::{Demo, TestPlatform};

/// The regions of the zone, in the directory's order.
const REGIONS: [&str; 2] = ["eu-west-1", "eu-central-1"];

/// A zone of two regions.
pub struct TwoRegions {
    /// The platform in each region, in the directory's order.
    pub regions: [TestPlatform; 2],
    replication: Replication,
}

impl TwoRegions {
    pub(super) async fn start(base_url: &str) -> Self {
        let ground = Ground::new(base_url);
        let tables = REGIONS.map(RegionTables::of_region);
        let [first, second] = &tables;
        let all = [first, second];
        let demo = ground.plant(&ground.platform(first, &all), &all).await;
        let replication = Replication::between([first.embedded.clone(), second.embedded.clone()]);
        replication.replicate().await;
        let deploy = |tables: &RegionTables, demo: Demo| ground.deploy(tables.clone(), &all, demo);
        Self { regions: [deploy(first, demo.clone()), deploy(second, demo)], replication }
    }

    /// Carries what was written in each region to the other; of two writes to one item the later stays. Nothing else should be writing.
    pub async fn replicate(&self) {
        self.replication.replicate().await;
    }

    /// The region where the demo tenant is at home while the zone is in its first epoch.
    pub async fn home(&self) -> &TestPlatform {
        &self.regions[self.home_index().await]
    }

    /// The other one.
    pub async fn away(&self) -> &TestPlatform {
        &self.regions[1 - self.home_index().await]
    }

    async fn home_index(&self) -> usize {
        let [first, _] = &self.regions;
        let zone = first.platform().store.directory().find_zone(&first.platform().zone).await.expect("tables").expect("a zone");
        let home = zone.place(&first.demo.tenant).home;
        usize::from(home != *first.tables().region())
    }
}
