//! Every environment variable of every function. Nothing else reads the environment.

use domain::tenant::Issuer;
use domain::{Region, ZoneName};

use crate::edge::{Edge, InvalidHashes};
use crate::routing::TenantRouting;

/// An environment variable: its name, what it means, and what happens without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it holds, in one sentence.
    pub meaning: &'static str,
    /// Which functions read it.
    pub readers: Readers,
}

/// Which functions read a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Every function.
    All,
    /// Those that unwrap a tenant's keys.
    Keys,
    /// Those that write events.
    Events,
    /// Those that read or write deliveries or jobs.
    Work,
    /// Those that nudge `deliver`.
    Nudging,
    /// The one that sends mail.
    Mailing,
    /// Those that keep, show or remove photos.
    Photos,
    /// Those that read or write files of people, or give links to them.
    Transfers,
    /// Those that answer HTTP.
    Http,
    /// Those that answer HTTP or make tenants: they know where tenants are reached.
    Origins,
    /// Those that write the directory.
    Placing,
    /// Those that read or write current state.
    Identity,
    /// Those that read or write keys, wrapped or public.
    WrappedKeys,
    /// Those that use things once.
    Once,
}

/// Every variable, in the order of the generated page `docs/configuration.md`.
pub const VARIABLES: [Variable; 20] = [
    Variable { name: "AWS_REGION", meaning: "The region, set by Lambda.", readers: Readers::All },
    Variable { name: "ZONE", meaning: "The residency zone that the stack belongs to.", readers: Readers::All },
    Variable { name: "ZONE_REGIONS", meaning: "The zone's regions, separated by commas; a tenant's home is one of them.", readers: Readers::All },
    Variable {
        name: "ZONE_DOMAIN",
        meaning: "The domain below which tenants have their hosts; empty with a loopback base URL.",
        readers: Readers::Origins,
    },
    Variable {
        name: "LOOPBACK_BASE_URL",
        meaning: "Empty in AWS. An http URL of this machine for the platform run locally or on an emulator; anything else is refused at start.",
        readers: Readers::Origins,
    },
    Variable {
        name: "ORIGIN_SECRET_HASHES",
        meaning: "SHA-256 of the secret that a CDN in front adds to each request, in base64url; two, separated by a comma, while one is replaced. Without it nothing stands in front.",
        readers: Readers::Http,
    },
    Variable { name: "DIRECTORY_TABLE", meaning: "Name of the table `directory`.", readers: Readers::All },
    Variable {
        name: "DIRECTORY_REGION",
        meaning: "The region in which `directory` is written, by every zone, so that two never give away one slug; this one without it.",
        readers: Readers::Placing,
    },
    Variable { name: "IDENTITY_TABLE", meaning: "Name of the table `identity`.", readers: Readers::Identity },
    Variable { name: "EVENTS_TABLE", meaning: "Name of the table `events`.", readers: Readers::Events },
    Variable { name: "KEYS_TABLE", meaning: "Name of the table `keys`.", readers: Readers::WrappedKeys },
    Variable { name: "ONCE_TABLE", meaning: "Name of the table `once`.", readers: Readers::Once },
    Variable { name: "WORK_TABLE", meaning: "Name of the table `work`.", readers: Readers::Work },
    Variable { name: "ZONE_KEY", meaning: "The KMS key that wraps the zone's data keys.", readers: Readers::Keys },
    Variable { name: "DELIVER_QUEUE_URL", meaning: "The queue that `deliver` reads.", readers: Readers::Nudging },
    Variable { name: "MAIL_FROM", meaning: "The address that mail comes from.", readers: Readers::Mailing },
    Variable {
        name: "PHOTOS_BUCKET",
        meaning: "What the names of the buckets of photos begin with; a hyphen and the region follow.",
        readers: Readers::Photos,
    },
    Variable {
        name: "TRANSFERS_BUCKET",
        meaning: "What the names of the buckets of files of people begin with; a hyphen and the region follow.",
        readers: Readers::Transfers,
    },
    Variable { name: "ENDPOINT_URL", meaning: "Empty in AWS. An http URL of this machine where an emulator answers for AWS.", readers: Readers::All },
    Variable { name: "LOG_LEVEL", meaning: "`error`, `warn`, `info` or `debug`; `info` without it.", readers: Readers::All },
];

