//! The platform over a data folder: its tables, its keys, its one region.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crypto::SymmetricKey;
use domain::{Region, ZoneName};
use runtime::{Platform, SystemClock, SystemRandom, TenantRouting};
use testkit::embedded::Place;
use testkit::{Embedded, LocalKeys};

use crate::data_folder::DataFolder;
use crate::dns::TxtFile;
use crate::objects::ObjectFolder;
use crate::parts::PartFolder;
use crate::run::RunError;
use crate::seed::Addresses;
use crate::template::{Deployment, DeploymentError};

/// The zone of one machine.
const ZONE: &str = "local";
/// Its only region.
const REGION: &str = "local-1";
/// The stacks, seen from the repository's root.
const INFRA: &str = "infra";

/// What is deployed on one machine.
pub(crate) fn deployment(template: &Path) -> Result<Deployment, DeploymentError> {
    Deployment::read(template, Path::new(INFRA), ZONE)
}

/// A data folder that is open.
pub(crate) struct Machine {
    /// What functions stand on.
    pub(crate) platform: Platform,
    /// The tables behind it; their server ends with them.
    pub(crate) tables: Arc<Embedded>,
    /// Files of people.
    pub(crate) parts: Arc<PartFolder>,
    /// Where it is reached.
    pub(crate) addresses: Addresses,
    /// What says how to sign in.
    pub(crate) file: PathBuf,
}

impl Machine {
    /// Opens the folder, which keeps the port from then on.
    pub(crate) fn open(folder: &DataFolder, deployment: &Deployment, port: u16) -> Result<Self, RunError> {
        folder.keep_port(port)?;
        let addresses = addresses(port);
        let random = Arc::new(SystemRandom::new());
        let master = folder.master_key(&*random)?;
        let parts = Arc::new(PartFolder::new(folder.file("transfers"), &addresses.base_url, &master, Arc::new(SystemClock)));
        let master = SymmetricKey::from_bytes(*master.expose());
        let tables = Arc::new(Embedded::open(Place::File(folder.database()), Region::new(REGION), deployment.tables.clone())?);
        let platform = Platform {
            objects: Arc::new(ObjectFolder::new(folder.file("objects"))),
            parts: parts.clone(),
            links: parts.clone(),
            dns: Arc::new(TxtFile::at(folder.file("txt-records"))),
            store: tables.store(),
            keys: Arc::new(LocalKeys::new(master, random.clone())),
            clock: Arc::new(SystemClock),
            random,
            zone: ZoneName::new(ZONE),
            region: Region::new(REGION),
            routing: TenantRouting::ByPath { base_url: addresses.base_url.clone() },
        };
        Ok(Self { platform, tables, parts, addresses, file: folder.file("local.json") })
    }
}

fn addresses(port: u16) -> Addresses {
    let base_url = format!("http://localhost:{port}");
    Addresses { inbox_url: Some(format!("{base_url}/inbox")), demo_app_url: Some(format!("http://localhost:{}", port + 1)), base_url }
}
