//! Which addresses the platform calls for somebody else: public ones by https, and this machine where the platform itself runs on it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::tenant::{Issuer, is_loopback_http};
use url::{Host, Url};

/// Where a tenant's apps may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Public addresses by https.
    Public,
    /// The same, and this machine by plain http: for a tenant whose issuer is a loopback URL, which no production configuration has.
    PublicAndLoopback,
}

/// Why an address isn't called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATarget {
    /// No URL with a host, or one that carries credentials.
    #[error("no URL with a host, or one with credentials")]
    Malformed,
    /// Neither https, nor http to this machine where that is allowed.
    #[error("not https")]
    Scheme,
    /// Private, loopback, link-local, metadata or otherwise not of the public Internet.
    #[error("not a public address")]
    NotPublic,
}

impl Targets {
    /// What a tenant with this issuer may have called.
    pub fn of(issuer: &Issuer) -> Self {
        if issuer.is_loopback() { Self::PublicAndLoopback } else { Self::Public }
    }

    /// Judges a URL before anything is resolved: its scheme, and its host when that is an address.
    pub fn judge(self, url: &Url) -> Result<(), NotATarget> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotATarget::Malformed);
        }
        let host = url.host().ok_or(NotATarget::Malformed)?;
        if self == Self::PublicAndLoopback && is_loopback_http(url) {
            return Ok(());
        }
        if url.scheme() != "https" {
            return Err(NotATarget::Scheme);
        }
        match host {
            Host::Ipv4(address) => is_public(IpAddr::V4(address)),
            Host::Ipv6(address) => is_public(IpAddr::V6(address)),
            Host::Domain(_) => true,
        }
        .then_some(())
        .ok_or(NotATarget::NotPublic)
    }

    /// The resolved addresses of a host, if each of them may be called: one that may not condemns the name.
    pub fn judge_resolved(self, url: &Url, addresses: &[IpAddr]) -> Result<(), NotATarget> {
        let local = self == Self::PublicAndLoopback && is_loopback_http(url);
        let fits = |address: &IpAddr| if local { address.is_loopback() } else { is_public(*address) };
        if !addresses.is_empty() && addresses.iter().all(fits) { Ok(()) } else { Err(NotATarget::NotPublic) }
    }
}

/// Whether an address is one of the public Internet (IANA special-purpose registries, RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let special = match first {
        // This network, private, loopback, multicast and reserved; 169.254.169.254 is every cloud's metadata service.
        0 | 10 | 127 | 224..=255 => true,
        100 => (64..=127).contains(&second),
        169 => second == 254,
        172 => (16..=31).contains(&second),
        192 => matches!((second, third), (168, _) | (0, 0 | 2) | (88, 99)),
        198 => matches!((second, third), (18 | 19, _) | (51, 100)),
        203 => (second, third) == (0, 113),
        _ => false,
    };
    !special
}

// Global unicast is 2000::/3; what maps, translates or tunnels an IPv4 address stands for that address, and is refused as a whole.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let special = match first {
        0x2001 => second < 0x0200 || second == 0x0db8,
        0x2002 => true,
        0x3fff => second < 0x1000,
        _ => false,
    };
    (0x2000..=0x3fff).contains(&first) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(targets: Targets, url: &str) -> Result<(), NotATarget> {
        targets.judge(&Url::parse(url).expect("a URL"))
    }

    #[test]
    fn a_public_address_by_https_is_a_target() {
        for fine in ["https://app.example/out", "https://8.8.8.8/", "https://[2606:4700::1111]:8443/x"] {
            assert_eq!(judged(Targets::Public, fine), Ok(()), "{fine}");
            assert_eq!(judged(Targets::PublicAndLoopback, fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_on_a_loopback_deployment_alone() {
        for local in ["http://localhost:8081/out", "http://127.0.0.1:1/out", "http://[::1]:1/out"] {
            assert_eq!(judged(Targets::PublicAndLoopback, local), Ok(()), "{local}");
            assert_eq!(judged(Targets::Public, local), Err(NotATarget::Scheme), "{local}");
        }
        for other in ["http://app.example/out", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data", "ftp://app.example"] {
            assert_eq!(judged(Targets::PublicAndLoopback, other), Err(NotATarget::Scheme), "{other}");
        }
        assert_eq!(judged(Targets::Public, "https://user:pass@app.example"), Err(NotATarget::Malformed));
        assert_eq!(judged(Targets::Public, "mailto:a@b.example"), Err(NotATarget::Malformed));
    }

    #[test]
    fn an_issuer_in_production_has_no_loopback_targets() {
        let issuer = |text| Issuer::parse(text).expect("an issuer");
        assert_eq!(Targets::of(&issuer("https://demo.id.example.com")), Targets::Public);
        assert_eq!(Targets::of(&issuer("http://localhost:8080/t/demo")), Targets::PublicAndLoopback);
    }

    #[test]
    fn what_is_not_the_public_internet_is_refused_however_it_is_written() {
        let special = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.1.2.3",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for text in special {
            assert!(!is_public(text.parse().expect("an address")), "{text}");
        }
        for text in ["8.8.8.8", "100.63.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.20.0.1", "2606:4700::1111", "2a00:1450::1"]
        {
            assert!(is_public(text.parse().expect("an address")), "{text}");
        }
        for disguised in ["https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://[::ffff:7f00:1]/", "https://169.254.169.254/"] {
            assert_eq!(judged(Targets::Public, disguised), Err(NotATarget::NotPublic), "{disguised}");
        }
    }

    #[test]
    fn one_private_address_condemns_the_name_that_resolves_to_it() {
        let app = Url::parse("https://app.example").expect("a URL");
        let (public, private): (IpAddr, IpAddr) = ("8.8.8.8".parse().expect("an address"), "10.0.0.1".parse().expect("an address"));
        let judged = |targets: Targets, url: &Url, addresses: &[IpAddr]| targets.judge_resolved(url, addresses);
        assert_eq!(judged(Targets::Public, &app, &[public]), Ok(()));
        for refused in [vec![], vec![private], vec![public, private]] {
            assert_eq!(judged(Targets::Public, &app, &refused), Err(NotATarget::NotPublic), "{refused:?}");
        }
        let local = Url::parse("http://localhost:1").expect("a URL");
        assert_eq!(judged(Targets::PublicAndLoopback, &local, &[IpAddr::V4(Ipv4Addr::LOCALHOST)]), Ok(()));
        assert_eq!(judged(Targets::PublicAndLoopback, &local, &[public]), Err(NotATarget::NotPublic));
    }
}