/// Why a function doesn't start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// A variable is missing or empty.
    #[error("the environment variable {0} is missing")]
    Missing(&'static str),
    /// A loopback variable names something that isn't this machine.
    #[error("{0} must be empty or an http URL of this machine")]
    NotLoopback(&'static str),
    /// Hashes that are none.
    #[error("ORIGIN_SECRET_HASHES: {0}")]
    Edge(#[from] InvalidHashes),
}

/// The environment as values.
#[derive(Clone)]
pub struct Configuration {
    read: fn(&str) -> Option<String>,
}

impl Configuration {
    /// The process's environment.
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    pub fn from_environment() -> Self {
        Self { read: |name| std::env::var(name).ok() }
    }

    /// Any other source, for tests.
    pub fn from_source(read: fn(&str) -> Option<String>) -> Self {
        Self { read }
    }

    /// A variable that must be there.
    pub fn required(&self, name: &'static str) -> Result<String, ConfigurationError> {
        self.optional(name).ok_or(ConfigurationError::Missing(name))
    }

    /// A variable that may be empty or absent.
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.read)(name).filter(|value| !value.is_empty())
    }

    /// The region that runs the function.
    pub fn region(&self) -> Result<Region, ConfigurationError> {
        self.required("AWS_REGION").map(Region::new)
    }

    /// The stack's zone.
    pub fn zone(&self) -> Result<ZoneName, ConfigurationError> {
        self.required("ZONE").map(ZoneName::new)
    }

    /// The zone's regions; the own one is always among them.
    pub fn zone_regions(&self) -> Result<Vec<Region>, ConfigurationError> {
        let here = self.region()?;
        let listed = self.optional("ZONE_REGIONS").unwrap_or_default();
        let others = listed.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Region::new).filter(|region| *region != here);
        Ok(std::iter::once(here.clone()).chain(others).collect())
    }

    /// The region in which the directory is written.
    pub fn directory_region(&self) -> Result<Region, ConfigurationError> {
        self.optional("DIRECTORY_REGION").map_or_else(|| self.region(), |name| Ok(Region::new(name)))
    }

    /// How a request names its tenant.
    // SECURITY: cookies lose `Secure` and tenants share an origin on a loopback base URL, so nothing but loopback passes.
    pub fn routing(&self) -> Result<TenantRouting, ConfigurationError> {
        match self.loopback("LOOPBACK_BASE_URL")? {
            Some(base_url) => Ok(TenantRouting::ByPath { base_url }),
            None => self.required("ZONE_DOMAIN").map(|zone_domain| TenantRouting::ByHost { zone_domain }),
        }
    }

    /// What may stand in front.
    pub fn edge(&self) -> Result<Edge, ConfigurationError> {
        Ok(Edge::parse(&self.optional("ORIGIN_SECRET_HASHES").unwrap_or_default())?)
    }

    /// Where an emulator answers for AWS, if one does.
    pub fn endpoint(&self) -> Result<Option<String>, ConfigurationError> {
        self.loopback("ENDPOINT_URL")
    }

    fn loopback(&self, name: &'static str) -> Result<Option<String>, ConfigurationError> {
        let Some(url) = self.optional(name) else { return Ok(None) };
        match Issuer::parse(&url) {
            Ok(issuer) if issuer.is_loopback() && issuer.path().is_empty() => Ok(Some(url)),
            _ => Err(ConfigurationError::NotLoopback(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_base_url_that_leaves_the_machine_is_refused_at_start() {
        let with = |read| Configuration::from_source(read).routing();
        assert_eq!(
            with(|name| (name == "LOOPBACK_BASE_URL").then(|| "http://localhost:8090".to_owned())),
            Ok(TenantRouting::ByPath { base_url: "http://localhost:8090".to_owned() })
        );
        let refused = Err(ConfigurationError::NotLoopback("LOOPBACK_BASE_URL"));
        assert_eq!(with(|name| (name == "LOOPBACK_BASE_URL").then(|| "http://id.example.com".to_owned())), refused);
        assert_eq!(with(|name| (name == "LOOPBACK_BASE_URL").then(|| "https://localhost".to_owned())), refused);
        assert_eq!(with(|name| (name == "LOOPBACK_BASE_URL").then(|| "http://localhost:1/x".to_owned())), refused);
    }

    #[test]
    fn without_a_loopback_base_url_the_zone_domain_is_needed() {
        assert_eq!(Configuration::from_source(|_| None).routing(), Err(ConfigurationError::Missing("ZONE_DOMAIN")));
        let routing = Configuration::from_source(|name| (name == "ZONE_DOMAIN").then(|| "id.example.com".to_owned())).routing();
        assert_eq!(routing, Ok(TenantRouting::ByHost { zone_domain: "id.example.com".to_owned() }));
    }
}
