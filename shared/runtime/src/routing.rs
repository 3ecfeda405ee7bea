//! Which tenant a request is for: from its host, or on a loopback base URL from its path; never from a body or a token.

use std::net::IpAddr;

use domain::api::ADMINISTRATION;
use domain::custom_domain::DomainName;
use domain::tenant::{InvalidIssuer, Issuer};
use domain::{Country, Slug, TenantId};

/// How a tenant is named: by its route, or by an event of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// Its name in hosts and local paths.
    Slug(Slug),
    /// A domain of its own.
    Domain(DomainName),
    /// Its identifier.
    Id(TenantId),
}

/// How a request names its tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantRouting {
    /// `{slug}.{zone_domain}`, or a domain of the tenant's own, as in AWS.
    ByHost {
        /// The domain below which tenants have their hosts.
        zone_domain: String,
    },
    /// `/t/{slug}/…` below a loopback base URL.
    ByPath {
        /// The base URL, without a trailing slash.
        base_url: String,
    },
    /// A function without routes: its tenants are named by the events it reads.
    Nowhere,
}

/// A request's tenant, and the path that is left for the function's own routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The tenant's name.
    pub name: Name,
    /// The path below the issuer.
    pub path: String,
}

/// Who asks, as far as the platform's own edge knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The address of the viewer, from the edge, API Gateway or the socket; never from a header that a viewer can write.
    pub address: Option<IpAddr>,
    /// The country, where an edge tells it.
    pub country: Option<Country>,
}

impl TenantRouting {
    /// Finds the tenant of a request; `None` is a 404.
    pub fn locate(&self, host: Option<&str>, path: &str) -> Option<Located> {
        match self {
            Self::ByHost { zone_domain } => {
                let host = host?.to_ascii_lowercase();
                let name = host.strip_suffix(":443").unwrap_or(&host);
                let name = match name.strip_suffix(zone_domain.as_str()).and_then(|label| label.strip_suffix('.')) {
                    // Below the zone's domain there are slugs alone, so that nobody's domain stands in for one.
                    Some(label) => Name::Slug(Slug::parse(label).ok()?),
                    None if name == zone_domain => return None,
                    None => Name::Domain(DomainName::parse(name).ok()?),
                };
                Some(Located { name, path: path.to_owned() })
            }
            Self::ByPath { .. } => {
                let after = path.strip_prefix("/t/")?;
                let (slug, rest) = after.split_at(after.find('/').unwrap_or(after.len()));
                Some(Located { name: Name::Slug(Slug::parse(slug).ok()?), path: if rest.is_empty() { "/".to_owned() } else { rest.to_owned() } })
            }
            Self::Nowhere => None,
        }
    }

    /// Whether a request is for the admin API's origin.
    pub fn administers(&self, host: Option<&str>, path: &str) -> bool {
        match self {
            Self::ByHost { zone_domain } => {
                let host = host.unwrap_or_default().to_ascii_lowercase();
                let name = host.strip_suffix(":443").unwrap_or(&host);
                name.strip_suffix(zone_domain.as_str()).and_then(|label| label.strip_suffix('.')) == Some(ADMINISTRATION)
            }
            Self::ByPath { .. } => path.starts_with("/admin/"),
            Self::Nowhere => false,
        }
    }

    /// The issuer that a tenant created here gets; the name of the admin API's host is no tenant's.
    pub fn issuer(&self, slug: &Slug) -> Result<Issuer, InvalidIssuer> {
        match self {
            _ if slug.as_str() == ADMINISTRATION => Err(InvalidIssuer),
            Self::ByHost { zone_domain } => Issuer::parse(&format!("https://{slug}.{zone_domain}")),
            Self::ByPath { base_url } => Issuer::parse(&format!("{base_url}/t/{slug}")),
            Self::Nowhere => Err(InvalidIssuer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(slug: &str, path: &str) -> Located {
        Located { name: Name::Slug(Slug::parse(slug).expect("a slug")), path: path.to_owned() }
    }

    #[test]
    fn in_aws_the_host_names_the_tenant_and_the_path_does_not() {
        let routing = TenantRouting::ByHost { zone_domain: "id.example.com".to_owned() };
        assert_eq!(routing.locate(Some("demo.id.example.com"), "/token"), Some(at("demo", "/token")));
        assert_eq!(routing.locate(Some("DEMO.id.example.com:443"), "/token"), Some(at("demo", "/token")));
        for foreign in ["id.example.com", "a.demo.id.example.com", "-.id.example.com", "localhost", "192.0.2.1", "demo.id.example.com:8443", ""] {
            assert_eq!(routing.locate(Some(foreign), "/t/demo/token"), None, "{foreign}");
        }
        assert_eq!(routing.locate(None, "/t/demo/token"), None);
    }

    #[test]
    fn a_host_that_is_not_below_the_zones_domain_is_asked_for_as_somebodys_own() {
        let routing = TenantRouting::ByHost { zone_domain: "id.example.com".to_owned() };
        for (host, domain) in [
            ("login.acme.example", "login.acme.example"),
            ("LOGIN.acme.example:443", "login.acme.example"),
            ("example.com", "example.com"),
            ("demoid.example.com", "demoid.example.com"),
            ("demo.id.example.com.evil.example", "demo.id.example.com.evil.example"),
        ] {
            let name = Name::Domain(DomainName::parse(domain).expect("a domain"));
            assert_eq!(routing.locate(Some(host), "/token"), Some(Located { name, path: "/token".to_owned() }), "{host}");
        }
    }

    #[test]
    fn the_admin_api_has_an_origin_of_its_own_which_is_no_tenants() {
        let hosts = TenantRouting::ByHost { zone_domain: "id.example.com".to_owned() };
        for host in ["admin.id.example.com", "ADMIN.id.example.com:443"] {
            assert!(hosts.administers(Some(host), "/"), "{host}");
        }
        for host in ["demo.id.example.com", "a.admin.id.example.com", "adminid.example.com", "admin.evil.example", "admin", ""] {
            assert!(!hosts.administers(Some(host), "/admin/v1/tenants"), "{host}");
        }
        assert!(!hosts.administers(None, "/admin/v1/tenants"));
        let paths = TenantRouting::ByPath { base_url: "http://localhost:8080".to_owned() };
        assert_eq!(["/admin/v1/tenants", "/t/admin/token", "/administration"].map(|path| paths.administers(None, path)), [true, false, false]);
        let slug = Slug::parse("admin").expect("a slug");
        assert_eq!([hosts.issuer(&slug), paths.issuer(&slug)], [Err(InvalidIssuer), Err(InvalidIssuer)]);
    }

    #[test]
    fn on_a_loopback_base_url_the_path_names_the_tenant_and_the_host_does_not() {
        let routing = TenantRouting::ByPath { base_url: "http://localhost:8080".to_owned() };
        assert_eq!(routing.locate(Some("evil.example"), "/t/demo/token"), Some(at("demo", "/token")));
        assert_eq!(routing.locate(None, "/t/demo"), Some(at("demo", "/")));
        for wrong in ["/token", "/t/", "/t//token", "/t/DEMO/token", "/x/demo/token"] {
            assert_eq!(routing.locate(Some("demo.localhost"), wrong), None, "{wrong}");
        }
    }
}
