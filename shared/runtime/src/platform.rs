//! What every function stands on, made once per process.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cloud::aws::{Aws, Credentials, Endpoint, Patience, http_client};
use cloud::dns::{DnsUnavailable, TxtRecords};
use cloud::keys::{GeneratedKey, KeyContext, KeyService, KeyServiceError, Kms};
use cloud::objects::{ObjectName, Objects, ObjectsUnavailable};
use cloud::parts::{Links, PartName, Parts};
use domain::secret::SealedBytes;
use domain::{Region, Secret, ZoneName};
use store::{Store, Tables};

use crate::clock::{Clock, SystemClock};
use crate::configuration::{Configuration, ConfigurationError};
use crate::random::{Random, SystemRandom};
use crate::routing::TenantRouting;

/// Store, keys, objects, clock and randomness, and where this process runs.
#[derive(Clone)]
pub struct Platform {
    /// The tables.
    pub store: Store,
    /// The service that unwraps data keys.
    pub keys: Arc<dyn KeyService>,
    /// Where photos are kept.
    pub objects: Arc<dyn Objects>,
    /// Where files of people are.
    pub parts: Arc<dyn Parts>,
    /// What gives links to them.
    pub links: Arc<dyn Links>,
    /// What the DNS tells.
    pub dns: Arc<dyn TxtRecords>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
    /// The zone of this stack.
    pub zone: ZoneName,
    /// The region of this process.
    pub region: Region,
    /// How requests name their tenant.
    pub routing: TenantRouting,
}

impl Platform {
    /// The platform of a deployed function.
    pub fn from_environment(configuration: &Configuration, aws: &Aws, routing: TenantRouting) -> Result<Self, ConfigurationError> {
        let client = |region: Region| {
            let config = aws.in_region(&region).config(Patience::Tables);
            (region, aws_sdk_dynamodb::Client::new(&config))
        };
        let directory = configuration.directory_region()?;
        let mut regions = configuration.zone_regions()?;
        regions.extend((!regions.contains(&directory)).then(|| directory.clone()));
        let clients = regions.into_iter().map(client).collect();
        // A function without the zone key unwraps nothing; its role couldn't either.
        let keys: Arc<dyn KeyService> = match configuration.optional("ZONE_KEY") {
            Some(zone_key) => Arc::new(Kms::new(aws, zone_key)),
            None => Arc::new(NoKeys),
        };
        Ok(Self {
            store: Store::new(configuration.region()?, clients, tables(configuration)).placing_in(directory),
            keys,
            objects: Arc::new(NoObjects),
            parts: Arc::new(NoObjects),
            links: Arc::new(NoObjects),
            dns: Arc::new(NoDns),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom::new()),
            zone: configuration.zone()?,
            region: configuration.region()?,
            routing,
        })
    }
}

/// The account that a function's role speaks for.
pub fn aws(configuration: &Configuration) -> Result<Aws, ConfigurationError> {
    let endpoint =
        configuration.endpoint()?.map(|url| Endpoint::parse(&url)).transpose().map_err(|_| ConfigurationError::NotLoopback("ENDPOINT_URL"))?;
    let credentials = Credentials {
        access_key_id: configuration.required("AWS_ACCESS_KEY_ID")?,
        secret_access_key: Secret::new(configuration.required("AWS_SECRET_ACCESS_KEY")?),
        session_token: configuration.optional("AWS_SESSION_TOKEN").map(Secret::new),
    };
    let http = http_client();
    Ok(Aws { region: configuration.region()?, endpoint, credentials, http })
}

// A table that isn't configured is one that the function's role doesn't reach either; its empty name answers nothing.
fn tables(configuration: &Configuration) -> Tables {
    let name = |variable| configuration.optional(variable).unwrap_or_default();
    Tables {
        identity: name("IDENTITY_TABLE"),
        events: name("EVENTS_TABLE"),
        work: name("WORK_TABLE"),
        keys: name("KEYS_TABLE"),
        once: name("ONCE_TABLE"),
        directory: name("DIRECTORY_TABLE"),
    }
}

struct NoKeys;

#[async_trait]
impl KeyService for NoKeys {
    async fn generate(&self, _: &KeyContext<'_>) -> Result<GeneratedKey, KeyServiceError> {
        Err(KeyServiceError::Refused("this function has no zone key".to_owned()))
    }

    async fn decrypt(&self, _: &KeyContext<'_>, _: &SealedBytes) -> Result<Secret<[u8; 32]>, KeyServiceError> {
        Err(KeyServiceError::Refused("this function has no zone key".to_owned()))
    }
}

// What a function has that keeps no photos and no files: its role couldn't either, and it isn't made larger by what could.
struct NoObjects;

impl NoObjects {
    fn none<T>() -> Result<T, ObjectsUnavailable> {
        Err(ObjectsUnavailable("this function has no bucket".to_owned()))
    }
}

#[async_trait]
impl Objects for NoObjects {
    async fn put(&self, _: &Region, _: &ObjectName, _: Vec<u8>) -> Result<(), ObjectsUnavailable> {
        Self::none()
    }

    async fn get(&self, _: &Region, _: &ObjectName) -> Result<Option<Bytes>, ObjectsUnavailable> {
        Self::none()
    }

    async fn delete(&self, _: &Region, _: &ObjectName) -> Result<(), ObjectsUnavailable> {
        Self::none()
    }
}

#[async_trait]
impl Parts for NoObjects {
    async fn length(&self, _: &Region, _: &PartName) -> Result<Option<u64>, ObjectsUnavailable> {
        Self::none()
    }

    async fn read(&self, _: &Region, _: &PartName, _: u64, _: usize) -> Result<Bytes, ObjectsUnavailable> {
        Self::none()
    }

    async fn write(&self, _: &Region, _: &PartName, _: Vec<u8>) -> Result<(), ObjectsUnavailable> {
        Self::none()
    }

    async fn remove(&self, _: &Region, _: &PartName) -> Result<(), ObjectsUnavailable> {
        Self::none()
    }
}

impl Links for NoObjects {
    fn to_send(&self, _: &Region, _: &PartName, _: u64) -> Result<String, ObjectsUnavailable> {
        Self::none()
    }

    fn to_fetch(&self, _: &Region, _: &PartName) -> Result<String, ObjectsUnavailable> {
        Self::none()
    }
}

// One function asks the DNS; no other is made larger by what could.
struct NoDns;

#[async_trait]
impl TxtRecords for NoDns {
    async fn txt(&self, _: &str) -> Result<Vec<String>, DnsUnavailable> {
        Err(DnsUnavailable("this function has no resolver".to_owned()))
    }
}
