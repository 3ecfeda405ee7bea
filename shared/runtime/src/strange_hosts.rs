//! Hosts that are nobody's, remembered for a moment, so that a flood at one of them reads nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::custom_domain::DomainName;
use domain::placement::{Freshness, freshness};
use domain::{Timestamp, policy};

use crate::routing::Name;

/// The domains that were asked for and are no tenant's. More than [`policy::STRANGE_HOSTS_MAX`] are forgotten before one more is kept.
#[derive(Default)]
pub(crate) struct StrangeHosts {
    asked: Mutex<HashMap<DomainName, Timestamp>>,
}

impl StrangeHosts {
    /// Whether nobody was there a moment ago.
    pub(crate) fn knows(&self, name: &Name, now: Timestamp) -> bool {
        let Name::Domain(domain) = name else { return false };
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(domain).is_some_and(|at| freshness(now.since(*at)) == Freshness::Fresh)
    }

    /// Nobody is there.
    pub(crate) fn remember(&self, name: &Name, now: Timestamp) {
        let Name::Domain(domain) = name else { return };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= policy::STRANGE_HOSTS_MAX {
            asked.clear();
        }
        asked.insert(domain.clone(), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn host(number: usize) -> Name {
        Name::Domain(DomainName::parse(&format!("a{number}.example")).expect("a domain"))
    }

    #[test]
    fn a_host_is_remembered_for_a_moment_and_no_more_of_them_than_a_bound() {
        let hosts = StrangeHosts::default();
        assert!(!hosts.knows(&host(0), NOW));
        hosts.remember(&host(0), NOW);
        let last = Timestamp::from_millis(NOW.plus(policy::CACHE_FRESH).millis() - 1);
        assert!(hosts.knows(&host(0), last) && !hosts.knows(&host(0), NOW.plus(policy::CACHE_FRESH)));
        for number in 1..=policy::STRANGE_HOSTS_MAX {
            hosts.remember(&host(number), NOW);
        }
        let kept = (0..=policy::STRANGE_HOSTS_MAX).filter(|number| hosts.knows(&host(*number), NOW)).count();
        assert!(kept <= policy::STRANGE_HOSTS_MAX && hosts.knows(&host(policy::STRANGE_HOSTS_MAX), NOW));
    }
}
