//! A tenant at a domain of its own.

use domain::custom_domain::{Challenge, DomainName};
use domain::event::Administered;
use runtime::Clock;
use runtime::tenants::Name;
use store::DomainPlace;

use super::Scene;
use crate::Stage;

impl Stage {
    /// The tenant `demo` and Ada as they are seen at `domain`, which the tenant proves now.
    ///
    /// # Panics
    /// When it can't be, which fails the test that asked.
    pub async fn scene_at(&self, domain: &str) -> Scene {
        let (scene, name, now) = (self.scene().await, DomainName::parse(domain).expect("a domain"), self.clock.now());
        let challenge = Challenge::from_random(self.platform.random.bytes());
        let wanted = scene.tenant.record().domains.wanting(name.clone(), challenge.clone(), None, now).expect("a wish");
        let proved = wanted.proving(&name, &challenge, now).expect("a wish");
        let place = DomainPlace { tenant: self.tenant.clone(), zone: self.platform.zone.clone(), challenge };
        self.platform.store.directory().claim_domain(&name, &place).await.expect("a claim");
        for domains in [wanted, proved] {
            let event = scene.event(Administered::DomainVerified { domain: name.clone(), version: domains.version }.into());
            scene.home().change_domains(&domains, &event).await.expect("an answer");
        }
        Scene::of(self, Name::Domain(name)).await
    }

    /// The tenant `demo` loses `domain`.
    ///
    /// # Panics
    /// When it has none of that name.
    pub async fn lose_domain(&self, domain: &str) {
        let (scene, name) = (self.scene().await, DomainName::parse(domain).expect("a domain"));
        let domains = scene.tenant.record().domains.without(&name).expect("a domain of its own");
        let event = scene.event(Administered::DomainRemoved { domain: name, version: domains.version }.into());
        scene.home().change_domains(&domains, &event).await.expect("an answer");
    }
}
