//! An embedded DynamoDB, served on this machine so that the code of the platform talks to it as it does to AWS.

mod index;
mod server;
mod stream;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use cloud::aws::{Aws, Credentials, Endpoint, Patience, SharedHttpClient, http_client};
use domain::{Region, Secret};
use dynoxide::Database;
use runtime::Clock;
use serde_json::{Value, json};
use store::{Store, Tables};

use crate::stacks::{self, TableDefinition};
use server::Server;

pub use stream::StreamPosition;

/// Where the rows are kept.
pub enum Place {
    /// In memory, gone with the value.
    Memory,
    /// In memory, where time is somebody's: sweeps and streams follow it.
    MemoryAt(Arc<dyn Clock>),
    /// In a file of `SQLite`. There is no lock on it: whoever opens it must hold one.
    File(PathBuf),
}

/// Why there is no embedded DynamoDB.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The database can't be opened.
    #[error("the embedded database can't be opened: {0}")]
    Open(String),
    /// A table can't be made as its stack says.
    #[error("table {table} can't be made: {why}")]
    Table {
        /// Its physical name.
        table: String,
        /// Why.
        why: String,
    },
    /// It can't be served.
    #[error("the embedded database can't be served: {0}")]
    Serve(#[from] std::io::Error),
    /// No stack has a table for this.
    #[error("no stack has a table for {0}")]
    NoTable(&'static str),
}

/// An embedded DynamoDB of one region. Dropping it ends its server.
pub struct Embedded {
    database: Database,
    region: Region,
    endpoint: Endpoint,
    http: SharedHttpClient,
    definitions: Vec<TableDefinition>,
    // Held for its drop.
    _server: Server,
}

impl Embedded {
    /// The tables of this repository's stacks, in memory, in `eu-west-1`.
    ///
    /// # Panics
    /// When that is impossible, which fails the test that asked.
    pub fn memory() -> Self {
        Self::open(Place::Memory, Region::new("eu-west-1"), stacks::own()).expect("an embedded DynamoDB in memory")
    }

    /// Opens `place` and makes the tables that aren't there yet.
    pub fn open(place: Place, region: Region, definitions: Vec<TableDefinition>) -> Result<Self, EmbeddedError> {
        let database = match place {
            Place::Memory => index::in_memory(None),
            Place::MemoryAt(clock) => index::in_memory(Some(Arc::new(TimeOf(clock)))),
            Place::File(path) => index::in_file(&path.display().to_string()),
        };
        let database = database.map_err(|error| EmbeddedError::Open(error.to_string()))?;
        for definition in &definitions {
            create(&database, definition)?;
        }
        let server = Server::start(database.clone())?;
        let endpoint = Endpoint::parse(&server.url()).map_err(|error| EmbeddedError::Open(error.to_string()))?;
        let http = http_client();
        Ok(Self { database, region, endpoint, http, definitions, _server: server })
    }

    /// The region that it plays.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Where it is served.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What carries requests to it; transports wrap it.
    pub fn http(&self) -> SharedHttpClient {
        self.http.clone()
    }

    /// The tables as the stacks define them.
    pub fn definitions(&self) -> &[TableDefinition] {
        &self.definitions
    }

    /// A client.
    pub fn client(&self) -> Client {
        self.client_through(self.http())
    }

    /// A client whose requests go through `http`.
    ///
    /// It retries as in AWS but without long pauses, and for as long as a test likes: its tries don't use up those of other clients.
    pub fn client_through(&self, http: SharedHttpClient) -> Client {
        let aws = Aws { region: self.region.clone(), endpoint: Some(self.endpoint.clone()), credentials: any_credentials(), http };
        let unlimited = RetryPartition::custom("embedded").token_bucket(TokenBucket::unlimited()).build();
        let quick =
            RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1)).with_max_backoff(Duration::from_millis(10));
        // A busy machine isn't a fault: while a test hashes passwords on its one thread, connections that are there already look late.
        let patience = Duration::from_secs(20);
        let patient = TimeoutConfig::builder().connect_timeout(patience).operation_attempt_timeout(patience).build();
        let config = aws_sdk_dynamodb::config::Builder::from(&aws.config(Patience::Tables));
        Client::from_conf(config.retry_config(quick).retry_partition(unlimited).timeout_config(patient).build())
    }

    /// The physical names of the tables.
    pub fn tables(&self) -> Result<Tables, EmbeddedError> {
        let name = |role| {
            let definition = self.definitions.iter().find(|definition| definition.role == role);
            definition.map(|definition| definition.name.clone()).ok_or(EmbeddedError::NoTable(role))
        };
        Ok(Tables {
            identity: name("identity")?,
            events: name("events")?,
            work: name("work")?,
            keys: name("keys")?,
            once: name("once")?,
            directory: name("directory")?,
        })
    }

    /// The store of a zone of this one region.
    ///
    /// # Panics
    /// When a table is missing, which fails the test that asked.
    pub fn store(&self) -> Store {
        self.store_through(self.http())
    }

    /// The store of a zone of this one region, whose requests go through `http`.
    ///
    /// # Panics
    /// When a table is missing, which fails the test that asked.
    pub fn store_through(&self, http: SharedHttpClient) -> Store {
        let clients = BTreeMap::from([(self.region.clone(), self.client_through(http))]);
        Store::new(self.region.clone(), clients, self.tables().expect("the stacks have all six tables"))
    }

    /// Removes what has expired by the database's clock, as DynamoDB does within days; says how many items went.
    ///
    /// # Panics
    /// When the database is broken, which fails the test that asked.
    pub fn sweep(&self) -> usize {
        self.database.sweep_ttl().expect("a sweep of the embedded database")
    }
}

