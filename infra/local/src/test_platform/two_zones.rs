//! Two zones in one process: the directory alone spans them. It is written in one region, and replicated when the test says so.

use domain::Region;
use runtime::{Platform, Provisioner};
use testkit::embedded::zone_store;

use super::TestPlatform;
use super::ground::{Ground, RegionTables};
use super::replication::Replication;

/// The second zone, where it is, and where its tenants are reached.
const SECOND: (&str, &str, &str) = ("second", "us-east-1", "http://localhost:8090");

/// Two zones.
pub struct TwoZones {
    /// The platform in each zone; the first has the demo tenant.
    pub zones: [TestPlatform; 2],
    replication: Replication,
}

impl TwoZones {
    pub(super) async fn start(base_url: &str) -> Self {
        let (zone, region, second_url) = SECOND;
        let grounds = [Ground::new(base_url), Ground::of_zone(second_url, zone, 2)];
        let tables = [RegionTables::of_region("eu-west-1"), RegionTables::of_zone(region, zone)];
        let [first, second] = &tables;
        let demo = grounds[0].plant(&grounds[0].platform(first, &[first]), &[first]).await;
        let here = grounds[0].deploy(first.clone(), &[first], demo);
        let there = grounds[1].platform(second, &[second]);
        let regions = [(&*second.embedded, second.counting.http()), (&*first.embedded, first.counting.http())];
        let store = zone_store(second.region(), &regions).placing_in(first.region().clone());
        let there = Platform { store, ..there };
        Provisioner::new(&there).ensure_zone(vec![Region::new(region)]).await.expect("a zone");
        let demo = grounds[1].without_demo(&there);
        let there = grounds[1].deploy_on(there, second.clone(), demo);
        let replication = Replication::of_the_directory([first.embedded.clone(), second.embedded.clone()]);
        replication.replicate().await;
        Self { zones: [here, there], replication }
    }

    /// Carries what was written to the directory to the other zone's region.
    pub async fn replicate(&self) {
        self.replication.replicate().await;
    }
}
