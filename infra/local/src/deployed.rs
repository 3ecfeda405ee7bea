//! What the templates deploy in one region, in this process over that region's tables.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use cloud::mail::Mailer;
use cloud::queue::Nudges;
use cloud::sms::Texter;
use runtime::Platform;
use testkit::Embedded;

use crate::background::{Background, Source};
use crate::data_folder::DataFolder;
use crate::functions;
use crate::gateway::Gateway;
use crate::inbox::Inbox;
use crate::queue::{Consumer, Queue};
use crate::shelf::Shelf;
use crate::streams::{Checkpoint, StreamFollower};
use crate::template::{Deployment, DeploymentError, QueueConsumer, Schedule, StreamMapping};

/// Where a region keeps what it must not forget, besides its tables.
#[derive(Clone, Copy, Debug)]
pub enum Keeping<'a> {
    /// In memory, gone with the region.
    InMemory,
    /// In a folder.
    InFolder(&'a DataFolder),
}

/// Who takes what is sent to people.
#[derive(Clone)]
pub struct Senders {
    /// Mails.
    pub mailer: Arc<dyn Mailer>,
    /// Text messages.
    pub texter: Arc<dyn Texter>,
}

impl Senders {
    /// One inbox for both.
    pub fn to(inbox: &Arc<Inbox>) -> Self {
        Self { mailer: Arc::clone(inbox) as Arc<dyn Mailer>, texter: Arc::clone(inbox) as Arc<dyn Texter> }
    }
}

/// Why a region can't be run here.
#[derive(Debug, thiserror::Error)]
pub enum NotDeployed {
    /// The templates ask for something that isn't here.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The disk said no.
    #[error("the data folder can't be used: {0}")]
    Disk(#[from] io::Error),
}

/// What one region runs.
pub struct Deployed {
    /// Answers requests.
    pub gateway: Gateway,
    /// Works without being asked.
    pub background: Background,
    /// What `deliver` reads.
    pub nudges: Arc<Queue>,
    /// Stream records that were given up.
    pub parked: Arc<Shelf>,
    /// Messages that were given up.
    pub dead_letters: Arc<Shelf>,
}

/// The function whose queue takes nudges.
const DELIVER: &str = "deliver";

impl Deployed {
    /// Builds what `deployment` describes, on `platform` over `tables`; mails and text messages go to `senders`.
    pub fn build(
        deployment: &Deployment,
        platform: &Platform,
        tables: &Arc<Embedded>,
        senders: &Senders,
        keeping: Keeping<'_>,
    ) -> Result<Self, NotDeployed> {
        let parked = Arc::new(keeping.shelf("failed-records")?);
        let dead_letters = Arc::new(keeping.shelf("dead-letters")?);
        let names = deployment.queues.iter().map(|mapping| mapping.queue.as_str());
        let queues: BTreeMap<&str, Arc<Queue>> = names.map(|name| (name, Arc::new(Queue::new(Arc::clone(&platform.clock))))).collect();
        // Without a consumer nudges wait in a queue that nobody reads, as they would in AWS.
        let standing = deployment.queues.iter().find(|mapping| mapping.function == DELIVER).and_then(|mapping| queues.get(mapping.queue.as_str()));
        let nudges = standing.map_or_else(|| Arc::new(Queue::new(Arc::clone(&platform.clock))), Arc::clone);
        let nudging = || Arc::clone(&nudges) as Arc<dyn Nudges>;

        let follower = |mapping: &StreamMapping| {
            let code = functions::following(&mapping.function, platform, nudging()).ok_or_else(|| deployment.no_code(&mapping.function))?;
            let checkpoint = keeping.checkpoint(&mapping.table)?;
            let follower = StreamFollower::new(Arc::clone(tables), mapping.clone(), code, checkpoint, Arc::clone(&parked));
            Ok(Box::new(follower) as Box<dyn Source>)
        };
        let consumer = |mapping: &QueueConsumer| {
            let code = functions::consuming(&mapping.function, platform, senders, nudging());
            let code = code.ok_or_else(|| deployment.no_code(&mapping.function))?;
            let consumer = Consumer::new(Arc::clone(&queues[mapping.queue.as_str()]), mapping.clone(), code, Arc::clone(&dead_letters));
            Ok(Box::new(consumer) as Box<dyn Source>)
        };
        let schedule = |schedule: &Schedule| {
            let code = functions::woken(&schedule.function, platform, nudging()).ok_or_else(|| deployment.no_code(&schedule.function))?;
            Ok((schedule.clone(), code))
        };
        let sources = deployment.streams.iter().map(follower).chain(deployment.queues.iter().map(consumer));
        let background = Background {
            sources: sources.collect::<Result<_, NotDeployed>>()?,
            schedules: deployment.schedules.iter().map(schedule).collect::<Result<_, NotDeployed>>()?,
        };
        let gateway = Gateway::new(deployment, |folder| functions::answering(folder, platform))?;
        Ok(Self { gateway, background, nudges, parked, dead_letters })
    }
}

impl Keeping<'_> {
    fn shelf(self, name: &str) -> io::Result<Shelf> {
        match self {
            Self::InMemory => Ok(Shelf::in_memory()),
            Self::InFolder(folder) => Shelf::in_folder(&folder.file(name)),
        }
    }

    fn checkpoint(self, table: &str) -> io::Result<Checkpoint> {
        match self {
            Self::InMemory => Ok(Checkpoint::default()),
            Self::InFolder(folder) => Checkpoint::in_file(folder.file(&format!("{table}.checkpoint"))),
        }
    }
}