/// The store of a zone of several regions as seen from `here`, each region through its own transport or its plain [`Embedded::http`].
///
/// # Panics
/// When a table is missing or there is no region, which fails the test that asked.
pub fn zone_store(here: &Region, regions: &[(&Embedded, SharedHttpClient)]) -> Store {
    let clients = regions.iter().map(|(embedded, http)| (embedded.region.clone(), embedded.client_through(http.clone())));
    let tables = regions.first().and_then(|(embedded, _)| embedded.tables().ok()).expect("a region with all six tables");
    Store::new(here.clone(), clients.collect(), tables)
}

fn create(database: &Database, definition: &TableDefinition) -> Result<(), EmbeddedError> {
    let failed = |why: String| EmbeddedError::Table { table: definition.name.clone(), why };
    let present = database.table_stats().map_err(|error| failed(error.to_string()))?;
    if present.iter().any(|table| table.table_name == definition.name) {
        return Ok(());
    }
    let request = serde_json::from_value(definition.create_request()).map_err(|error| failed(error.to_string()))?;
    database.create_table(request).map_err(|error| failed(error.to_string()))?;
    let Some(attribute) = &definition.time_to_live else { return Ok(()) };
    let request: Value = json!({"TableName": definition.name, "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": true}});
    let request = serde_json::from_value(request).map_err(|error| failed(error.to_string()))?;
    database.update_time_to_live(request).map_err(|error| failed(error.to_string()))?;
    Ok(())
}

// The embedded database reads a signature's form and checks no key.
fn any_credentials() -> Credentials {
    Credentials { access_key_id: "embedded".to_owned(), secret_access_key: Secret::new("embedded".to_owned()), session_token: None }
}

/// The platform's clock as the embedded database asks it.
struct TimeOf(Arc<dyn Clock>);

impl dynoxide::storage_backend::Clock for TimeOf {
    fn now_unix_secs(&self) -> u64 {
        self.0.now().seconds()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        Duration::from_millis(self.0.now().millis()).as_secs_f64()
    }
}

#[cfg(test)]
mod tests;
